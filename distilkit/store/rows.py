"""Rows of answers recorded elsewhere: what a row may hold, and what its values mean.

Knows columns; knows no files, no requests, no database and no pandas.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from numbers import Real
from typing import Any

from distilkit.errors import InputError
from distilkit.store.measures import is_duration, is_moment

COLUMNS: dict[str, str] = {
    "prompt": "what was asked, or",
    "messages": "the same as OpenAI-style messages, a list or its JSON",
    "system": "system prompt; else the profile's, if it has one",
    "params": "generation parameters beside the profile's, a mapping or its JSON",
    "sample": "0 for the first answer to the same question (the default), 1 for the second, ...",
    "content": "the answer; may be empty, must be there",
    "thinking": "its reasoning, as text",
    "model": "the model as served",
    "finish_reason": "OpenAI's words: stop, length, ...",
    "input_tokens": "cached ones included",
    "output_tokens": "reasoning included",
    "reasoning_tokens": "of the output",
    "cached_tokens": "of the input",
    "cost_usd": "US dollars for the whole answer",
    "latency_s": "seconds from asking to the last byte",
    "created_at": "Unix time in seconds, a datetime, or ISO 8601; UTC where it does not say",
}
"""What a row may hold. Only `content` and one of `prompt` and `messages` are needed."""

MOST_SAMPLES = 100_000
"""Answers to one question; a larger number is the number of something else."""

# What lies outside is no count, no dollars and no seconds, and must not be written out: "1e3000000" takes minutes.
_EXPONENTS = range(-40, 15)
# No answer has more tokens; reading takes a larger count for an error.
_MOST_TOKENS = 10**12
_CLIP = 60

_ABSENT_TYPES = frozenset({"NAType", "NaTType"})  # pandas' own ways of saying nothing, told without importing it


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and its number from 1 for the messages. A field that says nothing is None: it stays unknown."""

    number: int
    fields: Mapping[str, Any]

    def wrong(self, what: str) -> InputError:
        """Return an error that names the row."""
        return InputError(f"row {self.number}: {what}")

    def check(self) -> None:
        """Refuse unknown columns, and a row without an answer."""
        for column in self.fields:
            if column not in COLUMNS:
                near = get_close_matches(str(column), COLUMNS, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(COLUMNS)}"
                raise self.wrong(f"{column!r} is no column of a recorded answer; {hint}")
        if self.value("content") is None:
            raise self.wrong("has no content; leave a failed call out, and it will be asked again")

    def value(self, column: str) -> Any:
        """Return a field, or None where the row does not say."""
        value = self.fields.get(column)
        empty = isinstance(value, str) and not value and column != "content"
        return None if empty or _is_absent(value) else value

    def text(self, column: str) -> str | None:
        """Return text, or None."""
        value = self.value(column)
        if value is not None and not isinstance(value, str):
            raise self.wrong(f"{column} is {type(value).__name__}, not text")
        return value

    def number_of(self, column: str) -> Decimal | None:
        """Return a number of at least 0, or None."""
        value = self.value(column)
        if value is None:
            return None
        number = _decimal(value)
        if number is None or not number.is_finite() or number < 0:
            raise self.wrong(f"{column} is {_short(value)}: a number of at least 0, or nothing where it is unknown")
        if number and number.adjusted() not in _EXPONENTS:
            raise self.wrong(f"{column} is {_short(value)}, which is too {'large' if number > 1 else 'small'}")
        return number or Decimal(0)

    def count(self, column: str) -> int | None:
        """Return a whole number of at least 0, or None."""
        number = self.number_of(column)
        if number is not None and (number != int(number) or number >= _MOST_TOKENS):
            raise self.wrong(f"{column} is {_short(number)}: a whole number below 10**12")
        return None if number is None else int(number)

    def sample(self) -> int:
        """Return which of the answers to its question this is; 0 where the row does not say."""
        sample = self.count("sample") or 0
        if sample >= MOST_SAMPLES:
            raise self.wrong(f"sample is {sample}: number the answers to one question 0, 1, ...")
        return sample

    def seconds(self, column: str) -> float | None:
        """Return a number of seconds, or None."""
        number = self.number_of(column)
        if number is not None and not is_duration(float(number)):
            raise self.wrong(f"{column} is {_short(number)}: a number of seconds")
        return None if number is None else float(number)

    def parsed(self, column: str, kind: type | tuple[type, ...], noun: str) -> Any:
        """Return a list or mapping, given as such or as its JSON, or None."""
        value = self.value(column)
        value = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise self.wrong(f"{column} is not JSON: {error}") from None
        if value is not None and not isinstance(value, kind):
            raise self.wrong(f"{column} is {type(value).__name__}: {noun}, or its JSON")
        return value

    def moment(self, column: str) -> float | None:
        """Return a Unix time in seconds, or None."""
        value = self.value(column)
        if isinstance(value, str) and not _is_numeral(value):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise self.wrong(f"{column} is {_short(value)}: Unix time in seconds, or ISO 8601") from None
        if isinstance(value, datetime):
            moment: float | None = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        else:
            number = self.number_of(column)
            moment = None if number is None else float(number)
        if moment is not None and not is_moment(moment):
            way = "Unix time in seconds (not milliseconds) or ISO 8601, between 1970 and 2255"
            raise self.wrong(f"{column} is {_short(self.value(column))}: {way}")
        return moment


def _decimal(value: Any) -> Decimal | None:
    """Return a number exactly, or None where it is none."""
    try:
        return Decimal(str(value)) if isinstance(value, Real | Decimal | str) else None
    except (InvalidOperation, ValueError):  # the second for a whole number with more digits than Python writes out
        return None


def _short(value: Any) -> str:
    """Return how a value is written, cut short."""
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except ValueError:
        return "a number with thousands of digits"
    return text if len(text) <= _CLIP else f"{text[: _CLIP - 1]}…"


def _is_absent(value: Any) -> bool:
    if isinstance(value, Sequence | Mapping):
        return False
    if type(value).__name__ in _ABSENT_TYPES:
        return True
    return value is None or (isinstance(value, Real) and bool(value != value))  # noqa: PLR0124 - only a NaN differs


def _is_numeral(text: str) -> bool:
    try:
        Decimal(text)
    except InvalidOperation:
        return False
    return True
