"""Fixtures of discovery's tests: servers on this machine that answer by path, and nothing of the user's own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

CANARY = "canary-key-123456"


class Serving:
    """A server in a thread of its own: JSON or bytes by path, a number for a status, 404 for the rest."""

    def __init__(self, routes: dict[str, Any]) -> None:
        self.routes = routes
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.port: int = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def _start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.seen.append((request.method, request.raw_path, {**request.headers}))
        said = self.routes.get(request.path, 404)
        if isinstance(said, int):
            return web.json_response({"error": {"message": "refused"}}, status=said)
        return web.Response(body=said) if isinstance(said, bytes) else web.json_response(said)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def serving() -> Iterator[Callable[[dict[str, Any]], Serving]]:
    """Start servers."""
    started: list[Serving] = []

    def start(routes: dict[str, Any]) -> Serving:
        started.append(Serving(routes))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture(autouse=True)
def _nothing_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("OLLAMA_HOST", raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Path]:
    """Write a profile file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "profiles.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def canary() -> str:
    return CANARY
