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

The loop itself is in `_background`. Knows nothing of models, stores or frames.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from distilkit._background import SLICE_S, Job, check, on_our_loop
from distilkit._interrupts import Presses

P = ParamSpec("P")
T = TypeVar("T")
X = TypeVar("X")

# Text that grows is followed more closely.
_SHORT_SLICE_S = 0.02


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
        job = Job(step.work)
        try:
            presses.arm()
            check(stop)
            job.start()
            result = job.wait(step.tick, stop)
        except BaseException as error:  # noqa: BLE001 - an interrupt too is handed to the body
            job.cancel(presses.has_further)
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


async def _drive_async(steps: Body[T]) -> T:
    advance: Callable[[], Step] = functools.partial(next, steps)
    while True:
        try:
            step = advance()
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return] # the body's T
        job = Job(step.work)
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
        job = Job(step.work)
        try:
            job.start()
            while not job.is_done:
                yield from _arrived(arriving, SLICE_S)
            yield from _arrived(arriving, 0)
            result = job.wait(None)
        except BaseException as error:
            if on_our_loop():
                # The garbage collector closes what was forgotten in whatever thread it runs in. Our loop would wait for
                # itself.
                threading.Thread(target=_give_up, args=(job, steps), name="distilkit-closing", daemon=True).start()
                raise
            job.cancel()
            advance = functools.partial(steps.throw, error)
        else:
            advance = functools.partial(steps.send, result)


def _give_up(job: Job, steps: Body[Any]) -> None:
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
        job = Job(step.work)
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
