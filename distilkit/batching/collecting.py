"""Taking in what came out of a batch: each result is read, judged, billed and kept like a single reply.

What is kept is noted before it is shown; what was kept before a crash is not kept or billed again. A line that is
torn, doubled or strange costs no other. Knows one batch that has ended.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import IO

from distilkit.batching.money import billed_usd
from distilkit.batching.ports import Ports, Wanted, call_of
from distilkit.calls import Answer, Call, Failure, Outcome, Record
from distilkit.engine.events import Event
from distilkit.engine.keeping import entry_of
from distilkit.errors import ErrorKind, ProviderError, StoreError
from distilkit.provider.batches import Result
from distilkit.provider.batches.results import record_of
from distilkit.provider.route import Route
from distilkit.reading import fault, read
from distilkit.store.batchrows import Open, Waiting

_AT_ONCE = 200

_UNRUN: dict[str, tuple[ErrorKind, str]] = {
    "expired": ("timeout", "expired before this was run, and it was not billed"),
    "cancelled": ("unknown", "was cancelled before this was run, and it was not billed"),
}


@dataclass(slots=True)
class Collected:
    """What one reading of the results has shown.

    Attributes:
        odd: lines that cannot be used, by what is wrong with them.
        unkept: why answers could not be kept, or None.
    """

    odd: Counter[str] = field(default_factory=Counter)
    unkept: StoreError | None = None


class Collector:
    """Collects one batch.

    Args:
        ports: the store and the rest.
        noted: the batch.
        route: how its first request was asked.
        wanted: the rows of this run.
    """

    def __init__(self, ports: Ports, noted: Open, route: Route, wanted: Wanted) -> None:
        self._ports = ports
        self._noted = noted
        self._route = route
        self._wanted = wanted
        self._keys = ports.file.keys(noted.token)
        self._seen: set[str] = set()

    def missing(self) -> list[str]:
        """Return the keys that have no result yet."""
        return [key for key, done in self._keys.items() if not done]

    def again(self) -> None:
        """Begin to read anew: what was seen so far is not doubled, but read a second time."""
        self._seen.clear()

    async def take_in(self, file: IO[bytes], found: Collected) -> None:
        """Take in the results in a file, a part at a time; stops where answers cannot be kept."""
        results = self._ports.client.results(self._route, file)
        while found.unkept is None and (some := list(islice(results, _AT_ONCE))):
            fresh = list(self._fresh(some, found))
            await self._take_in(fresh, found)

    def fail(self, keys: Iterable[str], failure: Failure) -> None:
        """Give these requests up: each is a row with the reason, and may be sent again."""
        keys = list(keys)
        self._close(keys)
        for key in keys:
            self._wanted.settle(key, failure)

    def _fresh(self, results: Iterable[Result | None], found: Collected) -> Iterator[Result]:
        for result in results:
            if result is None or result.key is None:
                found.odd["torn"] += 1
            elif result.key not in self._keys:
                found.odd["of requests that are not in it"] += 1
            elif result.key in self._seen:
                found.odd["doubled"] += 1
            else:
                self._seen.add(result.key)
                if not self._keys[result.key]:
                    yield result

    async def _take_in(self, results: list[Result], found: Collected) -> None:
        keys = [result.key or "" for result in results]
        waiting = {each.key: each for each in self._ports.file.waiting(self._noted.token, keys)}
        kept = {
            key: record for key, record in self._ports.store.get_many(keys).items() if record.batch == self._noted.name
        }
        outcomes: dict[str, Outcome] = {}
        works = [self._judged(result, waiting[key], kept.get(key)) for key, result in zip(keys, results, strict=True)]
        for key, outcome in zip(keys, await asyncio.gather(*works), strict=True):
            if isinstance(outcome, StoreError):
                found.unkept = outcome
            else:
                outcomes[key] = outcome
        self._close(list(outcomes))
        for key, outcome in outcomes.items():
            self._wanted.settle(key, outcome)

    async def _judged(self, result: Result, waiting: Waiting, kept: Record | None) -> Outcome | StoreError:
        """Return what became of one request, after it is kept; or why it cannot be."""
        if result.unrun:
            kind, text = _UNRUN[result.unrun]
            return self._failure(kind, f"batch {self._noted.name} {text}; run again to send it anew")
        call = self._call(waiting)
        if kept is not None:  # a crash came between keeping and noting: it is billed already
            return Answer(record=kept, from_store=True, served=call)
        route = await self._ports.client.route(call)
        if isinstance(route, ProviderError):
            return self._failure(route.kind, str(route))
        record = record_of(
            route,
            result,
            batch=self._noted.name,
            sent=waiting.sent,
            changed=waiting.changed,
            now=self._ports.wall(),
        )
        if isinstance(record, ProviderError):
            return self._failure(record.kind, str(record), attempts=1)
        return await self._kept(call, record)

    async def _kept(self, call: Call, record: Record) -> Outcome | StoreError:
        completion = read(record, call.profile.thinking)
        cost, problem = billed_usd(record, call.profile), fault(record, completion)
        try:
            await self._ports.keep(entry_of(call, record, cost, answer=problem is None))
        except StoreError as error:
            return error
        self._wanted.pay(call.profile.section, cost)
        if problem is None:
            return Answer(record=record, from_store=False, billed_usd=cost, served=call)
        return self._failure(problem.kind, str(problem), attempts=1, record=record, billed_usd=cost, served=call)

    def _call(self, waiting: Waiting) -> Call:
        found = self._wanted.of([waiting.key])
        return found[0] if found else call_of(self._route.profile, waiting)

    def _close(self, keys: list[str]) -> None:
        self._ports.file.finish(self._noted.token, keys)
        for key in keys:
            self._keys[key] = True

    def _failure(
        self,
        kind: ErrorKind,
        message: str,
        *,
        attempts: int = 0,
        record: Record | None = None,
        billed_usd: Decimal | None = None,
        served: Call | None = None,
    ) -> Failure:
        return Failure(
            kind=kind,
            message=message,
            attempts=attempts,
            created_at=self._ports.wall(),
            record=record,
            billed_usd=billed_usd,
            served=served,
        )


def tell_odd(ports: Ports, noted: Open, found: Collected) -> None:
    """Say what could not be used of the results, and what could not be kept."""
    for what, count in found.odd.items():
        lines = "1 line" if count == 1 else f"{count:,} lines"
        text = f"batch {noted.name}: {lines} of its results {'is' if count == 1 else 'are'} {what}, and passed over"
        ports.observe(Event(kind="alert", profile=noted.profile, reason=text))
    if found.unkept is not None:
        text = f"answers of batch {noted.name} could not be kept, and are fetched again by the next run: {found.unkept}"
        ports.observe(Event(kind="alert", profile=noted.profile, reason=text))
