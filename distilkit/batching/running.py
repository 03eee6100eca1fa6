"""A run by batches: what is in a batch already is waited for, the rest is handed over, all of it is collected.

The same store, the same rows and events as a run of single requests. The only orchestration there is; knows no
provider's words and no frame.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Self

from distilkit.batching.following import Follower
from distilkit.batching.money import Allowed
from distilkit.batching.ports import Ports, Wanted
from distilkit.batching.submitting import Submitter
from distilkit.calls import Answer, Call, Failure, Outcome
from distilkit.engine.events import Event
from distilkit.errors import StoreError
from distilkit.provider.batches.client import Client
from distilkit.sending import Plan, last_failure, remember
from distilkit.store import Store, Writer
from distilkit.store.batchfile import BatchFile
from distilkit.store.board import Board

Settle = Callable[[Call, Outcome], None]
Tell = Callable[[Event], None]
Sleep = Callable[[float], Awaitable[None]]

_LOOK_AGAIN_S = 2.0


async def send_batches(
    plan: Plan, settle: Settle, tell: Tell, *, wall: Callable[[], float] = time.time, sleep: Sleep = asyncio.sleep
) -> None:
    """Answer every call of a plan by batches, and settle each. `batchable.check` comes first.

    Cancelling leaves the batches as they are: they go on at their provider, and the next run goes on with them.

    Raises:
        StoreError: what must survive a restart cannot be kept.
    """
    async with opened(plan.store, tell, plan, wall=wall, sleep=sleep) as ports:
        wanted = Wanted(plan.calls, settle, tell)
        try:
            await _run(ports, wanted)
        finally:
            note_ends(ports.board, plan.calls, wanted)


async def _run(ports: Ports, wanted: Wanted) -> None:
    allowed = Allowed(
        ports.budget,
        spent=lambda: ports.store.spend_rows(datetime.now(UTC).date().replace(day=1)),
        open_batches=ports.file.open,
        paid=wanted.paid,
        wall=ports.wall,
    )
    submitter = Submitter(ports, wanted, allowed)
    _sweep(ports)
    async with _Followers(ports, wanted, submitter.tokens) as followers:
        while pending := wanted.pending():
            held = ports.file.holding([call.key for call in pending])
            followers.start(held, pending)
            free = [call for call in pending if call.key not in held]
            free = _unless_answered(ports, wanted, free, submitter.elsewhere)
            if free:
                await submitter.submit(free)
                if not submitter.elsewhere:
                    continue
            await followers.wait(_LOOK_AGAIN_S if submitter.elsewhere else None, ports.sleep)


def _sweep(ports: Ports) -> None:
    """Forget what was planned by a process that ended before it sent anything; close what one had collected."""
    for batch in ports.file.open():
        collected = batch.state == "submitted" and all(ports.file.keys(batch.token).values())
        if not collected and batch.state != "planned":
            continue
        if ports.file.take(batch.token, ports.board.owner, ports.board.alive):
            if collected:
                ports.file.end(batch.token, "completed", ports.wall())
            else:
                ports.file.forget(batch.token)


def _unless_answered(ports: Ports, wanted: Wanted, free: list[Call], elsewhere: set[str]) -> list[Call]:
    """Settle what another run was answered meanwhile, and return the rest."""
    keys = [call.key for call in free if call.key in elsewhere]
    for key, record in ports.answered(keys).items():
        wanted.settle(key, Answer(record=record, from_store=True))
    open_keys = {call.key for call in wanted.pending()}
    return [call for call in free if call.key in open_keys]


class _Followers:
    """The tasks that look after batches, one each."""

    def __init__(self, ports: Ports, wanted: Wanted, tokens: set[str]) -> None:
        self._ports = ports
        self._wanted = wanted
        self._tokens = tokens
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, held: dict[str, str], pending: Sequence[Call]) -> None:
        """Look after every batch that holds something wanted."""
        profiles = {held[call.key]: call.profile for call in pending if call.key in held}
        for token, profile in profiles.items():
            if token not in self._tasks:
                self._tokens.add(token)
                follower = Follower(self._ports, token, profile, self._wanted)
                self._tasks[token] = asyncio.get_running_loop().create_task(follower.follow())

    async def wait(self, patience_s: float | None, sleep: Sleep) -> None:
        """Wait until one of them is done, or, where there is none or something else to look for, for so long."""
        tasks = set(self._tasks.values())
        napping = asyncio.get_running_loop().create_task(_nap(sleep, patience_s)) if patience_s or not tasks else None
        done, _ = await asyncio.wait({*tasks, *([napping] if napping else [])}, return_when=asyncio.FIRST_COMPLETED)
        if napping is not None:
            napping.cancel()
        for token in [token for token, task in self._tasks.items() if task in done]:
            self._tasks.pop(token).result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _nap(sleep: Sleep, patience_s: float | None) -> None:
    await sleep(patience_s or _LOOK_AGAIN_S)


@contextlib.asynccontextmanager
async def opened(
    store: Store, tell: Tell, plan: Plan | None = None, *, wall: Callable[[], float], sleep: Sleep
) -> AsyncIterator[Ports]:
    """Open all that a run of batches needs."""
    async with contextlib.AsyncExitStack() as stack:
        board = stack.enter_context(Board(store.folder))
        if not board.shared:
            raise StoreError(f"batches need notes that other processes see, and there are none: {board.reason}")
        file = stack.enter_context(BatchFile(store.folder))
        writer = await stack.enter_async_context(Writer(store))
        client = await stack.enter_async_context(Client())
        stack.callback(file.let_go, board.owner)
        ports = Ports(
            store=store,
            file=file,
            board=board,
            client=client,
            keep=writer.put,
            observe=tell,
            wall=wall,
            sleep=sleep,
            since=wall() if plan is not None and plan.fresh else None,
            **({} if plan is None else {"budget": plan.budget}),
        )
        yield ports


def note_ends(board: Board, calls: Sequence[Call], wanted: Wanted) -> None:
    """Tell the board what failed, and what was answered, as a run of single requests does."""
    by_key = {call.key: call for call in calls}
    ends = [(by_key[key], outcome) for key, outcome in wanted.outcomes.items()]
    failed = [last_failure(call, outcome) for call, outcome in ends if isinstance(outcome, Failure)]
    remember(board, failed, [call.key for call, outcome in ends if not isinstance(outcome, Failure)])
