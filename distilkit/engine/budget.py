"""Dollars that may be spent: which limits there are, whether one more call fits, and what to say when it does not.

Exact decimal arithmetic over sums that it is given. Knows no database and no clock; who adds up what is spent and
held is decided elsewhere. `worst` says what a call may cost.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Context, Decimal
from typing import TYPE_CHECKING, Literal

from distilkit.engine.worst import Worst, bytes_of_messages, is_open_ended, worst_case

if TYPE_CHECKING:
    from distilkit.profiles import Allowance, Budget
    from distilkit.store import SpendRow

__all__ = [
    "Limit",
    "Period",
    "Refusal",
    "Worst",
    "alerts",
    "applies",
    "bytes_of_messages",
    "is_open_ended",
    "limits",
    "refusal",
    "spent_in",
    "total",
    "usd",
    "worst_case",
]

Period = Literal["run", "day", "month"]

# Wide enough that no sum of amounts is ever rounded.
_EXACT = Context(prec=200)
_ZERO, _HUNDRED = Decimal(0), Decimal(100)
_CENT, _MICRO = Decimal("0.01"), Decimal("0.000001")
_LABELS: dict[Period, str] = {"run": "budget of this run", "day": "daily budget", "month": "monthly budget"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a budget.

    Attributes:
        period: what it is for: this run, a day (UTC) or a calendar month (UTC).
        section: the provider section it is for, or None for all of them together.
        dollars: US dollars that may be spent.
    """

    period: Period
    section: str | None
    dollars: Decimal

    @property
    def label(self) -> str:
        """How it is called in a message, e.g. `openai's daily budget`."""
        name = _LABELS[self.period]
        return name if self.section is None else f"{self.section}'s {name}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is not sent.

    Attributes:
        limit: the limit it would exceed.
        spent: US dollars spent of it.
        held: US dollars held for calls in flight.
        worst: US dollars this call may cost.
    """

    limit: Limit
    spent: Decimal
    held: Decimal
    worst: Decimal

    @property
    def may_fit_later(self) -> bool:
        """Whether the call would fit if everything that is held came back."""
        return self.held > 0 and _EXACT.add(self.spent, self.worst) <= self.limit.dollars

    def message(self) -> str:
        """Return the text of the `error` column."""
        held = f" {usd(self.held)} held for calls in flight," if self.held else ""
        way = "raise the budget" if self.worst <= self.limit.dollars else "raise the budget, or lower max_tokens,"
        return (
            f"{self.limit.label} of {usd(self.limit.dollars)}: {usd(self.spent)} spent,{held} "
            f"this call may cost up to {usd(self.worst)}; {way} and run the same call again"
        )


def limits(budget: Budget) -> tuple[Limit, ...]:
    """Return the limits that a budget sets: those for all providers first, then each section's."""
    limited: list[tuple[str | None, Budget | Allowance]] = [(None, budget), *budget.providers.items()]
    return tuple(
        Limit(period, section, dollars)
        for section, each in limited
        for period, dollars in _of_periods(each).items()
        if dollars is not None
    )


def _of_periods(limited: Budget | Allowance) -> dict[Period, Decimal | None]:
    return {"run": limited.run, "day": limited.daily, "month": limited.monthly}


def applies(limit: Limit, section: str) -> bool:
    """Say whether a call to a profile of this provider section counts against the limit."""
    return limit.section is None or limit.section == section


def refusal(
    limits: Iterable[Limit],
    spent: Callable[[Limit], Decimal],
    held: Callable[[Limit], Decimal],
    worst: Decimal,
    section: str,
) -> Refusal | None:
    """Say why a call may not be sent, or None where it fits every limit that applies.

    A call that costs nothing always fits. Of several reasons, one that waiting does not cure goes first.

    Args:
        limits: all limits of the budget.
        spent: US dollars spent of a limit.
        held: US dollars held for calls in flight that count against it.
        worst: US dollars this call may cost.
        section: the provider section of its profile.
    """
    if worst <= 0:
        return None
    found = [
        Refusal(limit, of, on, worst)
        for limit in limits
        if applies(limit, section)
        and _EXACT.add(_EXACT.add(of := spent(limit), on := held(limit)), worst) > limit.dollars
    ]
    return min(found, key=lambda reason: reason.may_fit_later, default=None)


def spent_in(limit: Limit, rows: Iterable[SpendRow], now: datetime) -> Decimal:
    """Add up what the ledger says was spent of a limit, exactly.

    The ledger knows days, not runs: of a run's limit, nothing is spent in it. An answer whose cost is not known
    counts 0 here.

    Args:
        limit: the limit.
        rows: the ledger's totals.
        now: an aware time; its day and month are taken in UTC.
    """
    today = now.astimezone(UTC).date()

    def counts(day: date) -> bool:
        same_month = (day.year, day.month) == (today.year, today.month)
        return {"run": False, "day": day == today, "month": same_month}[limit.period]

    return total(row.cost_usd for row in rows if counts(row.day) and applies(limit, row.section))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Add amounts up, exactly; `sum` rounds to the caller's context."""
    return functools.reduce(_EXACT.add, amounts, _ZERO)


def alerts(
    limits: Iterable[Limit],
    spent_before: Mapping[Limit, Decimal],
    spent_after: Mapping[Limit, Decimal],
    alert_at: Decimal,
) -> list[str]:
    """Return a text for each limit whose spent share reached `alert_at` (0 to 1) between two moments."""
    texts = []
    for limit in limits:
        mark = _EXACT.multiply(limit.dollars, alert_at)
        before, after = spent_before[limit], spent_after[limit]
        # A mark of 0 is passed with the first dollar, not reached without one.
        if before < mark <= after or before <= mark == 0 < after:
            texts.append(f"{limit.label} of {usd(limit.dollars)}: {usd(after)} spent{_share(after, limit.dollars)}")
    return texts


def _share(spent: Decimal, dollars: Decimal) -> str:
    # Rounded down: nobody shall read 100 % where there is something left.
    return f" ({_EXACT.divide_int(_EXACT.multiply(spent, _HUNDRED), dollars)} %)" if dollars else ""


def usd(dollars: Decimal) -> str:
    """Write dollars: whole cents, or up to six decimals; what is finer is rounded up.

    >>> usd(Decimal("10")), usd(Decimal("0.0125")), usd(Decimal("0.00000001"))
    ('$10.00', '$0.0125', '$0.000001')
    """
    shown = dollars.quantize(_MICRO, ROUND_CEILING, _EXACT)
    if shown == shown.quantize(_CENT, context=_EXACT):
        return f"${shown:,.2f}"
    return f"${shown:,f}".rstrip("0")
