"""All checks in their order, then the choice, then duplicates, then the split."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.distilling.pipeline import judge_rows, wishes
from distilkit.distilling.reasons import ADDED, evidence_of
from distilkit.errors import InputError


def judged(rows: dict[str, list[Any]], **more: Any) -> pd.DataFrame:
    return judge_rows(pd.DataFrame(rows), wishes(**more))


def test_a_frame_of_prompts_and_answers_is_enough() -> None:
    frame = judged({"prompt": ["What is two and two?", "Which sea is the deepest?"], "content": ["4", ""]})

    assert list(frame.columns) == ["prompt", "content", *ADDED]
    assert frame["valid"].tolist() == [True, False]
    assert frame["chosen"].tolist() == [True, False]
    assert frame["split"].tolist() == ["train", pd.NA]
    assert frame["prompt_hash"].str.len().tolist() == [64, 64]


def test_each_reason_is_found_by_its_check() -> None:
    evaluation = "how many eggs does the farmer sell at the market on each day"
    rows = {
        "prompt": ["a", "b", "c", "d", "e", "f", f"Tell me {evaluation}?", "h", "i"],
        "content": [
            None,
            "half",
            "4<|im_end|>",
            "4",
            "I'm sorry, but I can't help with that.",
            "5",
            "12",
            "one two three four five six seven eight nine",
            "1",
        ],
        "finish_reason": ["stop", "length", *["stop"] * 7],
        "thinking": ["t", "t", "t", None, "t", "t", "t", "t", "t"],
        "correct": [True, True, True, True, True, False, True, True, True],
    }
    frame = judged(
        rows, verify="correct", require_thinking=True, evaluation=[evaluation], max_tokens=9, min_tokens=1, near=None
    )

    assert frame["reasons"].tolist() == [
        "empty_answer",
        "truncated",
        "tag_leak",
        "reasoning_missing",
        "refusal, too_long",
        "verifier_failed",
        "contaminated_with",
        "too_long",
        "",
    ]
    assert all(evidence_of(text) for text in frame["evidence"].iloc[:8])


def test_an_answer_may_be_too_short_without_its_thinking() -> None:
    frame = judged({"prompt": ["a"], "content": ["4"], "thinking": ["so many words of thinking"]}, min_tokens=3)

    assert frame["reasons"].tolist() == ["too_short"]


def test_refusals_may_be_wanted() -> None:
    rows = {"prompt": ["a"], "content": ["I'm sorry, but I can't help with that."]}

    assert judged(rows, refusals=False)["valid"].tolist() == [True]


def test_a_duplicate_among_the_chosen_is_no_longer_chosen_and_nothing_takes_its_place() -> None:
    rows = {
        "prompt_id": [1, 2, 2],
        "prompt": ["Why is the sky blue?", "why is the  sky blue?", "why is the  sky blue?"],
        "content": ["Because of the air.", "Light is scattered.", "Blue light is scattered more."],
        "cost_usd": [1.0, 1.0, 2.0],
    }
    frame = judged(rows)

    assert frame["reasons"].tolist() == ["", "duplicate_of", ""]
    assert frame["valid"].tolist() == [True, False, True]
    assert frame["chosen"].tolist() == [True, False, False]
    assert evidence_of(frame["evidence"].iloc[1]) == {"duplicate_of": "same prompt as 1"}


def test_several_answers_to_one_prompt_are_no_duplicates_where_all_are_wanted() -> None:
    rows = {
        "prompt_id": [1, 1, 1],
        "profile": ["a", "a", "b"],
        "sample": [0, 1, 0],
        "prompt": ["Why is the sky blue?"] * 3,
        "content": ["Because of the air.", "Short waves are scattered more.", "Because of the air."],
    }
    frame = judged(rows, choose=None)

    assert frame["chosen"].tolist() == [True, True, False]
    assert evidence_of(frame["evidence"].iloc[2]) == {"duplicate_of": "same as 1 a 0"}


def test_what_is_not_chosen_is_no_duplicate() -> None:
    rows = {"prompt_id": [1, 1], "prompt": ["a", "a"], "content": ["b", "b"], "cost_usd": [1.0, 2.0]}

    assert judged(rows)["valid"].tolist() == [True, True]


def test_judging_again_begins_anew() -> None:
    once = judged({"prompt": ["a", "b"], "content": ["4", "5"], "ok": [False, True]}, verify="ok")

    again = judge_rows(once, wishes())

    assert once["valid"].tolist() == [False, True]
    assert again["valid"].tolist() == [True, True]
    assert list(again.columns) == list(once.columns)


def test_the_split_is_by_the_shares_that_are_asked_for() -> None:
    rows = {"prompt": [f"question number {nth}" for nth in range(200)], "content": ["4"] * 200}
    frame = judged(rows, split={"held": 0.5}, near=None)

    assert 70 < (frame["split"] == "held").sum() < 130
    assert set(frame["split"]) == {"held", "train"}


def test_the_same_frame_gives_the_same_bytes() -> None:
    rows = {"prompt": ["a", "b", "a"], "content": ["4", "", "4"], "ok": [True, None, False]}

    assert judged(rows, verify="ok").to_csv() == judged(rows, verify="ok").to_csv()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"require_thinking": 1}, "require_thinking= must be True or False"),
        ({"refusals": "yes"}, "refusals= must be True or False"),
        ({"near": 101}, "near= is per cent"),
        ({"near": 0.95}, "near= is per cent"),
        ({"near": True}, "near= is per cent"),
        ({"max_tokens": 0}, "max_tokens= must be a whole number"),
        ({"min_tokens": 2.5}, "min_tokens= must be"),
        ({"min_tokens": 5, "max_tokens": 4}, "no answer can be both"),
        ({"split": {"train": 0.5}}, "train"),
        ({"choose": "all"}, "choose= must be"),
    ],
)
def test_a_wish_that_is_none_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        wishes(**wrong)
