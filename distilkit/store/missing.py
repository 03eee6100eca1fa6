"""Why a request is not in the store: the nearest stored one, and every field that differs.

Knows requests; knows no database. Ten thousands of them take seconds: a cheap look at all, a careful one at few.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from distilkit.calls import Request

_LOOKED_AT_CLOSELY = 30
_COMPARED_CHARACTERS = 2_000
_SHOWN_CHARACTERS = 60
_SHOWN_BEFORE_DIFFERENCE = 20
# Quite another text is further away than this many other settings.
_WEIGHT_OF_TEXT = 4
_NOT_THERE = "nothing"


class Difference(NamedTuple):
    """One field that differs, both values as text, clipped.

    Attributes:
        field: e.g. `params.temperature` or `messages[1].content`.
        stored: what the stored request has there.
        asked: what was asked.
    """

    field: str
    stored: str
    asked: str

    def __str__(self) -> str:
        return f"{self.field}: stored {self.stored}, asked {self.asked}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a request is not answered from the store; its text says it in a few lines.

    Attributes:
        stored: True where it is answered after all.
        entries: how many requests were looked at.
        nearest: the key of the nearest stored request, or None.
        differences: what it has otherwise.
    """

    stored: bool
    entries: int
    nearest: str | None = None
    differences: Sequence[Difference] = ()

    def __str__(self) -> str:
        if self.stored:
            return f"it is stored, under {self.nearest}"
        if self.nearest is None:
            return "the store is empty"
        count = len(self.differences)
        noun = "field" if count == 1 else "fields"
        nearest = f"the nearest of {self.entries:,} stored requests ({self.nearest[:12]})"
        head = f"not stored; {nearest} differs in {count} {noun}:"
        return "\n".join([head, *(f"  {difference}" for difference in self.differences)])


def stored(key: str) -> Miss:
    """Say that there is nothing to explain."""
    return Miss(stored=True, entries=1, nearest=key)


def explain(asked: Request, requests: Iterable[tuple[str, Request]]) -> Miss:
    """Find the nearest of the stored requests: fewest fields that differ, then the text most alike."""
    words = _words(_text(asked))
    count = 0

    def measured() -> Iterable[tuple[float, str, Request]]:
        nonlocal count
        for key, request in requests:
            count += 1
            yield _far(asked, request, _unlike_words(words, asked, request)), key, request

    near = heapq.nsmallest(_LOOKED_AT_CLOSELY, measured(), key=lambda found: found[:2])
    if not near:
        return Miss(stored=False, entries=0)
    _, key, nearest = min(near, key=lambda found: (_far(asked, found[2], _unlike_text(asked, found[2])), found[1]))
    return Miss(stored=False, entries=count, nearest=key, differences=_differences(nearest, asked))


def _far(asked: Request, request: Request, unlike: float) -> float:
    """Return a distance: settings that differ, plus how much the text does."""
    fields = sum(
        getattr(asked, name) != getattr(request, name) for name in ("model", "base_url", "api_version", "sample")
    )
    names = asked.params.keys() | request.params.keys()
    settings = sum(asked.params.get(name) != request.params.get(name) for name in names)
    text = 0.0 if list(asked.messages) == list(request.messages) else 1 + _WEIGHT_OF_TEXT * unlike
    return float(fields + settings + text)


def _unlike_words(words: frozenset[str], asked: Request, request: Request) -> float:
    """Return 0 for the same words, 1 for none in common; quick, for every stored request."""
    if list(asked.messages) == list(request.messages):
        return 0.0
    others = _words(_text(request))
    return 1 - len(words & others) / max(1, len(words | others))


def _unlike_text(asked: Request, request: Request) -> float:
    """Return 0 for the same text, 1 for nothing in common."""
    one, other = (_text(each)[:_COMPARED_CHARACTERS] for each in (asked, request))
    return 1 - SequenceMatcher(None, one, other, autojunk=False).ratio()


def _text(request: Request) -> str:
    return "\n".join(str(message.get("content")) for message in request.messages)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


def _differences(nearest: Request, asked: Request) -> list[Difference]:
    one, other = (dict(_leaves(request.as_dict(), "")) for request in (nearest, asked))
    pairs = ((field, one.get(field, _ABSENT), other.get(field, _ABSENT)) for field in {**other, **one})
    # As JSON, 0, 0.0 and false are three values, and give three keys; in Python they are equal.
    return [Difference(field, *_both(a, b)) for field, a, b in pairs if (type(a), a) != (type(b), b)]


_ABSENT = object()


def _leaves(value: Any, path: str) -> Iterable[tuple[str, Any]]:
    """Run through what stands at the ends of nested mappings and lists, each with its path."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{index}]")
    else:
        yield path, value


def _both(one: Any, other: Any) -> tuple[str, str]:
    """Show two values, long texts from just before where they part."""
    start = 0
    if isinstance(one, str) and isinstance(other, str):
        parting = next(
            (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
        )
        start = max(0, parting - _SHOWN_BEFORE_DIFFERENCE) if max(len(one), len(other)) > _SHOWN_CHARACTERS else 0
    return _show(one, start), _show(other, start)


def _show(value: Any, start: int) -> str:
    if value is _ABSENT:
        return _NOT_THERE
    if not isinstance(value, str):
        return _clip(repr(value))
    clipped = _clip(repr(value[start : start + _SHOWN_CHARACTERS]))
    return f"{'…' if start else ''}{clipped}{'…' if len(value) > start + _SHOWN_CHARACTERS else ''}"


def _clip(text: str) -> str:
    limit = 2 * _SHOWN_CHARACTERS
    return text if len(text) <= limit else text[:limit] + "…"
