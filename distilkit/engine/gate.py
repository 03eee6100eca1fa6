"""The door every request of a run goes through: its claim, its dollars and its turn, in one transaction of the board.

The claim keeps two processes from paying for the same question, the hold keeps the budget, the turn keeps the limits;
all three are shared with the other processes on this machine. Knows the board and arithmetic; knows no provider.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from random import Random

from distilkit.calls import Call, Record
from distilkit.engine.budget import Refusal
from distilkit.engine.needs import Need
from distilkit.engine.purse import Purse
from distilkit.engine.retry import MOST_MARGIN_S
from distilkit.engine.sheet import Aftermath, Sheet, scope_of
from distilkit.engine.verdicts import Blocked, Found, Guard, Late, LeftAlone, Paused, Ticket, Verdict
from distilkit.errors import StoreError
from distilkit.store.board import Board, BusyError, Claim, Page

# A turn that has to wait asks again this often: usage that arrives meanwhile may bring it forward.
_ASK_AGAIN_S = 0.25
# Another run is asking the same question, or holds the dollars.
_LOOK_AGAIN_S = 0.1
# What is done is told to the board with the next request, or after this long where there is none.
_TELL_AFTER_S = 0.02
_BUSY_TOO_LONG_S = 30.0
# A pause, or a lowered limit, that comes while somebody waits is worth saying.
_MUCH_LONGER_S = 5.0
_LIMITS = "rate_limit"

Waiting = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Later:
    """What stands in the way is not the limits: others of this run may pass meanwhile."""

    reason: str
    seconds: float = _LOOK_AGAIN_S


class Gate:
    """One run's door.

    Args:
        board: what the processes of this machine share.
        purse: the budget, or None for none.
        find: looks an answer up in the store, by key.
    """

    def __init__(
        self,
        board: Board,
        purse: Purse | None,
        *,
        find: Callable[[str], Record | None],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        random: Random,
    ) -> None:
        self._board = board
        self._purse = purse
        self._find = find
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._run = uuid.uuid4().hex[:12]
        self._numbers = itertools.count()
        self._turns: dict[str, asyncio.Lock] = {}
        self._done: deque[Aftermath] = deque()
        self._telling: asyncio.Task[None] | None = None
        self._busy_since: float | None = None

    async def enter(
        self,
        call: Call,
        need: Callable[[], Need],
        worst: Decimal,
        waiting: Waiting,
        guard: Guard,
        outside: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
        until: float = inf,
    ) -> Verdict:
        """Wait until a request may be sent; first come, first served within the run.

        Args:
            call: a plain call.
            need: says how many tokens to book; asked when its turn comes, when more is known than when it came.
            worst: dollars to hold; 0 where there is no budget.
            waiting: told why it waits and for how many seconds, once a reason; again where the limits hold it up for
                longer than was said.
            guard: under which rule.
            outside: lets others in while this one waits for another run.
            until: when the clock says that it is too late to send it.
        """
        told: dict[str, float] = {}

        def tell(reason: str, seconds: float) -> None:
            until = self._clock() + seconds
            if reason not in told or (reason == _LIMITS and until > told[reason] + _MUCH_LONGER_S):
                told[reason] = until
                waiting(reason, seconds)

        entry = _Entry(call, need, worst, guard, place=f"{self._board.owner}:{self._run}{next(self._numbers)}")
        turn = self._turns.setdefault(scope_of(call.profile), asyncio.Lock())
        blocked = self._clock() + call.profile.retry.deadline_s
        while True:
            async with turn:
                verdict = await self._in_turn(entry, tell, until)
            if not isinstance(verdict, _Later):
                return verdict
            if self._clock() >= min(blocked, until):
                return Blocked(verdict.reason)
            tell(verdict.reason, verdict.seconds)
            async with outside():
                await self._sleep(verdict.seconds)

    async def _in_turn(self, entry: _Entry, tell: Waiting, until: float) -> Verdict | _Later:
        try:
            while isinstance(verdict := self._step(entry), float):
                if self._clock() >= until:
                    self.tell(Aftermath(call=entry.call, claim=entry.claim, place=entry.place))
                    return Late()
                tell(_LIMITS, verdict)
                await self._sleep(min(verdict, _ASK_AGAIN_S))
        except BaseException:
            self.tell(Aftermath(call=entry.call, claim=entry.claim, place=entry.place))
            raise
        return verdict

    def _step(self, entry: _Entry) -> Verdict | _Later | float:
        try:
            with self._sheet() as sheet:
                self._busy_since = None
                return self._ask(entry, sheet)
        except BusyError as error:
            return self._once_more(error)

    def _once_more(self, error: BusyError) -> float:
        """Return when to try again to get at the board.

        Raises:
            StoreError: nobody has got at it for too long.
        """
        now = self._clock()
        self._busy_since = now if self._busy_since is None else self._busy_since
        if now - self._busy_since > _BUSY_TOO_LONG_S:
            way = "a process on this store may be suspended: continue or end it, and run again"
            raise StoreError(f"{error}; for {_BUSY_TOO_LONG_S:.0f} s now; {way}") from error
        # A little chance keeps two from meeting again and again.
        return self._random.uniform(0.002, 0.01)

    def _ask(self, entry: _Entry, sheet: Sheet) -> Verdict | _Later | float:
        if entry.guard.is_routed and not entry.guard.is_probe and sheet.breaker(entry.call.profile).state != "closed":
            # It was chosen while all was well, and others have failed since.
            sheet.close(Aftermath(call=entry.call, claim=entry.claim, place=entry.place))
            return LeftAlone()
        if entry.claim is None:
            call = entry.call
            claim = self._claim(call, sheet.page)
            if claim is None:
                return _Later("another run asks the same")
            if (record := self._find(call.key)) is not None:
                sheet.page.release(claim)
                return Found(record)
            if (refused := self._hold(entry, claim, sheet.page)) is not None:
                sheet.page.release(claim)
                return refused
            entry.claim = claim
        scope = sheet.scope(entry.call.profile)
        patience_s = entry.call.profile.retry.max_wait_s + MOST_MARGIN_S
        if scope is not None and (paused := scope.paused_s(self._clock())) > patience_s:
            sheet.close(Aftermath(call=entry.call, claim=entry.claim, place=entry.place))
            return Paused(paused)
        got = sheet.admit(entry.call, entry.place, entry.need())
        return got if isinstance(got, float) else Ticket(entry.claim, got)

    def _claim(self, call: Call, page: Page) -> Claim | None:
        return page.claim(
            call.key,
            profile=call.profile.name,
            scope=scope_of(call.profile),
            section=call.profile.section,
            run=self._run,
            dollars=Decimal(0),
            now=self._clock(),
        )

    def _hold(self, entry: _Entry, claim: Claim, page: Page) -> Refusal | _Later | None:
        if self._purse is None:
            return None
        refusal = self._purse.refusal(page, self._run, entry.worst, entry.call.profile.section)
        if refusal is None:
            page.hold(claim, entry.worst)
            return None
        # What others hold and do not use comes back.
        return _Later("budget") if refusal.may_fit_later else refusal

    def tell(self, aftermath: Aftermath) -> None:
        """Say how a request ended; the board hears of it with the next request, or in a moment."""
        self._done.append(aftermath)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell_soon())

    @contextmanager
    def _sheet(self) -> Iterator[Sheet]:
        """Open a transaction, and begin it with what was done since the last one."""
        with self._board.transaction() as page:
            sheet = Sheet(page, self._board, self._clock())
            waiting = list(self._done)
            for aftermath in waiting:
                sheet.close(aftermath)
            yield sheet
            sheet.write()
        for _ in waiting:
            self._done.popleft()

    async def _tell_soon(self) -> None:
        while self._done:
            await self._sleep(_TELL_AFTER_S)
            self.flush()

    def flush(self) -> None:
        """Tell the board what it has not heard yet, if it can be told now."""
        try:
            if self._done:
                with self._sheet():
                    pass
        except BusyError:
            return

    async def aclose(self) -> None:
        """Tell the board everything; claims that cannot be told end with the process."""
        for _ in range(100):
            self.flush()
            if not self._done:
                break
            await asyncio.sleep(_TELL_AFTER_S)
        if self._telling is not None:
            self._telling.cancel()


@dataclass(slots=True)
class _Entry:
    """A request at the door."""

    call: Call
    need: Callable[[], Need]
    worst: Decimal
    guard: Guard
    place: str
    claim: Claim | None = None
