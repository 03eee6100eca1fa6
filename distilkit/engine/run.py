"""The run: every call that is not in the store is sent, retried, kept, and settled. The only orchestration there is.

`find` looks once more whether somebody else was answered meanwhile, `send` asks one provider once, `keep` puts one
entry on disk, `settle` takes what became of a key, `observe` hears events; all are parameters, so the whole path runs
in tests with a six-line fake and a fake clock. An answer is settled only after it is kept. Knows no provider, no file
and no frame.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any

from distilkit.calls import Answer, Call, Failure, Outcome, Record
from distilkit.engine.events import Event, EventKind
from distilkit.engine.pacing import Pacer, Reservation
from distilkit.engine.retry import explain, wait_before_retry
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.errors import ErrorKind, ProviderError, StoreError
from distilkit.profiles.profile import Profile
from distilkit.reading import Completion, cost_usd, fault, read
from distilkit.store import Entry

Send = Callable[[Call], Awaitable[Record]]
Keep = Callable[[Entry], Awaitable[None]]
Settle = Callable[[str, Outcome], None]
Observe = Callable[[Event], None]

# The output expected of a model that has not answered yet, where the request sets no limit; in tokens.
_FIRST_GUESS = 500
# After one of these, every other call of the profile would fail alike; they are not sent.
_HOPELESS: frozenset[ErrorKind] = frozenset({"authentication", "model_not_found", "connection"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a run touches outside itself."""

    send: Send
    keep: Keep
    settle: Settle
    observe: Observe
    find: Callable[[str], Record | None] = lambda _key: None
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Random = field(default_factory=Random)


async def run(calls: Sequence[Call], ports: Ports) -> None:
    """Send every call of `calls`, whose keys are distinct, and settle each exactly once.

    A profile has at most `max_concurrency` workers, however many calls there are. Cancelling cancels what is in
    flight; what was settled stays settled.
    """
    by_profile: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_profile[call.profile.name].append(call)
    pacers: dict[str, Pacer] = {}
    async with asyncio.TaskGroup() as group:
        for own in by_profile.values():
            profile = own[0].profile
            scope = profile.limits_scope or profile.name
            pacer = pacers.setdefault(scope, Pacer(profile.limits, ports.clock))
            lane = _Lane(profile, iter(own), pacer, ports)
            for _ in range(min(len(own), profile.max_concurrency)):
                group.create_task(lane.work())


@dataclass(slots=True)
class _Attempted:
    """What the attempts at one call have cost and shown so far."""

    attempts: int = 0
    billed_usd: Decimal | None = Decimal(0)
    record: Record | None = None


class _Lane:
    """One profile's share of a run: its calls, its limits, and what it has learned of the profile on the way."""

    def __init__(self, profile: Profile, calls: Iterator[Call], pacer: Pacer, ports: Ports) -> None:
        self._profile = profile
        self._calls = calls
        self._pacer = pacer
        self._ports = ports
        self._answered = 0
        self._output_tokens = 0
        self._has_answered = False
        self._closed: Failure | None = None

    async def work(self) -> None:
        for call in self._calls:
            outcome = self._closed or await self._answer(call)
            if isinstance(outcome, Failure):
                self._say("failed", call, attempt=outcome.attempts, reason=outcome.kind)
            self._ports.settle(call.key, outcome)

    async def _answer(self, call: Call) -> Outcome:  # noqa: PLR0911 - each return is one way a call can end
        so_far = _Attempted()
        for attempt in itertools.count(1):
            so_far.attempts = attempt
            reservation = await self._turn(call)
            # While this one waited, the lane may have been closed, or another process may have been answered.
            # A retry of its own it may finish, unless answers can no longer be kept.
            if self._closed is not None and (attempt == 1 or self._closed.kind == "unknown"):
                return replace(self._closed, attempts=attempt - 1)
            if (found := self._ports.find(call.key)) is not None:
                self._say("from_store", call)
                return Answer(record=found, from_store=True, billed_usd=so_far.billed_usd)
            self._say("sent", call, attempt=attempt)
            try:
                record = replace(await self._ports.send(call), attempts=attempt)
                return await self._judge(call, record, reservation, so_far)
            except ProviderError as error:
                wait = wait_before_retry(error, attempt=attempt, retry=self._profile.retry, random=self._ports.random)
                if wait is None:
                    return self._give_up(error, so_far)
                self._say("retrying", call, attempt=attempt, wait_s=wait, reason=error.kind)
                await self._hold(error, wait)
            except StoreError as error:
                return self._close(Failure(kind="unknown", message=f"not sent: {error}"))
            except asyncio.CancelledError:
                # Cancelled from outside, it goes on; from inside, it is one odd reply like any other.
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                message = "the request was cancelled from inside"
                return Failure(kind="unknown", message=message, attempts=attempt, created_at=self._ports.wall())
            except Exception as error:  # noqa: BLE001 - one odd reply must not end a night's run; it is a row
                message = f"{type(error).__name__}: {error}"
                return Failure(kind="unknown", message=message, attempts=attempt, created_at=self._ports.wall())
        raise AssertionError("unreachable")

    async def _turn(self, call: Call) -> Reservation:
        """Wait until the limits allow this request."""
        pacer = self._pacer
        reservation = pacer.reserve(self._expected_tokens(call) if pacer.counts_tokens else 0)
        told = False
        # A pause may begin while this one sleeps, so look again after every sleep.
        while (wait := pacer.wait_s(reservation)) > 0:
            if not told:
                self._say("waiting", call, wait_s=wait, reason="rate_limit")
                told = True
            await self._ports.sleep(wait)
        return reservation

    def _expected_tokens(self, call: Call) -> float:
        limit = max_output_tokens(call.request.params)
        guess = self._output_tokens / self._answered if self._answered else _FIRST_GUESS
        output = guess if limit is None else min(guess, limit)
        return count_messages(call.request.messages, call.request.model) + output

    async def _judge(self, call: Call, record: Record, reservation: Reservation, so_far: _Attempted) -> Answer:
        """Keep what came, then say whether it is an answer.

        Raises:
            ProviderError: it is none.
        """
        completion = read(record, self._profile.thinking)
        cost = cost_usd(completion, self._profile.price, record.price)
        problem = fault(record, completion)
        so_far.billed_usd = None if cost is None or so_far.billed_usd is None else so_far.billed_usd + cost
        so_far.record = record
        entry = Entry(
            key=call.key,
            request=call.request,
            record=record,
            profile=self._profile.name,
            section=self._profile.section,
            cost_usd=cost,
            answer=problem is None,
        )
        self._learn(completion, reservation)
        await self._keep(entry)
        if problem is not None:
            raise problem
        self._has_answered = True
        billed = so_far.billed_usd
        self._say("answered", call, attempt=so_far.attempts, latency_s=record.latency_s, billed_usd=billed)
        return Answer(record=record, from_store=False, billed_usd=billed)

    def _learn(self, completion: Completion, reservation: Reservation) -> None:
        if completion.output_tokens is None or completion.input_tokens is None:
            return
        self._answered += 1
        self._output_tokens += completion.output_tokens
        self._pacer.correct(reservation, completion.input_tokens + completion.output_tokens)

    async def _keep(self, entry: Entry) -> None:
        """Put the entry on disk. Where that fails, this answer is shown all the same, and nothing more is sent."""
        try:
            await self._ports.keep(entry)
        except StoreError as error:
            self._close(Failure(kind="unknown", message=f"not sent, because the answer could not be kept: {error}"))

    async def _hold(self, error: ProviderError, wait: float) -> None:
        if error.kind == "rate_limit":
            # What stopped this request would stop the others of the scope too.
            self._pacer.pause(wait)
        else:
            await self._ports.sleep(wait)

    def _give_up(self, error: ProviderError, so_far: _Attempted) -> Failure:
        failure = Failure(
            kind=error.kind,
            message=explain(error, attempt=so_far.attempts, retry=self._profile.retry),
            attempts=so_far.attempts,
            created_at=self._ports.wall(),
            record=so_far.record,
            billed_usd=so_far.billed_usd if so_far.record else None,
        )
        if error.kind in _HOPELESS and not self._has_answered:
            self._close(Failure(kind=error.kind, message=f"not sent, because the first call failed: {error.message}"))
        return failure

    def _close(self, failure: Failure) -> Failure:
        self._closed = self._closed or replace(failure, created_at=self._ports.wall())
        return self._closed

    def _say(self, kind: EventKind, call: Call, **details: Any) -> None:
        self._ports.observe(Event(kind=kind, profile=self._profile.name, key=call.key, **details))
