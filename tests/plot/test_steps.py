"""What is left at each step."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.plot.steps import Step, steps_of


def run(**columns: list[Any]) -> pd.DataFrame:
    """Return five rows: failed, cut off, not scored, wrong, right."""
    base: dict[str, Any] = {
        "profile": ["a"] * 5,
        "prompt_id": range(5),
        "error_kind": ["timeout", None, None, None, None],
        "finish_reason": [None, "length", "stop", "stop", "stop"],
        "cost_usd": pd.array([None, 1.0, 2.0, 4.0, 8.0], dtype="Float64"),
        "correct": pd.array([None, True, None, False, True], dtype="boolean"),
    }
    return pd.DataFrame({**base, **columns})


def test_a_step_counts_what_all_so_far_let_through() -> None:
    assert steps_of(run()) == [
        Step("asked", 5, 15.0),
        Step("answered", 4, 15.0),
        Step("not cut off", 3, 14.0),
        Step("scored", 2, 12.0),
        Step("right", 1, 8.0),
    ]


def test_an_unknown_cost_is_unknown_at_every_step_that_has_it() -> None:
    found = steps_of(run(cost_usd=pd.array([None, 1.0, 2.0, None, 8.0], dtype="Float64").tolist()))

    assert [isnan(step.cost_usd) for step in found] == [True, True, True, True, False]


def test_a_score_that_is_no_verdict_has_no_right() -> None:
    stars = run().assign(correct=pd.array([None, 5.0, None, 2.0, 3.0], dtype="Float64"))

    assert [step.name for step in steps_of(stars)][-1] == "scored"


def test_without_a_score_it_ends_with_what_was_not_cut_off() -> None:
    assert [step.name for step in steps_of(run().drop(columns="correct"))] == ["asked", "answered", "not cut off"]


def test_of_several_scores_one_must_be_named() -> None:
    two = run().assign(brief=pd.array([True] * 5, dtype="boolean"))

    with pytest.raises(InputError, match="several scores"):
        steps_of(two)
    assert steps_of(two, "brief")[-1].rows == 3


def test_any_table_of_steps_will_do() -> None:
    table = pd.DataFrame({"step": ["a", "b"], "rows": [3, 2], "cost_usd": pd.array([0.5, None], dtype="Float64")})

    first, second = steps_of(table)
    assert first == Step("a", 3, 0.5)
    assert (second.rows, isnan(second.cost_usd)) == (2, True)


def test_a_step_without_a_count_is_refused() -> None:
    with pytest.raises(InputError, match="'rows' is empty"):
        steps_of(pd.DataFrame({"step": ["a"], "rows": pd.array([None], dtype="Int64")}))
