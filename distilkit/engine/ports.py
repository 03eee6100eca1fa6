"""Everything a run touches outside itself, as parameters: so the whole path runs in tests with a few lines of fakes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from distilkit.calls import Call, Outcome, Record
from distilkit.engine.events import Event
from distilkit.profiles import Budget
from distilkit.profiles.profile import Profile
from distilkit.store import Entry, SpendRow
from distilkit.store.board import Board

Send = Callable[[Call], Awaitable[Record]]
Keep = Callable[[Entry], Awaitable[None]]
Settle = Callable[[Call, Outcome], None]
Observe = Callable[[Event], None]
PriceLine = Callable[[Profile], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What a run needs.

    Attributes:
        send: asks one provider once.
        keep: puts one entry on the disk.
        settle: takes what became of a call.
        observe: hears events.
        find: looks whether somebody else was answered meanwhile, by key.
        board: what the processes of this machine share; None for a run that shares nothing.
        budget: dollars that may be spent; None for no limit.
        spent: the ledger's rows, for budgets of a day or a month.
        price_line: the line of LiteLLM's price table for a profile that states no price, or None.
        most_output: the most tokens a profile's model can write, or None where that is not known.
        clock: seconds that never go back, the same for all who share the board.
        wall: Unix time in seconds.
        sleep: waits for seconds.
        random: shortens waits a little.
    """

    send: Send
    keep: Keep
    settle: Settle
    observe: Observe
    find: Callable[[str], Record | None] = lambda _key: None
    board: Board | None = None
    budget: Budget | None = None
    spent: Callable[[], Sequence[SpendRow]] = tuple
    price_line: PriceLine = lambda _profile: None
    most_output: Callable[[Profile], int | None] = lambda _profile: None
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Random = field(default_factory=Random)
