"""What is left at each step, in rows and dollars; unknown dollars stay unknown."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.distilling.funnel import funnel
from distilkit.distilling.pipeline import judge_rows, wishes
from distilkit.errors import InputError
from distilkit.plot import steps

COLUMNS = ["step", "rows", "cost_usd", "billed_usd", "cost_per_row_usd", "lost", "lost_cost_usd"]


def answers(**more: Any) -> pd.DataFrame:
    """Six rows of three prompts at a dollar each: one failed, one cut off, one wrong, three right."""
    columns = {
        "prompt_id": [1, 1, 2, 2, 3, 3],
        "prompt": ["one?", "one?", "two?", "two?", "three?", "three?"],
        "profile": ["a", "b"] * 3,
        "content": [None, "1", "tw", "2", "4", "3"],
        "error_kind": ["timeout", None, None, None, None, None],
        "finish_reason": [None, "stop", "length", "stop", "stop", "stop"],
        "output_tokens": pd.array([None, 1, 1, 1, 1, 1], dtype="Int64"),
        "cost_usd": pd.array([None, 1, 1, 1, 1, 1], dtype="Float64"),
        "billed_usd": pd.array([None, 1, 0, 0, 0, 1], dtype="Float64"),
        "correct": pd.array([None, True, True, True, False, True], dtype="boolean"),
    }
    return pd.DataFrame({**columns, **more})


def judged(**more: Any) -> pd.DataFrame:
    return judge_rows(answers(**more), wishes(verify="correct", split={}))


def test_the_steps_their_rows_and_what_was_lost() -> None:
    table = funnel(judged())

    assert list(table.columns) == COLUMNS
    assert table[["step", "rows", "lost"]].to_numpy().tolist() == [
        ["asked", 6, 0],
        ["answered", 5, 1],
        ["not truncated", 4, 1],
        ["verified", 3, 1],
        ["valid", 3, 0],
        ["chosen", 3, 0],
        ["split: train", 3, pd.NA],
    ]


def test_dollars_are_those_of_the_rows_left_and_a_row_left_bears_those_of_the_lost() -> None:
    table = funnel(judged()).set_index("step")

    assert table["cost_usd"].tolist() == [5, 5, 4, 3, 3, 3, 3]
    assert table["billed_usd"].tolist() == [2, 2, 2, 2, 2, 2, 2]
    assert table.loc["valid", "cost_per_row_usd"] == pytest.approx(5 / 3)
    assert table.loc["verified", "lost_cost_usd"] == 1


def test_an_unknown_cost_makes_the_sums_it_is_part_of_unknown_and_no_others() -> None:
    table = funnel(judged(cost_usd=pd.array([None, 1, None, 1, 1, 1], dtype="Float64"))).set_index("step")

    assert table["cost_usd"].isna().tolist() == [True, True, False, False, False, False, False]
    assert table.loc["not truncated", "lost_cost_usd"] is pd.NA
    assert table["cost_per_row_usd"].isna().all()


def test_a_failure_that_used_tokens_has_a_cost_that_is_not_known() -> None:
    table = funnel(judged(output_tokens=pd.array([7, 1, 1, 1, 1, 1], dtype="Int64")))

    assert table["cost_usd"].isna().tolist()[:2] == [True, False]


def test_a_frame_without_costs_has_none() -> None:
    table = funnel(judge_rows(answers()[["prompt", "content"]], wishes(choose="shortest", split={})))

    assert table[["cost_usd", "billed_usd", "cost_per_row_usd"]].isna().all(axis=None)
    assert table["rows"].tolist()[0] == 6


def test_by_profile_has_the_same_steps_for_each() -> None:
    table = funnel(judged(), by="profile")

    assert list(table.columns) == ["profile", *COLUMNS]
    assert table.loc[table["step"] == "valid", ["profile", "rows"]].to_numpy().tolist() == [["a", 0], ["b", 3]]
    assert table["step"].tolist()[: len(table) // 2] == table["step"].tolist()[len(table) // 2 :]


def test_nothing_left_has_no_share() -> None:
    table = funnel(judged(), by="profile")
    row = table.loc[(table["profile"] == "a") & (table["step"] == "valid")].iloc[0]

    assert row["cost_usd"] == 0
    assert row["cost_per_row_usd"] is pd.NA


def test_a_frame_from_compare_ends_where_nothing_was_judged() -> None:
    assert funnel(answers())["step"].tolist() == ["asked", "answered", "not truncated"]


def test_it_is_the_same_after_a_file() -> None:
    frame = judged()
    read = frame.astype(object).where(frame.notna(), None).astype({"valid": str, "chosen": str})

    pd.testing.assert_frame_equal(funnel(read), funnel(frame))


def test_a_frame_without_rows_has_steps_of_none() -> None:
    assert funnel(judged().iloc[:0])["rows"].tolist() == [0] * 5


def test_the_plot_takes_it() -> None:
    found = steps.steps_of(funnel(judged()))

    assert [(each.name, each.rows, each.cost_usd) for each in found][:2] == [("asked", 6, 5), ("answered", 5, 5)]


@pytest.mark.parametrize("by", ["rows", "nothing"])
def test_a_column_that_cannot_part_it_is_refused(by: str) -> None:
    with pytest.raises(InputError, match="by="):
        funnel(judged(), by=by)


def test_a_frame_without_answers_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'content'"):
        funnel(pd.DataFrame({"prompt": ["a"]}))


def test_a_column_of_lists_cannot_part_it() -> None:
    with pytest.raises(InputError, match="by='tags' holds a list in row 1"):
        funnel(pd.DataFrame({"content": ["a", "b"], "tags": ["x", ["y"]]}), by="tags")


ROW = st.fixed_dictionaries(
    {
        "prompt": st.sampled_from(["What is 2+2?", "What is 2+3?", "Why is the sky so blue today?"]),
        "content": st.sampled_from(["4", "It is four.", "", "<think>x</think>4", "I'm sorry, but I can't help.", None]),
        "finish_reason": st.sampled_from(["stop", "length", "content_filter"]),
        "cost_usd": st.sampled_from([0.1, 0.25, 1e-9, None]),
        "input_tokens": st.just(3),
        "right": st.sampled_from([True, False, None]),
        "profile": st.sampled_from(["a", "b"]),
    }
)


@given(st.lists(ROW, max_size=12), st.sampled_from(["cheapest", "shortest", None]))
def test_every_step_is_what_the_next_leaves_and_what_it_loses(answers: list[dict[str, Any]], choose: Any) -> None:
    frame = pd.DataFrame(answers, columns=["prompt", "content", "finish_reason", "cost_usd", "input_tokens", "right"])
    frame = frame.assign(profile=[each["profile"] for each in answers], output_tokens=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # unknown costs
        judged = judge_rows(
            frame, wishes(verify=["right"], choose=choose, evaluation=["Why is the sky so blue today?"])
        )
    table = funnel(judged)
    steps = table[table["lost"].notna()]

    assert steps["rows"].tolist()[0] == len(frame)
    assert (steps["rows"].shift(1, fill_value=len(frame)) - steps["lost"]).tolist() == steps["rows"].tolist()
    left = dict(zip(steps["step"], steps["rows"], strict=True))
    assert left["valid"] == judged["valid"].sum()
    assert left["chosen"] == judged["chosen"].sum() == table.loc[table["lost"].isna(), "rows"].sum()
    parts = funnel(judged, by="profile")
    for name, rows in zip(table["step"], table["rows"], strict=True):
        assert parts.loc[parts["step"] == name, "rows"].sum() == rows
    for before, after in itertools.pairwise(steps.to_dict("records")):
        if not pd.isna(before["cost_usd"]):
            assert before["cost_usd"] == pytest.approx(after["cost_usd"] + after["lost_cost_usd"])
