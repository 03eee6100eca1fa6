"""Paired differences, one a row, from either table that has them: `pairwise` or `cheapest`.

Knows columns; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

from distilkit.errors import InputError
from distilkit.plot.columns import check_has, floats, money
from distilkit.plot.style import label

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["clear", "open", "accept", "inconclusive", "reject", "reference", "unknown"]

_WAY_OUT = "pass what dk.pairwise or dk.cheapest returns"
_VERDICTS: dict[str, Kind] = {
    "accept": "accept",
    "inconclusive": "inconclusive",
    "reject": "reject",
    "reference": "reference",
}
_LEAST_P = 0.001
_ANY = -float("inf")


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with its interval, NaN where unknown, what it is, and what is written beside it.

    Attributes:
        profiles: the pair, or the one that is compared with the reference.
        kind: whether the interval leaves 0 out (`clear`) or not (`open`), or the verdict.
    """

    profiles: tuple[str, ...]
    difference: float
    low: float
    high: float
    right: str
    kind: Kind


def with_verdicts(table: pd.DataFrame) -> bool:
    """Return whether the table is one of `cheapest`."""
    return "verdict" in table


def differences_of(table: object) -> list[Difference]:
    """Return the rows: pairs with the greatest difference first, those unknown last; verdicts as they come, by dollars.

    Raises:
        InputError: the table is of neither kind, or has no rows.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(f"pairs= takes a DataFrame, not {type(table).__name__}; {_WAY_OUT}")
    names = ("profile",) if with_verdicts(table) else ("profile_a", "profile_b")
    check_has(table, *names, "difference", "low", "high", way_out=_WAY_OUT)
    if not len(table):
        raise InputError("the table has no pairs; there is nothing to draw")
    profiles = zip(*([str(name) for name in table[column].tolist()] for column in names), strict=True)
    numbers = [floats(table, name, least=_ANY).tolist() for name in ("difference", "low", "high")]
    kinds = _verdicts(table) if with_verdicts(table) else [_kind(*ends) for ends in zip(*numbers, strict=True)]
    rights = _costs(table) if with_verdicts(table) else _ps(table, numbers[0])
    rows = zip(profiles, *numbers, rights, kinds, strict=True)
    found = [Difference(pair, value, low, high, right, kind) for pair, value, low, high, right, kind in rows]
    if with_verdicts(table):
        return found
    return sorted(found, key=lambda one: (isnan(one.difference), -one.difference))


def margin_of(table: pd.DataFrame, margin: object) -> float | None:
    """Return the margin asked for, else the table's own, or None.

    Raises:
        InputError: it is no number above 0.
    """
    if margin is None:
        given = only_value(table, "margin")
        return float(given) if isinstance(given, Real) else None
    number = float(margin) if isinstance(margin, Real) and not isinstance(margin, bool) else float("nan")
    if not (isfinite(number) and number > 0):
        raise InputError(f"margin= must be a number above 0, such as 0.03, or None for no band, not {margin!r}")
    return number


def only_value(table: pd.DataFrame, name: str) -> Any:
    """Return the one value that a column has, or None."""
    values = table[name].dropna().tolist() if name in table else []
    return values[0] if values and all(value == values[0] for value in values) else None


def _kind(difference: float, low: float, high: float) -> Kind:
    if isnan(difference):
        return "unknown"
    return "clear" if low > 0 or high < 0 else "open"


def _verdicts(table: pd.DataFrame) -> list[Kind]:
    return [_VERDICTS.get(str(verdict), "unknown") for verdict in table["verdict"].tolist()]


def _costs(table: pd.DataFrame) -> list[str]:
    dollars = floats(table, "cost_per_item_usd").tolist()
    verdicts = [label(verdict, 14) for verdict in table["verdict"].fillna("unknown").tolist()]
    return [f"{money(cost)}, {verdict}" for cost, verdict in zip(dollars, verdicts, strict=True)]


def _ps(table: pd.DataFrame, differences: list[float]) -> list[str]:
    ps = floats(table, "p_holm" if "p_holm" in table else "p").tolist()
    return ["unknown" if isnan(found) else _p(p) for found, p in zip(differences, ps, strict=True)]


def _p(value: float) -> str:
    """Return a p in words.

    >>> _p(0.0000001), _p(0.0312), _p(0.41), _p(float("nan"))
    ('<0.001', '0.031', '0.41', '–')
    """
    if isnan(value):
        return "–"
    return f"<{_LEAST_P:g}" if value < _LEAST_P else f"{value:.2g}" if value < 1 else "1"
