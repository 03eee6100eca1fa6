"""A column as HTML."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from distilkit.errors import KINDS
from distilkit.frame import COLUMNS
from distilkit.notebook.playground.column import Column
from distilkit.notebook.playground.showing import drawn, state_words
from distilkit.streaming import Piece

EVIL = "<img src=x onerror=alert(1)>\u202e\x1b[31m"


def ended(state: Literal["failed", "stopped"], text: str = "", **row: Any) -> Column:
    column = Column("a")
    if text:
        column.take(Piece("content", text))
    column.end(state, {**dict.fromkeys(COLUMNS), **row})
    return column


def page(column: Column, across: int = 1) -> str:
    told = drawn(column, across)
    return told.head + told.thinking + told.said


def test_each_state_is_said_in_words() -> None:
    column = Column("a")
    words = [state_words(column)]
    for kind in ("thinking", "content"):
        column.take(Piece(kind, "hm"))
        words.append(state_words(column))
    column.seconds = 12.7
    words.append(state_words(column))

    assert words == ["asked, nothing has come yet", "thinking…", "answering…", "answering… · 12 s"]
    assert state_words(ended("failed")) == "⚠ failed"
    assert state_words(ended("failed", billed_usd=0.0)) == "⚠ not asked"
    assert state_words(ended("stopped")) == "■ stopped"


def test_thinking_is_open_while_it_is_all_there_is_and_then_folded_for_good() -> None:
    column = Column("a")
    column.take(Piece("thinking", "let me see"))
    first = drawn(column, 1)
    column.take(Piece("content", "4"))
    second = drawn(column, 1)
    column.take(Piece("content", "2"))

    assert "<details open" in first.thinking
    assert "<details style" in second.thinking
    assert drawn(column, 1).thinking == second.thinking


def test_what_grows_long_is_shown_by_its_end() -> None:
    column = Column("a")
    column.take(Piece("content", "a" * 50_000 + "the end"))

    html = page(column)

    assert len(html) < 12_000
    assert "42,007 characters before this" in html
    assert "the end" in html


def test_an_answer_is_cut_with_the_rest_behind_a_fold() -> None:
    html = page(ended("stopped", "a" * 50_000))

    assert "Show 46,000 more characters" in html


@pytest.mark.parametrize("across", [1, 12])
def test_a_megabyte_is_bounded_and_what_is_left_out_is_said(across: int) -> None:
    html = page(ended("stopped", "a" * 1_000_000), across)

    assert len(html) < 620_000 // across + 6_000
    assert "in the frame" in html


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"unknown"}))
def test_every_kind_of_failure_has_a_way_out(kind: str) -> None:
    html = page(ended("failed", error_kind=kind, error="it said no"))

    assert f"failed: {kind}" in html
    assert "it said no" in html
    assert html.rindex("opacity") > html.index("it said no")
    assert len(html[html.rindex("hidden") :]) > 40


def test_what_was_not_asked_says_why_and_that_nothing_was_paid() -> None:
    html = page(ended("failed", billed_usd=0.0, error_kind="unknown", error="no key: set LAB_API_KEY"))

    assert "no key: set LAB_API_KEY" in html
    assert "Nothing was sent, and nothing paid." in html
    assert "failed" not in html


def test_what_was_stopped_shows_what_had_come_and_knows_no_cost() -> None:
    html = page(ended("stopped", "half an ans"))

    assert "half an ans" in html
    assert "What had come is kept · tokens unknown · cost unknown" in html
    assert "Nothing had come" in page(ended("stopped"))


def test_a_failed_stream_shows_the_error_and_what_had_come() -> None:
    html = page(ended("failed", "half", error_kind="connection", error="cut"))

    assert html.index("cut") < html.index("half")


@pytest.mark.parametrize("where", ["name", "content", "thinking", "error"])
def test_nothing_that_was_said_is_part_of_the_page(where: str) -> None:
    column = Column(EVIL if where == "name" else "a")
    if where in {"content", "thinking"}:
        column.take(Piece(where, EVIL))  # type: ignore[arg-type] # both are kinds
    live = page(column)
    column.end("failed", {**dict.fromkeys(COLUMNS), "error_kind": "unknown", "error": EVIL})

    for html in (live, page(column)):
        assert "<img" not in html
        assert "\x1b" not in html
        assert "\u202e" not in html
