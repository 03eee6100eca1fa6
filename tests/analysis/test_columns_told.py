"""Every column that an analysis returns is named where its user looks for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import distilkit as dk


def _answers() -> pd.DataFrame:
    draws = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "profile": np.repeat(["small", "large"], 40),
            "prompt_id": np.tile(np.arange(40), 2),
            "right": draws.random(80) < 0.6,
            "human": draws.random(80) < 0.6,
            "sure": draws.random(80),
            "length": np.tile(np.arange(40.0), 2),
            "cost_usd": draws.lognormal(size=80),
        }
    )


_TABLES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "attribute_cost": lambda df: dk.attribute_cost(df, kept="right"),
    "cascade": lambda df: dk.cascade(df, ["small", "large"], "right", accept="sure"),
    "cheapest": lambda df: dk.cheapest(df, "right"),
    "frontier": lambda df: dk.frontier(df, "right", replicates=100),
    "judge_correction": lambda df: dk.judge_correction(df, "right", "human"),
    "pairwise": lambda df: dk.pairwise(df, "right", replicates=100),
    "pass_at_k": lambda df: dk.pass_at_k(df, "right"),
    "plan": lambda df: dk.plan(df, "right"),
    "predict_cost": lambda df: dk.predict_cost(df, replicates=100),
    "rank": lambda df: dk.rank(df, "right", replicates=100),
    "recommend": lambda df: dk.recommend(df, "right", quality=0.5),
    "route": lambda df: dk.route(df, ["small", "large"], "right", by="length"),
    "stop_rule": lambda df: dk.stop_rule(df, "right"),
    "summarize": lambda df: dk.summarize(df, "right"),
}


@pytest.mark.parametrize("name", _TABLES)
def test_every_column_is_named_in_the_docstring(name: str) -> None:
    columns = _TABLES[name](_answers()).columns
    told = _told(getattr(dk, name).__doc__ or "")

    assert [column for column in columns if column not in told] == []


def _told(text: str) -> set[str]:
    """Return the columns a docstring names: `<score>` stands for the score, `_low` for an ending of those around it."""
    names = [name.replace("<score>", "right") for name in re.findall(r"`([\w<>]+)`", text)]
    endings = [name for name in names if name.startswith("_")]
    return {*names, *(name + ending for name in names for ending in endings)}
