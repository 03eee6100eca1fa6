"""Progress of one run: when it is shown, and what stays."""

from __future__ import annotations

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Progress, Tally, line

from .playing import Clock, answered, planned, sent


class Book:
    """A place that writes down what it is shown."""

    def __init__(self, every_s: float = 0.25) -> None:
        self.every_s = every_s
        self.lines: list[tuple[str, bool]] = []

    def write(self, tally: Tally, *, last: bool) -> None:
        self.lines.append((line(tally), last))


def test_a_place_is_written_to_no_more_often_than_it_may() -> None:
    clock, book = Clock(), Book(every_s=0.25)
    progress = Progress(1, show=None, place=book, clock=clock)

    for _ in range(100):
        clock.now += 0.05
        progress.tick()

    assert 15 <= len(book.lines) <= 20


def test_no_place_is_written_to_more_than_ten_times_a_second() -> None:
    clock, book = Clock(), Book(every_s=0.0)
    progress = Progress(1, show=None, place=book, clock=clock)

    for _ in range(1_000):
        clock.now += 0.01
        progress.tick()

    assert len(book.lines) <= 100


def test_events_alone_write_nothing() -> None:
    book = Book(every_s=0.0)
    progress = Progress(1, show=None, place=book)
    for _ in range(100):
        progress.observe(sent("a", "1"))

    assert book.lines == []


def test_the_last_line_says_how_it_ended() -> None:
    book = Book()
    progress = Progress(2, show=None, place=book)
    progress.observe(planned("a", 2))
    progress.observe(sent("a", "1"))
    progress.observe(answered("a", "1"))

    progress.finish("interrupted")

    (((said, last)),) = book.lines
    assert last
    assert said.startswith("distilkit: 1 of 2 rows · 1 answered · $0.5000 · ")
    assert said.endswith("interrupted")


def test_a_run_from_the_store_alone_says_nothing() -> None:
    book = Book()
    progress = Progress(1, show=True, place=book)
    progress.observe(Event(kind="from_store", profile="a"))

    progress.finish()

    assert book.lines == []


def test_what_was_shown_is_brought_to_an_end_whatever_happened() -> None:
    clock, book = Clock(), Book()
    progress = Progress(1, show=True, place=book, clock=clock)
    clock.now += 60.0
    progress.tick()

    progress.finish()

    assert [last for _, last in book.lines] == [False, True]


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("closed")])
def test_a_place_that_is_gone_does_not_end_the_run(error: Exception) -> None:
    class Gone(Book):
        def write(self, tally: Tally, *, last: bool) -> None:
            super().write(tally, last=last)
            raise error

    gone, clock = Gone(), Clock()
    progress = Progress(1, show=True, place=gone, clock=clock)
    for _ in range(3):
        clock.now += 60.0
        progress.tick()
    progress.finish("interrupted")

    assert len(gone.lines) == 1


def test_in_a_pipe_there_is_no_line_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    for show in (None, False):
        progress = Progress(1, show=show)
        progress.observe(sent("a", "1"))
        progress.finish()

    assert capsys.readouterr() == ("", "")


def test_in_a_pipe_the_line_is_plain_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(1, show=True)
    progress.observe(sent("a", "1"))
    progress.observe(answered("a", "1"))
    progress.finish()

    assert capsys.readouterr().err == "distilkit: 1 of 1 rows · 1 answered · $0.5000 · 0 s\n"
