"""Where progress is shown: a cell, a terminal that may be resized, and a log."""

from __future__ import annotations

import io
import os
import shutil
import sys
from types import ModuleType, SimpleNamespace

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Cell, Tally, place_for
from distilkit.progress.places import Log, OneLine
from distilkit.progress.places import Terminal as TerminalPlace

from .playing import Clock, Terminal, answered, planned, sent, tally


def a_run(*names: str) -> Tally:
    found = tally(10 * len(names), *[planned(name, 10) for name in names])
    for name in names:
        found.observe(sent(name, "1"))
        found.observe(answered(name, "1"))
    return found


@pytest.fixture
def size(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The terminal's size, which may change."""
    now = SimpleNamespace(columns=80, lines=24)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((now.columns, now.lines)))
    return now


def test_a_terminals_block_is_drawn_over_itself(size: SimpleNamespace) -> None:
    screen, run = Terminal(size.columns), a_run("gpt", "claude")
    place = TerminalPlace(screen)

    for nth in range(2, 8):
        place.write(run, last=False)
        run.observe(answered("gpt", f"{nth}"))
    place.write(run, last=False)

    assert len(screen.screen) == 3
    assert screen.screen[0].startswith("8 of 20 rows")
    assert [line.split()[0] for line in screen.screen[1:]] == ["gpt", "claude"]
    assert screen.written == 7  # one write each: nothing flickers


def test_a_terminal_is_left_with_one_line(size: SimpleNamespace) -> None:
    size.columns = 120
    screen, run = Terminal(size.columns), a_run(*"abcdefgh")
    place = TerminalPlace(screen)
    place.write(run, last=False)

    place.write(run, last=True)

    assert " ".join(screen.screen).strip().startswith("distilkit: 8 of 80 rows")
    assert len([line for line in screen.screen if line]) == 1
    assert screen.screen[-1] == ""  # what comes next begins on a line of its own


def test_what_stood_above_the_block_stays(size: SimpleNamespace) -> None:
    screen, run = Terminal(size.columns), a_run("a", "b", "c")
    screen.write("$ python run.py\nhello\n")
    place = TerminalPlace(screen)

    for last in (False, False, True):
        place.write(run, last=last)

    assert screen.screen[:2] == ["$ python run.py", "hello"]
    assert screen.screen[2].startswith("distilkit: 3 of 30 rows")


@pytest.mark.parametrize("columns", [60, 40, 20])
def test_a_window_that_is_made_narrower_is_not_flooded(size: SimpleNamespace, columns: int) -> None:
    screen, run = Terminal(size.columns), a_run("a-profile", "b-profile", "c-profile")
    screen.write("before\n")
    place = TerminalPlace(screen)
    place.write(run, last=False)

    screen.narrow(columns)
    size.columns = columns
    for _ in range(5):
        place.write(run, last=False)

    assert screen.screen[0] == "before"
    assert len(screen.screen) <= 1 + 2 * 4
    assert sum("of 30 rows" in line for line in screen.screen) == 1


def test_twelve_profiles_fit_a_low_window(size: SimpleNamespace) -> None:
    size.lines = 8
    screen = Terminal(size.columns)

    TerminalPlace(screen).write(a_run(*[f"p{nth}" for nth in range(12)]), last=False)

    assert len(screen.screen) == 7
    assert screen.screen[-1].startswith("and 7 more")


@pytest.mark.usefixtures("size")
def test_no_colours_are_used_so_nobody_has_to_turn_them_off() -> None:
    stream = io.StringIO()

    for last in (False, True):
        TerminalPlace(stream).write(a_run("a"), last=last)

    assert "\x1b[K" in stream.getvalue()
    assert "m" not in {part[:4].lstrip("0123456789;")[:1] for part in stream.getvalue().split("\x1b[")[1:]}


@pytest.mark.usefixtures("size")
def test_a_terminal_without_block_letters_gets_others() -> None:
    kept = io.BytesIO()
    stream = io.TextIOWrapper(kept, encoding="ascii", errors="strict")

    TerminalPlace(stream).write(a_run("日本語"), last=False)

    assert b"10 rows" in kept.getvalue()
    assert b"##......" not in kept.getvalue()
    assert b"#......" in kept.getvalue()


@pytest.mark.usefixtures("size")
def test_one_line_replaces_itself() -> None:
    stream, run = io.StringIO(), a_run("a")
    place = OneLine(stream)

    place.write(run, last=False)
    place.write(run, last=True)

    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().count("\n") == 1


def test_a_log_gets_whole_lines_and_ever_fewer() -> None:
    stream, run = io.StringIO(), a_run("a")
    place, waits = Log(stream), []

    for _ in range(12):
        waits.append(place.every_s)
        place.write(run, last=False)

    assert stream.getvalue().count("\n") == 12
    assert "\r" not in stream.getvalue()
    assert waits[0] == 10.0
    assert waits == sorted(waits)
    assert waits[-1] == 300.0


class Cells:
    """A notebook's output, as it is told."""

    def __init__(self) -> None:
        self.published: list[tuple[dict[str, str], str, bool]] = []

    def publish(self, data: dict[str, str], *, transient: dict[str, str], update: bool) -> None:
        self.published.append((data, transient["display_id"], update))


def test_a_notebooks_cell_holds_one_output_that_ends_as_a_line_of_text() -> None:
    output, run = Cells(), a_run("a")
    place = Cell(output)

    for last in (False, False, True):
        place.write(run, last=last)

    assert [update for _, _, update in output.published] == [False, True, True]
    assert len({name for _, name, _ in output.published}) == 1
    assert [set(data) for data, _, _ in output.published] == [{"text/plain", "text/html"}] * 2 + [{"text/plain"}]
    assert output.published[-1][0]["text/plain"].startswith("distilkit: 1 of 10 rows")
    assert "\n" not in output.published[-1][0]["text/plain"]


def test_a_kernel_shows_it_in_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = SimpleNamespace(kernel=object(), display_pub=Cells())
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))

    assert isinstance(place_for(show=None), Cell)
    assert place_for(show=False) is None


@pytest.mark.parametrize(
    ("show", "is_terminal", "term", "kind"),
    [
        (None, True, "xterm", TerminalPlace),
        (True, True, "xterm", TerminalPlace),
        (False, True, "xterm", type(None)),
        (None, True, "dumb", Log),
        (None, False, "xterm", type(None)),
        (True, False, "xterm", Log),
    ],
)
def test_outside_of_notebooks_it_is_shown_where_somebody_looks(
    monkeypatch: pytest.MonkeyPatch, *, show: bool | None, is_terminal: bool, term: str, kind: type
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setenv("TERM", term)

    assert isinstance(place_for(show=show), kind)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals of one's own here")
def test_the_terminal_that_is_written_to_says_how_wide_it_is_wherever_standard_output_goes(
    size: SimpleNamespace,
) -> None:
    import fcntl
    import struct
    import termios

    size.columns = 200
    mine, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    with os.fdopen(mine, "rb", buffering=0) as screen, os.fdopen(theirs, "w", encoding="utf-8") as stream:
        TerminalPlace(stream).write(a_run("gpt-" * 20, "claude"), last=False)
        drawn = screen.read(10_000).decode()

    lines = drawn.replace("\x1b[K", "").replace("\x1b[J", "").replace("\r", "").split("\n")
    assert len(lines) == 3
    assert max(map(len, lines)) <= 39


def test_a_standard_error_that_is_closed_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stderr", stream)

    assert place_for(show=True) is None


def test_a_program_without_a_console_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)

    assert place_for(show=True) is None


def test_what_waits_for_a_moment_is_not_said_to_be_next_in_no_time() -> None:
    run = tally(1, Event(kind="waiting", profile="a", key="1", reason="budget", wait_s=0.1), clock=Clock())
    stream = io.StringIO()

    Log(stream).write(run, last=False)

    assert "1 waiting: dollars in flight · " in stream.getvalue()
