"""What comes of asking at the door, and under which rule a profile is asked. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from distilkit.calls import Record
from distilkit.engine.breaker import Rule
from distilkit.engine.budget import Refusal
from distilkit.engine.needs import Booking
from distilkit.store.board import Claim


@dataclass(frozen=True, slots=True)
class Guard:
    """Under which rule a profile is asked.

    Attributes:
        rule: when it counts as failing.
        is_routed: whether somebody else can be asked in its place, so that it is left alone where it fails.
        is_probe: whether this request is to show that it works again.
    """

    rule: Rule = field(default_factory=Rule)
    is_routed: bool = False
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one request now."""

    claim: Claim
    booking: Booking | None


@dataclass(frozen=True, slots=True)
class Found:
    """Another run was answered meanwhile."""

    record: Record


@dataclass(frozen=True, slots=True)
class Paused:
    """The account is not to be asked for longer than the profile's patience; in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The profile has failed too often meanwhile."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Another run has stood in the way for the whole deadline; it may have been suspended."""

    reason: str


@dataclass(frozen=True, slots=True)
class Late:
    """The request's deadline passed while it waited for its turn."""


Verdict = Ticket | Found | LeftAlone | Paused | Blocked | Late | Refusal
"""What comes of asking at the door."""
