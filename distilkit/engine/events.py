"""What a run says while it works. One observer hears it; progress lines, metrics and logs are subscribers.

Values only; the engine knows none of its listeners.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from distilkit.profiles.profile import RateLimit

EventKind = Literal["planned", "from_store", "waiting", "sent", "retrying", "answered", "failed", "alert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What bounds the requests of one profile.

    Attributes:
        scope: names the limits; profiles with the same scope share them.
        limits: what the profile declares.
        max_concurrency: requests in flight at once.
        keeps_max_tokens: whether a request's `max_tokens` stay counted until the minute is over, whatever it used.
    """

    scope: str
    limits: RateLimit
    max_concurrency: int
    keeps_max_tokens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: `planned` and `from_store` come once a profile, with a count; `alert` for what the caller should know;
            the others once a request. A `from_store` with a key is an answer that another process stored while this
            run waited. A `failed` without a key is for all of a profile's rows that `only_failed=True` or
            `cache="only"` sends nothing for.
        profile: the profile's name, or the strategy's.
        count: how many calls the event stands for.
        key: the request's key, where it is about one request.
        attempt: 1 for the first request sent for this key.
        asked_key: the key of the call as it was planned. That of a strategy is none of its members', and each `sent`
            has the key of the member that is asked.
        served_by: the profile that was asked, for `sent` and `answered`; the strategy's member.
        wait_s: seconds until it goes out, for `waiting` and `retrying`; None when unknown.
        latency_s: seconds the answer took, for `answered`.
        input_tokens: for `answered`, what the provider counted; for `sent`, what was booked against its limits. None
            when unknown, or where nothing is limited.
        output_tokens: the same.
        billed_usd: dollars paid for this call, for `answered` and `failed`; None when unknown.
        reason: why it waits, is tried again, or failed; the text of an alert.
        account: what bounds the profile's requests, for `planned`; None for a strategy, whose members have their own.
    """

    kind: EventKind
    profile: str
    count: int = 1
    key: str | None = None
    attempt: int | None = None
    asked_key: str | None = None
    served_by: str | None = None
    wait_s: float | None = None
    latency_s: float | None = None
    input_tokens: float | None = None
    output_tokens: float | None = None
    billed_usd: Decimal | None = None
    reason: str | None = None
    account: Account | None = None
