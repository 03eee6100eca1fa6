"""What happens to a reply: it is read, billed, put on the disk, and only then said to be an answer, or none.

Knows the store's entries and the budget; knows no limits, no retries and no other profile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from distilkit.calls import Answer, Call, Failure, Record
from distilkit.engine.events import Event
from distilkit.engine.ports import Ports
from distilkit.engine.purse import Purse
from distilkit.engine.story import Story
from distilkit.errors import StoreError
from distilkit.reading import Completion, cost_usd, fault, read
from distilkit.store import Entry


@dataclass(slots=True)
class Keeper:
    """Keeps the replies of a run.

    Attributes:
        stopped: why nothing more may be sent, to anybody: an answer could not be kept. None while all is well.
    """

    ports: Ports
    purse: Purse | None
    stopped: Failure | None = None

    async def judge(self, call: Call, record: Record, story: Story) -> tuple[Answer, Completion]:
        """Keep what came, then say whether it is an answer.

        Raises:
            ProviderError: it is none.
        """
        profile = call.profile
        completion = read(record, profile.thinking)
        cost = cost_usd(completion, profile.price, record.price)
        problem = fault(record, completion)
        story.bill(cost)
        story.note(call, "answered" if problem is None else problem.kind)
        if story.attempts > 1:
            record = replace(record, tried=tuple(story.tried))
        story.record, story.served = record, call
        await self._keep(entry_of(call, record, cost, answer=problem is None))
        self._pay(call, cost)
        if problem is not None:
            raise problem
        return story.answer(call, record), completion

    async def cut(self, call: Call, partial: Record, story: Story) -> None:
        """Take in what had come of a stream that broke off: it was paid for, but nobody says how much."""
        story.bill(None)
        story.record, story.served = replace(partial, cut=True), call
        await self._keep(entry_of(call, story.record, None, answer=False))
        self._pay(call, None)

    def stop(self, message: str) -> Failure:
        """Send nothing more in this run; the first reason stays."""
        if self.stopped is None:
            self.stopped = Failure(kind="unknown", message=message, created_at=self.ports.wall())
        return self.stopped

    async def _keep(self, entry: Entry) -> None:
        """Put the entry on disk. Where that fails, this answer is shown all the same, and nothing more is sent."""
        try:
            await self.ports.keep(entry)
        except StoreError as error:
            self.stop(f"not sent, because the answer could not be kept: {error}")
            text = f"answers are shown that could not be kept, and will be paid for again: {error}"
            self.ports.observe(Event(kind="alert", profile=entry.profile, reason=text))

    def _pay(self, call: Call, cost: Decimal | None) -> None:
        if self.purse is not None:
            self.purse.paid(call, cost)
            self.say_news(call.profile.name)

    def say_news(self, profile: str) -> None:
        """Tell of limits of the budget that are nearly used up."""
        for text in self.purse.news() if self.purse is not None else ():
            self.ports.observe(Event(kind="alert", profile=profile, reason=text))


def entry_of(call: Call, record: Record, cost: Decimal | None, *, answer: bool) -> Entry:
    """Return what is put on the disk for a reply; one that is no answer counts in the ledger alone."""
    return Entry(
        key=call.key,
        request=call.request,
        record=record,
        profile=call.profile.name,
        section=call.profile.section,
        cost_usd=cost,
        answer=answer,
    )
