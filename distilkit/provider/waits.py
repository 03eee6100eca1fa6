"""How long a provider asks to wait, in all the ways it is said: headers, bodies, words.

Never raises: what cannot be understood is ignored. Knows nothing of errors or providers' names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

A_DAY_S = 86_400.0
# Above these a number is a moment, not a duration: seconds and milliseconds since 1970.
_EPOCH_S = 1e9
_EPOCH_MS = 1e11
_LONGEST_TEXT = 64

_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = r"(\d{1,12}(?:\.\d{1,12})?)(h|ms|m|s|us|µs|ns)"
_GO_PART = re.compile(_PART)
_GO = re.compile(f"(?:{_PART})+")
_AMOUNT = r"\d{1,9}(?:\.\d{1,9})?"
_IN_WORDS = re.compile(
    rf"(?:try again|retry(?:ing)?|wait)[a-z ]{{0,20}}? ({_AMOUNT}) ?(ms|milliseconds?|s|sec|seconds?|m|minutes?)\b"
    rf"|(?:try again|retry) in ((?:{_AMOUNT}(?:h|ms|m|s)){{1,4}})",
    re.IGNORECASE,
)
_SEARCHED = 2_000
# The last: LiteLLM's proxy hands on what the provider behind it said under this name alone.
_HEADERS = (("retry-after-ms", "ms"), ("retry-after", ""), ("x-ratelimit-reset", ""), ("llm_provider-retry-after", ""))


def retry_after_s(headers: Mapping[str, str], body: Any, message: str, *, now: float) -> float | None:
    """Return the seconds the provider asks to wait, 0 to a day, or None where it does not say.

    Args:
        headers: of the reply, by lower-case name.
        body: the reply's parsed JSON, or None.
        message: the provider's words.
        now: Unix time in seconds, for those who name a moment.
    """
    for name, unit in _HEADERS:
        if (wait := parse_wait(headers.get(name, ""), now=now, unit=unit)) is not None:
            return wait
    for text in _told_in(body):
        if (wait := parse_wait(text, now=now)) is not None:
            return wait
    return _said(message)


def parse_wait(text: str, *, now: float, unit: str = "") -> float | None:
    """Read seconds, milliseconds (`unit="ms"`), Go durations, HTTP dates, RFC 3339, seconds or milliseconds since 1970.

    >>> parse_wait("6m0s", now=0), parse_wait("1.5", now=0), parse_wait("1500", now=0, unit="ms")
    (360.0, 1.5, 1.5)
    >>> parse_wait("Thu, 01 Jan 1970 00:00:20 GMT", now=0), parse_wait("soon", now=0)
    (20.0, None)
    """
    text = text.strip()
    if not text or len(text) > _LONGEST_TEXT:
        return None
    if (number := _number(text)) is not None:
        return _clamped(number / 1000 if unit == "ms" else _from_number(number, now))
    if _GO.fullmatch(text):
        return _clamped(sum(float(amount) * _UNITS_S[name] for amount, name in _GO_PART.findall(text)))
    moment = _moment(text)
    return None if moment is None else _clamped(moment - now)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _from_number(number: float, now: float) -> float:
    if number >= _EPOCH_MS:
        return number / 1000 - now
    return number - now if number >= _EPOCH_S else number


def _moment(text: str) -> float | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.timestamp()
        except (ValueError, TypeError, OverflowError, OSError, IndexError):
            continue
    return None


def _clamped(seconds: float) -> float | None:
    return min(max(seconds, 0.0), A_DAY_S) if math.isfinite(seconds) else None


def _told_in(body: Any) -> Iterator[str]:
    """Yield what a body says of waiting: Gemini's RetryInfo, OpenRouter's headers, Hugging Face's time of loading."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(body, dict) and "estimated_time" in body:
        yield str(body["estimated_time"])
    if not isinstance(error, dict):
        return
    details = error.get("details")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict) and "retryDelay" in detail:
            yield str(detail["retryDelay"])
    metadata = error.get("metadata")
    headers = metadata.get("headers") if isinstance(metadata, dict) else None
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if str(name).lower() in {"retry-after", "x-ratelimit-reset"}:
            yield str(value)


def _said(message: str) -> float | None:
    found = _IN_WORDS.search(message[:_SEARCHED])
    if found is None:
        return None
    amount, unit, duration = found.groups()
    if duration:
        return parse_wait(duration.lower(), now=0)
    return parse_wait(f"{amount}{_short(unit.lower())}", now=0)


def _short(unit: str) -> str:
    return "ms" if unit.startswith(("ms", "milli")) else unit[0]
