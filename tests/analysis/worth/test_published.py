"""A frontier of means that somebody published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from distilkit.analysis.summary import summarize
from distilkit.analysis.worth.frontier import frontier
from distilkit.errors import InputError

LEADERBOARD = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "aider_polyglot.yml"


def means() -> pd.DataFrame:
    """Cheap, hollow, dear and good, beaten, and one without a price."""
    return pd.DataFrame(
        {
            "profile": ["good", "cheap", "hollow", "beaten", "unpriced"],
            "accuracy": [90.0, 50.0, 55.0, 54.0, 99.0],
            "cost_per_item_usd": [3.0, 1.0, 2.0, 2.5, np.nan],
        },
        index=[7, 7, 8, 9, 9],
    )


def test_published_means_have_a_frontier_and_a_hull() -> None:
    table = frontier(means(), score="accuracy").set_index("profile")

    assert table.index.tolist() == ["cheap", "hollow", "beaten", "good", "unpriced"]
    assert table["on_frontier"].tolist() == [True, True, False, True, pd.NA]
    assert table["on_hull"].tolist() == [True, False, False, True, pd.NA]
    assert table["dominated_by"].tolist() == [pd.NA, pd.NA, "hollow", pd.NA, pd.NA]
    assert set(table.dtypes.map(str)) == {"string", "Int64", "Float64", "boolean"}
    assert table["quality"].tolist() == [50.0, 55.0, 54.0, 90.0, 99.0]


def test_of_published_means_nothing_is_known_about_chance() -> None:
    table = frontier(means(), score="accuracy")

    assert table[["n", "p_frontier", "quality_low", "cost_low_usd", "cost_per_success_usd"]].isna().all(axis=None)
    assert table["note"][0] == "means without prompts: nothing is known about chance"
    assert table["note"][4].endswith("; cost unknown, left out of the frontier")


def test_a_summary_keeps_its_intervals() -> None:
    answers = pd.DataFrame(
        {
            "profile": np.repeat(["a", "b"], 40),
            "prompt_id": np.tile(np.arange(40), 2),
            "right": pd.array([True, False] * 40, dtype="boolean"),
            "cost_usd": np.repeat([1.0, 2.0], 40),
        }
    )
    summary = summarize(answers)

    table = frontier(summary)

    assert table["score"].tolist() == ["right"] * 2
    assert table["quality_low"].tolist() == summary["right_low"].tolist()
    assert table["n"].tolist() == [40, 40]
    assert table["cost_per_success_usd"].tolist() == [2.0, 4.0]
    assert table["missing"].tolist() == ["drop"] * 2
    assert table["dominated_by"].tolist() == [pd.NA, "a"]


@pytest.mark.parametrize(
    ("change", "arguments", "problem"),
    [
        ({}, {}, "name the column of the score in score="),
        ({}, {"score": "acuracy"}, "no column 'acuracy'.*'accuracy'"),
        ({}, {"score": ["accuracy"]}, "takes the name of one column"),
        ({}, {"score": "accuracy", "cluster": "doc"}, "cluster= needs the prompts"),
        ({"profile": "same"}, {"score": "accuracy"}, "'same' is there twice.*needs the column 'prompt_id'"),
        ({"profile": ["a", None, "c", "d", "e"]}, {"score": "accuracy"}, "'profile' is empty in row 7"),
        ({"cost_per_item_usd": -1.0}, {"score": "accuracy"}, "cost_per_item_usd is -1 in row 7"),
        ({"cost_per_item_usd": np.inf}, {"score": "accuracy"}, "cost_per_item_usd is inf in row 7"),
        ({"cost_per_item_usd": "x"}, {"score": "accuracy"}, "'cost_per_item_usd' must hold numbers"),
    ],
)
def test_what_is_no_table_of_means_is_refused(change: dict[str, Any], arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        frontier(means().assign(**change), **arguments)


def test_a_table_without_profiles_is_refused() -> None:
    with pytest.raises(InputError, match="needs a column 'profile'"):
        frontier(means().drop(columns="profile"), "accuracy")


def test_the_table_is_left_as_it_was() -> None:
    table = means()

    frontier(table, "accuracy")

    pd.testing.assert_frame_equal(table, means())


@pytest.mark.skipif(not LEADERBOARD.exists(), reason="the leaderboard is not part of the repository")
def test_a_real_leaderboard_where_a_cost_of_zero_is_unknown() -> None:
    board = pd.DataFrame(yaml.safe_load(LEADERBOARD.read_text("utf-8")))
    cost = board["total_cost"].where(board["total_cost"] > 0) / board["test_cases"]
    board = board.assign(profile=board["dirname"], accuracy=board["pass_rate_2"], cost_per_item_usd=cost)

    table = frontier(board, score="accuracy")

    assert (board["total_cost"].eq(0).sum(), board["total_cost"].isna().sum()) == (17, 1)
    assert (len(table), table["on_frontier"].isna().sum()) == (69, 18)
    best = table[table["on_frontier"].fillna(value=False)]
    assert best["quality"].is_monotonic_increasing
    assert set(table["dominated_by"].dropna()) <= set(best["profile"])
    assert best["quality"].iloc[-1] == table.loc[table["on_frontier"].notna(), "quality"].max()
