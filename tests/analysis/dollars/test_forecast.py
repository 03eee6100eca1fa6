"""What a larger run will cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.dollars.forecast import predict_cost
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]


def small(names: str = "ab", n: int = 60, samples: int = 1, seed: int = 0) -> pd.DataFrame:
    """Lognormal costs, a prompt's size shared by the profiles."""
    random = np.random.default_rng(seed)
    size = random.normal(0, 0.6, n)
    rows = [(name, item, sample) for name in names for item in range(n) for sample in range(samples)]
    frame = pd.DataFrame(rows, columns=["profile", "prompt_id", "sample"])
    noise = random.normal(0, 0.4, len(frame))
    return frame.assign(cost_usd=0.01 * np.exp(size[frame["prompt_id"]] + noise))


def test_the_mean_times_items() -> None:
    frame = small()

    table = predict_cost(frame, 10_000, replicates=500)

    means = frame.groupby("profile")["cost_usd"].mean()
    assert table["mean_usd"].tolist() == pytest.approx(means.tolist())
    assert table["predicted_usd"].tolist() == pytest.approx((means * 10_000).tolist())
    assert (table["low_usd"] < table["predicted_usd"]).all()
    assert (table["predicted_usd"] < table["high_usd"]).all()
    assert table[["n", "items", "samples"]].to_numpy().tolist() == [[60, 10_000, 1]] * 2


def test_samples_are_those_of_the_run_or_those_asked_for() -> None:
    frame = small(samples=3)

    as_run, once = predict_cost(frame, 100, replicates=500), predict_cost(frame, 100, samples=1, replicates=500)

    assert (as_run["samples"].tolist(), once["samples"].tolist()) == ([3, 3], [1, 1])
    assert as_run["predicted_usd"].tolist() == pytest.approx((3 * once["predicted_usd"]).tolist())
    assert once["mean_usd"].tolist() == as_run["mean_usd"].tolist()


def test_repeated_samples_are_no_further_prompts() -> None:
    once = small()
    five = pd.concat([once.assign(sample=sample) for sample in range(5)])

    one, many = predict_cost(once, 100, replicates=500), predict_cost(five, 100, samples=1, replicates=500)

    columns = ["n", "predicted_usd", "low_usd", "high_usd"]
    assert many[columns].to_numpy() == pytest.approx(one[columns].to_numpy())


def test_a_prompts_own_noise_averages_out_over_samples() -> None:
    frame = small(samples=4)

    relative = [
        (row["high_usd"] - row["low_usd"]) / row["predicted_usd"]
        for samples in (1, 4, 100)
        for _, row in predict_cost(frame, 20, samples=samples, replicates=2000)[:1].iterrows()
    ]

    assert relative == sorted(relative, reverse=True)


def test_several_samples_from_one_are_said_to_be_wide() -> None:
    note = predict_cost(small(), 100, samples=5, replicates=200)["note"][0]

    assert note == "no prompt was asked twice: the interval is wide rather than narrow"


def test_the_total_knows_that_dear_prompts_are_dear_for_all() -> None:
    table = predict_cost(small(samples=2), 1000, total=True, replicates=4000)

    assert table["profile"].tolist() == ["a", "b", "total"]
    assert table["predicted_usd"][2] == pytest.approx(table["predicted_usd"][:2].sum())
    widths = (table["high_usd"] - table["low_usd"]).tolist()
    assert (widths[0] ** 2 + widths[1] ** 2) ** 0.5 < 0.9 * widths[2] < widths[0] + widths[1]


def test_a_total_from_fewer_prompts_says_so() -> None:
    frame = small()
    frame = frame[~((frame["profile"] == "b") & (frame["prompt_id"] < 10))]

    row = predict_cost(frame, 100, total=True, replicates=200).iloc[-1]

    assert (row["n"], row["note"]) == (50, "from the 50 of 60 prompts that all were paid for")


def test_an_unknown_cost_is_unknown_in_the_total_too() -> None:
    frame = small()
    frame.loc[3, "cost_usd"] = np.nan

    table = predict_cost(frame, 100, total=True, replicates=200)

    assert table["predicted_usd"].isna().tolist() == [True, False, True]
    assert table["note"][0] == table["note"][2] == "cost unknown: 1 of 60 prompts"


def test_failures_that_cost_nothing_are_taken_as_if_answered(frame_of: MakeFrame) -> None:
    rows = [{"cost_usd": 0.01 * (1 + i % 3)} for i in range(40)] + [
        {"prompt_id": 90 + i, "error_kind": "timeout"} for i in range(2)
    ]

    row = predict_cost(frame_of(rows), 10, replicates=200).iloc[0]

    assert (row["n"], row["note"]) == (40, "2 failed rows that cost nothing left out")


def test_a_profile_that_was_never_answered_is_a_row(frame_of: MakeFrame) -> None:
    table = predict_cost(frame_of([{"error_kind": "timeout"}] * 2), 10, total=True, replicates=200)

    assert table["predicted_usd"].isna().all()
    assert table["note"][0] == "nothing was paid for"


def test_equal_costs_are_a_point_and_say_so(frame_of: MakeFrame) -> None:
    row = predict_cost(frame_of([{}] * 30), 10, replicates=200).iloc[0]

    assert row[["low_usd", "predicted_usd", "high_usd"]].tolist() == [2.5] * 3
    assert row["note"] == "every prompt cost the same: the interval holds nothing else"


def test_few_prompts_few_clusters_and_few_dear_ones_are_said() -> None:
    rare = small(n=100).assign(cost_usd=lambda frame: np.where(frame["prompt_id"] == 0, 1.0, 0.01))
    clustered = small().assign(page=lambda frame: frame["prompt_id"] // 6)

    assert predict_cost(small(n=20), 10, replicates=200)["note"][0] == "under 30 items, the interval is rough"
    assert (
        predict_cost(rare, 10_000, replicates=200)["note"][0] == "a few prompts carry the cost: the interval is rough"
    )
    assert predict_cost(clustered, 10, cluster="page", replicates=200)["note"][0] == (
        "under 20 clusters, the interval is rough"
    )


def test_another_column_can_be_given_rows() -> None:
    frame = small().assign(team=lambda frame: frame["profile"].map({"a": 1, "b": 2}))

    table = predict_cost(frame.drop(columns="profile"), 10, by="team", replicates=200)

    assert table["team"].tolist() == ["1", "2"]


def test_columns_are_always_the_same_and_nullable(frame_of: MakeFrame) -> None:
    some, none = (predict_cost(frame, 10, replicates=200) for frame in (small(), frame_of([{"error_kind": "timeout"}])))

    assert some.dtypes.equals(none.dtypes)
    assert set(some.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_hostile_names_and_a_doubled_index_are_taken() -> None:
    frame = small("a")
    frame["profile"] = pd.array(["$\ud800"] * 60, dtype=pd.StringDtype("python"))
    frame.index = [0] * 60
    before = frame.copy()

    assert predict_cost(frame, 10, replicates=200)["profile"].tolist() == ["$\ud800"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"items": 0}, "items= must be a whole number"),
        ({"samples": 1.5}, "samples= must be a whole number"),
        ({"by": "team"}, "needs a column 'team'"),
        ({"by": "note"}, "rename it"),
        ({"cluster": "page"}, "no column 'page'"),
        ({"confidence": 95}, "confidence="),
        ({"seed": -1}, "seed="),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        predict_cost(small().assign(note="x"), **arguments)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"cost_usd": -0.1}, "negative or infinite in row 0"),
        ({"cost_usd": np.inf}, "negative or infinite in row 0"),
        ({"profile": None}, "'profile' is empty in row 0"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        predict_cost(small().assign(**change))
