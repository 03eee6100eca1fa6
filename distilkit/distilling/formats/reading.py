"""Training files read again, as the frame they could have been written from.

Knows files and formats; knows no provider's rules.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.distilling.formats.example import Example, Unfit
from distilkit.distilling.formats.inline import Tag
from distilkit.distilling.formats.reading_back import read_back
from distilkit.distilling.formats.shapes import FORMATS, Format
from distilkit.errors import InputError
from distilkit.files.objects import read_objects
from distilkit.files.paths import as_path

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("prompt", "content", "thinking", "messages")
_REJECTED = ("rejected_content", "rejected_thinking")


def read_training(
    path: str | os.PathLike[str],
    format: Format | None = None,  # noqa: A002 - the word of every such function
    *,
    tag: str | tuple[str, str] = "think",
) -> pd.DataFrame:
    """Read a training file: one that `write_training` wrote, or another of the same formats.

    What was written is read again, text by text: `write_training(read_training(path), …, rows="answered")` gives the
    same bytes.

    Args:
        path: ends in `.jsonl`, `.jsonl.gz` or `.parquet`.
        format: the format every object must have. None goes by the fields of each, and takes thinking from wherever it
            stands: a field, or a block of `tag` at the beginning of the answer.
        tag: what stands round thinking in a text, as in `write_training`.

    Returns:
        A row an example: `prompt`, the last user message; `content`, the answer; `thinking`, or `<NA>`; `messages`, all
        that stands before the answer; for preferences `rejected_content` and `rejected_thinking`; and `metadata` where
        an object has some.

    Raises:
        InputError: the file cannot be read, holds nothing, or an object is of another format; the text says where.
    """
    if format is not None and format not in FORMATS:
        raise InputError(f"format={format!r} is unknown; there are: {', '.join(FORMATS)}")
    held, origins = _held(as_path(path), format, Tag.of(tag))
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for example, *_ in held:
        for name, value in zip(columns, (_shown(example), *_texts(example), list(example.messages)), strict=True):
            columns[name].append(value)
    if any(len(each) > 1 for each in held):
        rejected = [_texts(each[1]) if len(each) > 1 else (None, None) for each in held]
        columns |= {name: [texts[side] for texts in rejected] for side, name in enumerate(_REJECTED)}
    if any(origin is not None for origin in origins):
        columns["metadata"] = origins
    return _frame(columns)


def _held(path: Path, format: Format | None, tag: Tag) -> tuple[list[list[Example]], list[Any]]:  # noqa: A002 - as above
    held, origins = [], []
    for number, fields in read_objects(path):
        try:
            held.append(read_back(fields, format, tag))
        except Unfit as unfit:
            raise InputError(f"{path}:{number}: {unfit}") from None
        origins.append(_origin(fields.get("metadata")))
    if not held:
        raise InputError(f"{path}: empty")
    return held, origins


def _origin(value: Any) -> Any:
    """Return metadata as an object; Parquet holds it as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _texts(example: Example) -> tuple[str, str | None]:
    return example.answer, example.thinking


def _shown(example: Example) -> str | None:
    """Return the last user message of text, which is what a frame calls the prompt."""
    for message in reversed(example.messages):
        if message.get("role") == "user":
            return _as_text(message.get("content"))
    return _as_text(example.messages[-1].get("content"))


def _as_text(content: Any) -> str | None:
    if isinstance(content, str) or content is None:
        return content
    parts = [part.get("text") for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    return "\n".join(text for text in parts if isinstance(text, str))


def _frame(columns: Mapping[str, list[Any]]) -> pd.DataFrame:
    import pandas as pd

    # Python strings: an Arrow column refuses the lone surrogates that some models emit.
    texts = pd.StringDtype("python")
    objects = {"messages", "metadata"}
    return pd.DataFrame(
        {
            name: pd.Series(values, dtype=object) if name in objects else pd.array(values, dtype=texts)
            for name, values in columns.items()
        }
    )
