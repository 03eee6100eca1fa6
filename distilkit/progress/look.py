"""What a run looks like at one moment: the numbers that every drawing of it shows. Values alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What went out in the last minute, against the limit.

    Attributes:
        unit: `requests`, `tokens`, `input_tokens` or `output_tokens`.
        used: how much of it in the last 60 s, of all profiles that share the limit.
        limit: how much a minute may hold; None where the profile declares none.
        is_shared: whether other profiles of this run fall under the same limit.
    """

    unit: str
    used: float
    limit: int | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How one profile is doing, or all of them together.

    Attributes:
        name: the profile's, or the strategy's, as it was given: foreign text.
        total: rows expected.
        answered: rows answered in this run.
        from_store: rows that were there already.
        failed: rows that ended without an answer.
        retried: requests that are tried once more.
        in_flight: requests that are out now.
        waiting: calls that are neither settled nor out.
        reason: why they wait, as the engine says it; None where nothing but their turn is in the way.
        wait_s: seconds until the next of them may go; None when unknown.
        spent_usd: dollars paid so far; None where one reply's cost is not known.
        expected_usd: dollars in all, if the rest costs what the answered ones did; None when unknown.
        left_s: seconds until the last row, about; None when unknown.
        rates: what went out in the last minute.
    """

    name: str
    total: int
    answered: int = 0
    from_store: int = 0
    failed: int = 0
    retried: int = 0
    in_flight: int = 0
    waiting: int = 0
    reason: str | None = None
    wait_s: float | None = None
    spent_usd: Decimal | None = Decimal(0)
    expected_usd: Decimal | None = None
    left_s: float | None = None
    rates: tuple[Rate, ...] = ()

    @property
    def done(self) -> int:
        """Rows that are settled."""
        return self.answered + self.from_store + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A whole run at one moment.

    Attributes:
        whole: all profiles together; its rates are empty.
        bars: one for each profile, in the order in which they were planned.
        elapsed_s: seconds since it began.
        has_sent: whether anything was sent so far.
        note: how it ended, such as `interrupted`; empty while it goes on.
    """

    whole: Bar
    bars: tuple[Bar, ...]
    elapsed_s: float
    has_sent: bool
    note: str = ""
