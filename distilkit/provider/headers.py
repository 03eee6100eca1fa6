"""Reply headers: the few worth keeping, and what they tell of the provider's limits.

Never raises: what cannot be understood is ignored. Knows the names that providers give their headers; knows nothing of
errors, or of what is done about a limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from distilkit.provider.ietf import Quota, count, quotas
from distilkit.provider.waits import A_DAY_S, parse_wait

_KEPT = frozenset(
    (
        "date",
        "request-id",
        "x-request-id",
        "apim-request-id",
        "x-ms-region",
        "cf-ray",
        "openai-processing-ms",
        "openai-version",
        "retry-after",
        "retry-after-ms",
    )
)
_KEPT_STARTS = ("x-ratelimit", "anthropic-ratelimit-", "ratelimit", "x-groq-")
_LONGEST_VALUE = 200

_MINUTE_S = 60.0
# Of a limit that does not name its window: one that is whole again so soon may as well be a second's.
_SECOND_S = 1.0

_UNITS = {
    "requests": "requests",
    "req": "requests",
    "tokens": "tokens",
    "input-tokens": "input_tokens",
    "tokens-prompt": "input_tokens",
    "output-tokens": "output_tokens",
    "tokens-generated": "output_tokens",
}
_UNIT = rf"(?P<unit>{'|'.join(_UNITS)})"
_FIELD = r"(?P<field>limit|remaining|reset|renewalperiod)"
_WINDOW = r"(?:-(?P<window>(?:\d{1,3}-)?(?:second|minute|hour|day|month)))?"
_NAMES = (
    re.compile(rf"x-ratelimit-{_FIELD}-{_UNIT}{_WINDOW}", re.ASCII),
    re.compile(rf"anthropic-ratelimit-{_UNIT}-{_FIELD}", re.ASCII),
    re.compile(rf"(?:x-)?ratelimit(?P<by>bysize)-{_FIELD}{_WINDOW}", re.ASCII),  # Mistral's, of tokens
    re.compile(rf"x-ratelimit-{_FIELD}{_WINDOW}", re.ASCII),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply's headers tell of one limit.

    Attributes:
        unit: what is limited: `requests`, `tokens` (input and output together), `input_tokens` or `output_tokens`.
        limit: the most in one window, 1 or more, or None where it is not told.
        remaining: how much of it is left, never more than `limit`, or None.
        reset_s: seconds until the limit is whole again, 0 to a day, or None.
        per_minute: whether the window is a minute; where it is not, or nobody knows, `limit` says nothing of a minute.
    """

    unit: str
    limit: float | None = None
    remaining: float | None = None
    reset_s: float | None = None
    per_minute: bool = True


class _Of(NamedTuple):
    """Which limit a header speaks of; an empty text is what its name does not say."""

    unit: str
    window: str


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers worth keeping, by lower-case name: limits, request ids, times. Never a cookie."""
    return {
        lower: value[:_LONGEST_VALUE]
        for name, value in headers.items()
        if (lower := name.lower()) in _KEPT or lower.startswith(_KEPT_STARTS)
    }


def told(headers: Mapping[str, str], provider: str, *, now: float) -> list[Told]:
    """Return what the headers of a reply tell of limits; nothing where nothing can be understood.

    The words of OpenAI, Azure, Anthropic, Groq, Mistral, OpenRouter, and IETF's drafts. Cohere counts trials and months
    only, and is not read.

    Args:
        headers: with names in any case; of one that occurs twice, the first counts.
        provider: LiteLLM's name, for those who mean something of their own by the same words.
        now: Unix time in seconds, for resets that name a moment.

    >>> told({"x-ratelimit-limit-tokens": "1000", "x-ratelimit-reset-tokens": "1m0s"}, "openai", now=0)
    [Told(unit='tokens', limit=1000.0, remaining=None, reset_s=60.0, per_minute=True)]
    """
    lower: dict[str, str] = {}
    for name, value in headers.items():
        lower.setdefault(name.lower(), value)
    groups: dict[_Of, dict[str, str]] = {}
    for name, value in lower.items():
        if found := _named(name):
            groups.setdefault(found[0], {}).setdefault(found[1], value)
    named = [_from_fields(of, fields, provider, now) for of, fields in groups.items()]
    listed = [_from_quota(quota) for quota in quotas(lower)]
    return [one for one in named + listed if one is not None]


def _named(name: str) -> tuple[_Of, str] | None:
    """Return the limit that a header speaks of, and which of its fields it is."""
    for pattern in _NAMES:
        if found := pattern.fullmatch(name):
            parts = found.groupdict()
            unit = "tokens" if "by" in parts else _UNITS.get(parts.get("unit", ""), "")
            return _Of(unit, parts.get("window") or ""), parts["field"]
    return None


def _from_fields(of: _Of, fields: Mapping[str, str], provider: str, now: float) -> Told | None:
    limit = count(fields["limit"]) if "limit" in fields else None
    if "limit" in fields and limit is None:
        return None  # -1 stands for "none" or "unknown", and then so does what remains of it
    remaining, reset_s = count(fields.get("remaining", "")), parse_wait(fields.get("reset", ""), now=now)
    if of.window:
        is_minute = of.window == "minute"
    elif "renewalperiod" in fields:  # Azure's, in seconds
        is_minute = count(fields["renewalperiod"]) == _MINUTE_S
    elif not of.unit:
        is_minute = _could_be_a_minute(reset_s)
    else:
        is_minute = (provider, of.unit) != ("groq", "requests")  # Groq counts requests by the day
    return _made(Told(of.unit or "requests", limit, remaining, reset_s, is_minute))


def _from_quota(quota: Quota) -> Told | None:
    counted = (quota.unit or ("tokens" if "token" in quota.name.lower() else "requests")).lower().replace("_", "-")
    if counted not in _UNITS:
        return None  # bytes, or connections at once
    is_minute = _could_be_a_minute(quota.reset_s) if quota.window_s is None else quota.window_s == _MINUTE_S
    reset_s = None if quota.reset_s is None else min(quota.reset_s, A_DAY_S)
    return _made(Told(_UNITS[counted], quota.limit, quota.remaining, reset_s, is_minute))


def _could_be_a_minute(reset_s: float | None) -> bool:
    return reset_s is not None and _SECOND_S < reset_s <= _MINUTE_S


def _made(one: Told) -> Told | None:
    """Return what was told made consistent, or None where it says nothing of use."""
    limit, remaining = one.limit, one.remaining
    # A limit of 0 stands for "none" with some; obeyed, it would stop the run for ever.
    if (limit is None and remaining is None) or (limit is not None and limit < 1):
        return None
    if limit is not None and remaining is not None:
        remaining = min(limit, remaining)
    is_minute = one.per_minute and (one.reset_s is None or one.reset_s <= _MINUTE_S)
    return replace(one, remaining=remaining, per_minute=is_minute)
