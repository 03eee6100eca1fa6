"""A provider's way to say no: how it wraps a reason, and its documented words for single faults.

Knows no provider; `refusals` has them. `KEY` in a body stands for the key that was sent: providers do repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

KEY = "<the key that was sent>"
# Stands for the milliseconds of a moment so far away. The wait until then is read a little later, and is shorter.
MOMENT = "<a moment>"
A_WHILE_S = 600.0


class Verdict(NamedTuple):
    """What an error must be said to mean; `wait_s` is the wait the provider asks for, None where it does not say."""

    kind: str
    retryable: bool
    wait_s: float | None = None


@dataclass(frozen=True)
class Refusal:
    """A status and a body, and what they mean where that differs from the fault's usual meaning."""

    status: int
    body: Any
    verdict: Verdict | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """How one provider refuses.

    Attributes:
        wrap: the body around a reason, by status.
        own: its documented words for faults that all have; the rest is wrapped.
        quirks: faults that only it has.
        lacks: faults it has no word for.
    """

    wrap: Callable[[int, str], Any]
    own: Mapping[str, Refusal] = field(default_factory=dict)
    quirks: Mapping[str, Refusal] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()


NO_FILTER = frozenset({"filtered"})
NO_FILTER_AT_ALL = frozenset({"filtered", "filtered_finish"})
CREDIT = Verdict("rate_limit", retryable=False)
NEVER_FITS = Verdict("rate_limit", retryable=False)
