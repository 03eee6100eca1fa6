"""Rows that repeat a row before them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from distilkit.distilling.duplicates import duplicates
from distilkit.errors import InputError

LONG = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."


def test_the_later_of_two_equal_rows_is_the_duplicate() -> None:
    assert duplicates(["a", "b"], ["2+2?", "2+2?"], ["4", "4"]) == [None, "same as a"]


def test_case_and_white_space_are_overlooked() -> None:
    assert duplicates(["a", "b"], ["What is 2+2?", " what  IS\n2+2?"], ["Four ", "four"]) == [None, "same as a"]


def test_the_same_prompt_alone_is_a_duplicate_and_the_evidence_says_so() -> None:
    assert duplicates(["a", "b"], ["2+2?", "2+2?"], ["4", "It is four."]) == [None, "same prompt as a"]


def test_the_same_answer_alone_is_none() -> None:
    assert duplicates(["a", "b"], ["2+2?", "What is the square of two, in words?"], ["4", "4"]) == [None, None]


def test_several_answers_to_one_question_are_meant() -> None:
    ids, questions = ["q x 0", "q x 1", "q x 2", "r x 0"], ["q", "q", "q", "r"]
    answers = ["4", "It is four.", "it is  four.", "Two and two."]

    assert duplicates(ids, ["2+2?"] * 4, answers, questions=questions) == [
        None,
        None,
        "same as q x 1",
        "same prompt as q x 0",
    ]


def test_without_questions_the_ids_say_what_belongs_together() -> None:
    assert duplicates(["q", "q"], ["2+2?", "2+2?"], ["4", "It is four."]) == [None, None]


def test_a_row_that_is_nearly_the_same_is_a_duplicate_with_the_likeness() -> None:
    prompts = [LONG, LONG.replace("April", "march")]

    assert duplicates(["a", "b"], prompts, ["It is 72 clips altogether.", "It is 72 clips, altogether."]) == [
        None,
        "96.8 % like a",
    ]


def test_where_only_the_prompts_are_nearly_the_same_it_is_none() -> None:
    assert duplicates(["a", "b"], [LONG, LONG.replace("48", "49")], ["72 clips", "73 or 74"]) == [None, None]


def test_how_alike_can_be_chosen_or_switched_off() -> None:
    prompts, answers = [LONG, LONG.replace("April", "march")], ["It is 72 clips altogether."] * 2

    assert duplicates(["a", "b"], prompts, answers, least=99.0) == [None, None]
    assert duplicates(["a", "b"], prompts, answers, least=None) == [None, None]
    assert duplicates(["a", "b"], prompts, answers, least=90) == [None, "96.8 % like a"]


def test_likeness_is_never_rounded_up() -> None:
    """99.96 % is not 100.0 %: the rows differ."""
    prompts = ["a" * 2000, "a" * 1999 + "b"]

    assert duplicates(["a", "b"], prompts, ["4", "4"]) == [None, "99.9 % like a"]


def test_a_row_without_a_prompt_is_compared_with_none() -> None:
    assert duplicates(["a", "b", "c"], [None, None, " "], ["4", "4", "4"]) == [None, None, None]


def test_a_row_without_an_answer_is_compared_by_its_prompt() -> None:
    assert duplicates(["a", "b", "c"], ["2+2?", "2+2?", "3+3?"], [None, "", None]) == [None, "same prompt as a", None]


def test_the_first_is_named_however_many_follow() -> None:
    flags = duplicates(list(range(4)), ["2+2?"] * 4, ["4"] * 4)

    assert flags == [None, "same as 0", "same as 0", "same as 0"]


def test_no_rows_have_no_duplicates() -> None:
    assert duplicates([], [], []) == []


@pytest.mark.parametrize("least", [0, -1, 0.95, 1, 101, "95", True, float("nan")])
def test_a_likeness_that_is_no_percentage_is_refused(least: Any) -> None:
    with pytest.raises(InputError, match="near= is per cent"):
        duplicates([], [], [], least=least)


def test_real_questions_are_no_duplicates_of_each_other(shared_data: Path) -> None:
    with (shared_data / "gsm8k_mixtral_gpt4.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:600]
    prompts = [row["prompt"] for row in rows]
    answers = [row["gpt-4-1106-preview_response"] for row in rows]

    assert [flag for flag in duplicates(list(range(600)), prompts, answers) if flag] == []
    assert duplicates(list(range(1200)), prompts * 2, answers * 2)[600:] == [f"same as {nth}" for nth in range(600)]
