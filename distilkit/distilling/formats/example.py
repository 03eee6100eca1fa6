"""The canonical row: one example to learn from, whatever format it is written in.

Pure values. Knows no frame and no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]

# As JSON these two would come back as one letter.
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One answer with what it answers.

    Attributes:
        messages: all that stands before the answer, the system message included, as it was asked.
        answer: the text of the answer, without its thinking.
        thinking: the reasoning before it, or None where there is none; never "".
        thinking_kind: the frame's `thinking_kind`, or None where it is not known.
        provenance: where it comes from, as JSON types; {} where nobody asked.
    """

    messages: tuple[Message, ...]
    answer: str
    thinking: str | None = None
    thinking_kind: str | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)


class Unfit(Exception):  # noqa: N818 - a verdict on a row, turned into an InputError or a count before anyone sees it
    """A row cannot be carried as it is; the text says why and what to do, without naming the row."""


def check_letters(*texts: str | None, whole: bool) -> None:
    """Refuse texts that a file would not give back as they are.

    Args:
        texts: None is passed over.
        whole: whether the file holds whole letters only, as Parquet does.

    Raises:
        Unfit: a text holds halves of surrogate pairs that the file cannot hold.
    """
    for text in texts:
        if text is None or not _HALF.search(text):
            continue
        if whole:
            raise Unfit("holds half of a surrogate pair, which Parquet cannot hold; write .jsonl instead")
        if _PAIR.search(text):
            raise Unfit("holds both halves of a surrogate pair apart, which JSON would join")


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text within messages, roles and parts of contents too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
