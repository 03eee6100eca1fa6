"""A server on loopback with an address for each test: what arrives is kept by address, and so is what is answered.

It can also behave as badly as servers do: drop a connection, stop in the middle, never answer. Knows no provider.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

Manner = Literal["whole", "dropped", "cut", "silent"]


@dataclass(frozen=True)
class Reply:
    """What is answered: a body (JSON, or bytes as they are), in which manner, and after how many seconds."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "whole"
    delay_s: float = 0.0

    def payload(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names in lower case, `target` without the address that is its test's."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def everything(self) -> str:
        return f"{self.target} {dict(self.headers)} {self.body!r}"


class Server:
    """Use it as `with Server() as server:`; `server.at("x", Reply(...))` returns an address that answers so."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._replies: dict[str, list[Reply]] = {}
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        # The ports of those who called, one for each connection.
        self.callers: dict[str, set[int]] = defaultdict(set)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def at(self, name: str, *replies: Reply) -> str:
        """Return an address of its own; several replies are given in order, the last for ever."""
        self._replies[name] = list(replies)
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/{name}"

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{name}/{path:.*}", self._handle)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls, backlog=1024).start()
        self.port: int = runner.addresses[0][1]
        return runner

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        headers = {key.lower(): value for key, value in request.headers.items()}
        target = request.raw_path.removeprefix(f"/{name}")
        self.seen[name].append(Seen(request.method, target, headers, await request.read()))
        assert request.transport is not None
        self.callers[name].add(request.transport.get_extra_info("peername")[1])
        known = self._replies[name]
        reply = known.pop(0) if len(known) > 1 else known[0]
        await asyncio.sleep(reply.delay_s)
        return await _answered(request, reply)


async def _answered(request: web.Request, reply: Reply) -> web.StreamResponse:
    assert request.transport is not None
    headers = {"content-type": "application/json", **reply.headers}
    payload = reply.payload()
    if reply.manner == "dropped":
        request.transport.close()
        return web.Response()
    if reply.manner == "silent":
        await asyncio.sleep(60)
    if reply.manner == "cut":
        response = web.StreamResponse(headers={**headers, "content-length": str(len(payload) + 1)})
        await response.prepare(request)
        await response.write(payload)
        request.transport.close()
        return response
    return web.Response(body=payload, status=reply.status, headers=headers)
