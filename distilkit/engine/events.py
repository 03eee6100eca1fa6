"""What a run says while it works. One observer hears it; progress lines, metrics and logs are subscribers.

Values only; the engine knows none of its listeners.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

EventKind = Literal["planned", "from_store", "waiting", "sent", "retrying", "answered", "failed", "alert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: `planned` and `from_store` come once a profile, with a count; `alert` for what the caller should know;
            the others once a request. A `from_store` with a key is an answer that another process stored while this
            run waited.
        profile: the profile's name, or the strategy's.
        count: how many calls the event stands for.
        key: the request's key, where it is about one request.
        attempt: 1 for the first request sent for this key.
        wait_s: seconds until it goes out, for `waiting` and `retrying`.
        latency_s: seconds the answer took, for `answered`.
        billed_usd: dollars paid for this call, for `answered`; None when unknown.
        reason: why it waits, is tried again, or failed; the text of an alert.
    """

    kind: EventKind
    profile: str
    count: int = 1
    key: str | None = None
    attempt: int | None = None
    wait_s: float | None = None
    latency_s: float | None = None
    billed_usd: Decimal | None = None
    reason: str | None = None
