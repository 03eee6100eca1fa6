"""What requests cost in a batch, and whether one more may be handed over under the run's budget.

Half the arithmetic is the engine's; here it is told of batch prices and of what open batches still hold. Knows no
provider and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from distilkit.calls import Call, Record
from distilkit.engine.budget import Limit, Refusal, applies, limits, refusal, spent_in, total
from distilkit.engine.purse import worst_of
from distilkit.profiles import Budget
from distilkit.profiles.profile import Profile
from distilkit.provider import limits_of
from distilkit.provider.batches import batch_line, batch_price
from distilkit.reading import cost_usd, read
from distilkit.store import SpendRow
from distilkit.store.batchrows import Open
from distilkit.store.board import Page


def worst_usd(call: Call) -> Decimal | None:
    """Return the most a call can cost in a batch, in dollars, or None where its price is not known."""
    profile = call.profile
    most = None if profile.sim is not None else limits_of(profile.provider, profile.model)[1]
    halved = replace(call, profile=replace(profile, price=batch_price(profile.price)))
    found = worst_of(halved, batch_line(profile), most)
    return None if found is None else found.dollars


def billed_usd(record: Record, profile: Profile) -> Decimal | None:
    """Return what an answer from a batch cost, in dollars, or None where that is not known."""
    completion = read(record, profile.thinking)
    return cost_usd(completion, batch_price(profile.price), batch_line(profile))


class Allowed:
    """What may still be handed over.

    Args:
        budget: the run's.
        spent: the ledger's rows of this month.
        open_batches: those whose requests may still cost something.
        paid: what this run paid, by section.
        wall: Unix time in seconds.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        spent: Callable[[], Sequence[SpendRow]],
        open_batches: Callable[[], Sequence[Open]],
        paid: Mapping[str, Decimal],
        wall: Callable[[], float],
    ) -> None:
        self._limits = limits(budget)
        self._spent = spent
        self._open = open_batches
        self._paid = paid
        self._wall = wall

    def refusals(
        self, page: Page, calls: Sequence[tuple[Call, Decimal | None]], tokens: frozenset[str]
    ) -> dict[str, Refusal]:
        """Return, by key, why calls may not be handed over; the others fit together.

        Args:
            page: the board, in the transaction in which they are noted.
            calls: with the most each can cost.
            tokens: the batches of this run.
        """
        if not self._limits:
            return {}
        rows, batches, claims = self._spent(), self._open(), page.held()
        now = datetime.fromtimestamp(self._wall(), UTC)

        def spent(limit: Limit) -> Decimal:
            if limit.period != "run":
                return spent_in(limit, rows, now)
            return total(dollars for section, dollars in self._paid.items() if applies(limit, section))

        def held(limit: Limit) -> Decimal:
            own = (batch for batch in batches if limit.period != "run" or batch.token in tokens)
            amounts = [batch.held or Decimal(0) for batch in own if applies(limit, batch.section)]
            if limit.period != "run":
                amounts += [dollars for (_, section), dollars in claims.items() if applies(limit, section)]
            return total(amounts)

        # Summed once, then brought up to date: there are thousands of calls and a handful of limits.
        known = {limit: (spent(limit), held(limit)) for limit in self._limits}
        found = {}
        for call, worst in calls:
            section, most = call.profile.section, worst or Decimal(0)
            why = refusal(self._limits, lambda limit: known[limit][0], lambda limit: known[limit][1], most, section)
            if why is not None:
                found[call.key] = why
                continue
            for limit in self._limits:
                if applies(limit, section):
                    known[limit] = known[limit][0], total([known[limit][1], most])
        return found
