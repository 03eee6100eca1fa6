"""Interrupts while a verb runs: the first is raised, further ones only hurry, and the handler before is put back."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from distilkit import _background
from distilkit._interrupts import Presses, interruptible
from distilkit._sync import Body, Step, awaiting, blocking


@pytest.fixture(autouse=True)
def _handler_is_put_back() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for what is cancelled waits for ever."""
    monkeypatch.setattr(_background, "_CANCEL_PATIENCE_S", 1_000.0)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def press_later(when: threading.Event) -> None:
    def work() -> None:
        assert when.wait(30)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=work, daemon=True).start()


class Stubborn:
    """Work that does not end when it is cancelled."""

    def __init__(self) -> None:
        self.began, self.cancelled, self.free = threading.Event(), threading.Event(), threading.Event()

    async def work(self) -> None:
        try:
            self.began.set()
            await asyncio.sleep(300)
        finally:
            self.cancelled.set()
            while not self.free.is_set():  # noqa: ASYNC110 - another thread frees it
                await asyncio.sleep(0.01)

    def ask(self, after: Callable[[], Any] = lambda: None) -> str:
        def body() -> Body[str]:
            return (yield from self.body(after))

        return blocking(body)()

    def body(self, after: Callable[[], Any] = lambda: None) -> Body[str]:
        try:
            yield Step(self.work())
        except KeyboardInterrupt:
            after()
            return "what is finished"
        return "all"


@pytest.mark.usefixtures("endless")
def test_a_second_interrupt_ends_the_waiting_and_loses_nothing() -> None:
    stubborn = Stubborn()
    press_later(stubborn.began)
    press_later(stubborn.cancelled)

    assert stubborn.ask() == "what is finished"

    stubborn.free.set()


@pytest.mark.usefixtures("endless")
def test_interrupts_while_the_body_cleans_up_lose_nothing() -> None:
    stubborn = Stubborn()
    press_later(stubborn.began)
    press_later(stubborn.cancelled)

    def clean_up() -> None:
        press()
        press()

    assert stubborn.ask(clean_up) == "what is finished"

    stubborn.free.set()


@pytest.mark.usefixtures("endless")
def test_under_a_handler_of_ones_own_a_second_interrupt_loses_nothing_either() -> None:
    def own(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, own)
    stubborn = Stubborn()
    press_later(stubborn.began)
    press_later(stubborn.cancelled)
    try:
        assert stubborn.ask() == "what is finished"
        assert signal.getsignal(signal.SIGINT) is own
    finally:
        stubborn.free.set()
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_between_two_steps_is_raised_there() -> None:
    seen = []

    def body() -> Body[str]:
        yield Step(asyncio.sleep(0))
        try:
            press()
        except KeyboardInterrupt:
            seen.append("raised")
        press()  # the body has not waited since: this one hurries
        return "ended"

    assert blocking(body)() == "ended"
    assert seen == ["raised"]


def test_the_next_wait_can_be_interrupted_again() -> None:
    seen = []

    def body() -> Body[None]:
        for _ in range(2):
            stubborn = Stubborn()
            stubborn.free.set()
            press_later(stubborn.began)
            try:
                yield Step(stubborn.work())
            except KeyboardInterrupt:
                seen.append("raised")

    blocking(body)()

    assert seen == ["raised", "raised"]


def test_the_callers_own_code_can_be_interrupted_after_the_first() -> None:
    stubborn = Stubborn()
    stubborn.free.set()
    press_later(stubborn.began)
    seen = []

    def score() -> None:
        try:
            with interruptible():
                press()
        except KeyboardInterrupt:
            seen.append("raised")
        press()

    assert stubborn.ask(score) == "what is finished"
    assert seen == ["raised"]


def test_what_runs_in_another_thread_leaves_the_handler_alone() -> None:
    before, seen = signal.getsignal(signal.SIGINT), []

    def body() -> Body[None]:
        with interruptible():
            seen.append(signal.getsignal(signal.SIGINT))
        yield Step(asyncio.sleep(0))

    thread = threading.Thread(target=blocking(body))
    thread.start()
    thread.join()

    assert seen == [before]


def test_ignored_interrupts_stay_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:

        def body() -> Body[str]:
            yield Step(asyncio.sleep(0))
            press()
            return "all"

        assert blocking(body)() == "all"
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_of_a_kernel_that_only_asks_its_loop_gives_way() -> None:
    """A cell that awaits something has such a one, and a verb that blocks would never be interrupted."""
    asked = []

    def handle(_number: int, _frame: object) -> None:
        asked.append("the loop")

    handle.__module__ = "ipykernel.ipkernel"
    before = signal.signal(signal.SIGINT, handle)
    stubborn = Stubborn()
    stubborn.free.set()
    press_later(stubborn.began)
    try:
        assert stubborn.ask() == "what is finished"
        assert asked == []
        assert signal.getsignal(signal.SIGINT) is handle
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_verb_within_a_verb_puts_the_outer_handler_back() -> None:
    def inner() -> Body[int]:
        yield Step(asyncio.sleep(0))
        return 1

    def outer() -> Body[Any]:
        mine = signal.getsignal(signal.SIGINT)
        assert blocking(inner)() == 1
        yield Step(asyncio.sleep(0))
        return signal.getsignal(signal.SIGINT) == mine

    assert blocking(outer)() is True


def test_an_interrupt_while_the_handler_is_taken_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    real = signal.signal

    def slow(number: int, handler: Any) -> Any:
        done = real(number, handler)
        if isinstance(getattr(handler, "__self__", None), Presses):
            press()
        return done

    monkeypatch.setattr(signal, "signal", slow)

    def body() -> Body[None]:
        yield Step(asyncio.sleep(0))

    with pytest.raises(KeyboardInterrupt):
        blocking(body)()


@pytest.mark.usefixtures("endless")
def test_a_second_cancellation_ends_the_waiting_of_the_awaiting_face() -> None:
    stubborn = Stubborn()

    async def main() -> None:
        def body() -> Body[str]:
            return (yield from stubborn.body())

        task = asyncio.ensure_future(awaiting(body)())
        while not stubborn.began.is_set():  # noqa: ASYNC110 - set on our loop, in another thread
            await asyncio.sleep(0.01)
        task.cancel()
        while not stubborn.cancelled.is_set():  # noqa: ASYNC110 - the same; this loop goes on meanwhile
            await asyncio.sleep(0.01)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    stubborn.free.set()
