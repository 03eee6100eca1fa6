"""Which rows of a frame are written, and each of them as an example.

Knows frames; knows no format and no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, Literal

from distilkit.distilling.formats.asked import CHUNK, Asked
from distilkit.distilling.formats.example import Example, Message, Unfit
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Rows = Literal["chosen", "valid", "answered"]
"""Which rows: those chosen for training, all valid ones, or all that have an answer."""

_ROWS = ("chosen", "valid", "answered")
# Texts of a column that are made at once: an Arrow column makes new ones each time.
_CELLS = 2_000
_TRUE = frozenset({"True", "true", "1", "1.0"})


def check_frame(frame: Any) -> None:
    """Refuse what is no frame of answers.

    Raises:
        InputError: it is no DataFrame, lacks `content` or everything that says what was asked, or doubles a column.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"df= takes a DataFrame, not {type(frame).__name__}")
    names = [str(name) for name in frame.columns]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"df= has the column {doubled[0]!r} twice")
    if "content" not in names or not {"prompt", "messages", "key"} & set(names):
        raise InputError(f"df= needs the columns prompt and content; it has: {', '.join(names) or 'none'}")


def selected(frame: pd.DataFrame, rows: Rows) -> list[int]:
    """Return the places of the rows that are written.

    Raises:
        InputError: `rows` is unknown, the column it looks at is missing, or there is no such row.
    """
    if rows not in _ROWS:
        raise InputError(f"rows={rows!r}: take one of {', '.join(map(repr, _ROWS))}")
    if rows == "answered":
        cells = zip(cells_of(frame, "content"), cells_of(frame, "error_kind"), strict=True)
        places = [
            place
            for place, (content, kind) in enumerate(cells)
            if isinstance(content, str) and content.strip() and not isinstance(kind, str)
        ]
    else:
        if rows not in frame:
            raise InputError(
                f"df= has no column {rows!r}, which says what is written; run it through distill(...) first, or say "
                'rows="answered" for every row that has an answer'
            )
        places = [place for place, value in enumerate(frame[rows].tolist()) if is_true(value)]
    if not places:
        raise InputError(f"rows={rows!r}: df= has no such row, so there is nothing to write")
    return places


def cells_of(frame: pd.DataFrame, name: str) -> Iterator[Any]:
    """Yield a column's values, None for each row where there is no such column; only some are held at once."""
    if name not in frame:
        yield from repeat(None, len(frame))
        return
    column = frame[name]
    for start in range(0, len(column), _CELLS):
        yield from column.iloc[start : start + _CELLS].tolist()


def is_true(value: Any) -> bool:
    """Say whether a verdict is True, also as CSV has it; `<NA>` is not."""
    if isinstance(value, str):
        return value in _TRUE
    if value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value:  # noqa: PLR0124 - NaN
        return False
    return bool(value)


def named(frame: pd.DataFrame, place: int) -> str:
    """Return what a message calls a row: its place, and its prompt and profile where they are known."""
    told = [
        f"{name} {str(value)[:60]!r}"
        for name in ("prompt_id", "profile")
        if name in frame and (value := frame[name].iloc[place]) is not None and value == value  # noqa: PLR0124 - NaN
    ]
    return f"row {place}" + (f" ({', '.join(told)})" if told else "")


def examples(
    frame: pd.DataFrame,
    places: Sequence[int],
    asked: Asked,
    provenance: Iterator[Mapping[str, Any]] | None = None,
) -> Iterator[Example | Unfit]:
    """Yield the example of each row, or why there is none, in the order of `places`; a chunk is held at a time.

    Args:
        frame: the rows.
        places: which of them.
        asked: what finds their messages.
        provenance: one mapping for each of `places`; None for none.
    """
    wanted = [name for name in ("key", "messages", "prompt", "content", "thinking", "thinking_kind") if name in frame]
    known = frame[wanted]
    origins: Iterator[Mapping[str, Any]] = repeat({}) if provenance is None else provenance
    for start in range(0, len(places), CHUNK):
        rows = known.iloc[list(places[start : start + CHUNK])]
        contents, thinking, kinds = (cells_of(rows, name) for name in ("content", "thinking", "thinking_kind"))
        for messages, *texts in zip(asked.of(rows), contents, thinking, kinds, strict=True):
            yield _example(messages, texts, next(origins))


def _example(messages: tuple[Message, ...] | Unfit, texts: Sequence[Any], origin: Mapping[str, Any]) -> Example | Unfit:
    content, thinking, kind = texts
    if isinstance(messages, Unfit):
        return messages
    if not isinstance(content, str) or not content:
        return Unfit("has no answer")
    return Example(
        messages=messages,
        answer=content,
        thinking=thinking if isinstance(thinking, str) and thinking else None,
        thinking_kind=kind if isinstance(kind, str) else None,
        provenance=origin,
    )
