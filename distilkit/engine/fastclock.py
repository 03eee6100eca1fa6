"""An event loop whose time is virtual: when nothing is ready it leaps to the next timer, so hours of waiting take none.

For rehearsals. What runs in it must take its time from the loop (`loop.time`, `asyncio.sleep`, `asyncio.timeout`), and
gets exact moments: an answer computed for a second costs that loop nothing. Knows nothing of calls or providers.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
_Args = TypeVarTuple("_Args")

# How often the calling thread looks up, so that an interrupt finds it; and how long it then waits for the loop to end.
_SLICE_S = 0.05
_CANCEL_PATIENCE_S = 5.0
# Sums of waits are rounded to nanoseconds, finer than which no loop compares timers: 600 waits of 0.1 s are 60 s.
_DIGITS = 9


class _Leaping(selectors.DefaultSelector):
    """Advances `now` where it would have waited, and looks at sockets without waiting for them."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            # Without a timer only another thread can go on, and that takes real time.
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.now = round(self.now + timeout, _DIGITS)
        return ready


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop that begins at 0.0 seconds and never waits while a timer is set.

    What it is given for a thread (`asyncio.to_thread`) is done at once and in its own: a real thread would take
    real time, and timers would overtake it.
    """

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._leaping.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Args], T], *args: *_Args
    ) -> asyncio.Future[T]:
        """Call `func` now, while virtual time stands still; `executor` is not used."""
        del executor
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the future
            done.set_exception(error)
        return done


def run_fast(main: Callable[[FastLoop], Coroutine[Any, Any, T]]) -> T:
    """Run `main(loop)` in a fresh loop with virtual time, and return its result; what it raises is raised here.

    The loop has a thread of its own, so this works inside a running loop too (a notebook's cell), which it blocks. An
    interrupt arrives in the calling thread, as everywhere; it cancels every task of the loop and is raised.
    """
    loop, done = FastLoop(), Future[T]()
    thread = threading.Thread(target=_play, args=(loop, main, done), name="distilkit-fast", daemon=True)
    try:
        # Within the try: an interrupt may come while the thread is starting, and would leave it playing for ever.
        thread.start()
        return _wait(done)
    finally:
        if not done.done():
            # The loop may be closed by now: then there is nothing left to cancel.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_cancel_all, loop)
        if thread.ident is not None:
            thread.join(_CANCEL_PATIENCE_S)


def _play(loop: FastLoop, main: Callable[[FastLoop], Coroutine[Any, Any, T]], done: Future[T]) -> None:
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            result = runner.run(main(loop))
    except BaseException as error:  # noqa: BLE001 - raised in the thread that asked
        done.set_exception(error)
    else:
        done.set_result(result)


def _wait(done: Future[T]) -> T:
    """Wait in slices: an interrupt is only heard between two."""
    while True:
        try:
            return done.result(timeout=_SLICE_S)
        except FutureTimeoutError:
            if done.done():  # the work itself timed out
                raise


def _cancel_all(loop: FastLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
