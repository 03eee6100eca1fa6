"""A run as text: the line of a log, and the block of a terminal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from distilkit.engine.events import Event
from distilkit.progress import Tally, line, text
from distilkit.progress.texts import cells

from .playing import Clock, answered, planned, sent, tally

EVIL = "\x1b[2J\x07<b>\u202egpj.\u2066\u200f\n\rname\x9b31m"


def half_done(*names: str) -> Tally:
    found = tally(10 * len(names), *[planned(name, 10) for name in names])
    for name in names:
        for nth in range(5):
            found.observe(sent(name, f"{nth}"))
            found.observe(answered(name, f"{nth}", "0.0125"))
    return found


def test_the_line_counts_what_happened() -> None:
    found = tally(
        10,
        Event(kind="from_store", profile="a", count=4),
        sent("a", "1"),
        answered("a", "1", "0.5"),
        answered("a", "2", "0.25"),
        Event(kind="failed", profile="a", key="3", billed_usd=Decimal(0)),
        Event(kind="retrying", profile="a", key="4"),
    )

    for part in ("7 of 10 rows", "2 answered", "4 from the store", "1 failed", "1 retried", "$0.7500"):
        assert part in line(found)


def test_an_unknown_price_is_not_shown_as_nothing() -> None:
    found = tally(2, sent("a", "1"), answered("a", "1", "1"), answered("a", "2", None))

    for shown in (line(found), text(found, 100)):
        assert "cost unknown" in shown
        assert "$" not in shown


def test_the_line_says_who_waits_and_why() -> None:
    waits = [Event(kind="waiting", profile="p", key=key, reason="rate_limit", wait_s=9.0) for key in "ab"]
    found = tally(3, *waits)
    assert "2 waiting: limits, next in 9 s" in line(found)

    found.observe(sent("p", "a"))
    found.observe(Event(kind="from_store", profile="p", key="b"))

    assert "waiting" not in line(found)


def test_the_line_says_when_it_will_be_over_and_what_it_will_cost() -> None:
    clock = Clock()
    found = tally(3, planned("a", 3), sent("a", "1"), clock=clock)
    clock.now += 20.0
    found.observe(answered("a", "1", "0.5"))

    assert "20 s, about 40 s left" in line(found)
    assert "$0.5000, about $1.50 in all" in line(found)


def test_the_note_ends_the_line() -> None:
    found = half_done("a")
    found.note = "interrupted"

    assert line(found).endswith(" · interrupted")


def test_each_profile_has_a_line_with_its_bar() -> None:
    head, first, second = text(half_done("gpt", "claude-3"), 80).split("\n")

    assert head.startswith("10 of 20 rows · ")
    assert first.startswith("gpt      ██████░░░░░░░ 5/10")
    assert second.startswith("claude-3 ██████░░░░░░░ 5/10")


@pytest.mark.parametrize("width", [10, 20, 40, 79, 200])
@pytest.mark.parametrize("name", ["a", "x" * 300, "日本語のプロファイル" * 9, EVIL, "e\u0301" * 5_000])
def test_no_line_is_wider_than_the_terminal(width: int, name: str) -> None:
    lines = text(half_done(name, "b"), width).split("\n")

    assert max(map(cells, lines)) <= max(20, width)
    assert max(map(len, lines)) <= 2 * max(20, width)


def test_a_name_runs_nothing_in_a_terminal() -> None:
    for shown in (text(half_done(EVIL), 200), line(half_done(EVIL))):
        assert all(each.isprintable() or each == "\n" for each in shown)
        assert len(shown.split("\n")) <= 2


def test_a_reason_runs_nothing_in_a_terminal() -> None:
    found = tally(1, Event(kind="waiting", profile="a", key="1", reason=f"nobody to ask ({EVIL})"))

    assert all(each.isprintable() for each in line(found))


def test_profiles_beyond_twelve_share_a_line_and_those_at_work_come_first() -> None:
    found = tally(300, *[planned(f"p{nth}", 20) for nth in range(15)])
    found.observe(answered("p0", "all", count=20))

    lines = text(found, 80).split("\n")

    assert len(lines) == 13
    assert lines[-1] == "and 4 more: 20 of 80 rows"
    assert lines[1].startswith("p1 ")


def test_a_low_window_gets_fewer_lines() -> None:
    assert len(text(half_done("a", "b", "c", "d"), 80, 3).split("\n")) == 3


def test_twelve_profiles_have_a_line_each() -> None:
    assert len(text(half_done(*[f"p{nth}" for nth in range(12)]), 80, 50).split("\n")) == 13


def test_a_bar_is_full_only_at_the_end_and_empty_only_at_the_start() -> None:
    nearly = tally(1_000, planned("a", 1_000), answered("a", "most", count=999))
    hardly = tally(1_000, planned("a", 1_000), answered("a", "one"))

    assert "░ 999/1,000" in text(nearly, 80)
    assert " █░" in text(hardly, 80)
    assert "█" not in text(tally(5, planned("a", 5)), 80)
