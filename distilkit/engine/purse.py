"""A run's budget: what it may still spend, with what the other processes of this machine spend and hold.

Ties the arithmetic of `budget` to the ledger and to the board's claims. Knows no provider and sends nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from distilkit.calls import Call
from distilkit.engine.budget import (
    Limit,
    Refusal,
    Worst,
    alerts,
    applies,
    bytes_of_messages,
    is_open_ended,
    limits,
    refusal,
    spent_in,
    total,
    worst_case,
)
from distilkit.engine.tokens import max_output_tokens
from distilkit.profiles import Budget
from distilkit.profiles.profile import Profile
from distilkit.store import SpendRow
from distilkit.store.board import Page

ASSUMED_OUTPUT = 4_096
"""Output tokens held for a call that sets no limit to a model whose most is not known."""


class Purse:
    """What one run may spend.

    Args:
        budget: its limits.
        ledger: what was spent by all, as rows of days.
        wall: Unix time in seconds.
        price_line: LiteLLM's prices, for profiles that state none.
        most_output: the most a model can write, or None.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        ledger: Callable[[], Sequence[SpendRow]],
        wall: Callable[[], float],
        price_line: Callable[[Profile], Mapping[str, str] | None],
        most_output: Callable[[Profile], int | None],
    ) -> None:
        self._budget = budget
        self._limits = limits(budget)
        self._ledger = ledger
        self._wall = wall
        self._price_line = price_line
        self._most_output = most_output
        self._own: dict[str, Decimal] = defaultdict(Decimal)
        # What may have been billed though nothing came back: nobody can know, so it counts.
        self._unsure: dict[str, Decimal] = defaultdict(Decimal)
        self._told = dict.fromkeys(self._limits, Decimal(0))

    def worst(self, call: Call) -> Decimal:
        """Return the most this call can cost, in dollars; where its output has no known end, an assumption."""
        found = worst_of(call, self._price_line(call.profile), self._most_output(call.profile))
        if found is None:
            raise AssertionError("a run under a budget starts only where every price is known")
        return found.dollars

    def refusal(self, page: Page, run: str, worst: Decimal, section: str) -> Refusal | None:
        """Return why a call may not be sent, or None where its dollars fit."""
        # Before the ledger is read: a call that settles in between is then counted twice, not left out.
        held = page.held()
        return refusal(self._limits, self._spent, lambda limit: _held(limit, held, run), worst, section)

    def news(self) -> list[str]:
        """Return a text for each limit whose share spent has reached the alert since the last call."""
        spent = {limit: self._spent(limit) for limit in self._limits}
        before, self._told = self._told, spent
        return alerts(self._limits, before, spent, self._budget.alert_at)

    def allows(self, call: Call) -> bool:
        """Say whether a small call beside the run's own fits what is not spent yet."""
        section = call.profile.section
        return refusal(self._limits, self._spent, lambda _limit: Decimal(0), self.worst(call), section) is None

    def paid(self, call: Call, cost: Decimal | None) -> None:
        """Count a reply that is in the ledger by now."""
        if cost is None:
            self.unsure(call)
        else:
            _add(self._own, call.profile.section, cost)

    def unsure(self, call: Call) -> None:
        """Count a request that may have been billed though nothing came back that says how much."""
        _add(self._unsure, call.profile.section, self.worst(call))

    def _spent(self, limit: Limit) -> Decimal:
        own = _sum_for(limit, self._own)
        if limit.period != "run":
            own = spent_in(limit, self._ledger(), datetime.fromtimestamp(self._wall(), UTC))
        return total([own, _sum_for(limit, self._unsure)])


def worst_of(call: Call, line: Mapping[str, str] | None, most_output: int | None) -> Worst | None:
    """Return the most a call can cost, or None where its price is not known."""
    params = call.request.params
    size, messages, images = bytes_of_messages(call.request.messages, params)
    own = max_output_tokens(params)
    most = most_output if own is None else own
    return worst_case(
        input_bytes=size,
        messages=messages,
        images=images,
        max_output=None if is_open_ended(params) else most,
        assumed_output=max(ASSUMED_OUTPUT, own or 0),
        price=call.profile.price,
        line=line,
    )


def _add(sums: dict[str, Decimal], section: str, dollars: Decimal) -> None:
    sums[section] = total([sums[section], dollars])


def _sum_for(limit: Limit, dollars: Mapping[str, Decimal]) -> Decimal:
    return total(amount for section, amount in dollars.items() if applies(limit, section))


def _held(limit: Limit, held: Mapping[tuple[str, str], Decimal], run: str) -> Decimal:
    return total(
        dollars
        for (holder, section), dollars in held.items()
        if applies(limit, section) and (limit.period != "run" or holder == run)
    )
