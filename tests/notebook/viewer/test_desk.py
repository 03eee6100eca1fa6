"""Where a reader is, and what keys do."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.notebook.viewer.choosing import Choice
from distilkit.notebook.viewer.desk import Desk
from distilkit.notebook.viewer.panel import panel_of


@pytest.fixture
def desk(frames: Any, notes: Any) -> Any:
    def make(rate: str = "1-5", seed: int | None = None, **columns: Any) -> Desk:
        panel = panel_of(frames(**columns))
        return Desk(panel, notes(panel, rate), seed)

    return make


def ratings(desk: Desk) -> list[tuple[int, str, float]]:
    table = desk._notes.ratings()
    return list(zip(table["prompt_id"], table["profile"], table["rating"], strict=True))


def test_each_key_rates_an_answer_and_goes_on_to_the_next(desk: Any) -> None:
    reader = desk()

    reader.type("", "415")

    assert ratings(reader) == [(0, "small", 4.0), (0, "large", 1.0), (1, "small", 5.0)]
    assert (reader.at, reader.card) == (1, 1)


def test_backspace_takes_the_last_key_back(desk: Any) -> None:
    reader = desk()
    reader.rate(1, 2.0)
    reader._go(0)
    reader.type("", "415")

    reader.type("415", "4")

    assert sorted(ratings(reader)) == [(0, "large", 2.0), (0, "small", 4.0)]
    assert (reader.at, reader.card) == (0, 1)


def test_a_space_skips_and_another_key_does_nothing(desk: Any) -> None:
    reader = desk()

    reader.type("", "x9 3")
    reader.type("x9 3", "x9 ")

    assert ratings(reader) == []
    assert (reader.at, reader.card) == (0, 1)


def test_an_answer_that_failed_is_passed_over(desk: Any) -> None:
    reader = desk(error_kind=pd.array(["timeout", None, None, "timeout", None, None], dtype="string"))
    reader.look(Choice(profiles=("small", "large")), 1)

    reader.type("", "123")

    assert ratings(reader) == [(0, "large", 1.0), (1, "small", 2.0), (2, "small", 3.0)]


def test_the_last_answer_stays_in_sight(desk: Any) -> None:
    reader = desk()

    reader.type("", "1234512345")

    assert reader.at == 2
    assert ratings(reader)[-1] == (2, "large", 5.0)


def test_a_letter_is_the_best_and_goes_on_to_the_next_prompt(desk: Any) -> None:
    reader = desk("best")

    reader.type("", "b=z")

    assert ratings(reader) == [(0, "small", 0.0), (0, "large", 1.0), (1, "small", 0.5), (1, "large", 0.5)]
    reader.type("b=z", "")
    assert ratings(reader) == []


def test_a_blind_letter_is_the_answer_shown_under_it(desk: Any) -> None:
    reader = desk("best", seed=3)
    first = reader.order_of(0)[0]

    reader.type("", "a")

    assert [profile for _, profile, rating in ratings(reader) if rating == 1] == [first]


def test_pages_do_not_go_past_the_ends(desk: Any) -> None:
    reader = desk()
    reader.step = 2

    reader.turn(-1)
    assert (reader.shown, reader.has_more) == ([0, 1], True)
    reader.turn(5)
    assert (reader.shown, reader.has_more) == ([2], False)


def test_what_is_in_sight_stays_in_sight_when_the_choice_changes(desk: Any) -> None:
    reader = desk()
    reader.turn(2)

    reader.look(Choice(profiles=("small", "large"), search="question"), 1)
    assert reader.prompt == 2
    reader.look(Choice(profiles=("small", "large"), search="question 1"), 1)
    assert reader.prompt == 1


def test_a_rating_does_not_take_the_prompt_out_of_sight(desk: Any) -> None:
    reader = desk()
    reader.look(Choice(profiles=("small", "large"), show="unrated"), 1)

    reader.type("", "11")

    assert reader.order == [0, 1, 2]
    assert reader.at == 1


def test_where_nothing_fits_nothing_is_rated(desk: Any) -> None:
    reader = desk()
    reader.look(Choice(profiles=("small",), search="nowhere"), 1)

    reader.type("", "1")
    reader.type("1", "")
    reader.rate(0, 1.0)
    reader.best(0)
    reader.comment(0, "x")
    reader.turn(1)

    assert ratings(reader) == []
    assert reader.told("page") == ["0 of 3 prompts"]


def test_the_line_says_how_much_is_shown_and_rated(desk: Any) -> None:
    reader = desk()
    reader.look(Choice(profiles=("small", "large"), search="question 1"), 10)
    reader.rate(0, 3.0)

    assert reader.told("page") == ["1 of 3 prompts", "page 1 of 1", "1 answer rated"]
