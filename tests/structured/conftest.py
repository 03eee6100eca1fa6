"""Fixtures of the structured runs: a profile, a fake network that answers from a script, and a run like compare's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from aiohttp import web
from pydantic import BaseModel

from distilkit._sync import Body, blocking
from distilkit.calls import Call, Prompt, Record
from distilkit.errors import ProviderError
from distilkit.planning import plan
from distilkit.profiles import Budget, Price, Profile, Route
from distilkit.running import Manner
from distilkit.structured import prepare, shaped, structured

PRICE = Price(input_per_million=1, output_per_million=2)


class Item(BaseModel):
    """One line of a bill."""

    name: str
    prices: list[float]


class Bill(BaseModel):
    """A model with lists within lists."""

    items: list[Item]
    total: int


GOOD = '{"items": [{"name": "tea", "prices": [1.5, 2]}], "total": 3}'
BAD = '{"items": [{"name": "tea", "prices": ["dear"]}]}'

Said = str | ProviderError | dict[str, Any]


@dataclass
class Script:
    """Takes the network's place: answers each request with the next line, and remembers what it was asked.

    A text is a whole answer, a mapping a choice, an error is raised. The last line is repeated.
    """

    lines: Iterable[Said]
    usage: Mapping[str, int] | None = field(default_factory=lambda: {"prompt_tokens": 10, "completion_tokens": 5})
    calls: list[Call] = field(default_factory=list)

    async def __call__(self, call: Call) -> Record:
        lines = list(self.lines)
        said = lines[min(len(self.calls), len(lines) - 1)]
        self.calls.append(call)
        await asyncio.sleep(0)
        if isinstance(said, ProviderError):
            raise said
        choice = said if isinstance(said, dict) else {"message": {"content": said}, "finish_reason": "stop"}
        usage = {} if self.usage is None else {"usage": dict(self.usage)}
        return Record(provider="custom_openai", raw={"choices": [choice], **usage}, created_at=1.0, latency_s=0.5)

    @property
    def messages(self) -> list[Any]:
        return [list(call.request.messages) for call in self.calls]


def refused(kind: Any = "invalid_request", message: str = "no such response_format") -> ProviderError:
    return ProviderError(message, kind=kind, provider="custom_openai", retryable=False, status=400)


def profile_of(name: str = "p", **fields: Any) -> Profile:
    base = {
        "provider": "custom_openai",
        "model": "m",
        "section": name,
        "base_url": "http://127.0.0.1:9",
        "price": PRICE,
    }
    return Profile(name=name, **{**base, **fields})


def _ask(
    schema: Any, targets: Iterable[Profile | Route], prompts: Iterable[str], samples: int, manner: Manner
) -> Body[pd.DataFrame]:
    structure = prepare(schema)
    named = [Prompt(nth, text, [{"role": "user", "content": text}]) for nth, text in enumerate(prompts)]
    calls = shaped(plan(named, list(targets), params={}, samples=samples), structure)
    rows = yield from structured(calls, structure, manner)
    return rows.frame()


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Ask for a schema as compare does: plan, ask, read, repair."""

    def run(schema: Any, *targets: Profile | Route, prompts: Iterable[str] = ("q",), **manner: Any) -> pd.DataFrame:
        samples = manner.pop("samples", 1)
        budget = Budget.of(manner.pop("budget", None))
        how = Manner(**{"store": tmp_path / "store", "budget": budget, "progress": False, **manner})
        return blocking(_ask)(schema, targets or [profile_of()], prompts, samples, how)

    return run


@pytest.fixture
def profile() -> Callable[..., Profile]:
    return profile_of


@pytest.fixture
def script() -> Callable[..., Script]:
    """Make a fake network from the lines it says."""
    return lambda *lines, **fields: Script(lines, **fields)


@pytest.fixture
def refusal() -> Callable[..., ProviderError]:
    return refused


@pytest.fixture
def bill() -> type[Bill]:
    """The model that answers shall fit."""
    return Bill


@pytest.fixture
def good() -> str:
    return GOOD


@pytest.fixture
def bad() -> str:
    return BAD


@pytest.fixture
def server() -> Iterator[Callable[[list[Any]], Server]]:
    """Start an HTTP server on this machine that answers request after request with the bodies given."""
    started: list[Server] = []

    def start(bodies: list[Any]) -> Server:
        started.append(Server(bodies))
        return started[-1]

    yield start
    for each in started:
        each.close()


class Server:
    """Answers over real HTTP, in a loop of its own; a body with an `error` has status 400."""

    def __init__(self, bodies: list[Any]) -> None:
        self.bodies = bodies
        self.seen: list[Any] = []
        self._loop = asyncio.new_event_loop()
        self._runner = self._loop.run_until_complete(self._start())
        import threading

        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def _answer(self, request: web.Request) -> web.Response:
        self.seen.append(json.loads(await request.read()))
        body = self.bodies[min(len(self.seen), len(self.bodies)) - 1]
        return web.json_response(body, status=400 if "error" in body else 200)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
