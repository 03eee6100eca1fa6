"""Items and dollars for a gap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.sizing.power import plan
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
RUNS = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "aatm_slice.csv.gz"


@pytest.fixture
def pilot(frame_of: MakeFrame) -> pd.DataFrame:
    """Forty prompts, two profiles, two samples; `big` costs twice as much."""
    rows = [
        {"prompt_id": item, "profile": name, "sample": sample, "cost_usd": 0.01 * cost}
        for item in range(40)
        for name, cost in (("small", 1), ("big", 2))
        for sample in range(2)
    ]
    random = np.random.default_rng(0)
    skill = dict(enumerate(random.random(40)))
    good = [bool(random.random() < skill[row["prompt_id"]] ** (0.01 / row["cost_usd"])) for row in rows]
    return frame_of(rows, good=good)


def test_the_published_plan_without_a_pilot() -> None:
    row = plan(omega2=1 / 9, sigma2=0, gap=0.03).iloc[0]

    assert row["items_exact"] == pytest.approx(968.9975, abs=5e-5)
    assert (row["items_needed"], row["note"]) == (969, pd.NA)
    assert row[["items_low", "n_pilot", "dollars_needed", "smallest_gap", "profile_a"]].isna().all()


def test_the_published_smallest_gaps() -> None:
    table = plan(omega2=1 / 9, sigma2=(1 / 6, 1 / 6), samples=(1, 10), n=198)

    assert table["samples"].tolist() == [1, 10]
    assert table["smallest_gap"].tolist() == pytest.approx([0.1327333, 0.0756696], abs=5e-8)


def test_dollars_are_items_times_what_both_answers_cost() -> None:
    table = plan(omega2=1 / 9, sigma2=0, samples=(1, 4), cost_per_item_usd=0.5, profiles=["a", "b"])

    assert table["cost_per_item_usd"].tolist() == [0.5, 2.0]
    assert table["dollars_needed"].tolist() == [484.5, 1938.0]
    assert table[["profile_a", "profile_b"]].to_numpy().tolist() == [["a", "b"]] * 2


def test_a_pilot_gives_the_dollars_it_recorded(pilot: pd.DataFrame) -> None:
    table = plan(pilot, samples=(1, 3))

    assert table["cost_per_item_usd"].tolist() == pytest.approx([0.03, 0.09])
    assert table["dollars_needed"].tolist() == pytest.approx((table["items_needed"] * [0.03, 0.09]).tolist())
    assert table["n_pilot"].tolist() == [40, 40]


def test_the_formula_holds_in_each_row(pilot: pd.DataFrame) -> None:
    table = plan(pilot, samples=(1, 2, 5), gap=0.1)

    variance = table["omega2"] + (table["sigma2_a"] + table["sigma2_b"]) / table["samples"]
    assert table["items_exact"].tolist() == pytest.approx((variance * 7.8488797 / 0.01).tolist())
    assert (table["items_needed"] - table["items_exact"]).between(0, 1).all()
    assert (table["items_low"] < table["items_needed"]).all()
    assert (table["items_needed"] < table["items_high"]).all()


def test_more_samples_save_items_and_seldom_dollars(pilot: pd.DataFrame) -> None:
    table = plan(pilot, samples=(1, 2, 8))

    assert table["items_exact"].is_monotonic_decreasing
    assert table["dollars_needed"].is_monotonic_increasing


def test_a_pilot_without_repeats_plans_for_one_sample_only(pilot: pd.DataFrame) -> None:
    table = plan(pilot[pilot["sample"] == 0], samples=(1, 5))

    assert table["omega2"].isna().all()
    assert table["items_needed"].isna().tolist() == [False, True]
    assert table["note"][1] == "a profile was asked once a prompt: what 5 samples would save is not known"


def test_every_pair_has_its_rows_in_the_order_asked_for(pilot: pd.DataFrame) -> None:
    third = pilot[pilot["profile"] == "big"].assign(profile="third")
    frame = pd.concat([pilot, third])

    assert len(plan(frame)) == 3
    assert plan(frame, profiles=["third", "small"])[["profile_a", "profile_b"]].to_numpy().tolist() == [
        ["third", "small"]
    ]


def test_equal_answers_tell_nothing_of_what_is_needed(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(30) for name in ("a", "b")]

    row = plan(frame_of(rows, good=[True] * 60)).iloc[0]

    assert row[["items_needed", "items_low", "dollars_needed", "smallest_gap"]].isna().all()
    assert row["note"] == "every item has the same difference: a larger pilot is needed"


def test_an_unknown_cost_leaves_the_items_and_says_so(pilot: pd.DataFrame) -> None:
    row = plan(pilot.assign(cost_usd=pilot["cost_usd"].where(pilot.index != 3))).iloc[0]

    assert row["dollars_needed"] is pd.NA
    assert row["items_needed"] > 0
    assert row["note"] == "cost unknown"


def test_few_items_and_few_clusters_are_said_to_be_few(pilot: pd.DataFrame) -> None:
    few = plan(pilot[pilot["prompt_id"] < 20])["note"][0]
    clusters = plan(pilot.assign(page=pilot["prompt_id"] // 4), cluster="page")["note"][0]

    assert few == "under 30 items, the plan is rough"
    assert clusters == "under 20 clusters, the plan is rough"


def test_one_item_or_one_cluster_is_no_plan(pilot: pd.DataFrame) -> None:
    one = plan(pilot[pilot["prompt_id"] == 0]).iloc[0]
    lump = plan(pilot.assign(page="all"), cluster="page").iloc[0]

    assert one["note"] == "under 2 items with a score from both: no plan"
    assert lump["note"].startswith("one cluster: its effect cannot be told")
    assert [one["items_needed"], lump["items_needed"]] == [pd.NA, pd.NA]


def test_a_plan_of_few_items_says_how_many_to_take(pilot: pd.DataFrame) -> None:
    row = plan(pilot, gap=0.9).iloc[0]

    assert row["note"] == f"for so few items the formula is rough: take {row['items_needed'] + 2}"


def test_missing_answers_are_left_out_or_wrong(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(40) for name in ("a", "b")]
    rows[4]["error_kind"] = "timeout"
    frame = frame_of(rows, good=[None if i == 4 else i % 3 == 0 for i in range(80)])

    dropped, failed = plan(frame).iloc[0], plan(frame, missing="fail").iloc[0]

    assert dropped[["n_pilot", "n_missing", "missing"]].tolist() == [39, 1, "drop"]
    assert failed[["n_pilot", "n_missing", "missing"]].tolist() == [40, 1, "fail"]


def test_columns_are_always_the_same_and_nullable(pilot: pd.DataFrame) -> None:
    with_pilot, without = plan(pilot), plan(omega2=0.1, sigma2=0)

    assert with_pilot.dtypes.equals(without.dtypes)
    assert set(with_pilot.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_hostile_names_and_a_doubled_index_are_taken(pilot: pd.DataFrame) -> None:
    names = pd.array(
        [{"small": "$a\ud800", "big": "_b"}[name] for name in pilot["profile"]], dtype=pd.StringDtype("python")
    )
    frame = pilot.assign(profile=names).set_axis([0] * len(pilot))
    before = frame.copy()

    assert plan(frame)[["profile_a", "profile_b"]].iloc[0].tolist() == ["$a\ud800", "_b"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "needs a pilot's frame, or omega2"),
        ({"omega2": 0.1}, "needs a pilot's frame, or omega2"),
        ({"omega2": -0.1, "sigma2": 0}, "omega2= must be a number of at least 0"),
        ({"omega2": 0.1, "sigma2": (0, 0, 0)}, "one for each of the two"),
        ({"omega2": 0.1, "sigma2": 0, "samples": ()}, "samples= is empty"),
        ({"omega2": 0.1, "sigma2": 0, "samples": "15"}, "samples= must be a whole number"),
        ({"omega2": 0.1, "sigma2": 0, "samples": 0}, "samples= must be a whole number"),
        ({"omega2": 0.1, "sigma2": 0, "profiles": ["a"]}, "two or more different"),
        ({"omega2": 0.1, "sigma2": 0, "profiles": ["a", "b", "c"]}, "takes two names"),
        ({"omega2": 0.1, "sigma2": 0, "cluster": "page"}, "no frame is given"),
        ({"omega2": 0.1, "sigma2": 0, "cost_per_item_usd": -1}, "cost_per_item_usd="),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        plan(**arguments)


def test_a_pilot_and_variances_are_not_both_taken(pilot: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="one or the other"):
        plan(pilot, omega2=0.1, sigma2=0)


def test_one_profile_has_no_gap(pilot: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="the frame has one: 'big'"):
        plan(pilot[pilot["profile"] == "big"])


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_of_five_samples_plan_by_the_variances_published_for_them() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"task": "prompt_id", "cost": "cost_usd"})
    runs["profile"] = runs["strategy"] + "/" + runs["model"]

    row = plan(runs, "solved", profiles=["simple/gpt-3.5-turbo-0125", "simple/gpt-4-turbo-2024-04-09"]).iloc[0]

    assert row["sigma2_a"] == pytest.approx(0.0323170732, abs=1e-10)
    assert row["items_exact"] == pytest.approx(
        (row["omega2"] + row["sigma2_a"] + row["sigma2_b"]) * 7.8488797 / 9e-4, rel=1e-7
    )
