"""What each row's dollars were for: input, cached input, thinking, answer; and what became of the answer.

From a frame to one number a row. Knows nothing of groups or sums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.columns import check_size, first_row
from distilkit.analysis.dollars.unit_prices import PRICES, unit_prices
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """US dollars and tokens by row, by the names of the columns of `attribute_cost`; NaN is unknown."""

    dollars: Mapping[str, NDArray[np.float64]]
    tokens: Mapping[str, NDArray[np.float64]]


def parts_of(frame: pd.DataFrame, kept: NDArray[np.float64] | None) -> Parts:
    """Divide every row's cost.

    Args:
        frame: any; what it lacks is unknown.
        kept: 1 for rows to keep, 0 for others, NaN for those without a verdict; None where nobody judged.

    Raises:
        InputError: a cost is negative, or a column holds no numbers.
    """
    paid = usage.paid(frame).to_numpy()
    cost, billed = _paid(frame, "cost_usd", paid), _paid(frame, "billed_usd", paid)
    if (cost < 0).any():
        raise InputError(f"cost_usd is negative in row {first_row(frame, cost < 0)!r}")
    for name, values in (("cost_usd", cost), ("billed_usd", billed)):
        check_size(name, frame, values)
    tokens = {name: _paid(frame, name, paid) for name in _COUNTS}
    with np.errstate(invalid="ignore"):
        retried = np.maximum(billed - cost, 0)
    return Parts(
        dollars={
            "cost_usd": cost,
            "billed_usd": billed,
            "retried_usd": retried,
            **_by_use(frame, cost, tokens),
            **_by_fate(cost, usage.failed(frame).to_numpy(), kept),
        },
        tokens=tokens,
    )


_COUNTS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")


def _paid(frame: pd.DataFrame, name: str, paid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a column; of rows that nothing was paid for, nothing where nothing is said."""
    try:
        values = usage.numbers(frame, name).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise InputError(f"column {name!r} must hold numbers, not {frame[name].dtype}") from None
    return np.where(~paid & np.isnan(values), 0.0, values)


def _by_use(
    frame: pd.DataFrame, cost: NDArray[np.float64], tokens: Mapping[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    """Return dollars of input, cached input, output, and of the thinking and answer within it."""
    prices = _prices(frame)
    # As in the cost itself: a provider that does not report its cache gives no discount for it.
    cached = np.where(np.isnan(tokens["cached_tokens"]), 0.0, tokens["cached_tokens"])
    output, thought = tokens["output_tokens"], _counted_thinking(frame, tokens)
    # Without its whole, a part is not shown either.
    known = np.where(np.isnan(cost), np.nan, 0.0)
    answer = _dollars(output - thought, prices[2])
    thinking = _dollars(thought, prices[2])
    return {
        "input_usd": _dollars(tokens["input_tokens"] - cached, prices[0]) + known,
        "cached_usd": _dollars(cached, prices[1]) + known,
        "output_usd": _dollars(output, prices[2]) + known,
        "thinking_usd": thinking + known,
        "answer_usd": answer + known,
    }


def _prices(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return dollars a million tokens, kinds by rows; NaN where they cannot be told."""
    if "profile" not in frame:
        return np.full((len(PRICES), len(frame)), np.nan)
    table = unit_prices(frame).to_numpy(dtype=float, na_value=np.nan)
    codes, _ = pd.factorize(frame["profile"].to_numpy(dtype=object))  # as `unit_prices` orders them
    return np.vstack([table, np.full(len(PRICES), np.nan)])[codes].T  # -1, a row without a profile, is the last


def _dollars(count: NDArray[np.float64], price: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return tokens × price; no tokens cost nothing, whatever the price."""
    return np.where(count == 0, 0.0, count * price / _MILLION)


def _counted_thinking(frame: pd.DataFrame, tokens: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return thinking tokens; NaN where they are not counted: 0 beside a text of thinking, or more than the output."""
    thought, output = tokens["reasoning_tokens"], tokens["output_tokens"]
    has_text = np.zeros(len(frame), dtype=bool)
    if "thinking" in frame:
        text = frame["thinking"]
        has_text = (text.notna() & (text.astype(object) != "")).to_numpy(dtype=bool)
    uncounted = ((thought == 0) & has_text) | (thought > output) | (thought < 0)
    # No output holds no thinking.
    return np.where(uncounted, np.nan, np.where(output == 0, 0.0, thought))


def _by_fate(
    cost: NDArray[np.float64], failed: NDArray[np.bool_], kept: NDArray[np.float64] | None
) -> dict[str, NDArray[np.float64]]:
    verdict = np.full(len(cost), np.nan) if kept is None else kept
    nobody = np.full(len(cost), np.nan)
    return {
        "kept_usd": nobody if kept is None else np.where(~failed & (verdict == 1), cost, 0.0),
        "rejected_usd": nobody if kept is None else np.where(~failed & (verdict == 0), cost, 0.0),
        "ungraded_usd": np.where(~failed & np.isnan(verdict), cost, 0.0),
        "failed_usd": np.where(failed, cost, 0.0),
    }
