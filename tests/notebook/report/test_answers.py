from __future__ import annotations

from typing import Any

import pandas as pd

from distilkit.notebook.report.answers import answers
from distilkit.notebook.report.wishes import Wishes


def wishes(frame: pd.DataFrame, **own: Any) -> Wishes:
    given: dict[str, Any] = {"scores": ("correct",), "verdicts": True, "conditions": {}, "cluster": None} | own
    return Wishes(frame=frame, missing="drop", **({"examples": 3} | given))


def frame(scores: dict[str, list[float | None]], **own: Any) -> pd.DataFrame:
    count = len(next(iter(scores.values())))
    rows = [
        {"prompt_id": prompt, "profile": name, "prompt": f"Question {prompt}?", "content": f"{name} says {prompt}"}
        | {"correct": values[prompt]}
        | own
        for prompt in range(count)
        for name, values in scores.items()
    ]
    return pd.DataFrame(rows).astype({"correct": "Float64"})


def test_prompts_whose_scores_are_furthest_apart_come_first(page_of: Any) -> None:
    apart = frame({"a": [1, 0.5, 0, 1], "b": [1, 0.25, 1, 1]})

    section = answers(wishes(apart, verdicts=False))[0]

    said = page_of(section.body).text
    assert "On 2 of 4 prompts" in said
    assert said.index("Question 2?") < said.index("Question 1?")
    assert "Question 0?" not in said


def test_a_prompt_is_shown_once(page_of: Any) -> None:
    both = answers(wishes(frame({"a": [1, 0], "b": [0, 0]})))

    assert [each.anchor for each in both] == ["disagreements", "examples"]
    assert "Question 0?" not in page_of(both[1].body).text
    assert "0 more prompts left out" in page_of(both[1].body).text


def test_where_all_agree_that_is_said() -> None:
    assert "On none of the 2 prompts" in answers(wishes(frame({"a": [1, 0], "b": [1, 0]})))[0].body


def test_an_answer_without_a_verdict_is_neither_right_nor_wrong(page_of: Any) -> None:
    said = page_of(answers(wishes(frame({"a": [None], "b": [1]})))[-1].body).text

    assert "a: not scored · b: right" in said


def test_a_failure_shows_its_kind_and_message(page_of: Any) -> None:
    failed = frame({"a": [None], "b": [1]}, error_kind="timeout", error="no answer\nwithin 30 s")

    assert "Failed , timeout. no answer within 30 s" in page_of(answers(wishes(failed))[-1].body).text


def test_an_empty_answer_is_said_to_be_none(page_of: Any) -> None:
    silent = frame({"a": [0], "b": [1]}, content=" ")

    assert "no answer" in page_of(answers(wishes(silent))[0].body).text


def test_without_content_or_wish_there_is_nothing_to_show() -> None:
    rows = frame({"a": [1], "b": [0]})

    assert answers(wishes(rows.drop(columns="content"))) == []
    assert answers(wishes(rows, examples=0)) == []


def test_more_than_eight_profiles_are_counted(page_of: Any) -> None:
    many = frame({f"p{number}": [number % 2] for number in range(11)})

    assert "3 more profiles left out." in page_of(answers(wishes(many))[0].body).text
