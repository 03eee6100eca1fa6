"""Frames that no analysis can take, and the same clear answer from each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import distilkit as dk
from distilkit.errors import InputError

_ANALYSES: dict[str, Callable[[Any], object]] = {
    "attribute_cost": dk.attribute_cost,
    "cascade": lambda df: dk.cascade(df, ["a", "b"], "good", accept="sure"),
    "cheapest": lambda df: dk.cheapest(df, "good"),
    "frontier": lambda df: dk.frontier(df, "good", replicates=100),
    "judge_correction": lambda df: dk.judge_correction(df, "good", "sure"),
    "pairwise": lambda df: dk.pairwise(df, "good", replicates=100),
    "pass_at_k": lambda df: dk.pass_at_k(df, "good"),
    "plan": lambda df: dk.plan(df, "good"),
    "predict_cost": lambda df: dk.predict_cost(df, replicates=100),
    "rank": lambda df: dk.rank(df, "good", replicates=100),
    "recommend": lambda df: dk.recommend(df, "good", quality=0.5),
    "route": lambda df: dk.route(df, ["a", "b"], "good"),
    "stop_rule": lambda df: dk.stop_rule(df, "good"),
    "summarize": dk.summarize,
    "to_strategy": lambda df: dk.to_strategy(df, "router", quality=0.5, score="good"),
}
_OF_PROMPTS = sorted({*_ANALYSES} - {"attribute_cost"})
_OF_DOLLARS = sorted({*_ANALYSES} - {"judge_correction"})


def _frame(**columns: Any) -> pd.DataFrame:
    base = {
        "profile": ["a"] * 8 + ["b"] * 8,
        "prompt_id": [*range(8), *range(8)],
        "good": [True, False, True, True, False, True, True, False] * 2,
        "sure": [0.5, 0.25] * 8,
        "cost_usd": [0.01, 0.02] * 8,
    }
    return pd.DataFrame({**base, **columns})


@pytest.mark.parametrize("name", _OF_PROMPTS)
def test_prompts_that_cannot_be_told_apart_are_refused(name: str) -> None:
    frame = _frame(prompt_id=[[number] for number in range(8)] * 2)

    with pytest.raises(InputError, match="'prompt_id' holds lists or mappings"):
        _ANALYSES[name](frame)


@pytest.mark.parametrize("name", _OF_DOLLARS)
@pytest.mark.parametrize("cost", [np.inf, 1e200])
def test_a_cost_that_cannot_be_reckoned_with_is_refused_by_row(name: str, cost: float) -> None:
    frame = _frame()
    frame.loc[3, "cost_usd"] = cost

    with pytest.raises(InputError, match=r"infinite in row 3|too large to reckon with, in row 3"):
        _ANALYSES[name](frame)


@pytest.mark.parametrize("name", sorted({*_OF_PROMPTS} - {"predict_cost", "summarize"}))
def test_a_score_that_cannot_be_reckoned_with_is_refused_by_row(name: str) -> None:
    frame = _frame(good=[0.5] * 15 + [1e200])

    with pytest.raises(InputError, match=r"'good' is 1e\+200, too large to reckon with, in row 15"):
        _ANALYSES[name](frame)


@pytest.mark.parametrize("name", _ANALYSES)
def test_columns_in_levels_are_refused(name: str) -> None:
    frame = _frame()
    frame.columns = pd.MultiIndex.from_tuples([(column, "x") for column in frame.columns])

    with pytest.raises(InputError, match="2 levels"):
        _ANALYSES[name](frame)


@pytest.mark.parametrize("name", _ANALYSES)
def test_a_frame_of_another_library_is_named_with_a_way_out(name: str) -> None:
    elsewhere = type("DataFrame", (), {"__module__": "polars.dataframe.frame", "to_pandas": lambda _: _frame()})

    with pytest.raises(InputError, match=r"not polars\.DataFrame; .*to_pandas\(\)"):
        _ANALYSES[name](elsewhere())


def test_clusters_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(InputError, match="'document' holds lists or mappings"):
        dk.cheapest(_frame(document=[[1]] * 16), "good", cluster="document")


def test_two_groups_written_alike_are_not_added_up() -> None:
    """As text both are "1", and one bill would replace the other."""
    with pytest.raises(InputError, match="both written '1'"):
        dk.predict_cost(_frame(profile=[1] * 8 + ["1"] * 8))


def test_two_players_written_alike_are_refused() -> None:
    pairs = pd.DataFrame({"profile_a": [1, 1], "profile_b": ["1", 2], "winner": ["a", "b"]})

    with pytest.raises(InputError, match="both written '1'"):
        dk.rank(pairs)


def test_half_a_surrogate_pair_in_a_prompts_id_is_only_a_name() -> None:
    names = pd.Series([f"{number}\ud800" for number in range(8)] * 2, dtype=object)

    assert dk.summarize(_frame(prompt_id=names), "good")["cost_per_item_usd"].tolist() == pytest.approx([0.015] * 2)


def test_prompts_asked_of_one_profile_each_are_noted_in_a_recommendation() -> None:
    frame = _frame(good=[True] * 4 + [None] * 8 + [True] * 4)

    assert "scored on different prompts" in dk.recommend(frame, "good", quality=0.5)["note"][0]
