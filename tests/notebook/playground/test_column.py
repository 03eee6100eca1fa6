"""One profile's answer while it grows."""

from __future__ import annotations

from distilkit.frame import COLUMNS
from distilkit.notebook.playground.column import Column
from distilkit.streaming import Piece

EMPTY = dict.fromkeys(COLUMNS)


def test_pieces_are_taken_in_and_the_state_follows() -> None:
    column = Column("a")
    states = []

    for kind in ("thinking", "content", "restart", "content"):
        column.take(Piece(kind, "hm"))
        states.append(column.state)

    assert states == ["thinking", "answering", "asked", "answering"]
    assert (column.thinking, column.content) == ("", "hm")


def test_what_had_come_stands_in_the_row_of_what_was_stopped() -> None:
    column = Column("a")
    column.take(Piece("thinking", "so"))
    column.take(Piece("content", "half an ans"))

    column.end("stopped", {**EMPTY, "error": "stopped"})

    assert column.row == {**EMPTY, "error": "stopped", "content": "half an ans", "thinking": "so"}
    assert not column.is_running


def test_after_the_end_nothing_changes() -> None:
    column = Column("a")
    column.end("failed", EMPTY)

    column.take(Piece("content", "late"))
    column.end("stopped", EMPTY)

    assert (column.state, column.content) == ("failed", "")


def test_what_was_not_sent_is_told_from_what_failed() -> None:
    refused, failed = Column("a"), Column("b")

    refused.end("failed", {**EMPTY, "billed_usd": 0.0})
    failed.end("failed", EMPTY)

    assert (refused.is_refused, failed.is_refused) == (True, False)
