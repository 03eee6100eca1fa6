"""Cells of a frame as the texts they stand for.

Knows pandas' missing values; knows nothing of judges.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_LISTS = (list, tuple, set, frozenset)


def texts_of(values: Iterable[Any]) -> list[str | None]:
    """Return values as the texts they stand for, None where one is missing; 18.0 in a column with gaps is 18."""
    return [None if is_missing(value) else _text(value) for value in values]


def references_of(values: Iterable[Any]) -> list[str | None]:
    """Return the same of right answers, of which a cell may hold a list: each stands on a line of its own."""
    return [_reference(value.tolist() if hasattr(value, "tolist") else value) for value in values]


def items_of(frame: pd.DataFrame) -> list[tuple[Any, Any]]:
    """Return the prompt and the sample of each row, None where one is missing; without samples, each is the first.

    Raises:
        InputError: one of them is a list or another thing that names nothing.
    """
    prompts = _named(frame["prompt_id"])
    samples = _named(frame["sample"]) if "sample" in frame else [0] * len(frame)
    return list(zip(prompts, samples, strict=True))


def _named(column: pd.Series) -> list[Any]:
    names = [None if is_missing(value) else value for value in column.tolist()]
    for name in names:
        if not isinstance(name, Hashable):
            raise InputError(f"column {column.name!r} holds a {type(name).__name__}; it must hold numbers or texts")
    return names


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, `pandas.NA` or `NaT`."""
    import pandas as pd

    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN


def _reference(cell: Any) -> str | None:
    if not isinstance(cell, _LISTS):
        return texts_of([cell])[0]
    known = [text for text in texts_of(cell) if text is not None]
    if len(known) < 2:  # noqa: PLR2004 - nothing to choose from
        return known[0] if known else None
    return "\n".join(["Any one of these is right:", *(f"- {text}" for text in known)])


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
