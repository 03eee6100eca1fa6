"""Which prompts are shown, in which order."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.notebook.viewer.choosing import Choice, Sort, chosen, disagreement
from distilkit.notebook.viewer.panel import Answer, panel_of

BOTH = ("small", "large")


def rated(*_: Any) -> bool:
    return False


def answer(content: str | None, score: float | None = None) -> Answer:
    return Answer(profile="a", sample=0, content=content, scores={"s": score})


def test_without_a_choice_every_prompt_is_shown_in_order(frames: Any) -> None:
    assert chosen(panel_of(frames()), Choice(profiles=BOTH), rated) == [0, 1, 2]


@pytest.mark.parametrize("search", ["QUESTION 1", "answer 1 of LARGE", " 1 of large "])
def test_a_search_finds_prompts_and_answers_without_case(frames: Any, search: str) -> None:
    assert chosen(panel_of(frames()), Choice(profiles=BOTH, search=search), rated) == [1]


def test_a_search_looks_only_at_what_is_shown(frames: Any) -> None:
    assert chosen(panel_of(frames()), Choice(profiles=("small",), search="of large"), rated) == []


def test_errors_are_found_and_searched(frames: Any) -> None:
    kinds = pd.array([None, None, "timeout", None, None, None], dtype="string")
    panel = panel_of(frames(error_kind=kinds))

    assert chosen(panel, Choice(profiles=BOTH, show="errors"), rated) == [1]
    assert chosen(panel, Choice(profiles=("large",), show="errors"), rated) == []
    assert chosen(panel, Choice(profiles=BOTH, search="timeout"), rated) == [1]


def test_disagreement_is_of_scores_where_there_are_some(frames: Any) -> None:
    verdicts = pd.array([True, True, False, True, None, True], dtype="boolean")

    assert chosen(panel_of(frames(correct=verdicts)), Choice(profiles=BOTH, show="disagreement"), rated)[0] == 1


def test_disagreement_of_words_forgets_case_and_spacing() -> None:
    assert disagreement([answer("Yes "), answer("yes")]) == 0
    assert disagreement([answer("yes"), answer("no"), answer("no")]) == 0.5
    assert disagreement([answer("yes"), answer(None)]) is None
    assert disagreement([answer("same", 1.0), answer("same", 4.0)]) == 3


@pytest.mark.parametrize(
    ("sort", "columns", "order"),
    [
        ("cost", {"cost_usd": [0.1, 0.1, None, None, 0.2, 0.0]}, [2, 0, 1]),
        ("latency", {"latency_s": [1, 1, 5, 1, None, 2]}, [1, 2, 0]),
        ("score", {"grade": [5, 5, None, None, 1, 2]}, [2, 0, 1]),
        ("disagreement", {"grade": [5, 4, None, None, 1, 5]}, [2, 0, 1]),
    ],
)
def test_what_is_not_known_comes_last(frames: Any, sort: Sort, columns: Any, order: list[int]) -> None:
    typed = {name: pd.array(values, dtype="Float64") for name, values in columns.items()}
    same = pd.array(["same"] * 6, dtype="string")
    only_one = pd.array(["same", "same", "same", None, "same", "same"], dtype="string")
    panel = panel_of(frames(**typed, content=only_one if sort == "disagreement" else same))

    assert chosen(panel, Choice(profiles=BOTH, sort=sort), rated) == order


def test_a_prompt_is_rated_when_all_its_answers_are(frames: Any) -> None:
    """One that failed cannot be rated, and does not keep its prompt open."""
    kinds = pd.array([None, "timeout", None, None, None, None], dtype="string")
    panel = panel_of(frames(error_kind=kinds))

    def some(prompt: int, profile: str, _: int) -> bool:
        return (prompt, profile) in {(0, "small"), (1, "small")}

    assert chosen(panel, Choice(profiles=BOTH, show="rated"), some) == [0]
    assert chosen(panel, Choice(profiles=BOTH, show="unrated"), some) == [1, 2]
