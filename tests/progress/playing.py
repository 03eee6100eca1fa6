"""Runs whose end is known: the real engine on a virtual clock. And events, a clock and a terminal in a few lines."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from distilkit.calls import Call, Prompt, Record
from distilkit.engine.account import account_of
from distilkit.engine.events import Account, Event
from distilkit.engine.fastclock import FastLoop, run_fast
from distilkit.engine.ports import Ports
from distilkit.engine.run import run
from distilkit.planning import plan
from distilkit.profiles.profile import Price, Profile, RateLimit
from distilkit.progress import Look, Tally

PRICE = Price(input_per_million=Decimal(10), output_per_million=Decimal(100))
Reply = Callable[[Call, int], float | Exception]


def profile(name: str = "p", **more: Any) -> Profile:
    return Profile(**{"name": name, "provider": "own", "model": "m", "section": name, "price": PRICE, **more})


def limited(name: str = "p", scope: str = "", concurrency: int = 32, **limits: int) -> Profile:
    return profile(name, limits=RateLimit(**limits), limits_scope=scope, max_concurrency=concurrency)


def calls_of(profiles: Sequence[Profile], rows: int) -> list[Call]:
    asked = [Prompt(id=n, text=f"q {n}", messages=[{"role": "user", "content": f"q {n}"}]) for n in range(rows)]
    return plan(asked, profiles, params={}, samples=1)


@dataclass
class Film:
    """What a run looked like, by the seconds since it began, and when it was over."""

    looks: dict[float, Look] = field(default_factory=dict)
    ended_s: float = 0.0

    def lefts(self) -> dict[float, float]:
        """The estimates, by when they were made."""
        return {at: look.whole.left_s for at, look in self.looks.items() if look.whole.left_s is not None}

    def errors(self, since: float = 0.0) -> dict[float, float]:
        """By how many seconds each estimate was wrong; above 0 where it was too long."""
        return {at: at + left - self.ended_s for at, left in self.lefts().items() if at >= since}


def filmed(
    calls: Sequence[Call], reply: Reply, *, every_s: float = 1.0, tokens: int = 5, film: Film | None = None
) -> Film:
    """Run calls to their end, and look now and then. `reply` gives seconds, or what is raised, for the nth request."""
    shown = Film() if film is None else film

    async def main(loop: FastLoop) -> None:
        tally, asked = Tally(len(calls), clock=loop.time), Counter[str]()
        for name, count in Counter(call.name for call in calls).items():
            account = account_of(next(call for call in calls if call.name == name))
            tally.observe(Event(kind="planned", profile=name, count=count, account=account))

        async def send(call: Call) -> Record:
            asked[call.slot] += 1
            came = reply(call, asked[call.slot] - 1)
            if isinstance(came, Exception):
                await asyncio.sleep(0.1)
                raise came
            await asyncio.sleep(came)
            return record(tokens, came)

        watching = loop.create_task(_watch(tally, loop, every_s, shown))
        await run(calls, _ports(send, tally, loop))
        watching.cancel()
        shown.ended_s = loop.time()
        shown.looks[shown.ended_s] = tally.look()

    run_fast(main)
    return shown


async def _watch(tally: Tally, loop: FastLoop, every_s: float, film: Film) -> None:
    while True:
        await asyncio.sleep(every_s)
        film.looks[loop.time()] = tally.look()


async def _forget(_entry: object) -> None:
    """Keep nothing."""


def _ports(send: Any, tally: Tally, loop: FastLoop) -> Ports:
    return Ports(
        send=send,
        keep=_forget,
        settle=lambda _call, _outcome: None,
        observe=tally.observe,
        clock=loop.time,
        wall=loop.time,
        sleep=asyncio.sleep,
        random=Random(1),
    )


def record(tokens: int, latency_s: float) -> Record:
    choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": tokens}
    return Record(provider="own", raw={"model": "m", "choices": [choice], "usage": usage}, latency_s=latency_s)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def planned(name: str, count: int, account: Account | None = None) -> Event:
    return Event(kind="planned", profile=name, count=count, account=account)


def sent(name: str, key: str, **more: Any) -> Event:
    return Event(kind="sent", profile=name, key=key, **more)


def answered(name: str, key: str, usd: str | None = "0.5", **more: Any) -> Event:
    billed = None if usd is None else Decimal(usd)
    return Event(kind="answered", profile=name, key=key, billed_usd=billed, **more)


def tally(total: int, *events: Event, **more: Any) -> Tally:
    """A run of which these events were heard."""
    found = Tally(total, **{"clock": Clock(), **more})
    for event in events:
        found.observe(event)
    return found


class Terminal:
    """A small terminal: what stands on it after everything was written, in a window that may be made narrower."""

    encoding = "utf-8"

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines = [""]
        self.row = self.column = 0
        self.written = 0

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        """Nothing is held back."""

    def write(self, text: str) -> None:
        self.written += 1
        for part in re.split(r"(\x1b\[[0-9;]*[A-Za-z]|\r|\n)", text):
            self._take(part)

    def _take(self, part: str) -> None:
        if part == "\r":
            self.column = 0
        elif part == "\n":
            self._down()
            self.column = 0
        elif part.startswith("\x1b["):
            self._do(part[2:-1], part[-1])
        else:
            for each in part:
                self._put(each)

    def _do(self, number: str, what: str) -> None:
        if what == "A":
            self.row = max(0, self.row - int(number or 1))
        elif what in "JK":
            self.lines[self.row] = self.lines[self.row][: self.column]
            if what == "J":
                del self.lines[self.row + 1 :]
        else:
            raise AssertionError(f"a terminal without colours is asked for {number}{what}")

    def _put(self, character: str) -> None:
        if self.column == self.columns:
            self._down()
            self.column = 0
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def narrow(self, columns: int) -> None:
        """Make the window narrower: lines that no longer fit are broken, as most terminals do."""
        before = self.lines[: self.row]
        parts = [[line[at : at + columns] for at in range(0, max(1, len(line)), columns)] for line in self.lines]
        last = self.lines[self.row][: self.column]
        self.row = sum(max(1, -(-len(line) // columns)) for line in before) + max(0, len(last) - 1) // columns
        self.column = len(last) - max(0, len(last) - 1) // columns * columns
        self.lines = [part for line in parts for part in line]
        self.columns = columns

    @property
    def screen(self) -> list[str]:
        return [line.rstrip() for line in self.lines]
