"""Columns as plain values, whichever way a frame came: from a run, from a file, or made by hand.

A column that is not there is unknown in every row. Knows frames; knows nothing of what the columns mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_TRUTHS = {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}


def texts_of(frame: pd.DataFrame, name: str) -> list[str | None]:
    """Return a column as texts, None where there is none; a number, as a CSV reader makes of "42", is its text."""
    return [_text(value) for value in _values(frame, name)]


def verdicts_of(frame: pd.DataFrame, name: str) -> list[bool | None]:
    """Return a column of verdicts, None where unknown; a file may hold them as texts or as 0 and 1.

    Raises:
        InputError: it holds something else; the text names the column and the row.
    """
    return [_verdict(value, name, row) for row, value in enumerate(_values(frame, name))]


def numbers_of(frame: pd.DataFrame, name: str) -> list[float | None]:
    """Return a column of numbers, None where unknown; NaN and the infinities are unknown.

    Raises:
        InputError: it holds something else; the text names the column and the row.
    """
    return [_number(value, name, row) for row, value in enumerate(_values(frame, name))]


def is_missing(value: object) -> bool:
    """Say whether a cell holds nothing: None, NaN, `<NA>` or NaT."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def _values(frame: pd.DataFrame, name: str) -> list[Any]:
    if name not in frame:
        return [None] * len(frame)
    column = frame[name]
    if column.ndim > 1:
        raise InputError(f"the frame has the column {name!r} twice; drop one")
    return column.astype(object).tolist()


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return None if is_missing(value) else str(value)


def _verdict(value: Any, name: str, row: int) -> bool | None:
    if is_missing(value) or (isinstance(value, str) and not value):
        return None
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(str(value).strip().lower())
    if found is None:
        raise InputError(f"column {name!r}, row {row}: {str(value)[:60]!r} is neither True nor False")
    return found


def _number(value: Any, name: str, row: int) -> float | None:
    if is_missing(value) or (isinstance(value, str) and not value):
        return None
    try:
        number = float(_TRUTHS.get(value.strip().lower(), value) if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"column {name!r}, row {row}: {str(value)[:60]!r} is no number") from None
    return number if math.isfinite(number) else None
