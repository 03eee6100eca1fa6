"""Who is left alone for a while: a circuit breaker for each profile, as arithmetic over a clock that is given.

Closed lets everything through. So many failures in a row open it, and nothing goes. After the recovery time it is half
open: one request goes, as the probe, and its outcome closes it or opens it afresh. Knows no provider and no board; the
states are values that a board can keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from distilkit.errors import KINDS, ErrorKind
from distilkit.profiles import Strategy

State = Literal["closed", "open", "half_open"]

# What says nothing about the provider's health: it answered, and another request may well be answered otherwise.
_HEALTHY: frozenset[str] = frozenset({"context_length", "content_filter", "invalid_request"})
# What the next request would meet too: a key, a name or a quota does not heal between two requests.
_LASTING: frozenset[str] = frozenset({"authentication", "model_not_found"})


@dataclass(frozen=True, slots=True)
class Rule:
    """When to leave a profile alone, and for how long."""

    max_failures: int = 3
    recovery_timeout_s: float = 300.0

    @classmethod
    def of(cls, strategy: Strategy) -> Rule:
        """Return the strategy's own rule."""
        return cls(strategy.max_failures, strategy.recovery_timeout_s)


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one profile.

    Attributes:
        state: `closed`, `open` or `half_open`.
        failures: failures in a row, those before it opened included.
        since: seconds on the clock when it opened or its probe went out; None while closed.
        reason: the error kind that opened it; "" while closed.
    """

    state: State = "closed"
    failures: int = 0
    since: float | None = None
    reason: str = ""

    @classmethod
    def load(cls, blob: Mapping[str, Any] | None, now: float) -> Breaker:
        """Return what `dump` wrote; closed where there is nothing, or nothing readable.

        A time in the future is of a clock that has started anew (the machine has), and becomes `now`.
        """
        known = blob or {}
        try:
            state, failures = known["state"], max(0, int(known["failures"]))
            if state == "closed":
                return cls(failures=failures)
            if state in get_args(State) and known["reason"] in KINDS:
                return cls(state, failures, min(float(known["since"]), now), known["reason"])
        except (KeyError, TypeError, ValueError):
            pass  # somebody else's writing; nothing is known then
        return cls()

    def dump(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def available(b: Breaker, rule: Rule, now: float) -> bool:
    """Say whether a request may go: `enter` would let it."""
    return b.state == "closed" or open_for_s(b, rule, now) <= 0


def enter(b: Breaker, rule: Rule, now: float) -> tuple[bool, Breaker]:
    """Say whether this request may go, and return the state with it under way.

    Once the recovery time is over, one request goes as the probe; the others get False until it has reported, or is
    older than the recovery time and so lost with whoever sent it.
    """
    if b.state == "closed":
        return True, b
    if not available(b, rule, now):
        return False, b
    return True, replace(b, state="half_open", since=now)


def after(b: Breaker, rule: Rule, now: float, error_kind: ErrorKind | None, *, retryable: bool = True) -> Breaker:
    """Return the state after a request: `error_kind` None where it was answered.

    `retryable` is the error's own: a `rate_limit` that is not is an exhausted quota.
    """
    if error_kind is None:
        return Breaker()
    if error_kind == "budget":
        return withdrawn(b, rule, now)
    if error_kind in _HEALTHY or (error_kind == "rate_limit" and retryable):
        return Breaker() if b.state == "half_open" else b
    if b.state == "open":  # sent before it opened: known already, and no reason to wait longer
        return b
    failures = b.failures + 1
    lasting = error_kind in _LASTING or error_kind == "rate_limit"
    if b.state == "half_open" or lasting or failures >= rule.max_failures:
        return Breaker("open", failures, now, error_kind)
    return replace(b, failures=failures)


def withdrawn(b: Breaker, rule: Rule, now: float) -> Breaker:
    """Return the state after a probe that was never sent; the next request may be the probe.

    Only for what `enter` let go as the probe: after another request, a second probe would go beside the first.
    """
    if b.state != "half_open":
        return b
    return replace(b, state="open", since=now - rule.recovery_timeout_s)


def open_for_s(b: Breaker, rule: Rule, now: float) -> float:
    """Return the seconds until a request may go: the rest of the recovery time, or until a probe counts as lost."""
    if b.state == "closed" or b.since is None:
        return 0.0
    return max(0.0, b.since + rule.recovery_timeout_s - now)
