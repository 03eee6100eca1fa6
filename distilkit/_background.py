"""Our event loop in its one thread, and a piece of work on it, seen from another thread.

A job is waited for in short slices, so that an interrupt arrives between two of them, and is cancelled without keeping
whoever presses again. Knows no verb and no body: those are in `_sync`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any

from distilkit._interrupts import Stopped

SLICE_S = 0.05
"""How long one slice of waiting is."""

# After an interrupt the step is cancelled; this long it may take to close its sockets and flush the store.
_CANCEL_PATIENCE_S = 5.0


class Job:
    """A coroutine running on our loop, seen from another thread."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        if on_our_loop():
            work.close()
            raise RuntimeError("a blocking call was made from inside distilkit's own loop; use the async form there")
        self._loop = background_loop()
        self._work = work
        self._done: Future[Any] = Future()
        self._task: asyncio.Task[Any] | None = None

    def start(self) -> None:
        """Begin. An interrupt in the midst of it leaves something to cancel."""
        self._loop.call_soon_threadsafe(self._start)

    def _start(self) -> None:
        self._task = self._loop.create_task(self._work)
        self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            self._done.set_exception(asyncio.CancelledError())
        elif error := task.exception():
            self._done.set_exception(error)
        else:
            self._done.set_result(task.result())

    @property
    def is_done(self) -> bool:
        """Whether there is a result, or an error."""
        return self._done.done()

    def wait(self, tick: Callable[[], None] | None, stop: threading.Event | None = None) -> Any:
        """Return the result, in a thread that may wait; `tick` is called between two slices."""
        while True:
            try:
                return self._done.result(timeout=SLICE_S)
            except FutureTimeoutError:
                if self._done.done():  # the work itself timed out, or it ended in this very moment
                    return self._done.result()
            check(stop)
            if tick is not None:
                tick()

    async def poll(self, tick: Callable[[], None] | None) -> Any:
        """Do the same on the caller's loop."""
        while not self._done.done():
            await asyncio.sleep(SLICE_S)
            if tick is not None:
                tick()
        return self._done.result()

    def cancel(self, has_further: Callable[[], bool] = bool) -> None:
        """Stop the work, and wait until it has cleaned up, or a further interrupt. A finished job is left alone.

        Not waited for, it cleans up all the same.
        """
        with contextlib.suppress(KeyboardInterrupt):  # under somebody's own handler, a further one may be raised here
            until = self._ending()
            while not (self._done.done() or has_further()) and time.monotonic() < until:
                with contextlib.suppress(FutureTimeoutError, asyncio.CancelledError):
                    self._done.exception(timeout=SLICE_S)

    async def acancel(self) -> None:
        """Cancel on the caller's loop, which goes on; being cancelled again ends the waiting."""
        until = self._ending()
        with contextlib.suppress(asyncio.CancelledError):
            while not self._done.done() and time.monotonic() < until:  # noqa: ASYNC110 - another loop's future
                await asyncio.sleep(SLICE_S)

    def _ending(self) -> float:
        """Begin to stop, and return until when to wait for it."""
        if not self._done.done():
            self._loop.call_soon_threadsafe(self._cancel)
        return time.monotonic() + _CANCEL_PATIENCE_S

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif not self._done.done():  # it was never begun: what begins comes before this
            self._work.close()
            self._done.set_exception(asyncio.CancelledError())


class _Background:
    """The loop's place in the process: which process started it, and in which thread it runs."""

    lock = threading.Lock()
    pid: int | None = None
    loop: asyncio.AbstractEventLoop | None = None
    thread: threading.Thread | None = None


def on_our_loop() -> bool:
    """Say whether this is the loop's own thread, which may not wait for itself."""
    return threading.current_thread() is _Background.thread


def background_loop() -> asyncio.AbstractEventLoop:
    """Return the process's loop, started on first use, and anew in a forked child."""
    with _Background.lock:
        if _Background.loop is None or _Background.pid != os.getpid():
            loop = asyncio.new_event_loop()
            thread = threading.Thread(target=_run, args=(loop,), name="distilkit", daemon=True)
            thread.start()
            _Background.pid, _Background.loop, _Background.thread = os.getpid(), loop, thread
        return _Background.loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    """Run the loop for as long as the process lives.

    asyncio keeps a SystemExit or KeyboardInterrupt in the task that raised it, where the task's caller finds it, and
    raises it out of the loop as well. There it would end the thread, and whoever waits, now or later, would do so for
    ever.
    """
    while not loop.is_closed():
        with contextlib.suppress(SystemExit, KeyboardInterrupt):
            loop.run_forever()


def check(stop: threading.Event | None) -> None:
    """Raise `Stopped` once `stop` is set."""
    if stop is not None and stop.is_set():
        raise Stopped
