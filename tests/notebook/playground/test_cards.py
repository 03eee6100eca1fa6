"""Cards on the page: only what changes is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from distilkit.notebook.playground.cards import Cards
from distilkit.notebook.playground.column import Column
from distilkit.streaming import Piece


@pytest.fixture
def cards() -> Iterator[Cards]:
    made = Cards()
    yield made
    for each in (made.box, *made.widgets):
        each.close()


def test_only_what_has_changed_is_sent(cards: Cards) -> None:
    columns = [Column(f"p{nth}") for nth in range(12)]
    counts = [cards.show(columns)]
    counts.append(cards.show(columns))
    columns[3].take(Piece("content", "4"))
    counts.append(cards.show(columns))
    columns[3].take(Piece("content", "2"))
    counts.append(cards.show(columns))

    assert counts == [12, 0, 2, 1]


def test_fewer_columns_leave_no_card_behind_on_the_page(cards: Cards) -> None:
    cards.show([Column("a"), Column("b"), Column("c")])
    first = cards.box.children[0]

    cards.show([Column("d")])

    assert cards.box.children == (first,)
    assert "d" in first.children[0].value
