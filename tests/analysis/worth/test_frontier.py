"""Who is worth their money."""

from __future__ import annotations

import warnings
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.summary import summarize
from distilkit.analysis.worth.frontier import frontier
from distilkit.errors import InputError

DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
RUNS = DATA / "aatm_slice.csv.gz"
COLUMNS = {
    "profile": "string",
    "score": "string",
    "n": "Int64",
    "n_missing": "Int64",
    "missing": "string",
    "quality": "Float64",
    "quality_low": "Float64",
    "quality_high": "Float64",
    "cost_per_item_usd": "Float64",
    "cost_low_usd": "Float64",
    "cost_high_usd": "Float64",
    "on_frontier": "boolean",
    "on_hull": "boolean",
    "p_frontier": "Float64",
    "dominated_by": "string",
    "cost_per_success_usd": "Float64",
    "cost_per_success_low_usd": "Float64",
    "cost_per_success_high_usd": "Float64",
    "note": "string",
}


def answers(models: dict[str, tuple[float, float]], items: int = 100, seed: int = 0) -> pd.DataFrame:
    """Rows of models that are right so often and cost so much, on prompts that are hard or easy for all alike."""
    generator = np.random.default_rng(seed)
    hard, long = generator.normal(size=items), generator.lognormal(0, 0.5, size=items)
    frames = [
        pd.DataFrame(
            {
                "profile": name,
                "prompt_id": np.arange(items),
                "right": hard + generator.normal(size=items) < np.sqrt(2) * NormalDist().inv_cdf(share),
                "cost_usd": dollars * long * generator.lognormal(0, 0.3, size=items),
            }
        )
        for name, (share, dollars) in models.items()
    ]
    return pd.concat(frames, ignore_index=True)


LADDER = {"large": (0.9, 0.03), "small": (0.5, 0.001), "dear": (0.6, 0.05), "medium": (0.8, 0.01)}


def test_one_row_a_profile_cheapest_first() -> None:
    table = frontier(answers(LADDER, 300), "right").set_index("profile")

    assert table.index.tolist() == ["small", "medium", "large", "dear"]
    assert table["on_frontier"].tolist() == [True, True, True, False]
    assert table["on_hull"].tolist() == [True, True, True, False]
    assert table["dominated_by"].tolist() == [pd.NA, pd.NA, pd.NA, "medium"]
    assert table["p_frontier"].tolist() == [1.0, 1.0, pytest.approx(1, abs=0.02), pytest.approx(0, abs=0.01)]
    assert table["note"].isna().all()


def test_columns_are_always_all_there_and_nullable() -> None:
    assert dict(frontier(answers(LADDER), "right").dtypes.map(str)) == COLUMNS


def test_quality_is_that_of_the_summary() -> None:
    frame = answers(LADDER)

    table, summary = (f(frame, "right").set_index("profile") for f in (frontier, summarize))

    for ours, theirs in (("quality", "right"), ("quality_low", "right_low"), ("quality_high", "right_high")):
        assert table[ours].to_dict() == summary[theirs].to_dict()
    assert table["cost_per_item_usd"].to_dict() == pytest.approx(summary["cost_per_item_usd"].to_dict())
    assert table["cost_per_success_usd"].to_dict() == pytest.approx(summary["cost_per_right_usd"].to_dict())


def test_the_same_seed_gives_the_same_table() -> None:
    frame = answers({"a": (0.6, 1.0), "b": (0.62, 1.02)})
    first, again, other = (frontier(frame, "right", replicates=500, seed=seed) for seed in (1, 1, 2))

    pd.testing.assert_frame_equal(first, again)
    assert first["p_frontier"].tolist() != other["p_frontier"].tolist()


def test_models_with_the_same_answers_and_dollars_do_not_beat_each_other() -> None:
    """Not even by the order in which a machine adds up: the bootstrap's sums differ in their last digits."""
    one = answers({"m0": (0.7, 0.013)}, 157)
    same = pd.concat([one.assign(profile=f"m{nth}") for nth in range(7)], ignore_index=True)

    table = frontier(same, "right")

    assert table["on_frontier"].all()
    assert table["p_frontier"].tolist() == [1.0] * 7


def test_a_shared_draw_keeps_what_is_paired_paired() -> None:
    """B costs a tenth more than A on every prompt and is never better: no draw of prompts puts it on the frontier."""
    one = answers({"a": (0.7, 0.01)}, 40)
    other = one.assign(profile="b", cost_usd=one["cost_usd"] * 1.1)

    table = frontier(pd.concat([one, other]), "right")

    assert table["p_frontier"].tolist() == [1.0, 0.0]
    assert table["cost_high_usd"][0] > table["cost_low_usd"][1]


def test_clusters_are_drawn_whole_and_make_all_less_sure() -> None:
    frame = answers({"a": (0.7, 0.01), "b": (0.7, 0.011)}, 40)
    copies = pd.concat(
        [frame.assign(prompt_id=frame["prompt_id"] + 100 * nth, doc=frame["prompt_id"]) for nth in range(6)]
    )

    plain, whole = frontier(copies, "right"), frontier(copies, "right", cluster="doc")

    success = ("cost_per_success_low_usd", "cost_per_success_high_usd")
    for low, high in (("quality_low", "quality_high"), ("cost_low_usd", "cost_high_usd"), success):
        widths = [table[high][0] - table[low][0] for table in (plain, whole)]
        assert widths[1] == pytest.approx(np.sqrt(6) * widths[0], rel=0.2)
    assert 0.5 < whole["p_frontier"].min() < plain["p_frontier"].min() < 1


def test_samples_of_a_prompt_are_one_observation() -> None:
    frame = answers(LADDER, 60)

    once, thrice = frontier(frame, "right"), frontier(pd.concat([frame] * 3, ignore_index=True), "right")

    assert thrice["n"].tolist() == [60] * 4
    for name in ("cost_low_usd", "cost_high_usd", "p_frontier", "cost_per_success_high_usd"):
        assert thrice[name].tolist() == pytest.approx(once[name].tolist())


def test_an_unknown_price_is_left_out_and_said_to_be() -> None:
    frame = answers(LADDER)
    frame.loc[frame["profile"].eq("small") & frame["prompt_id"].lt(3), "cost_usd"] = np.nan

    table = frontier(frame, "right").set_index("profile")

    small = table.loc["small"]
    assert table.index[-1] == "small"
    assert small["note"] == "cost unknown for 3 of 100 prompts, left out of the frontier"
    assert small[["cost_per_item_usd", "on_frontier", "on_hull", "p_frontier", "dominated_by"]].isna().all()
    assert small["quality"] == frame.loc[frame["profile"] == "small", "right"].mean()
    assert table.loc["medium", "p_frontier"] == 1.0


def test_no_score_at_all_is_left_out_and_said_to_be() -> None:
    frame = answers(LADDER).astype({"right": "boolean"})
    frame.loc[frame["profile"] == "large", "right"] = pd.NA

    table = frontier(frame, "right").set_index("profile")

    assert table.loc["large", "note"].startswith("no prompt is scored")
    assert table.loc["large", ["quality", "cost_per_item_usd", "on_frontier"]].isna().all()
    assert table.loc["small", "n"] == 100


def test_all_are_compared_on_the_prompts_that_all_have() -> None:
    frame = answers(LADDER).astype({"right": "boolean"})
    frame.loc[frame["profile"].eq("dear") & frame["prompt_id"].ge(90), "right"] = pd.NA

    table = frontier(frame, "right").set_index("profile")

    assert table["n"].tolist() == [90] * 4
    assert table["n_missing"].tolist() == [10] * 4
    assert table.loc["small", "quality"] == frame.query("profile == 'small' and prompt_id < 90")["right"].mean()
    assert table.loc["small", "note"] == "10 of 100 prompts left out, not scored for every profile (fewest: 'dear', 90)"


def test_no_prompt_in_common_is_no_comparison() -> None:
    frame = answers({"a": (0.5, 1.0), "b": (0.5, 1.0)})
    frame.loc[frame["profile"] == "b", "prompt_id"] += 1000

    table = frontier(frame, "right")

    assert table["note"].tolist() == ["no prompt is scored for every profile, left out of the frontier"] * 2
    assert table[["quality", "cost_per_item_usd", "on_frontier"]].isna().all(axis=None)


def test_a_failure_can_count_as_wrong() -> None:
    frame = answers(LADDER).astype({"right": "boolean"})
    failed = frame["profile"].eq("large") & frame["prompt_id"].lt(20)
    frame.loc[failed, "right"] = pd.NA
    frame["error_kind"] = np.where(failed, "timeout", None)

    table = frontier(frame, "right", missing="fail").set_index("profile")

    assert table[["n", "n_missing"]].loc["large"].tolist() == [100, 20]
    assert table["n_missing"].drop("large").tolist() == [0, 0, 0]
    assert table.loc["large", "quality"] == frame.loc[frame["profile"] == "large", "right"].sum() / 100
    assert table.loc["large", "note"] == "20 prompts with a missing answer, counted as 0"
    assert table["missing"].tolist() == ["fail"] * 4


def test_one_profile_is_on_its_own_frontier() -> None:
    table = frontier(answers({"a": (0.5, 0.01)}, 10), "right")

    assert table[["on_frontier", "on_hull", "p_frontier"]].iloc[0].tolist() == [True, True, 1.0]
    assert table["note"][0] == "under 30 items, the interval is rough"


def test_one_prompt_has_no_interval_of_dollars() -> None:
    table = frontier(answers({"a": (0.99, 0.01)}, 1, seed=2), "right")

    assert table[["cost_low_usd", "cost_high_usd", "cost_per_success_low_usd"]].isna().all(axis=None)
    assert table["cost_per_item_usd"][0] > 0


def test_dollars_are_never_below_zero() -> None:
    frame = answers({"a": (0.5, 0.01)}, 2).assign(cost_usd=[0.0, 1.0])

    assert frontier(frame, "right")["cost_low_usd"][0] == 0.0


def test_a_success_costs_all_dollars_over_all_successes() -> None:
    frame = answers(LADDER)

    table = frontier(frame, "right").set_index("profile")

    own = frame[frame["profile"] == "small"]
    assert table.loc["small", "cost_per_success_usd"] == pytest.approx(own["cost_usd"].sum() / own["right"].sum())
    assert (table["cost_per_success_low_usd"] < table["cost_per_success_usd"]).all()
    assert (table["cost_per_success_high_usd"] > table["cost_per_success_usd"]).all()


def test_no_success_has_no_cost() -> None:
    frame = answers({"a": (0.5, 0.01)}, 40).assign(right=False)

    table = frontier(frame, "right")

    assert table.filter(like="cost_per_success").isna().all(axis=None)
    assert table["note"][0] == "no success, so the cost of one is unknown"


def test_one_success_does_not_bound_the_cost_of_one() -> None:
    frame = answers({"a": (0.5, 0.01)}, 40)
    frame["right"] = frame["prompt_id"] == 0

    row = frontier(frame, "right").iloc[0]

    assert row["cost_per_success_usd"] == pytest.approx(frame["cost_usd"].sum())
    assert row["cost_per_success_high_usd"] is pd.NA
    assert row["note"] == "too few successes to bound the cost of one from above"


def test_graded_scores_have_no_cost_of_a_success() -> None:
    frame = answers(LADDER)
    frame["stars"] = frame["right"] * 4.0 + frame["prompt_id"] % 2

    table = frontier(frame, "stars")

    assert table.filter(like="cost_per_success").isna().all(axis=None)
    assert table["p_frontier"].notna().all()


def test_answers_that_cost_nothing_have_a_frontier() -> None:
    table = frontier(answers({"a": (0.5, 0.0), "b": (0.8, 0.0)}), "right").set_index("profile")

    assert table["on_frontier"].to_dict() == {"a": False, "b": True}
    assert table["cost_high_usd"].tolist() == [0.0, 0.0]


def test_any_name_and_label_will_do() -> None:
    frame = answers({"$a": (0.5, 1.0), "_b": (0.8, 2.0), "c d": (0.9, 3.0)})
    frame["profile"] = pd.Categorical(frame["profile"], categories=["ghost", "c d", "_b", "$a"])

    assert frontier(frame.set_axis([0] * len(frame)), "right")["profile"].tolist() == ["$a", "_b", "c d"]


def test_half_a_surrogate_pair_is_a_name() -> None:
    frame = answers({"a": (0.5, 1.0), "b": (0.4, 2.0)})
    frame["profile"] = pd.array(["\ud800", "b"], dtype=pd.StringDtype("python")).repeat(100)

    assert frontier(frame, "right")["dominated_by"].tolist() == [pd.NA, "\ud800"]


def test_the_frame_is_left_as_it_was() -> None:
    frame = answers(LADDER)
    before = frame.copy()

    frontier(frame, "right", missing="fail")

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("change", "arguments", "problem"),
    [
        ({}, {"confidence": 95}, "confidence"),
        ({}, {"replicates": 5}, "replicates"),
        ({}, {"seed": -1}, "seed= must be a whole number"),
        ({}, {"score": "rigth"}, "no column 'rigth'"),
        ({}, {"missing": "zero"}, "'drop' or 'fail'"),
        ({}, {"cluster": "doc"}, "no column 'doc'"),
        ({"cost_usd": -1.0}, {}, "negative"),
        ({"cost_usd": np.inf}, {}, "cost_usd is infinite in row 0"),
        ({"cost_usd": "cheap"}, {}, "'cost_usd' must hold numbers"),
        ({"right": np.inf}, {}, "infinite in row 0"),
    ],
)
def test_what_has_no_frontier_is_refused(change: dict[str, Any], arguments: dict[str, Any], problem: str) -> None:
    frame = answers({"a": (0.5, 0.01)}).assign(**change)

    with pytest.raises(InputError, match=problem):
        frontier(frame, **{"score": "right", **arguments})


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_five_real_systems() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"task": "prompt_id", "cost": "cost_usd"})
    runs["profile"] = runs["strategy"] + " " + runs["model"]

    table = frontier(runs, "solved")

    assert table["n"].tolist() == [164] * 5
    assert table["quality"].tolist() == pytest.approx([0.7390243902, 0.85, 0.8963414634, 0.9317073171, 0.9195121951])
    assert table["p_frontier"].tolist()[2:] == pytest.approx([0.9731, 0.9985, 0.0491], abs=0.02)
    assert table["on_frontier"].tolist() == [True, True, True, True, False]
    assert table["dominated_by"][4] == table["profile"][3]


@pytest.mark.parametrize("seed", range(3))
def test_how_often_a_profile_is_not_beaten_agrees_with_evalstats(seed: int) -> None:
    import evalstats

    models = {"a": (0.6, 1.0), "b": (0.62, 1.03), "c": (0.8, 3.0), "d": (0.78, 3.05)}
    frame = answers(models, 80, seed)
    frame["right"] = frame["right"].astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own defaults
        theirs = evalstats.tradeoff(
            frame,
            factor="profile",
            item_col="prompt_id",
            primary_metric="right",
            secondary_metric={"cost_usd": "min"},
            n_bootstrap=4000,
            rng=0,
        )

    found = frontier(frame, "right").set_index("profile")["p_frontier"].to_dict()

    assert found == pytest.approx(theirs.frontier_probability, abs=0.03)


@pytest.mark.parametrize("seed", range(2))
def test_intervals_agree_with_scipys_bootstrap_where_there_is_much_data(seed: int) -> None:
    from scipy.stats import bootstrap

    frame = answers({"a": (0.7, 0.01)}, 800, seed)
    costs, right = frame["cost_usd"].to_numpy(), frame["right"].to_numpy(dtype=float)
    options: dict[str, Any] = {"n_resamples": 2000, "rng": np.random.default_rng(seed), "vectorized": True}
    mean = bootstrap((costs,), np.mean, **options).confidence_interval
    ratio = bootstrap(
        (costs, right), lambda c, r, axis: c.sum(axis) / r.sum(axis), paired=True, **options
    ).confidence_interval

    row = frontier(frame, "right").iloc[0]

    assert [row["cost_low_usd"], row["cost_high_usd"]] == pytest.approx(list(mean), rel=0.01)
    bounds = [row["cost_per_success_low_usd"], row["cost_per_success_high_usd"]]
    assert bounds == pytest.approx(list(ratio), rel=0.015)
