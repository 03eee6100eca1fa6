"""Answers and references as texts: what stands in a reference column, and how one is held against the other.

A cell may hold one accepted answer or a list of them. What cannot be read costs its row, with a reason, and nothing
else. Knows nothing of what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.scoring.outcome import Unscored, Value

if TYPE_CHECKING:
    import pandas as pd

CONTENT = "content"

Judge = Callable[[str, str], Value]
"""From an answer and one accepted answer to a value."""

_LONGEST_REASON = 500
_LISTS = (list, tuple, set, frozenset)


def check_column(column: Any, name: str) -> str:
    """Return the name of a column as it was given.

    Raises:
        InputError: it is no text, or empty.
    """
    if not isinstance(column, str) or not column.strip():
        raise InputError(f"score.{name}: column= must be the name of a column, not {column!r}")
    return column


def against(column: str, judge: Judge) -> Callable[[pd.DataFrame], Iterable[Value]]:
    """Judge each answer against its reference, where there is one; of several accepted answers, any may be met."""

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        pairs = zip(answers(frame), references(frame, column), strict=True)
        return [guarded(_any, judge, content, one) for content, one in pairs]

    return values


def answers(frame: pd.DataFrame) -> list[str]:
    """Return what was answered, as texts; a frame from elsewhere may hold numbers.

    Raises:
        InputError: it holds something that is no text and no number.
    """
    texts = [text_of(one, CONTENT) for one in cells(frame, CONTENT)]
    if refused := next((one for one in texts if isinstance(one, Unscored)), None):
        raise InputError(f"answers must be texts, but {refused.reason}")
    return [one for one in texts if isinstance(one, str)]


def references(frame: pd.DataFrame, column: str) -> list[tuple[str, ...] | Unscored | None]:
    """Return the accepted answers of each row; None where there is none, or why they cannot be read."""
    known = frame_column(frame, column).notna().tolist()
    return [_accepted(cell, column) if there else None for cell, there in zip(cells(frame, column), known, strict=True)]


def cells(frame: pd.DataFrame, column: str) -> list[Any]:
    """Return a column's values as Python's own types where they have one."""
    values: list[Any] = frame_column(frame, column).tolist()
    return values


def frame_column(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return one column.

    Raises:
        InputError: there is none of that name, or more than one.
    """
    count = list(frame.columns).count(column)
    if count != 1:
        raise InputError(f"a score needs one column {column!r}, and the frame has {count} of that name; rename them")
    return frame[column]


def plain_cell(cell: Any) -> Any:
    """Return a cell that numpy or Arrow made as lists and numbers of Python."""
    return cell.tolist() if hasattr(cell, "tolist") else cell


def text_of(cell: Any, column: str) -> str | Unscored:
    """Return one accepted answer as the text it stands for, or why it is none.

    A whole number that became a float because its column has gaps (`18.0` for `18`) is read as what it was.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (dict, bytes, bytearray, *_LISTS)):
        return Unscored(
            f"column {column!r} holds a {type(cell).__name__} where a text or number is expected; "
            "score.json_equal() compares JSON, and a function of the row anything else"
        )
    try:
        return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    except Exception as error:  # noqa: BLE001 - an integer of over 4,300 digits, or what an object of the caller's does
        return Unscored(f"column {column!r} holds a {type(cell).__name__} that is no text: {error}"[:_LONGEST_REASON])


def guarded(judge: Callable[..., Value], *given: Any) -> Value:
    """Return what a judge makes of one row, or why it makes nothing of it: what is raised over a row costs that row.

    Raises:
        InputError: as the judge; it is meant for the caller.
    """
    try:
        return judge(*given)
    except InputError:
        raise
    except RecursionError:
        return Unscored("nested too deeply to be compared")
    except Exception as error:  # noqa: BLE001 - a caller's own function, or a number beyond decimal's range
        return Unscored(f"{type(error).__name__}: {error}"[:_LONGEST_REASON])


def _accepted(cell: Any, column: str) -> tuple[str, ...] | Unscored | None:
    cell = plain_cell(cell)
    if not isinstance(cell, _LISTS):
        text = text_of(cell, column)
        return text if isinstance(text, Unscored) else (text,)
    texts = [text_of(one, column) for one in map(plain_cell, cell) if not _is_missing(one)]
    refused = next((one for one in texts if isinstance(one, Unscored)), None)
    return refused or tuple(one for one in texts if isinstance(one, str)) or None


def _is_missing(cell: Any) -> bool:
    """Return whether a value in a list is None, NaN or `pandas.NA`."""
    return cell is None or type(cell).__name__ in {"NAType", "NaTType"} or (isinstance(cell, float) and cell != cell)  # noqa: PLR0124 - only NaN differs from itself


def _any(judge: Judge, content: str, accepted: tuple[str, ...] | Unscored | None) -> Value:
    """Return True where one accepted answer is met; else why one could not be held against it; else False."""
    if not isinstance(accepted, tuple):
        return accepted
    values = [judge(content, one) for one in accepted]
    if any(value is True for value in values):
        return True
    reason = next((value for value in values if isinstance(value, Unscored)), None)
    return reason or (False if any(value is False for value in values) else None)
