"""Whether the one with the lower list price was the dearer: a model may think or write more than it is cheaper.

From prices and dollars to a yes, a no, or unknown.
"""

from __future__ import annotations

from math import isnan

import pandas as pd  # noqa: TC002 - get_type_hints resolves the public signatures

from distilkit.analysis.dollars.unit_prices import unit_prices

_COMPARED = ["input_per_million", "output_per_million"]
# Prices are found by least squares; nearer than this share of each other they are equal.
_EQUAL = 1e-6


def list_prices(frame: pd.DataFrame) -> dict[str, tuple[float, float] | None]:
    """Return US dollars for a million tokens of input and of output, by profile; None where one is unknown."""
    prices = unit_prices(frame)[_COMPARED].to_numpy(dtype=float, na_value=float("nan"))
    names = frame["profile"].drop_duplicates()
    known = {str(name): (float(row[0]), float(row[1])) for name, row in zip(names, prices, strict=True)}
    return {name: None if isnan(sum(pair)) else pair for name, pair in known.items()}


def price_reversal(
    first: tuple[float, float] | None, second: tuple[float, float] | None, dollars: tuple[float, float]
) -> bool | None:
    """Return whether the lower list price went with the higher spending.

    None where a price or a cost is unknown, or where each is cheaper in one of input and output. False where the list
    prices are equal.

    Args:
        first: list prices of input and output.
        second: of the other.
        dollars: what the two cost on the same prompts; NaN where unknown.

    >>> price_reversal((1.0, 2.0), (3.0, 6.0), (0.5, 0.2))
    True
    """
    if first is None or second is None or isnan(sum(dollars)):
        return None
    cheaper, dearer = _no_higher(first, second), _no_higher(second, first)
    if cheaper and dearer:
        return False
    if cheaper or dearer:
        return dollars[0] > dollars[1] if cheaper else dollars[1] > dollars[0]
    return None


def _no_higher(prices: tuple[float, float], others: tuple[float, float]) -> bool:
    return all(price <= other * (1 + _EQUAL) for price, other in zip(prices, others, strict=True))
