"""A playground without a browser, and a server on this machine whose answers grow as a test says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
from aiohttp import web

from distilkit.notebook.playground import playground
from distilkit.notebook.playground.wish import Wish
from distilkit.profiles.profile import Connection, Profile, Retry
from distilkit.profiles.secrets import Secret
from distilkit.sim import Dials

CANARY = "canary-key-123456"


def simulated(name: str = "fast", **dials: Any) -> Profile:
    made = Dials(**{"latency_s": 0.0, "jitter": 0.0, "skill": 1.0, **dials})
    return Profile(name=name, provider="sim", model=name, section="sim", sim=made)


class Growing:
    """An OpenAI-like server. It says `first`, and the rest when a test opens the gate; or it refuses with a status."""

    def __init__(self, first: str = "", rest: str = "", status: int = 200) -> None:
        self.first, self.rest, self.status = first, rest, status
        self.bodies: list[Any] = []
        self.gate = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runner = asyncio.run_coroutine_threadsafe(self._start(), self.loop).result(10)

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/chat/completions", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        if self.status != 200:
            return web.json_response({"error": {"message": "<b>refused</b>"}}, status=self.status)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        with contextlib.suppress(ConnectionResetError):
            await self._say(response)
        return response

    async def _say(self, response: web.StreamResponse) -> None:
        if self.first:
            await _event(response, {"content": self.first}, None)
        while not self.gate.is_set():  # noqa: ASYNC110 - a test opens it from another thread
            await asyncio.sleep(0.01)
        await _event(response, {"content": self.rest}, None)
        await _event(response, {}, "stop")
        await response.write(b"data: [DONE]\n\n")

    def profile(self, name: str = "p", **more: Any) -> Profile:
        fields: dict[str, Any] = {
            "name": name,
            "provider": "custom_openai",
            "model": "m",
            "section": name,
            "base_url": self.url,
            "api_key": Secret(CANARY),
            "retry": Retry(max_attempts=1, backoff_s=0.0),
            "connection": Connection(),
        }
        return Profile(**{**fields, **more})

    def close(self) -> None:
        self.gate.set()
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


async def _event(response: web.StreamResponse, delta: dict[str, Any], finish: str | None) -> None:
    chunk = {"model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")


@pytest.fixture
def growing() -> Iterator[Callable[..., Growing]]:
    started: list[Growing] = []

    def start(first: str = "", rest: str = "", status: int = 200) -> Growing:
        started.append(Growing(first, rest, status))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def fast() -> Callable[..., Profile]:
    return simulated


@pytest.fixture
def wish() -> Callable[..., Wish]:
    def make(*names: str, prompt: str = "What is 3 + 4?", **more: Any) -> Wish:
        return Wish(
            **{
                "prompt": prompt,
                "system": None,
                "params": {},
                "targets": {name: name for name in names or ("sim/small",)},
                **more,
            }
        )

    return make


@pytest.fixture
def play(store: Path) -> Iterator[Callable[..., Any]]:
    """Make a playground with these profiles ticked; it is closed afterwards."""
    made: list[Any] = []

    def make(*profiles: Any, **more: Any) -> Any:
        made.append(playground(**{"store": store, "profiles": list(profiles) or None, **more}))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def find() -> Callable[[Any, type, str], Any]:
    """Return the control on the page with this name."""

    def search(widget: Any, kind: type, description: str) -> Any:
        waiting = [widget]
        while waiting:
            each = waiting.pop()
            if isinstance(each, kind) and description in each.description:
                return each
            waiting.extend(getattr(each, "children", ()))
        raise AssertionError(f"no {kind.__name__} {description!r}")

    return search


@pytest.fixture
def shown() -> Callable[[Any], str]:
    """Return all HTML that is on the page."""

    def read(widget: Any) -> str:
        own = widget.value if isinstance(widget, ipywidgets.HTML) else ""
        return own + "".join(read(child) for child in getattr(widget, "children", ()))

    return read
