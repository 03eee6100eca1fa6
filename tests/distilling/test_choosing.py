"""One valid answer a prompt: the cheapest, the shortest, the best; the earlier row where they are alike."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.choosing import check_choice, chosen_rows
from distilkit.errors import InputError
from distilkit.progress import RunWarning


def places(frame: pd.DataFrame, valid: list[bool] | None = None, *args: Any) -> list[int]:
    chosen = chosen_rows(frame, valid or [True] * len(frame), *args)
    return [place for place, taken in enumerate(chosen) if taken]


def test_the_cheapest_valid_answer_of_each_prompt_is_chosen() -> None:
    frame = pd.DataFrame({"prompt_id": [1, 1, 1, 2], "cost_usd": [0.1, 0.3, 0.2, 9.0]})

    assert places(frame, [False, True, True, True], "cheapest") == [2, 3]


def test_of_equals_the_earlier_is_chosen() -> None:
    frame = pd.DataFrame({"prompt_id": ["a", "a"], "cost_usd": [0.2, 0.2]})

    assert places(frame, None, "cheapest") == [0]


def test_an_unknown_cost_comes_last_and_is_warned_of() -> None:
    frame = pd.DataFrame({"prompt_id": [1, 1, 2], "cost_usd": pd.array([None, 5.0, None], dtype="Float64")})

    with pytest.warns(RunWarning, match="the cost of 1 of 2 valid rows is unknown"):
        assert places(frame, None, "cheapest") == [1, 2]


def test_an_unknown_cost_without_a_rival_is_no_matter() -> None:
    assert places(pd.DataFrame({"prompt_id": [1, 2]}), None, "cheapest") == [0, 1]


def test_the_shortest_is_that_of_the_fewest_tokens() -> None:
    frame = pd.DataFrame({"prompt_id": [1, 1], "output_tokens": [9, 7], "content": ["a", "a long answer"]})

    assert places(frame, None, "shortest") == [1]


def test_where_a_count_of_tokens_is_unknown_characters_are_compared() -> None:
    frame = pd.DataFrame(
        {
            "prompt_id": [1, 1],
            "output_tokens": pd.array([1, None], dtype="Int64"),
            "content": ["a", "bb"],
            "thinking": ["much thinking", None],
        }
    )

    assert places(frame, None, "shortest") == [1]


def test_the_best_has_the_highest_score_and_unknown_is_not_zero() -> None:
    frame = pd.DataFrame({"prompt_id": [1, 1, 1], "grade": pd.array([None, -2.0, -1.0], dtype="Float64")})

    assert places(frame, None, "best", "grade") == [2]


def test_without_a_choice_all_valid_rows_are_chosen() -> None:
    assert places(pd.DataFrame({"prompt_id": [1, 1, 1]}), [True, False, True], None) == [0, 2]


def test_a_frame_without_names_goes_by_its_prompts() -> None:
    frame = pd.DataFrame({"prompt": ["a", "b", "a"], "cost_usd": [2.0, 1.0, 1.0]})

    assert places(frame, None, "cheapest") == [1, 2]


@pytest.mark.parametrize(
    ("choose", "best", "words"),
    [
        ("dearest", None, "choose= must be 'cheapest', 'shortest', 'best' or None"),
        ("best", None, "needs best="),
        ("cheapest", "grade", "says by which score choose='best' goes"),
    ],
)
def test_a_choice_that_cannot_be_made_is_refused(choose: str, best: str | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        check_choice(choose, best, ["a", "b"])


def test_the_best_goes_by_the_only_verifier() -> None:
    assert check_choice("best", None, ["grade"]) == "grade"


def test_a_score_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="best='grade' is no column"):
        chosen_rows(pd.DataFrame({"prompt_id": [1]}), [True], "best", "grade")


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 9)), max_size=40))
def test_every_prompt_with_a_valid_row_has_exactly_one_chosen_and_none_is_cheaper(
    rows: list[tuple[int, bool, int]],
) -> None:
    frame = pd.DataFrame(rows, columns=["prompt_id", "ok", "cost_usd"]).astype({"cost_usd": "Float64"})
    chosen = chosen_rows(frame, [ok for _, ok, _ in rows], "cheapest")

    for prompt in {prompt for prompt, ok, _ in rows if ok}:
        (taken,) = (cost for (name, _, cost), each in zip(rows, chosen, strict=True) if each and name == prompt)
        assert taken == min(cost for name, ok, cost in rows if ok and name == prompt)
    assert not any(each and not ok for (_, ok, _), each in zip(rows, chosen, strict=True))
