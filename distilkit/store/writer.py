"""Writing from an event loop: each answer is acknowledged by itself, and many share a transaction.

Knows the loop and the store's `submit`; knows no database. Belongs to one loop and one run.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Self

from distilkit.errors import DistilkitError, StoreError
from distilkit.store.entry import Entry

if TYPE_CHECKING:
    from distilkit.store.responses import Store

# Long enough that the flush to disk is shared by many, short enough that nobody waits for it (about 20 ms).
_ENTRIES_A_TRANSACTION = 500


class Writer:
    """Puts entries into a store from a running event loop, without ever blocking it.

    At most one transaction is on its way; what arrives meanwhile shares the next one.

        async with Writer(store) as writer:
            await writer.put(entry)        # on the disk when this returns
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[tuple[Entry, asyncio.Future[None]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def put(self, entry: Entry) -> None:
        """Store an entry, with its spend; returns when it is on the disk.

        Cancelling takes back the waiting, not the entry: it was paid for.

        Raises:
            StoreError: it is not stored; the text says why.
            InputError: it cannot be.
        """
        if self._closed:
            raise StoreError(f"{self._store.folder}: this writer is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append((entry, done))
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._drain())
        await done

    async def aclose(self) -> None:
        """Wait until everything handed over is stored or refused; puts after this are refused."""
        self._closed = True
        # What waits behind a transaction is handed to the writing thread at once: who interrupts a run does not wait
        # for another process to let go of the store, and closes it before its turn.
        tasks = [asyncio.create_task(self._store_batch(self._take(len(self._waiting))))] if self._waiting else []
        if self._task is not None:
            tasks.append(self._task)
        if tasks:
            await asyncio.wait(tasks)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                await self._store_batch(self._take(_ENTRIES_A_TRANSACTION))
        finally:
            self._hand_over()

    async def _store_batch(self, batch: list[tuple[Entry, asyncio.Future[None]]]) -> None:
        problems = await self._commit([entry for entry, _ in batch])
        for (_, done), problem in zip(batch, problems, strict=True):
            _settle(done, problem)

    def _take(self, most: int) -> list[tuple[Entry, asyncio.Future[None]]]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]

    async def _commit(self, entries: list[Entry]) -> list[DistilkitError | None]:
        try:
            # Shielded: cancelling must not take a transaction back that has not begun yet.
            return await asyncio.shield(asyncio.wrap_future(self._store.submit(entries)))
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may wait for ever
            # One for each that waits: a shared error would collect all their tracebacks.
            return [_refusal(error) for _ in entries]

    def _hand_over(self) -> None:
        """Store what is left when the loop goes down in the middle; nobody is there to hear of it, but it was paid."""
        left = self._take(len(self._waiting))
        if left:
            self._store.submit([entry for entry, _ in left])
        for _, done in left:
            done.cancel()


def _settle(done: asyncio.Future[None], problem: DistilkitError | None) -> None:
    if done.done():  # its put was cancelled
        return
    if problem is None:
        done.set_result(None)
    else:
        done.set_exception(problem)


def _refusal(error: Exception) -> DistilkitError:
    kind = type(error) if isinstance(error, StoreError) else StoreError
    refusal = kind(str(error))
    refusal.__cause__ = error
    return refusal
