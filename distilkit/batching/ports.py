"""Everything a run of batches touches outside itself, as parameters, and the run's own rows by key.

Knows values; knows no provider's words and no arithmetic.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from distilkit.calls import Answer, Call, Failure, Outcome, Record
from distilkit.engine.events import Event
from distilkit.profiles import Budget
from distilkit.profiles.profile import Profile
from distilkit.provider.batches.client import Client
from distilkit.store import Entry, Store
from distilkit.store.batchfile import BatchFile
from distilkit.store.batchrows import Waiting
from distilkit.store.board import Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a run of batches needs.

    Attributes:
        store: where answers are.
        file: which requests are in batches.
        board: what the processes of this machine share.
        client: asks the providers.
        keep: puts one entry on the disk.
        observe: hears events.
        budget: dollars that may be spent; no limits for none.
        since: an answer from up to this moment, in Unix time, counts as none; None where every answer counts.
        wall: Unix time in seconds.
        sleep: waits for seconds.
    """

    store: Store
    file: BatchFile
    board: Board
    client: Client
    keep: Callable[[Entry], Awaitable[None]]
    observe: Callable[[Event], None]
    budget: Budget = field(default_factory=Budget)
    since: float | None = None
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def answered(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return what is stored of these keys and counts in this run: another may have been answered meanwhile."""
        found = self.store.get_many(list(keys))
        since = self.since
        return {key: record for key, record in found.items() if since is None or (record.created_at or 0.0) > since}


class Wanted:
    """The calls of a run by their key, and what became of them. Several calls may share a key.

    Attributes:
        outcomes: what this run found out itself, by key.
        paid: dollars it paid, by provider section.
    """

    def __init__(
        self, calls: Iterable[Call], settle: Callable[[Call, Outcome], None], observe: Callable[[Event], None]
    ) -> None:
        self._calls: dict[str, list[Call]] = {}
        for call in calls:
            self._calls.setdefault(call.key, []).append(call)
        self._settle = settle
        self._observe = observe
        self.outcomes: dict[str, Outcome] = {}
        self.paid: dict[str, Decimal] = {}

    def pending(self) -> list[Call]:
        """Return the first call of each key that is not settled."""
        return [calls[0] for calls in self._calls.values()]

    def of(self, keys: Iterable[str]) -> list[Call]:
        """Return the first call of each of these keys that is asked here and not settled."""
        return [self._calls[key][0] for key in keys if key in self._calls]

    def settle(self, key: str, outcome: Outcome) -> None:
        """Fill the rows of a key; one that is not asked here, or is settled, is passed over."""
        calls = self._calls.pop(key, [])
        if calls:
            self.outcomes[key] = outcome
        for nth, call in enumerate(calls):
            if isinstance(outcome, Failure):
                self._settle(call, outcome)
                self._say_failed(call, outcome)
                continue
            mine = replace(outcome, served=call)
            if nth:
                mine = replace(mine, from_store=True, billed_usd=Decimal(0))
            self._settle(call, mine)
            self._say_answered(call, mine)

    def pay(self, section: str, dollars: Decimal | None) -> None:
        """Count what a reply cost; one whose cost is not known counts nothing."""
        self.paid[section] = self.paid.get(section, Decimal(0)) + (dollars or Decimal(0))

    def say_sent(self, keys: Iterable[str]) -> None:
        """Tell that requests were sent."""
        for call in self.of(keys):
            self._observe(Event(kind="sent", profile=call.name, key=call.key, asked_key=call.key, attempt=1))

    def say_waiting(self, keys: Iterable[str]) -> None:
        """Tell that requests wait for their batch."""
        for call in self.of(keys):
            self._observe(Event(kind="waiting", profile=call.name, key=call.key, asked_key=call.key, reason="batch"))

    def _say_answered(self, call: Call, answer: Answer) -> None:
        self._observe(
            Event(
                kind="from_store" if answer.from_store else "answered",
                profile=call.name,
                key=call.key,
                asked_key=call.key,
                attempt=1,
                billed_usd=None if answer.from_store else answer.billed_usd,
            )
        )

    def _say_failed(self, call: Call, failure: Failure) -> None:
        billed = Decimal(0) if failure.record is None else failure.billed_usd
        self._observe(
            Event(
                kind="failed",
                profile=call.name,
                key=call.key,
                asked_key=call.key,
                billed_usd=billed,
                reason=failure.kind,
            )
        )


def call_of(profile: Profile, waiting: Waiting) -> Call:
    """Return the call that a request in a batch stands for, where this run does not ask it itself."""
    return Call(prompt_id=waiting.key, prompt="", profile=profile, request=waiting.request, key=waiting.key)


def settle_alike(wanted: Wanted, keys: Sequence[str], failure: Failure) -> None:
    """Settle what is still open of some keys with the same reason."""
    for call in wanted.of(keys):
        wanted.settle(call.key, failure)
