"""The headers `RateLimit` and `RateLimit-Policy` of IETF's drafts, older and newer, read into values.

Never raises: what cannot be understood is left out. Knows no provider, no clock, and not which window matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

# A list is read so far; the rest of a longer one would only take time.
_LONGEST = 1_000
_MOST_ITEMS = 20

_FIELDS = ("limit", "remaining", "reset")
_ITEM = re.compile(r'(?:"[^"]*"|[^",])+')
_PARAM = re.compile(r'(?:"[^"]*"|[^";])+')
_OLDER = re.compile(r"\b(limit|remaining|reset)\s*=\s*(\d{1,15})(?![\d.])", re.ASCII | re.IGNORECASE)
_COUNT = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quota:
    """One limit; every number is None where it is not told.

    Attributes:
        name: the provider's word for it.
        unit: what is counted, in the provider's word, e.g. `requests` or `content-bytes`; "" where it is not told.
        limit: the most in one window.
        remaining: how much of it is left.
        reset_s: seconds until it is whole again.
        window_s: seconds.
    """

    name: str = ""
    unit: str = ""
    limit: float | None = None
    remaining: float | None = None
    reset_s: float | None = None
    window_s: float | None = None


def quotas(headers: Mapping[str, str]) -> list[Quota]:
    """Return the limits that headers, by lower-case name, tell of; a limit and its policy are one.

    >>> quotas({"ratelimit": '"a";r=50;t=30', "ratelimit-policy": '"a";q=100;w=60'})
    [Quota(name='a', unit='', limit=100.0, remaining=50.0, reset_s=30.0, window_s=60.0)]
    """
    policies = _policies(headers.get("ratelimit-policy", ""))
    # `RateLimit-Limit: 100, 100;w=60` has its policies behind the limit.
    policies += _policies(headers.get("ratelimit-limit", "").partition(",")[2])
    states = list(_states(headers))
    joined = [_joined(state, policies) for state in states]
    alone = [policy for policy in policies if not any(_is_of(state, policy) for state in states)]
    return joined + alone


def count(text: str) -> float | None:
    """Return a plain number that is 0 or more, or None: signs, exponents, words and endless digits are none."""
    text = text.strip()
    return float(text) if _COUNT.fullmatch(text) else None


def _policies(text: str) -> list[Quota]:
    found = []
    for name, params in _items(text):
        limit, window_s = count(params.get("q", name)), count(params.get("w", ""))
        if limit is not None:
            found.append(Quota(name, params.get("qu", ""), limit, window_s=window_s))
    return found


def _states(headers: Mapping[str, str]) -> Iterator[Quota]:
    text = headers.get("ratelimit", "")
    if older := {name.lower(): float(number) for name, number in _OLDER.findall(text[:_LONGEST])}:
        yield Quota("", "", older.get("limit"), older.get("remaining"), older.get("reset"))
        return
    for name, params in _items(text):
        remaining = count(params.get("r", ""))
        if remaining is not None:
            yield Quota(name, params.get("qu", ""), None, remaining, count(params.get("t", "")))
    apart = {field: count(headers.get(f"ratelimit-{field}", "").partition(",")[0]) for field in _FIELDS}
    if any(value is not None for value in apart.values()):
        yield Quota("", "", apart["limit"], apart["remaining"], apart["reset"])


def _joined(state: Quota, policies: list[Quota]) -> Quota:
    policy = next((policy for policy in policies if _is_of(state, policy)), None)
    if policy is None:
        return state
    return replace(state, unit=state.unit or policy.unit, limit=policy.limit, window_s=policy.window_s)


def _is_of(state: Quota, policy: Quota) -> bool:
    return state.name == policy.name if state.name else state.limit == policy.limit


def _items(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return the items of a list, each with its parameters; quotes are taken off."""
    return [_item(item) for item in _ITEM.findall(text[:_LONGEST])[:_MOST_ITEMS]]


def _item(text: str) -> tuple[str, dict[str, str]]:
    first, *rest = [part.strip() for part in _PARAM.findall(text)] or [""]
    params = (part.partition("=") for part in rest)
    return _bare(first), {name.strip().lower(): _bare(value) for name, _, value in params}


def _bare(text: str) -> str:
    return text.strip().strip('"').strip()
