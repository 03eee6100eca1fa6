"""Parts by the hash of a prompt: which formula, how stable, and what cannot be parted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.split import normalized, prompt_hash, split, unit_interval
from distilkit.errors import InputError

QUESTION = "What is 2+2?"


def prompts(count: int) -> pd.DataFrame:
    return pd.DataFrame({"prompt": [f"question {place}" for place in range(count)]})


def test_the_formula_is_pinned() -> None:
    assert prompt_hash(QUESTION) == "61a3385003d9b9d390dc511fbe3e1eb6bee637ec8c3c9eeb555395cddf838f5e"
    assert round(unit_interval(QUESTION), 10) == 0.3813967891


@pytest.mark.parametrize("same", ["what is 2+2?", "  What\tis\n2+2?  ", "WHAT IS 2+2?", "What is\u00a02+2?"])
def test_case_and_white_space_do_not_matter(same: str) -> None:
    assert normalized(same) == "what is 2+2?"
    assert prompt_hash(same) == prompt_hash(QUESTION)


@given(st.text(st.characters(exclude_categories=())))
def test_every_text_has_its_place(text: str) -> None:
    assert 0 <= unit_interval(text) < 1


def test_the_shares_are_about_kept_and_the_rest_is_train() -> None:
    parts = split(prompts(10_000), {"validation": 0.1, "test": 0.2})["split"].value_counts()

    assert set(parts.index) == {"train", "validation", "test"}
    assert abs(parts["validation"] - 1_000) < 150
    assert abs(parts["test"] - 2_000) < 200


def test_the_first_share_is_the_first_below() -> None:
    frame = pd.DataFrame({"prompt": [QUESTION]})

    assert split(frame, {"a": 0.38, "b": 0.01})["split"].tolist() == ["b"]
    assert split(frame, {"b": 0.39})["split"].tolist() == ["b"]
    assert split(frame, {"b": 0.38})["split"].tolist() == ["train"]


def test_rows_that_are_added_move_no_other() -> None:
    few, many = split(prompts(50)), split(prompts(500))

    assert few["split"].tolist() == many["split"].tolist()[:50]


def test_five_and_five_per_cent_are_set_aside_unless_said_otherwise() -> None:
    pd.testing.assert_frame_equal(split(prompts(200)), split(prompts(200), {"validation": 0.05, "test": 0.05}))


def test_only_chosen_rows_have_a_part() -> None:
    frame = prompts(4).assign(valid=True, chosen=pd.array([True, False, None, True], dtype="boolean"))

    made = split(frame)

    assert made["split"].isna().tolist() == [False, True, True, False]
    assert made["prompt_hash"].notna().all()
    assert list(made.columns) == ["prompt", "prompt_hash", "valid", "chosen", "split"]


def test_the_callers_frame_and_index_stay() -> None:
    frame = prompts(3).set_index(pd.Index([7, 7, 9]))

    made = split(frame)

    assert list(frame.columns) == ["prompt"]
    assert made.index.tolist() == [7, 7, 9]
    assert str(made["split"].dtype) == "string"


def test_splitting_again_changes_nothing_but_the_parts() -> None:
    made = split(split(prompts(100), {"test": 0.5}), {"test": 0.1})

    pd.testing.assert_frame_equal(made, split(prompts(100), {"test": 0.1}))


def test_an_empty_frame_has_the_columns() -> None:
    assert list(split(prompts(0)).columns) == ["prompt", "prompt_hash", "split"]


def test_half_of_a_character_is_hashed_as_itself() -> None:
    assert prompt_hash("\ud800") != prompt_hash("\ud801")


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({"train": 0.9}, "'train' is what the other shares leave"),
        ({"test": 0.5, "validation": 0.5}, "leaves nothing for 'train'"),
        ({"test": 0}, "between 0 and 1"),
        ({"test": float("nan")}, "between 0 and 1"),
        ({"test": True}, "between 0 and 1"),
        ({"test": "5 %"}, "between 0 and 1"),
        ({" ": 0.1}, "name must be a text"),
        (0.1, "takes a mapping"),
    ],
)
def test_shares_that_are_none_are_refused(shares: Any, told: str) -> None:
    with pytest.raises(InputError, match=told):
        split(prompts(2), shares)


def test_a_chosen_row_without_a_prompt_is_named() -> None:
    frame = pd.DataFrame({"prompt": ["a", None], "chosen": [True, True]})

    with pytest.raises(InputError, match="row 1: has no text in column 'prompt'"):
        split(frame)


@pytest.mark.parametrize("frame", [pd.DataFrame({"content": ["a"]}), ["a"]])
def test_what_has_no_prompts_is_refused(frame: Any) -> None:
    with pytest.raises(InputError, match="column 'prompt'"):
        split(frame)
