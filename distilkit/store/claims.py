"""What a board keeps of requests: the claim of one in flight, and how one failed the last time. Values; no database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """A request in flight.

    Attributes:
        id: its number on this board, never given twice.
        key: the request's key.
        profile: whom it asks.
        scope: the limits it falls under.
        section: the profile's provider section.
        run: which run sends it.
        dollars: held for it, the most it can cost.
        owner: the board that claimed it.
        since: seconds on the clock all boards of this machine share.
    """

    id: int
    key: str
    profile: str
    scope: str
    section: str
    run: str
    dollars: Decimal
    owner: int
    since: float


@dataclass(frozen=True, slots=True)
class LastFailure:
    """How a request failed the last time; it has not been answered since.

    Attributes:
        key: the request's key.
        kind: one of `errors.KINDS`.
        message: what the error said.
        request_json: the request, so that it can be asked again.
        profile: who was asked.
        at: seconds since the epoch.
    """

    key: str
    kind: str
    message: str
    request_json: str
    profile: str
    at: float
