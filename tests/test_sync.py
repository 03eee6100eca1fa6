"""One body, two faces: blocking and awaiting, and what an interrupt does to both."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from distilkit import _background
from distilkit._background import background_loop
from distilkit._sync import Body, Step, awaiting, blocking


async def add(left: int, right: int) -> int:
    await asyncio.sleep(0.01)
    return left + right


def _total(first: int, *, then: int = 2) -> Body[int]:
    """Add two numbers, slowly."""
    half = yield Step(add(first, then))
    whole = yield Step(add(half, 10))
    return whole


total = blocking(_total)
atotal = awaiting(_total)


def test_both_faces_give_the_same_result() -> None:
    assert total(1) == 13
    assert asyncio.run(_await_total()) == 13


async def _await_total() -> int:
    return await atotal(1)


def test_both_faces_keep_signature_and_docstring() -> None:
    assert inspect.signature(total) == inspect.signature(atotal) == inspect.signature(_total)
    assert total.__doc__ == atotal.__doc__ == "Add two numbers, slowly."
    assert (total.__name__, atotal.__name__) == ("total", "atotal")


def test_the_body_runs_in_the_callers_thread_and_the_work_elsewhere() -> None:
    seen = []

    async def work() -> None:
        seen.append(threading.current_thread())

    def _body() -> Body[None]:
        seen.append(threading.current_thread())
        yield Step(work())
        seen.append(threading.current_thread())

    blocking(_body)()

    assert seen[0] is seen[2] is threading.current_thread()
    assert seen[1] is not seen[0]


def test_an_error_in_the_work_reaches_the_body_and_then_the_caller() -> None:
    async def fail() -> None:
        raise ValueError("no")

    def _body(*, catch: bool) -> Body[str]:
        try:
            yield Step(fail())
        except ValueError:
            if catch:
                return "caught"
            raise
        return "unreachable"

    assert blocking(_body)(catch=True) == "caught"
    with pytest.raises(ValueError, match="no"):
        blocking(_body)(catch=False)


def test_a_timeout_raised_by_the_work_is_not_mistaken_for_a_slice() -> None:
    async def fail() -> None:
        raise TimeoutError("the work's own")

    def _body() -> Body[None]:
        yield Step(fail())

    with pytest.raises(TimeoutError, match="the work's own"):
        blocking(_body)()


def test_ticks_run_in_the_callers_thread_while_waiting() -> None:
    threads = []

    def _body() -> Body[None]:
        yield Step(asyncio.sleep(0.3), lambda: threads.append(threading.current_thread()))

    blocking(_body)()

    assert threads
    assert set(threads) == {threading.current_thread()}


@pytest.fixture
def interrupt_soon() -> Iterator[None]:
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    yield
    timer.cancel()


@pytest.mark.usefixtures("interrupt_soon")
def test_an_interrupt_cancels_the_work_before_the_body_hears_of_it() -> None:
    cleaned = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.set()

    def _body() -> Body[bool]:
        try:
            yield Step(long())
        except KeyboardInterrupt:
            return cleaned.is_set()
        return False

    assert blocking(_body)() is True


def test_cancelling_the_awaiting_face_cancels_the_work() -> None:
    cleaned = threading.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.set()

    def _body() -> Body[None]:
        yield Step(long())

    async def main() -> None:
        task = asyncio.ensure_future(awaiting(_body)())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert cleaned.is_set()


def test_blocking_inside_our_own_loop_is_an_error_and_not_a_deadlock() -> None:
    async def nested() -> None:
        with pytest.raises(RuntimeError, match="async form"):
            total(1)

    def _body() -> Body[None]:
        yield Step(nested())

    blocking(_body)()


def test_many_threads_share_one_loop() -> None:
    loops = []

    def note() -> None:
        loops.append(background_loop())
        assert total(1) == 13

    threads = [threading.Thread(target=note) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, loops))) == 1
    assert len(loops) == 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_a_loop_of_its_own() -> None:
    script = (
        "import os, sys, warnings; warnings.simplefilter('ignore'); sys.path.insert(0, sys.argv[1])\n"
        "import test_sync as t\n"
        "t.total(1)\n"
        "pid = os.fork()\n"
        "if pid == 0: os._exit(0 if t.total(1) == 13 else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    folder = os.path.dirname(__file__)  # noqa: PTH120 - passed on as text
    done = subprocess.run([sys.executable, "-c", script, folder], timeout=30, check=False)

    assert done.returncode == 0


async def _raise(error: BaseException) -> None:
    raise error


async def _raise_in_a_task(error: BaseException) -> None:
    await asyncio.gather(asyncio.create_task(_raise(error)), asyncio.sleep(60))


@pytest.mark.parametrize("work", [_raise, _raise_in_a_task])
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_an_exit_raised_by_the_work_reaches_the_caller_and_the_loop_lives_on(work: Any, kind: type) -> None:
    def _body() -> Body[None]:
        yield Step(asyncio.wait_for(work(kind(3)), 20))

    with pytest.raises(kind, match="3"):
        blocking(_body)()

    assert total(1) == 13


def test_an_interrupt_before_the_work_has_begun_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making a job and beginning it, the interrupt still reaches the body, and nothing goes on."""
    began: list[str] = []

    async def work() -> None:
        began.append("began")

    def body() -> Body[str]:
        try:
            yield Step(work())
        except KeyboardInterrupt:
            return "what is finished"
        return "all"

    def interrupted(_job: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_background.Job, "start", interrupted)

    assert blocking(body)() == "what is finished"
    assert began == []


def test_work_that_ends_in_the_moment_a_slice_is_over_gives_its_result() -> None:
    class JustAfter(Future[int]):
        """Times out, and is done by the time one asks."""

        def result(self, timeout: float | None = None) -> int:
            if not self.done():
                self.set_result(7)
                raise TimeoutError
            return super().result(timeout)

    work = add(1, 2)
    job = _background.Job(work)
    job._done = JustAfter()

    assert job.wait(None) == 7

    work.close()


def test_work_that_itself_times_out_says_so() -> None:
    async def late() -> None:
        raise TimeoutError("of the work")

    def _body() -> Body[None]:
        yield Step(late())

    with pytest.raises(TimeoutError, match="of the work"):
        blocking(_body)()
