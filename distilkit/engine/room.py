"""How many requests to one profile may be in flight at once, first come, first served.

With declared limits that is the profile's own bound; without, it adapts to what the provider takes. Belongs to one
event loop; knows no calls.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

from distilkit.engine.concurrency import Concurrency


class Room:
    """A semaphore whose size may change.

    Args:
        most: requests in flight, at most.
        adaptive: whether to begin with few and find out.
    """

    def __init__(self, most: int, *, adaptive: bool) -> None:
        self._most = most
        self._found = Concurrency(most) if adaptive else None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.in_flight = 0

    @property
    def limit(self) -> int:
        """How many may be in flight now."""
        return self._most if self._found is None else self._found.limit

    def answered(self) -> None:
        """Take in that a request was answered: there may be room for more."""
        if self._found is not None:
            self._found.answered(self.in_flight)
            self._let_in()

    def throttled(self, sent_at: float, now: float) -> None:
        """Take in that a request sent at `sent_at` was too much."""
        if self._found is not None:
            self._found.throttled(sent_at, now)

    async def __aenter__(self) -> Self:
        if self.in_flight < self.limit and not self._waiting:
            self.in_flight += 1
            return self
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._leave()  # it was let in, and goes away all the same
            else:
                with suppress(ValueError):  # who left meanwhile has passed over it
                    self._waiting.remove(turn)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[None]:
        """Make room for others meanwhile, and come back in at the end of the queue."""
        self._leave()
        try:
            yield
            await self.__aenter__()
        except BaseException:
            self.in_flight += 1  # who holds the room leaves it once more
            raise

    def _leave(self) -> None:
        self.in_flight -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self.in_flight < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
