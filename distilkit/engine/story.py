"""What one row has been through: the attempts at it, what they cost, and how it ended. A value of one run's worker."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from distilkit.calls import Answer, Call, Failure, Record
from distilkit.engine.retry import explain
from distilkit.errors import ErrorKind, ProviderError


@dataclass(slots=True)
class Story:
    """The attempts at one call.

    Attributes:
        call: as it was planned, perhaps to a strategy.
        attempts: requests sent.
        counted: those that `max_attempts` counts: no 429, and no question whether an outage is over.
        throttled: 429s.
        tried: what became of each request.
        billed_usd: dollars paid so far; None where that is not known.
        record: the last reply that was paid for and was no answer.
        served: the plain call that `record` belongs to.
        asked: the profiles that were sent a request.
        since: the run's clock when its deadline began: with the first request, or, for a strategy, when a worker
            took it up; None before.
        estimate: input tokens of the request being sent, as counted here; 0 where nothing is limited.
    """

    call: Call
    attempts: int = 0
    counted: int = 0
    throttled: int = 0
    tried: list[str] = field(default_factory=list)
    billed_usd: Decimal | None = Decimal(0)
    record: Record | None = None
    served: Call | None = None
    asked: set[str] = field(default_factory=set)
    since: float | None = None
    estimate: int = 0

    def note(self, call: Call, outcome: str) -> None:
        """Write down what became of a request."""
        self.tried.append(f"{call.profile.name}: {outcome}")

    def bill(self, cost_usd: Decimal | None) -> None:
        """Add what a reply cost; one unknown cost makes the sum unknown."""
        known = cost_usd is not None and self.billed_usd is not None
        self.billed_usd = self.billed_usd + cost_usd if known else None  # type: ignore[operator] # both are known

    def left_s(self, deadline_s: float, now: float) -> float:
        """Return the seconds until the deadline."""
        return deadline_s if self.since is None else self.since + deadline_s - now

    def found(self, call: Call, record: Record) -> Answer:
        """End with an answer that somebody else was given."""
        return Answer(record=record, from_store=True, billed_usd=self.billed_usd, served=call)

    def answer(self, call: Call, record: Record) -> Answer:
        """End with an answer."""
        return Answer(record=record, from_store=False, billed_usd=self.billed_usd, served=call)

    def failure(self, error: ProviderError, call: Call, now: float) -> Failure:
        """End without one, because of the last attempt's error."""
        return self.ended(
            error.kind, explain(error, attempt=self.attempts, retry=call.profile.retry, now=now), call, now
        )

    def ended(self, kind: ErrorKind, message: str, call: Call, now: float) -> Failure:
        """End without an answer; `now` is Unix time."""
        return Failure(
            kind=kind,
            message=message,
            attempts=self.attempts,
            tried=tuple(self.tried),
            created_at=now,
            record=self.record,
            billed_usd=self.billed_usd if self.record else None,
            served=self.served or call,
        )
