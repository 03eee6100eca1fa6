"""A provider, a disk and a clock that are made of a few lines each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from distilkit.calls import Call, Outcome, Prompt, Record
from distilkit.engine.events import Event
from distilkit.engine.ports import Ports
from distilkit.engine.run import run
from distilkit.errors import ProviderError
from distilkit.planning import plan
from distilkit.profiles.profile import Profile
from distilkit.store import Entry


def body(text: str = "yes", finish_reason: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    return {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}


def record(text: str = "yes", **more: Any) -> Record:
    return Record(provider="sim", raw=body(text, **more), latency_s=0.5, created_at=1.0)


class World:
    """Everything outside the engine, with a record of what the engine did to it."""

    def __init__(self) -> None:
        self.sent: list[Call] = []
        self.kept: list[Entry] = []
        self.outcomes: dict[str, Outcome] = {}
        self.events: list[Event] = []
        self.now = 100.0
        self.slept: list[float] = []
        self.waking: list[float] = []
        self.in_flight = self.most_in_flight = 0
        self.reply: Callable[[Call, int], Record | Exception] = lambda _call, _nth: record()
        self.keeping: Callable[[Entry], Awaitable[None]] | None = None

    async def send(self, call: Call) -> Record:
        nth = sum(earlier.key == call.key for earlier in self.sent)
        self.sent.append(call)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        reply = self.reply(call, nth)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def keep(self, entry: Entry) -> None:
        if self.keeping is not None:
            await self.keeping(entry)
        self.kept.append(entry)

    async def sleep(self, seconds: float) -> None:
        # Sleepers sleep side by side: the clock goes to the earliest waking time, then to the next.
        self.slept.append(seconds)
        until = self.now + seconds
        self.waking.append(until)
        while self.now < until:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            self.now = max(self.now, min(self.waking))
        self.waking.remove(until)

    def settle(self, call: Call, outcome: Outcome) -> None:
        assert call.key not in self.outcomes, "settled twice"
        self.outcomes[call.key] = outcome

    def ports(self) -> Ports:
        return Ports(
            send=self.send,
            keep=self.keep,
            settle=self.settle,
            observe=self.events.append,
            clock=lambda: self.now,
            wall=lambda: self.now,
            sleep=self.sleep,
            random=Random(0),
        )

    def run(self, calls: list[Call]) -> None:
        asyncio.run(run(calls, self.ports()))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make_calls() -> Callable[..., list[Call]]:
    def make(count: int, *profiles: Profile, **fields: Any) -> list[Call]:
        base: dict[str, Any] = {"name": "p", "provider": "sim", "model": "m", "section": "s", **fields}
        chosen = list(profiles) or [Profile(**base)]
        prompts = [Prompt(n, f"q{n}", [{"role": "user", "content": f"q{n}"}]) for n in range(count)]
        return plan(prompts, chosen, params={}, samples=1)

    return make


@pytest.fixture
def make_record() -> Callable[..., Record]:
    return record


@pytest.fixture
def make_error() -> Callable[..., ProviderError]:
    def make(kind: Any = "provider_error", **more: Any) -> ProviderError:
        return ProviderError(f"failed: {kind}", kind=kind, provider="sim", **more)

    return make
