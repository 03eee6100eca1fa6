"""Virtual time: exact, free of waiting, and as easy to stop as real time."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import socket
import threading
import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.fastclock import FastLoop, run_fast


def test_a_sleep_moves_the_clock_by_exactly_its_length() -> None:
    async def main(loop: FastLoop) -> list[float]:
        seen = [loop.time()]
        for seconds in (0.1, 5, 86_400 * 40):
            await asyncio.sleep(seconds)
            seen.append(loop.time())
        return seen

    assert run_fast(main) == [0.0, 0.1, 5.1, 5.1 + 86_400 * 40]


def test_many_small_waits_add_up_exactly() -> None:
    async def main(loop: FastLoop) -> float:
        for _ in range(6_000):
            await asyncio.sleep(0.1)
        return loop.time()

    assert run_fast(main) == 600.0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_sleepers_side_by_side_wake_in_order_and_on_time(lengths: list[float]) -> None:
    async def main(loop: FastLoop) -> list[tuple[float, float]]:
        woken: list[tuple[float, float]] = []

        async def sleeper(seconds: float) -> None:
            await asyncio.sleep(seconds)
            woken.append((seconds, loop.time()))

        await asyncio.gather(*map(sleeper, lengths))
        return woken

    woken = run_fast(main)
    assert sorted(moment for _, moment in woken) == [moment for _, moment in woken]
    assert all(moment == pytest.approx(seconds, abs=2e-9) for seconds, moment in woken)


def test_the_wall_clock_and_the_monotonic_clock_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(loop: FastLoop) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(90):
                await asyncio.sleep(1_000)
        return loop.time()

    def asked() -> float:
        if threading.current_thread().name == "distilkit-fast":
            raise AssertionError("a real clock was asked for the time")
        return real()

    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", asked)
    monkeypatch.setattr(time, "time", asked)

    assert run_fast(main) == 90.0


def test_what_is_meant_for_a_thread_is_done_while_time_stands_still() -> None:
    here = contextvars.ContextVar("here", default="nowhere")

    async def main(loop: FastLoop) -> tuple[float, str, str]:
        here.set("inside")
        ticking = asyncio.ensure_future(asyncio.sleep(0.001))
        found = await asyncio.to_thread(here.get)
        name = await asyncio.to_thread(lambda: threading.current_thread().name)
        moment = loop.time()
        await ticking
        return moment, found, name

    assert run_fast(main) == (0.0, "inside", "distilkit-fast")


def test_an_error_in_what_is_meant_for_a_thread_is_raised_where_it_is_awaited() -> None:
    async def main(_loop: FastLoop) -> str:
        try:
            await asyncio.to_thread(int, "no number")
        except ValueError:
            return "caught"
        return "unreachable"

    assert run_fast(main) == "caught"


def test_sockets_are_still_heard() -> None:
    async def main(loop: FastLoop) -> bytes:
        left, right = socket.socketpair()
        with left, right:
            left.setblocking(False)
            right.sendall(b"hello")
            return await loop.sock_recv(left, 10)

    assert run_fast(main) == b"hello"


def test_another_thread_can_end_a_wait_without_a_timer() -> None:
    async def main(loop: FastLoop) -> float:
        told = asyncio.Event()
        threading.Thread(target=lambda: loop.call_soon_threadsafe(told.set)).start()
        await told.wait()
        return loop.time()

    assert run_fast(main) == 0.0


def test_it_runs_inside_a_running_loop() -> None:
    async def inner(loop: FastLoop) -> float:
        await asyncio.sleep(3_600)
        return loop.time()

    async def outer() -> float:
        return run_fast(inner)

    assert asyncio.run(outer()) == 3_600.0


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("the work's own")])
def test_an_error_is_raised_to_the_caller(error: Exception) -> None:
    async def main(_loop: FastLoop) -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        run_fast(main)


def test_an_interrupt_ends_the_run_and_cleans_up() -> None:
    cleaned = threading.Event()

    async def main(_loop: FastLoop) -> None:
        threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            while True:  # noqa: ASYNC110 - time that passes without an end is what is interrupted
                await asyncio.sleep(1)
        finally:
            cleaned.set()

    with pytest.raises(KeyboardInterrupt):
        run_fast(main)

    assert cleaned.is_set()


def test_an_interrupt_ends_even_a_wait_that_nothing_would_end() -> None:
    async def main(_loop: FastLoop) -> None:
        threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run_fast(main)

    assert "distilkit-fast" not in {thread.name for thread in threading.enumerate()}


def test_nothing_is_left_open() -> None:
    async def main(_loop: FastLoop) -> None:
        await asyncio.sleep(1)

    before = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        run_fast(main)

    assert threading.active_count() == before
