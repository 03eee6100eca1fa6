"""The one answer to "sync or async": one body, two faces.

A public operation is written once, as a generator that yields each piece of waiting as a `Step`. `blocking` turns it
into an ordinary function, `awaiting` into a coroutine function with the same signature and docstring. Everything
between two steps runs in the caller's thread, so a caller's scorer or progress line never runs on our event loop; the
waiting itself runs on one event loop in one daemon thread that lives as long as the process.

What comes in parts has two more: `following` and `afollowing` drive the same body, and hand on what arrives meanwhile.

All of them wait in short slices. That is what makes Ctrl-C and a notebook's stop button work on every platform and
every ipykernel: an interrupt arrives between two slices, the step is cancelled, its sockets are closed, and the
interrupt is raised inside the generator at its `yield`, which may still return what is finished. Whoever presses once
more while that goes on is not kept waiting, and loses nothing: see `_interrupts`.

Knows nothing of models, stores or frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from distilkit._interrupts import Presses, Stopped

P = ParamSpec("P")
T = TypeVar("T")
X = TypeVar("X")

_SLICE_S = 0.05
# Text that grows is followed more closely.
_SHORT_SLICE_S = 0.02
# After an interrupt the step is cancelled; this long it may take to close its sockets and flush the store.
_CANCEL_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """Something to wait for on our loop, and what to do in the caller's thread while waiting (a progress line)."""

    work: Coroutine[Any, Any, Any]
    tick: Callable[[], None] | None = None


Body = Generator[Step, Any, T]


def blocking(body: Callable[P, Body[T]]) -> Callable[P, T]:
    """Turn a body into a function that blocks; same name, signature and docstring."""

    @functools.wraps(body)
    def face(*args: P.args, **kwargs: P.kwargs) -> T:
        return _drive(body(*args, **kwargs))

    # What Python says of a wrong argument names the body.
    body.__qualname__ = body.__qualname__.removeprefix("_")
    return _named(face, face.__name__.removeprefix("_"))


def awaiting(body: Callable[P, Body[T]]) -> Callable[P, Awaitable[T]]:
    """Turn a body into a coroutine function for any event loop; same signature and docstring."""

    @functools.wraps(body)
    async def face(*args: P.args, **kwargs: P.kwargs) -> T:
        return await _drive_async(body(*args, **kwargs))

    return _named(face, "a" + face.__name__.removeprefix("_"))


def _named(face: Callable[P, T], name: str) -> Callable[P, T]:
    face.__name__ = face.__qualname__ = name
    return face


def _drive(steps: Body[T]) -> T:
    presses = Presses()
    try:
        presses.take()
        return _driven(steps, presses, None)
    finally:
        # Before any call: an interrupt that is raised here would leave its handler behind.
        presses.armed = False
        presses.give_back()


def stoppable(steps: Body[T], stop: threading.Event) -> T:
    """Drive a body in this thread; once `stop` is set, it is told so at every `yield`, by `Stopped`."""
    return _driven(steps, Presses(), stop)


def _driven(steps: Body[T], presses: Presses, stop: threading.Event | None) -> T:
    advance: Callable[[], Step] = functools.partial(next, steps)
    while True:
        try:
            step = advance()
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # the body's T
        job = _Job(step.work)
        try:
            presses.arm()
            _check(stop)
            job.start()
            result = job.wait(step.tick, stop)
        except BaseException as error:  # noqa: BLE001 - an interrupt too is handed to the body
            job.cancel(presses.has_further)
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


def _check(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise Stopped


async def _drive_async(steps: Body[T]) -> T:
    advance: Callable[[], Step] = functools.partial(next, steps)
    while True:
        try:
            step = advance()
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return] # the body's T
        job = _Job(step.work)
        try:
            job.start()
            result = await job.poll(step.tick)
        except GeneratorExit as error:  # nobody awaits any more, so nothing can be awaited
            job.cancel()
            advance = functools.partial(steps.throw, error)
        except BaseException as error:  # noqa: BLE001 - a cancellation too is handed to the body
            await job.acancel()
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


def following(steps: Body[T], arriving: SimpleQueue[X]) -> Generator[X, None, T]:
    """Drive a body, and yield in the caller's thread what arrives on a queue while it waits.

    Closing the generator cancels what is under way. Returns what the body returns.
    """
    advance: Callable[[], Step] = functools.partial(next, steps)
    while True:
        try:
            step = advance()
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return] # the body's T
        job = _Job(step.work)
        try:
            job.start()
            while not job.is_done:
                yield from _arrived(arriving, _SLICE_S)
            yield from _arrived(arriving, 0)
            result = job.wait(None)
        except BaseException as error:
            if _on_our_loop():
                # The garbage collector closes what was forgotten in whatever thread it runs in. Our loop would wait for
                # itself.
                threading.Thread(target=_give_up, args=(job, steps), name="distilkit-closing", daemon=True).start()
                raise
            job.cancel()
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


def _give_up(job: _Job, steps: Body[Any]) -> None:
    job.cancel()
    steps.close()


async def afollowing(steps: Body[T], arriving: SimpleQueue[X], ended: Callable[[T], None]) -> AsyncGenerator[X, None]:
    """Do the same in any event loop. An async generator returns nothing: `ended` gets what the body returns."""
    advance: Callable[[], Step] = functools.partial(next, steps)
    while True:
        try:
            step = advance()
        except StopIteration as stop:
            ended(stop.value)
            return
        job = _Job(step.work)
        try:
            job.start()
            while not job.is_done:
                await asyncio.sleep(_SHORT_SLICE_S)
                for each in _arrived(arriving, 0):
                    yield each
            for each in _arrived(arriving, 0):
                yield each
            result = job.wait(None)
        except BaseException as error:  # noqa: BLE001 - a cancellation too is handed to the body
            job.cancel()
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


def _arrived(arriving: SimpleQueue[X], wait_s: float) -> Iterator[X]:
    """Yield what is there, after waiting for the first for so many seconds."""
    try:
        yield arriving.get(block=wait_s > 0, timeout=wait_s or None)
        while True:
            yield arriving.get_nowait()
    except Empty:
        return


class _Job:
    """A coroutine running on our loop, seen from another thread."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        if _on_our_loop():
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
        return self._done.done()

    def wait(self, tick: Callable[[], None] | None, stop: threading.Event | None = None) -> Any:
        while True:
            try:
                return self._done.result(timeout=_SLICE_S)
            except FutureTimeoutError:
                if self._done.done():  # the work itself timed out, or it ended in this very moment
                    return self._done.result()
            _check(stop)
            if tick is not None:
                tick()

    async def poll(self, tick: Callable[[], None] | None) -> Any:
        while not self._done.done():
            await asyncio.sleep(_SLICE_S)
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
                    self._done.exception(timeout=_SLICE_S)

    async def acancel(self) -> None:
        """Do the same on the caller's loop, which goes on; being cancelled again ends the waiting."""
        until = self._ending()
        with contextlib.suppress(asyncio.CancelledError):
            while not self._done.done() and time.monotonic() < until:  # noqa: ASYNC110 - another loop's future
                await asyncio.sleep(_SLICE_S)

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


def _on_our_loop() -> bool:
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
