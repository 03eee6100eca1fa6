"""Checks of the answer as a whole: is there one, is it all there, and did the model think before it?

From a frame to `Flags`; a column that is missing says nothing against a row. Reads no answer: `leaks` and `refusals`
look into the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.distilling.cells import texts_of
from distilkit.distilling.reasons import Flags
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_FILTERED = "content_filter"
# Thinking that nobody can read is none to learn from.
_UNREADABLE = frozenset({"encrypted", "absent"})


def failed(frame: pd.DataFrame) -> list[bool]:
    """Return which rows hold no answer that could be judged: the call failed, or there is no content."""
    kinds, contents = texts_of(frame, "error_kind"), texts_of(frame, "content")
    return [bool(kind) or content is None for kind, content in zip(kinds, contents, strict=True)]


def empty_answer(frame: pd.DataFrame) -> Flags:
    """Flag rows without an answer: failed (the evidence is its `error_kind`), missing, or nothing but white space."""
    kinds, contents = texts_of(frame, "error_kind"), texts_of(frame, "content")
    return [_empty(kind, content) for kind, content in zip(kinds, contents, strict=True)]


def truncated(frame: pd.DataFrame) -> Flags:
    """Flag answers that the token limit cut off: `finish_reason` is `length`, or `thinking_kind` is `truncated`."""
    stops, kinds = texts_of(frame, "finish_reason"), texts_of(frame, "thinking_kind")
    return [_cut(stop, kind) for stop, kind in zip(stops, kinds, strict=True)]


def reasoning_missing(frame: pd.DataFrame) -> Flags:
    """Flag answers without thinking that can be read: none, blank, or encrypted. A failed row has no answer to lack it.

    Raises:
        InputError: the frame has no column `thinking`.
    """
    if "thinking" not in frame:
        raise InputError("require_thinking=True needs a column 'thinking'; the frame has none")
    thoughts, kinds = texts_of(frame, "thinking"), texts_of(frame, "thinking_kind")
    rows = zip(thoughts, kinds, failed(frame), strict=True)
    return [None if none else _unthought(thought, kind) for thought, kind, none in rows]


def filtered(frame: pd.DataFrame) -> Flags:
    """Flag what the provider's own filter refused or broke off, whatever the text says."""
    kinds, stops = texts_of(frame, "error_kind"), texts_of(frame, "finish_reason")
    return [_refused(kind, stop) for kind, stop in zip(kinds, stops, strict=True)]


def _empty(kind: str | None, content: str | None) -> str | None:
    if kind:
        return kind
    if content is None:
        return "no content"
    return None if content.strip() else "blank"


def _cut(stop: str | None, kind: str | None) -> str | None:
    if stop == "length":
        return "finish_reason is length"
    return "thinking_kind is truncated" if kind == "truncated" else None


def _unthought(thought: str | None, kind: str | None) -> str | None:
    if kind in _UNREADABLE and not (thought or "").strip():
        return f"thinking_kind is {kind}"
    return None if thought is not None and thought.strip() else "no thinking"


def _refused(kind: str | None, stop: str | None) -> str | None:
    if kind == _FILTERED:
        return f"error_kind is {_FILTERED}"
    return f"finish_reason is {_FILTERED}" if stop == _FILTERED else None
