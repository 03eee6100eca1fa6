"""The list prices that a frame itself implies: dollars a million tokens, from what its answers cost.

From a frame to a frame. Knows no price table and no provider: it has only the costs, and trusts them only where one
price a token explains every one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

PRICES = ("input_per_million", "cached_input_per_million", "output_per_million")
"""The columns of `unit_prices`, in order."""

# A cost is reproduced when it is met to this share of itself; a frame holds floats, so exactness cannot be asked for.
_EXACT = 1e-6
# Against the largest cost: a cost of 0 is met within rounding.
_NOTHING = 1e-9
_MILLION = 1e6


def unit_prices(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the list prices that the costs of each profile imply, in order of first appearance.

        prices = unit_prices(frame)
        prices.loc["sonnet", "output_per_million"]

    At one price a token, a cost is linear in its tokens: `cost_usd` = fresh input × a + cached input × b + output × c.
    The three are found by least squares over the profile's rows (Legendre 1805) and kept only where they reproduce
    every cost to a millionth of it.

    Columns, US dollars for a million tokens: `input_per_million`, `cached_input_per_million`, `output_per_million`;
    indexed by `profile`. `<NA>` where it cannot be told: a cost is not reproduced (the price changed, depends on the
    length of the prompt, or another kind of token has a price of its own), a price came out negative, or the rows
    hold too little to tell prices apart, such as one prompt for two prices. A price that nothing was charged at, such
    as that of cached input where none was cached, is `<NA>` alone.

    Args:
        frame: from `compare`, or any with `profile`, `cost_usd`, `input_tokens` and `output_tokens`; without
            `cached_tokens`, none was cached. Rows in which one of them is unknown are left out.

    Raises:
        InputError: there is no column `profile`, or a column holds no numbers.
    """
    if "profile" not in frame:
        raise InputError("the frame needs a column 'profile': whose prices these are")
    profiles = frame["profile"].to_numpy(dtype=object)
    codes, names = pd.factorize(profiles)
    tokens, costs = _tokens(frame), _numbers(frame, "cost_usd")
    usable = np.isfinite(costs) & np.isfinite(tokens).all(axis=1)
    found = [_fitted(tokens[rows], costs[rows]) for rows in (usable & (codes == code) for code in range(len(names)))]
    prices = np.array(found, dtype=float).reshape(len(names), len(PRICES)) * _MILLION
    # As objects first: guessed, names would become an Arrow column, which refuses half a surrogate pair.
    index = pd.Index(names.astype(object), dtype=pd.StringDtype("python"), name="profile")
    known = {name: _unknown_as_none(column) for name, column in zip(PRICES, prices.T, strict=True)}
    return pd.DataFrame(known, index=index, dtype="Float64")


def _numbers(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    try:
        return usage.numbers(frame, name).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise InputError(f"column {name!r} must hold numbers, not {frame[name].dtype}") from None


def _tokens(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return fresh input, cached input and output, one row an answer.

    An unknown count of cached tokens is none cached: a provider that does not report its cache gives no discount.
    """
    cached = np.nan_to_num(_numbers(frame, "cached_tokens"))
    return np.column_stack([_numbers(frame, "input_tokens") - cached, cached, _numbers(frame, "output_tokens")])


def _fitted(tokens: NDArray[np.float64], costs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return dollars a token, NaN where it cannot be told."""
    unknown = np.full(tokens.shape[1], np.nan)
    # Columns of a like size, or rank would be judged by the longest prompt.
    scale = np.abs(tokens).max(axis=0, initial=0)
    used = scale > 0
    if not used.any():
        return unknown
    scaled = tokens[:, used] / scale[used]
    solution, _, rank, _ = np.linalg.lstsq(scaled, costs)
    missed = np.abs(scaled @ solution - costs)
    if (missed > _EXACT * np.abs(costs) + _NOTHING * np.abs(costs).max()).any():
        return unknown
    rates = np.where(_told_apart(scaled, rank), solution / scale[used], np.nan)
    if (rates * scale[used] < -_NOTHING * np.abs(costs).max()).any():
        return unknown
    unknown[used] = np.maximum(rates, 0.0)
    return unknown


def _told_apart(tokens: NDArray[np.float64], rank: int) -> NDArray[np.bool_]:
    """Return which columns have one solution only: those that lie wholly in the row space."""
    _, _, directions = np.linalg.svd(tokens, full_matrices=False)
    inside: NDArray[np.float64] = (directions[:rank] ** 2).sum(axis=0)
    told: NDArray[np.bool_] = inside > 1 - _NOTHING
    return told


def _unknown_as_none(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
