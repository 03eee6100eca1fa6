"""Ask the cheap one first."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import inf
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.replays.cascade import cascade
from distilkit.analysis.replays.policies import split
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
COLUMNS = [
    *("policy", "profile", "score", "thresholds", "n", "n_train", "n_missing", "missing"),
    *("quality", "quality_low", "quality_high", "cost_per_item_usd", "cost_low_usd", "cost_high_usd"),
    *("share_strong", "pgr", "difference", "se", "low", "high", "upper_bound", "note"),
]
TWO = ["small", "large"]
THREE = ["small", "medium", "large"]


def runs(
    seed: int, profiles: list[str], n: int = 80, samples: int = 1, *, sharp: float = 2.0, levels: int | None = None
) -> pd.DataFrame:
    """Return a run in which dearer models are better, and `sure` tells right from wrong as sharply as asked."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(size=n)
    parts = []
    for place, profile in enumerate(profiles):
        for sample in range(samples):
            right = 0.2 + 0.8 * place + rng.normal(size=n) > hard
            sure = 1 / (1 + np.exp(-(sharp * (right - 0.5) + rng.normal(size=n))))
            columns = {"profile": profile, "prompt_id": np.arange(n), "sample": sample, "right": right}
            sure = sure if levels is None else np.round(sure * levels) / levels
            parts.append(pd.DataFrame({**columns, "sure": sure, "cost_usd": 4.0**place * rng.lognormal(size=n)}))
    return pd.concat(parts, ignore_index=True).astype({"right": "boolean"})


def played(
    frame: pd.DataFrame, profiles: list[str], thresholds: tuple[float, ...], items: Any, check: float
) -> tuple[float, float]:
    """Play a cascade on one-sample runs, row by row."""
    rows = frame.set_index(["profile", "prompt_id"]).sort_index()
    right, spent = [], []
    for item in items:
        dollars = 0.0
        for profile, threshold in zip(profiles, [*thresholds, -inf], strict=True):
            if threshold == inf:
                continue
            row = rows.loc[(profile, item)]
            dollars += row["cost_usd"] + (check if threshold > -inf else 0)
            if row["sure"] >= threshold:
                break
        right.append(row["right"])
        spent.append(dollars)
    return float(np.mean(right)), float(np.mean(spent))


def cell(table: pd.DataFrame, policy: str, column: str) -> Any:
    return table.loc[table["policy"] == policy, column].iloc[0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("aim", [{"quality": 0.7}, {"budget": 3.0}, {}])
def test_two_models_agree_with_trying_every_threshold_by_hand(seed: int, aim: dict[str, float]) -> None:
    frame = runs(seed, TWO, 40, levels=6)
    chosen, reported = (np.flatnonzero(part) for part in split(40, None, train=0.5, seed=seed))

    table = cascade(frame, TWO, "right", accept="sure", verifier_cost_usd=0.1, seed=seed, **aim)

    seen = frame.loc[(frame["profile"] == "small") & frame["prompt_id"].isin(chosen), "sure"].unique()
    tried = {(t,): played(frame, TWO, (t,), chosen, 0.1) for t in [-inf, *seen, inf]}
    budget = aim.get("budget", max(tried[-inf,], tried[inf,])[1])
    if "quality" in aim:
        best = min((cost, -quality) for quality, cost in tried.values() if quality >= aim["quality"])
    else:
        best = min((-quality, cost) for quality, cost in tried.values() if cost <= budget + 1e-12)[::-1]
    taken = float(cell(table, "cascade", "thresholds"))
    assert (tried[taken,][1], -tried[taken,][0]) == pytest.approx(best)
    expected = played(frame, TWO, (taken,), reported, 0.1)
    assert (cell(table, "cascade", "quality"), cell(table, "cascade", "cost_per_item_usd")) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(2))
def test_three_models_agree_with_trying_every_pair_of_thresholds_by_hand(seed: int) -> None:
    frame = runs(seed, THREE, 24, levels=3)
    chosen, reported = (np.flatnonzero(part) for part in split(24, None, train=0.5, seed=0))

    table = cascade(frame, THREE, "right", accept="sure", budget=4.0)

    steps = [-inf, 0, 1 / 3, 2 / 3, 1, inf]
    tried = {pair: played(frame, THREE, pair, chosen, 0) for pair in product(steps, repeat=2)}
    best = max(quality for quality, cost in tried.values() if cost <= 4.0)
    taken = tuple(float(text) for text in cell(table, "cascade", "thresholds").split("; "))
    quality, cost = played(frame, THREE, taken, chosen, 0)
    assert quality == pytest.approx(best)
    assert cost <= 4.0
    expected = played(frame, THREE, taken, reported, 0)
    assert (cell(table, "cascade", "quality"), cell(table, "cascade", "cost_per_item_usd")) == pytest.approx(expected)


def test_everything_that_a_cascade_must_beat_is_beside_it() -> None:
    table = cascade(runs(0, THREE), THREE, "right", accept="sure")

    assert table["policy"].tolist() == ["cascade", *["single"] * 3, "best single", "random mix", "oracle router"]
    assert table["profile"].tolist()[1:4] == THREE
    assert (table["n"] + table["n_train"] == 80).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_mix_spends_what_the_cascade_spends(seed: int) -> None:
    table = cascade(runs(seed, TWO, 200), TWO, "right", accept="sure", budget=2.0)

    assert cell(table, "random mix", "cost_per_item_usd") == pytest.approx(cell(table, "cascade", "cost_per_item_usd"))
    small, large = table["quality"][1:3]
    share = cell(table, "random mix", "share_strong")
    assert cell(table, "random mix", "quality") == pytest.approx(share * large + (1 - share) * small)


@pytest.mark.parametrize("seed", range(3))
def test_the_oracle_takes_the_cheapest_of_the_best(seed: int) -> None:
    frame = runs(seed, THREE, 60)
    _, reported = split(60, None, train=0.5, seed=0)

    table = cascade(frame, THREE, "right", accept="sure")

    held_out = frame[frame["prompt_id"].isin(np.flatnonzero(reported))]
    ranked = held_out.sort_values(["right", "cost_usd"], ascending=[False, True]).groupby("prompt_id").first()
    assert cell(table, "oracle router", "quality") == pytest.approx(float(ranked["right"].mean()))
    assert cell(table, "oracle router", "cost_per_item_usd") == pytest.approx(ranked["cost_usd"].mean())
    assert cell(table, "oracle router", "upper_bound")


def test_pgr_is_0_for_the_first_1_for_the_last_and_the_share_between() -> None:
    table = cascade(runs(2, TWO, 200), TWO, "right", accept="sure")

    small, large = table["quality"][1:3]
    assert table["pgr"].tolist()[1:3] == [0.0, 1.0]
    assert cell(table, "cascade", "pgr") == pytest.approx((cell(table, "cascade", "quality") - small) / (large - small))


def test_pgr_is_unknown_where_the_last_is_no_better() -> None:
    assert cascade(runs(2, TWO, 200), TWO[::-1], "right", accept="sure")["pgr"].isna().all()


@pytest.mark.parametrize("accept", ["right", "copy"])
def test_a_perfect_check_is_an_upper_bound_and_says_so(accept: str) -> None:
    frame = runs(0, TWO).assign(copy=lambda rows: rows["right"].astype("Float64"))

    table = cascade(frame, TWO, "right", accept=accept)

    assert cell(table, "cascade", "upper_bound")
    assert "an upper bound" in cell(table, "cascade", "note")
    assert table["upper_bound"].tolist()[1:5] == [False] * 4


def test_a_check_that_errs_is_no_upper_bound() -> None:
    assert not cell(cascade(runs(0, TWO), TWO, "right", accept="sure"), "cascade", "upper_bound")


def test_thresholds_chosen_on_noise_are_not_flattered_on_the_prompts_they_are_reported_on() -> None:
    """Reported on the prompts they were chosen on, the best of many thresholds looks better than a coin."""
    from distilkit.analysis.replays.draws import draws
    from distilkit.analysis.replays.replay import candidates, sweep

    held_out, flattered = [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        frame = runs(seed, ["a", "b"], 60).assign(right=rng.random(120) < 0.6, sure=rng.random(120), cost_usd=1.0)
        table = cascade(frame, ["a", "b"], "right", accept="sure", budget=2.0, seed=seed)
        held_out.append(cell(table, "cascade", "quality") - 0.6)
        everything = draws(frame, ["a", "b"], "right", accept="sure")
        flattered.append(sweep(everything, candidates(everything))[0].max() - 0.6)

    error = np.std(held_out) / np.sqrt(40)
    assert abs(np.mean(held_out)) < 3 * error
    assert np.mean(flattered) > 3 * error


def test_samples_are_replayed_one_by_one_and_averaged_by_prompt() -> None:
    rows = []
    for item in range(4):
        for sample, (small, sure, large) in enumerate([(1, 0.9, 0), (0, 0.1, 1), (0, 0.9, 1)]):
            rows.append(("small", item, sample, small, sure, 1.0))
            rows.append(("large", item, sample, large, 0.0, 10.0))
    frame = pd.DataFrame(rows, columns=["profile", "prompt_id", "sample", "right", "sure", "cost_usd"])

    row = cascade(frame, TWO, "right", accept="sure", quality=0.66).iloc[0]

    # Sample 0 is rightly taken, sample 1 passed on and mended, sample 2 wrongly taken.
    assert (row["n"], row["quality"], row["share_strong"]) == (2, pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert row["cost_per_item_usd"] == pytest.approx((1 + 11 + 1) / 3)


def test_the_sample_column_pairs_rows_whatever_their_order() -> None:
    frame = runs(0, TWO, 40, 3)

    shuffled = frame.sample(frac=1, random_state=0).sort_values("prompt_id", kind="stable")

    one, other = (cascade(rows, TWO, "right", accept="sure") for rows in (frame, shuffled))
    pd.testing.assert_frame_equal(one, other)


def test_without_a_sample_column_order_pairs() -> None:
    frame = runs(0, TWO, 40, 3)

    one, other = (cascade(rows, TWO, "right", accept="sure") for rows in (frame, frame.drop(columns="sample")))
    pd.testing.assert_frame_equal(one, other)


def test_the_check_is_paid_for_every_answer_checked_and_may_be_a_column() -> None:
    frame = runs(0, TWO).assign(judge_cost_usd=0.25)

    column, number = (
        cascade(frame, TWO, "right", accept="sure", verifier_cost_usd=cost) for cost in ("judge_cost_usd", 0.25)
    )
    free = cascade(frame, TWO, "right", accept="sure")

    pd.testing.assert_frame_equal(column, number)
    assert cell(column, "single", "cost_per_item_usd") == cell(free, "single", "cost_per_item_usd")


def test_a_check_that_costs_too_much_is_not_made() -> None:
    row = cascade(runs(0, TWO), TWO, "right", accept="sure", verifier_cost_usd=1000.0, budget=2.0).iloc[0]

    assert (row["thresholds"], row["share_strong"]) == ("-inf", 0.0)
    assert "every answer of small is taken unchecked" in row["note"]


def test_a_model_that_is_not_worth_asking_is_skipped() -> None:
    frame = runs(0, THREE, 200)
    frame.loc[frame["profile"] == "medium", ["right", "sure"]] = [False, 0.0]

    row = cascade(frame, THREE, "right", accept="sure").iloc[0]

    assert row["thresholds"].split("; ")[1] == "inf"
    assert "medium is not asked" in row["note"]


def test_an_aim_out_of_reach_is_said() -> None:
    frame = runs(0, TWO)

    best = cascade(frame, TWO, "right", accept="sure", quality=1.01).iloc[0]
    cheapest = cascade(frame, TWO, "right", accept="sure", budget=1e-9).iloc[0]

    assert "no threshold reaches 1.01" in best["note"]
    assert "no threshold costs $1e-09 or less" in cheapest["note"]
    assert cheapest["thresholds"] == "-inf"


@pytest.mark.parametrize("seed", range(3))
def test_differences_agree_with_the_paired_table(seed: int) -> None:
    frame = runs(seed, TWO, 200, 2)
    _, reported = split(200, None, train=0.5, seed=0)

    table = cascade(frame, TWO, "right", accept="sure", quality=1.01)

    held_out = frame[frame["prompt_id"].isin(np.flatnonzero(reported))]
    means = held_out.pivot_table(index="prompt_id", columns="profile", values="right")
    assert table["difference"][0] is pd.NA
    assert (table["difference"] - (table["quality"][0] - table["quality"])).abs().max() < 1e-12
    if cell(table, "cascade", "thresholds") == "inf":
        assert table["se"][1] == pytest.approx((means["large"] - means["small"]).std() / 10)


def test_missing_scores_are_left_out_with_why(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name, "cost_usd": 1.0} for i in range(8) for name in TWO]
    rows[0] |= {"error_kind": "timeout", "cost_usd": None}
    rows[3] |= {"cost_usd": None}
    right: list[bool | None] = [None] + [True] * 15
    frame = frame_of(rows, right=right, sure=[0.5] * 4 + [None] + [0.5] * 11)

    table = cascade(frame, TWO, "right", accept="sure")

    assert (table["n"] + table["n_train"]).tolist() == [5] * 6
    assert table["n_missing"].tolist() == [3] * 6
    for why in ("no score: 1 prompts", "no value in 'sure': 1 prompts", "cost unknown: 1 prompts"):
        assert why in table["note"][0]


def test_a_failed_answer_is_passed_on_when_missing_fails(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name, "cost_usd": 1.0} for i in range(8) for name in TWO]
    for row in rows[::2]:
        row |= {"error_kind": "timeout", "cost_usd": None}
    frame = frame_of(rows, right=[None, True] * 8, sure=[None, 0.5] * 8)

    table = cascade(frame, TWO, "right", accept="sure", missing="fail", verifier_cost_usd=5.0, quality=1.0)

    first = table.iloc[0]
    assert (first["quality"], first["share_strong"], first["n_missing"]) == (1.0, 1.0, 8)
    # What failed cost nothing and was not checked.
    assert first["cost_per_item_usd"] == 1.0
    assert cell(table, "single", "quality") == 0.0


def test_clusters_are_not_torn() -> None:
    frame = runs(0, TWO, 80).assign(doc=lambda rows: rows["prompt_id"] // 8)

    table = cascade(frame, TWO, "right", accept="sure", cluster="doc")

    assert table["n"].tolist() == [40] * 6
    assert "under 20 clusters" in table["note"][0]


def test_columns_are_all_there_and_nullable() -> None:
    table = cascade(runs(0, TWO, 4), TWO, "right", accept="sure")

    assert table.columns.tolist() == COLUMNS
    assert set(table.dtypes.map(str)) == {"string", "Int64", "Float64", "boolean"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"accept": "unsure"}, "accept=: no column 'unsure'"),
        ({"accept": "profile"}, "accept=: "),
        ({"accept": None}, "accept=: no column None"),
        ({"quality": 0.5, "budget": 1.0}, "give one of them"),
        ({"quality": "high"}, "quality="),
        ({"budget": -1}, "budget="),
        ({"verifier_cost_usd": -1}, "verifier_cost_usd="),
        ({"verifier_cost_usd": "price"}, "verifier_cost_usd=: no column 'price'"),
        ({"verifier_cost_usd": "debt"}, "'debt' holds a negative cost"),
        ({"train": 0}, "train="),
        ({"confidence": 1}, "confidence="),
        ({"seed": 0.5}, "seed="),
        ({"cluster": "doc"}, "no column 'doc'"),
        ({"missing": "skip"}, "missing="),
        ({"profiles": "small"}, "list of names"),
        ({"profiles": ["small"]}, "at least two different names"),
        ({"profiles": ["small", "huge"]}, "no profile 'huge' in the frame; there are: 'small', 'large'"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], told: str) -> None:
    frame = runs(0, TWO, 8).assign(debt=-1.0)

    with pytest.raises(InputError, match=told):
        cascade(frame, wrong.pop("profiles", TWO), "right", **{"accept": "sure"} | wrong)


def test_seven_stages_are_refused() -> None:
    names = list("abcdefg")

    with pytest.raises(InputError, match="at most 6 for a cascade, not 7"):
        cascade(runs(0, names, 8), names, "right", accept="sure")


def test_dollars_that_nobody_knows_are_refused_with_why() -> None:
    with pytest.raises(InputError, match="no prompt can be replayed for 'small', 'large': cost unknown: 8 prompts"):
        cascade(runs(0, TWO, 8).drop(columns="cost_usd"), TWO, "right", accept="sure")


def test_a_sample_that_is_there_twice_is_named() -> None:
    frame = runs(0, TWO, 8)

    with pytest.raises(InputError, match="sample 0 of prompt 0 is there twice for profile 'small'"):
        cascade(pd.concat([frame, frame]), TWO, "right", accept="sure")


def test_profiles_that_share_no_prompt_are_refused() -> None:
    frame = runs(0, TWO, 8)
    frame.loc[frame["profile"] == "large", "prompt_id"] += 100

    with pytest.raises(InputError, match="no sample of a prompt is recorded for all of 'small', 'large'"):
        cascade(frame, TWO, "right", accept="sure")


def test_an_empty_sample_number_is_named() -> None:
    frame = runs(0, TWO, 8).astype({"sample": "Int64"})
    frame.loc[3, "sample"] = None

    with pytest.raises(InputError, match="column 'sample' is empty in row 3"):
        cascade(frame, TWO, "right", accept="sure")


def test_hostile_names_and_duplicate_labels_are_taken_and_the_frame_is_not_changed() -> None:
    frame = runs(0, TWO, 8).astype({"profile": object}).rename(columns={"sure": "$x_$", "right": "_right $"})
    frame["profile"] = pd.Categorical(frame["profile"].map({"small": "_$\udfff", "large": 7}))
    frame.index = pd.Index([0] * 16)
    before = frame.copy()

    table = cascade(frame, ["_$\udfff", "7"], "_right $", accept="$x_$")

    assert table["profile"].tolist()[1:3] == ["_$\udfff", "7"]
    pd.testing.assert_frame_equal(frame, before)
