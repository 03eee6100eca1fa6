"""Finds the JSON in an answer: the whole of it, else what one `json` fence holds, else the outermost values in prose.

A real decoder decides what is JSON, in time linear in the text. NaN, numbers beyond a float and a name given twice are
no JSON here: nobody could say what was meant. Knows no schema.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple, NoReturn

from distilkit.structured.fitting import TOO_DEEP, Unfit

# A start that is none makes the decoder count the lines before it, so only so many are tried.
_MOST_TRIES = 1_000
_MOST_VALUES = 1_000
# An opening bracket and what can follow it; LaTeX, sets and code mostly end here. Nothing is looked at twice.
_START = re.compile(r"""\{[ \t\r\n]*+(?=["}])|\[[ \t\r\n]*+(?=["{\[\]\-0-9tfn])""")
_FENCE = "```"


class Found(NamedTuple):
    """A JSON value in an answer: as it is written, and as Python objects."""

    text: str
    value: Any


class _RefusedError(ValueError):
    """JSON by its form, but not to be taken at its word."""


def found(content: str) -> list[Found] | Unfit:
    """Return the JSON values an answer holds, at least one, or why there is none. Never raises."""
    whole = content.strip().removeprefix("\ufeff").strip()
    try:
        return [Found(whole, _DECODER.decode(whole))]
    except RecursionError:
        return TOO_DEEP
    except json.JSONDecodeError as error:
        broken = error
    except ValueError as error:
        return Unfit(_told(error))
    try:
        values = _fenced(whole) or _outermost(whole)
    except RecursionError:
        return TOO_DEEP
    except ValueError as error:
        return Unfit(_told(error))
    return values or Unfit(_nothing(whole, broken))


def _told(error: ValueError) -> str:
    # Python refuses numbers of over 4,300 digits, in words about itself.
    return str(error) if isinstance(error, _RefusedError) else "a number in it is too long"


def _nothing(whole: str, broken: json.JSONDecodeError) -> str:
    if not whole:
        return "the answer is empty"
    if whole[0] in "{[":
        return f"not whole JSON: {broken.msg} at line {broken.lineno}, column {broken.colno}"
    return "the answer holds no JSON"


def _fenced(text: str) -> list[Found]:
    """Return what the one fence marked `json` holds; nothing where there are several, or it is broken."""
    inside = text.split(_FENCE)[1::2]
    marked = [part[4:] for part in inside if part[:4].lower() == "json"]
    if len(marked) != 1:
        return []
    body = marked[0].strip()
    try:
        return [Found(body, _DECODER.decode(body))]
    except json.JSONDecodeError:
        return []


def _outermost(text: str) -> list[Found]:
    """Return the objects and lists that stand in no other, each once."""
    values: dict[str, Found] = {}
    place = broken = 0
    while broken < _MOST_TRIES and len(values) < _MOST_VALUES and (opening := _START.search(text, place)):
        start = opening.start()
        try:
            value, place = _DECODER.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # What was read until the fault is part of something broken: no value in it is the answer.
            place, broken = max(opening.end(), error.pos), broken + 1
        else:
            values.setdefault(text[start:place], Found(text[start:place], value))
    return list(values.values())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value] # None is no
        raise _RefusedError(f"the name {twice[:100]!r} stands twice in one object")
    return fields


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _RefusedError(f"the number {digits[:50]} is too large")
    return number


def _no_number(word: str) -> NoReturn:
    raise _RefusedError(f"{word} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_number)
