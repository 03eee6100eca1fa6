"""What a record says beside the provider's body: which of its figures can be meant as what they are called.

Records that a run makes are always sound; those from a file, or from a store that somebody else wrote, need not be.
Knows records; knows no database and no frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from distilkit.calls import Record

LATEST_S = 9_000_000_000.0
"""Unix time, exclusive (the year 2255): what is later was given in another unit, such as milliseconds."""

LONGEST_S = 1_000_000_000.0
"""No answer takes longer, exclusive (32 years)."""

_MOST_ATTEMPTS = 1 << 31
# What stands for a field that makes no sense, where None is not allowed.
_EMPTY: dict[str, Any] = {"provider": "", "sent": {}, "headers": {}, "tried": ()}


def problems(record: Record) -> dict[str, str]:
    """Return what is wrong by the name of the field, and what it should be; an empty dict is good news."""
    return {name: way for name, (fits, way) in _RULES.items() if not fits(getattr(record, name))}


def sound(record: Record) -> Record:
    """Return the record without the figures that cannot be meant: they are unknown; the answer is as it was."""
    unknown: dict[str, Any] = {name: _EMPTY.get(name) for name in problems(record)}
    return replace(record, **unknown) if unknown else record


def is_moment(value: object) -> bool:
    """Say whether this can be a Unix time in seconds at which a model answered."""
    return _is_number(value, LATEST_S)


def is_duration(value: object) -> bool:
    """Say whether this can be the seconds that an answer took."""
    return _is_number(value, LONGEST_S)


def _is_number(value: Any, end: float) -> bool:
    # `type`, because True is a number too; a NaN is not between anything.
    return type(value) in (int, float) and 0 <= value < end


def _or_none(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


def _is_price(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(part, str) for pair in value.items() for part in pair)


def _is_attempts(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MOST_ATTEMPTS


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "provider": (_is_text, "a text"),
    "reading": (_or_none(_is_mapping), "a mapping"),
    "sent": (_is_mapping, "a mapping"),
    "headers": (_is_mapping, "a mapping"),
    "latency_s": (_or_none(is_duration), "a number of seconds"),
    "ttft_s": (_or_none(is_duration), "a number of seconds"),
    "created_at": (_or_none(is_moment), "a Unix time in seconds, between 1970 and 2255"),
    "attempts": (_or_none(_is_attempts), "a whole number of at least 0"),
    "tried": (_is_texts, "a list of texts"),
    "price": (_or_none(_is_price), "a mapping from texts to texts"),
}
