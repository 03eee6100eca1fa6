"""What every table of two profiles needs of a frame: pairs, missing answers, dollars, remarks, and columns.

Knows panels and columns; knows no test and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import few
from distilkit.analysis.pairs.differences import Pair
from distilkit.analysis.panel import Panel, panel
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXT = pd.StringDtype("python")
"""Python strings: an Arrow column refuses the half surrogate pairs that a name from elsewhere may hold."""


def unscored(frame: pd.DataFrame, table: Panel, cluster: str | None) -> NDArray[np.bool_]:
    """Return where an answer is missing, profiles by items: left out, or with missing="fail" scored 0."""
    if table.missing == "drop":
        return ~table.scored
    given = panel(frame, table.score, cluster=cluster)
    return (table.samples > given.samples) | ~table.scored


def known_profile(table: Panel, name: object, argument: str) -> str:
    """Return a profile's name as the panel has it.

    Raises:
        InputError: there is none of that name.
    """
    if str(name) not in table.profiles:
        there = ", ".join(map(repr, table.profiles))
        raise InputError(f"{argument}=: no profile {name!r} in the frame; there are: {there}")
    return str(name)


def dollars(pair: Pair) -> tuple[float, float]:
    """Return US dollars an item of the first and of the second, on the items they share; NaN where one is unknown."""
    if not pair.n:
        return np.nan, np.nan
    first, second = pair.costs.mean(axis=1)
    return float(first), float(second)


def remarks(pair: Pair, rough: str) -> Iterator[str]:
    """Yield what to keep in mind of a comparison: few items, answers that never differ, unknown dollars.

    Args:
        pair: the two compared.
        rough: what is rough where there are few items.
    """
    if not pair.n:
        yield f"no prompt is scored for both {pair.first} and {pair.second}"
        return
    yield from few(pair.n, pair.clusters, rough)
    gaps = pair.differences
    if not gaps.any():
        yield "the two score the same on every prompt"
    elif pair.n > 1 and np.ptp(gaps) == 0:
        yield "the difference is the same on every prompt"
    for name, costs in zip((pair.first, pair.second), pair.costs, strict=True):
        unknown = int(np.isnan(costs).sum())
        if unknown:
            yield f"cost unknown: {name} on {unknown} of {pair.n} prompts"


def frame_of_rows(rows: Sequence[Mapping[str, object]], dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """Return rows as a frame with all the columns, in order and nullable; NaN becomes <NA>."""
    table = [{name: _known(row.get(name)) for name in dtypes} for row in rows]
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(table, columns=list(dtypes), dtype=object).astype(dict(dtypes))


def _known(value: object) -> object:
    return None if isinstance(value, float) and isnan(value) else value
