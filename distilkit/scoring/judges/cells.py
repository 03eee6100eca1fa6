"""Cells of a frame as the texts they stand for.

Knows pandas' missing values; knows nothing of judges.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def texts_of(values: Iterable[Any]) -> list[str | None]:
    """Return values as the texts they stand for, None where one is missing; 18.0 in a column with gaps is 18."""
    import pandas as pd

    return [None if _is_missing(value, pd.NA) else _text(value) for value in values]


def _is_missing(value: Any, na: Any) -> bool:
    return value is None or value is na or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
