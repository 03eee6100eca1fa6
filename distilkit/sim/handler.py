"""The simulator's HTTP: routes, waiting, and writing replies.

Knows aiohttp and the simulation; knows nothing of threads or ports. Importing this imports aiohttp.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from aiohttp import web

from distilkit.sim import replies
from distilkit.sim.asked import RefusedError
from distilkit.sim.batches import Batches
from distilkit.sim.simulation import Reply, Simulation

if TYPE_CHECKING:
    import socket

# Room for a long conversation, not for a flood.
_MOST_BODY_BYTES = 8 * 2**20
# Clients keep connections for minutes; a server that closes first makes them fail now and then.
_KEEP_ALIVE_S = 600.0
_BACKLOG = 1024
# A stream pauses this often, however many pieces it has: each pause costs a turn of the loop.
_PAUSES = 8
# What is in flight when the server closes is cut off, as when a provider goes down.
_GRACE_S = 0.1
_NAME = {"server": "simulated models"}


class Handler:
    """Answers requests from a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._batches = Batches(simulation)
        self._routes: Mapping[str, tuple[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]]] = {
            "/v1/chat/completions": ("POST", self._chat),
            "/v1/models": ("GET", self._models),
            "/stats": ("GET", self._stats),
            "/reset": ("POST", self._reset),
        }

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        if Batches.serves(request.path):
            return await self._batch(request)
        route = self._routes.get(request.path)
        if route is None:
            return _refusal(RefusedError(f"There is no {request.path[:200]} here; this is a simulator.", status=404))
        method, answer = route
        if request.method != method:
            return _refusal(RefusedError(f"{request.path} takes {method} only.", status=405))
        return await answer(request)

    async def _models(self, _: web.BaseRequest) -> web.Response:
        entries = [
            {"id": name, "object": "model", "created": 0, "owned_by": "simulated"} for name in self._simulation.names
        ]
        return _json({"object": "list", "data": entries})

    async def _stats(self, _: web.BaseRequest) -> web.Response:
        return _json(self._simulation.stats())

    async def _reset(self, _: web.BaseRequest) -> web.Response:
        self._simulation.reset()
        return _json({"reset": True})

    async def _batch(self, request: web.BaseRequest) -> web.Response:
        try:
            return _response(200, await self._batches.answer(request), {})
        except RefusedError as refused:
            return _refusal(refused)

    async def _chat(self, request: web.BaseRequest) -> web.StreamResponse:
        counts = self._simulation.counts  # the same ones to the end, whatever is reset meanwhile
        counts.arrived()
        try:
            reply = await self._decided(request)
            response = await _sent(request, reply)
        except ConnectionError:
            # Clients stop in the middle, as a notebook's stop button does; that is no error worth a traceback.
            counts.abandoned()
            return web.Response()
        except BaseException:
            counts.abandoned()
            raise
        if reply.status is not None and _is_gone(request):
            counts.abandoned()
        else:
            counts.left(reply.status, reply.answers)
        return response

    async def _decided(self, request: web.BaseRequest) -> Reply:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            text = f"The body is larger than {_MOST_BODY_BYTES} bytes."
            return Reply(status=413, pieces=[replies.error(RefusedError(text, status=413))])
        return self._simulation.receive(body, request.headers.get("x-distilkit-sample", "0"), time.monotonic())


async def listen(simulation: Simulation, sock: socket.socket) -> Callable[[], Awaitable[None]]:
    """Serve on a bound socket; return what to await to stop."""
    server = web.Server(Handler(simulation), request_factory=_request, access_log=None, keepalive_timeout=_KEEP_ALIVE_S)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(server, sock=sock, backlog=_BACKLOG)

    async def stop() -> None:
        # First accept no more, then let what was accepted just now arrive: a connection that asyncio completes after
        # its listener is closed is never closed itself.
        with suppress(NotImplementedError):  # Windows
            loop.remove_reader(sock)
        await _turns()
        listener.close()
        await server.shutdown(timeout=_GRACE_S)
        await _turns()

    return stop


async def _turns() -> None:
    """Let callbacks run that were put off to later turns of the loop."""
    for _ in range(10):
        await asyncio.sleep(0)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_MOST_BODY_BYTES)


async def _sent(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    if reply.streamed and reply.status is not None:
        return await _streamed(request, reply)
    if reply.latency_s > 0:
        await asyncio.sleep(reply.latency_s)
    if reply.status is None:
        _hang_up(request)
        return web.Response()
    return _response(reply.status, b"".join(reply.pieces), reply.headers)


async def _streamed(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    """Send the pieces over the last three quarters of the latency; before that, the prompt would be read."""
    response = web.StreamResponse(headers={**reply.headers, **_NAME, "content-type": "text/event-stream"})
    await asyncio.sleep(reply.latency_s / 4)
    await response.prepare(request)
    together = -(-len(reply.pieces) // _PAUSES)
    starts = range(0, len(reply.pieces), together)
    for start in starts:
        await asyncio.sleep(reply.latency_s * 3 / 4 / len(starts))
        await response.write(b"".join(reply.pieces[start : start + together]))
    await response.write_eof()
    return response


def _is_gone(request: web.BaseRequest) -> bool:
    return request.transport is None or request.transport.is_closing()


def _hang_up(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.close()


def _response(status: int, body: bytes, headers: Mapping[str, str]) -> web.Response:
    return web.Response(status=status, body=body, headers={**headers, **_NAME, "content-type": "application/json"})


def _refusal(refused: RefusedError) -> web.Response:
    return _response(refused.status, replies.error(refused), {})


def _json(body: object) -> web.Response:
    return _response(200, replies.encode(body), {})
