"""What is left at each step, in rows and dollars: of any table of steps, or of the answers of a run.

Knows columns; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.columns import check_has, floats

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_WAY_OUT = "pass a table with the columns step, rows and cost_usd, or a frame from compare"


@dataclass(frozen=True, slots=True)
class Step:
    """What is left: so many rows, which cost so many US dollars, NaN where one of them is unknown."""

    name: str
    rows: int
    cost_usd: float


def steps_of(frame: object, score: str | None = None) -> list[Step]:
    """Return the steps of a table that has them, or asked, answered, not cut off, scored and right of a run's rows.

    Of a run's rows only those count that all steps so far have let through. `right` is there for verdicts only, and
    without a score it ends with what was not cut off.

    Args:
        frame: a table of steps, or a frame from `compare`.
        score: the column of a run's score; None for the only one there is.

    Raises:
        InputError: the table is of neither kind, has no rows, or a column is not as it must be.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"frame= takes a DataFrame, not {type(frame).__name__}; {_WAY_OUT}")
    return _of_table(frame) if "step" in frame else _of_answers(frame, score)


def _of_table(table: pd.DataFrame) -> list[Step]:
    check_has(table, "rows", way_out=_WAY_OUT)
    if "lost" in table:
        # The splits of a training set are parts of the last step, not steps after it: nothing is lost there.
        table = table.loc[table["lost"].notna()]
    if not len(table):
        raise InputError("the table has no steps; there is nothing to draw")
    counts, dollars = floats(table, "rows").tolist(), floats(table, "cost_usd").tolist()
    if any(isnan(count) for count in counts):
        raise InputError("column 'rows' is empty in some step; every step has a count")
    return [Step(str(n), int(c), d) for n, c, d in zip(table["step"].tolist(), counts, dollars, strict=True)]


def _of_answers(frame: pd.DataFrame, score: str | None) -> list[Step]:
    import numpy as np

    from distilkit.analysis import usage
    from distilkit.analysis.panel import check_frame

    check_frame(frame)
    check_has(frame, "profile", way_out=_WAY_OUT)
    dollars = floats(frame, "cost_usd")
    # A failure that used nothing cost nothing; any other unknown cost makes its step's unknown.
    dollars[~usage.paid(frame).to_numpy()] = 0.0
    left, found = np.ones(len(frame), dtype=bool), []
    for name, passed in _passed(frame, score).items():
        left = left & passed
        found.append(Step(name, int(left.sum()), float(dollars[left].sum())))
    return found


def _passed(frame: pd.DataFrame, score: str | None) -> dict[str, NDArray[Any]]:
    """Return, for each step of a run, which rows it lets through."""
    import numpy as np

    from distilkit.analysis import usage
    from distilkit.analysis.columns import numbers_of, score_columns
    from distilkit.analysis.panel import only_score

    passed = {"asked": np.ones(len(frame), dtype=bool), "answered": ~usage.failed(frame).to_numpy(dtype=bool)}
    passed["not cut off"] = ~(_is(frame, "finish_reason", "length") | _is(frame, "thinking_kind", "truncated"))
    if score is not None or score_columns(frame, None):
        values = numbers_of(frame, only_score(frame, score)).to_numpy(dtype=float, na_value=np.nan)
        passed["scored"] = ~np.isnan(values)
        if np.isin(values[passed["scored"]], (0.0, 1.0)).all():
            passed["right"] = values == 1
    return passed


def _is(frame: pd.DataFrame, name: str, value: str) -> NDArray[Any]:
    import numpy as np

    if name not in frame:
        return np.zeros(len(frame), dtype=bool)
    found: NDArray[Any] = frame[name].map(lambda text: isinstance(text, str) and text == value).to_numpy(dtype=bool)
    return found
