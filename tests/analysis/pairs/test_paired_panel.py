"""What the tables of two profiles share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.pairs.differences import pair_of
from distilkit.analysis.pairs.paired_panel import TEXT, dollars, frame_of_rows, known_profile, remarks, unscored
from distilkit.analysis.panel import panel
from distilkit.errors import InputError


def _frame(**columns: Any) -> pd.DataFrame:
    base = {"profile": ["a", "a", "a", "b", "b", "b"], "prompt_id": [1, 2, 3, 1, 2, 3]}
    return pd.DataFrame({**base, **columns})


def test_an_unscored_prompt_is_left_out_or_scored_zero() -> None:
    frame = _frame(right=[1, None, 1, 1, 0, 1])

    for missing in ("drop", "fail"):
        gone = unscored(frame, panel(frame, "right", missing=missing), None)

        assert gone.tolist() == [[False, True, False], [False, False, False]]


def test_an_answer_that_no_scorer_could_judge_is_left_out_either_way() -> None:
    frame = _frame(right=[1, None, 1, 1, 0, 1], content=["yes"] * 6)
    table = panel(frame, "right", missing="fail")

    assert unscored(frame, table, None)[0].tolist() == [False, True, False]
    assert pair_of(table, "a", "b").n == 2


def test_dollars_are_of_the_prompts_that_both_were_scored_on() -> None:
    frame = _frame(right=[1, None, 1, 1, 0, 1], cost_usd=[1.0, 50.0, 3.0, 2.0, 70.0, 2.0])

    assert dollars(pair_of(panel(frame, "right"), "a", "b")) == (2.0, 2.0)


def test_one_unknown_cost_makes_its_side_unknown_and_is_noted() -> None:
    frame = _frame(right=[1, 0, 1, 1, 0, 1], cost_usd=[1.0, 2.0, 3.0, None, 2.0, 2.0])
    pair = pair_of(panel(frame, "right"), "a", "b")

    assert dollars(pair) == pytest.approx((2.0, np.nan), nan_ok=True)
    assert "cost unknown: b on 1 of 3 prompts" in list(remarks(pair, "rough"))


@pytest.mark.parametrize(
    ("scores", "remark"),
    [
        ([1, 0, 1, 1, 0, 1], "the two score the same on every prompt"),
        ([1, 1, 1, 0, 0, 0], "the difference is the same on every prompt"),
        ([None, None, 1, 1, 1, None], "no prompt is scored for both a and b"),
        ([1, 1, 1, 0, 0, 1], "under 30 items, it is rough"),
    ],
)
def test_what_to_keep_in_mind_is_said(scores: list[float | None], remark: str) -> None:
    pair = pair_of(panel(_frame(right=scores), "right"), "a", "b")

    assert remark in list(remarks(pair, "it is rough"))


def test_a_profile_that_is_not_there_is_refused_with_those_that_are() -> None:
    table = panel(_frame(right=[1, 0, 1, 1, 0, 1]), "right")

    with pytest.raises(InputError, match="reference=: no profile 'c' in the frame; there are: 'a', 'b'"):
        known_profile(table, "c", "reference")


def test_rows_become_nullable_columns_in_order() -> None:
    frame = frame_of_rows([{"y": np.nan, "x": "a\ud800"}, {"y": 1.5}], {"x": TEXT, "y": "Float64", "z": "boolean"})

    assert frame.columns.tolist() == ["x", "y", "z"]
    assert frame["x"].tolist() == ["a\ud800", pd.NA]
    assert frame["y"].tolist() == [pd.NA, 1.5]
    assert frame["z"].isna().all()


def test_no_rows_are_a_frame_with_all_columns() -> None:
    frame = frame_of_rows([], {"x": TEXT, "y": "Float64"})

    assert frame.dtypes.map(str).tolist() == ["string", "Float64"]
    assert len(frame) == 0
