"""The newest job alone."""

from __future__ import annotations

import threading

import pytest

from distilkit.notebook.playground.latest import Latest


def test_what_was_overtaken_before_it_began_is_dropped() -> None:
    done: list[int] = []
    latest = Latest(0.0)
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(10)
        done.append(0)

    latest.ask(first)
    begun.wait(10)
    for nth in (1, 2, 3):
        latest.ask(lambda nth=nth: done.append(nth))  # type: ignore[misc] # a default binds
    go.set()
    latest.wait()

    assert done == [0, 3]


def test_it_begins_again_after_it_was_done() -> None:
    done: list[int] = []
    latest = Latest(0.0)

    for nth in (1, 2):
        latest.ask(lambda nth=nth: done.append(nth))  # type: ignore[misc] # the same
        latest.wait()

    assert done == [1, 2]


def test_after_closing_nothing_begins() -> None:
    done: list[int] = []
    latest = Latest(60.0)

    latest.ask(lambda: done.append(1))
    latest.close()
    latest.ask(lambda: done.append(2))
    latest.wait()

    assert done == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_job_that_fails_is_not_the_last() -> None:
    done: list[int] = []
    latest = Latest(0.0)

    latest.ask(lambda: done.append(1 // 0))
    latest.wait()
    latest.ask(lambda: done.append(2))
    latest.wait()

    assert done == [2]
