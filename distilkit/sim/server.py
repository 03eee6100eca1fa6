"""A simulator that runs: a loopback port, a thread with an event loop of its own, and the one of this process.

Knows threads, ports and forks; knows nothing of answers. aiohttp is imported when a server starts (0.2 s of CPU).
"""

from __future__ import annotations

import asyncio
import atexit
import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Self, TypeVar
from weakref import WeakSet

from distilkit.sim.simulation import Simulation
from distilkit.sim.spec import Dials

HOST = "127.0.0.1"
_BACKLOG = 1024
_CLOSING_S = 5.0
_LAST_PORT = 65535

_T = TypeVar("_T")


class Server:
    """Simulated models behind HTTP, on this machine only. Start one with `Server.start`; close it, or use `with`.

    Attributes:
        port: where it listens.
    """

    def __init__(self, models: Mapping[str, Dials], listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._process_id = os.getpid()
        self._simulation = Simulation(models)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    @classmethod
    def start(cls, models: Mapping[str, Dials] | None = None, port: int = 0) -> Self:
        """Start serving `models` under their names, on `port`, or a free one where it is 0.

        Raises:
            OSError: the port is taken, or may not be used.
        """
        server = cls(models or {}, _bound(port))
        server._begin()
        _here.servers.add(server)
        return server

    @property
    def url(self) -> str:
        """The base URL for clients, `http://127.0.0.1:PORT/v1`."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def is_running(self) -> bool:
        """Whether it serves, in this process."""
        return self._thread is not None

    def register(self, model: str, dials: Dials) -> str:
        """Add a model, from any thread, and return the name to ask it under; the same again for the same dials."""
        return self._in_loop(lambda: self._simulation.register(model, dials))

    def stats(self) -> dict[str, Any]:
        """Return what `GET /stats` says: what was asked, answered, answered twice, refused."""
        return self._in_loop(self._simulation.stats)

    def reset(self) -> None:
        """Forget counts, limits used up, and attempts; keep the models."""
        self._in_loop(self._simulation.reset)

    def close(self) -> None:
        """Stop serving; what is in flight is cut off. A second call, or one in a forked child, does nothing."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stopping is None:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        thread.join(_CLOSING_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        names = ", ".join(self._simulation.names) or "none yet"
        return f"<Server of simulated models at {self.url}: {names}>"

    def _begin(self) -> None:
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="distilkit-sim", daemon=True)
        self._thread.start()
        ready.result()

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, ready: Future[None]) -> None:
        from distilkit.sim.handler import listen

        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        stop = await listen(self._simulation, self._listener)
        ready.set_result(None)
        await self._stopping.wait()
        await stop()

    def _in_loop(self, ask: Callable[[], _T]) -> _T:
        """Ask the simulation in its own thread, where nothing changes meanwhile."""
        if self._process_id != os.getpid():
            raise RuntimeError("this simulator runs in the parent process; call local_server() for one of this process")
        if self._thread is None or self._loop is None:
            return ask()

        async def in_loop() -> _T:
            return ask()

        return asyncio.run_coroutine_threadsafe(in_loop(), self._loop).result()

    def let_go(self) -> None:
        """In a forked child: close its copy of the socket, which would keep the parent's port open."""
        self._listener.close()
        self._thread = None


def local_server() -> Server:
    """Return the simulator of this process; the first call starts it, a forked child starts its own."""
    with _here.lock:
        if _here.local is None or not _here.local.is_running:
            _here.local = Server.start()
        return _here.local


class _Here:
    """The servers of this process. Module state, because a port and a thread belong to the process, not to a caller."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.lock = threading.Lock()
        self.local: Server | None = None
        self.servers: WeakSet[Server] = WeakSet()

    def close(self) -> None:
        for server in list(self.servers):
            server.close()

    def after_fork(self) -> None:
        for server in list(self.servers):
            server.let_go()
        # A new lock: the old one may be held by a thread that the child does not have.
        self.begin()


_here = _Here()
atexit.register(_here.close)
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_here.after_fork)


def _bound(port: int) -> socket.socket:
    way_out = "choose another port, or 0 for a free one"
    if not 0 <= port <= _LAST_PORT:  # create_server would raise too, and leave its socket open
        raise OSError(f"cannot serve on {HOST}:{port} (ports end at {_LAST_PORT}); {way_out}")
    try:
        return socket.create_server((HOST, port), backlog=_BACKLOG)
    except OSError as error:
        raise OSError(f"cannot serve on {HOST}:{port} ({error}); {way_out}") from None
