"""One of two models for each prompt, chosen before asking."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.analysis.replays.route import SHARES, route
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
GSM8K = DATA / "gsm8k_mixtral_gpt4.csv"
COLUMNS = [
    *("policy", "score", "share_strong", "threshold", "n", "n_missing", "missing"),
    *("quality", "quality_low", "quality_high", "cost_per_item_usd", "cost_low_usd", "cost_high_usd"),
    *("pgr", "upper_bound", "note"),
]
PAIR = ["weak", "strong"]


def pair_of(weak: Any, strong: Any, **columns: Any) -> pd.DataFrame:
    """Return a frame of two models, with a score for each prompt and columns of the prompts."""
    n = len(weak)
    frame = pd.DataFrame({"profile": np.repeat(PAIR, n), "prompt_id": np.tile(np.arange(n), 2)})
    frame["right"] = np.concatenate([np.asarray(weak, dtype=float), np.asarray(strong, dtype=float)])
    frame["cost_usd"] = np.repeat([1.0, 10.0], n)
    return frame.assign(**{name: np.tile(np.asarray(values), 2) for name, values in columns.items()})


def random_pair(seed: int, n: int = 80) -> pd.DataFrame:
    """Return a pair in which longer prompts are harder, for the weak model above all."""
    rng = np.random.default_rng(seed)
    length = rng.integers(10, 200, n)
    frame = pair_of(rng.random(n) > length / 220, rng.random(n) > length / 800, length=length)
    frame["cost_usd"] *= rng.lognormal(size=2 * n)
    return frame


def rows_of(table: pd.DataFrame, policy: str) -> pd.DataFrame:
    return table[table["policy"] == policy].reset_index(drop=True)


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_the_oracles_curve_on_real_answers() -> None:
    answers = pd.read_csv(GSM8K)
    frame = pair_of(answers.iloc[:, 1], answers.iloc[:, 2])

    oracle = rows_of(route(frame, PAIR, "right", shares=[0, 0.1, 0.2, 0.3, 1]), "oracle")

    assert (100 * oracle["quality"]).tolist() == pytest.approx([63.836, 73.836, 83.836, 92.873, 85.671], abs=5e-4)
    assert oracle["n"].tolist() == [1319] * 5


def test_without_a_number_there_are_random_and_oracle_at_every_tenth() -> None:
    table = route(random_pair(0), PAIR, "right")

    assert table["policy"].tolist() == ["random"] * 11 + ["oracle"] * 11
    assert table["share_strong"].tolist() == [*SHARES, *SHARES]


@pytest.mark.parametrize("seed", range(5))
def test_the_oracle_is_the_best_of_every_choice_of_prompts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weak, strong = rng.integers(0, 2, 10), rng.integers(0, 2, 10)

    oracle = rows_of(route(pair_of(weak, strong), PAIR, "right", shares=[0.3, 0.6]), "oracle")

    for share, quality in oracle[["share_strong", "quality"]].to_numpy():
        choices = combinations(range(10), round(10 * share))
        best = max(np.where(np.isin(range(10), sent), strong, weak).mean() for sent in choices)
        assert quality == pytest.approx(best)


@pytest.mark.parametrize("seed", range(5))
def test_random_is_the_mean_over_every_choice_of_prompts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weak, strong = rng.normal(size=8), rng.normal(size=8)

    row = rows_of(route(pair_of(weak, strong), PAIR, "right", shares=[0.25]), "random").iloc[0]

    choices = combinations(range(8), 2)
    assert row["quality"] == pytest.approx(
        np.mean([np.where(np.isin(range(8), sent), strong, weak).mean() for sent in choices])
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_router_agrees_with_sorting_by_its_number(seed: int) -> None:
    frame = random_pair(seed)
    frame["length"] = frame["prompt_id"].map(np.random.default_rng(seed).permutation(80).__getitem__)
    wide = frame.pivot_table(index="length", columns="profile", values=["right", "cost_usd"]).sort_index(
        ascending=False
    )

    router = rows_of(route(frame, PAIR, "right", by="length", shares=[0.25, 0.75]), "router")

    for row, sent in zip(router.itertuples(), (20, 60), strict=True):
        for name, value in (("right", row.quality), ("cost_usd", row.cost_per_item_usd)):
            expected = wide[name, "strong"].iloc[:sent].sum() + wide[name, "weak"].iloc[sent:].sum()
            assert value == pytest.approx(expected / 80)
        assert row.threshold == 80 - sent


def test_prompts_with_equal_numbers_have_equal_chances() -> None:
    frame = pair_of([0, 0, 0, 1], [1, 0, 0, 1], length=[5, 5, 5, 1])

    router = rows_of(route(frame, PAIR, "right", by="length", shares=[0.25, 0.5]), "router")

    assert router["quality"].tolist() == pytest.approx([1 / 4 + 1 / 12, 1 / 4 + 1 / 6])
    assert router["threshold"].tolist() == [5.0, 5.0]


def test_the_oracle_sends_harmful_prompts_last_and_of_equals_the_cheapest_first() -> None:
    frame = pair_of([0, 1, 1, 1], [1, 1, 1, 0])
    frame.loc[frame["profile"] == "strong", "cost_usd"] = [8.0, 5.0, 3.0, 2.0]

    oracle = rows_of(route(frame, PAIR, "right", shares=[0, 0.25, 0.5, 0.75, 1]), "oracle")

    assert oracle["quality"].tolist() == [0.75, 1.0, 1.0, 1.0, 0.75]
    assert (4 * oracle["cost_per_item_usd"]).tolist() == [4.0, 11.0, 13.0, 17.0, 18.0]
    assert oracle["upper_bound"].tolist() == [False, True, True, True, False]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=1, max_size=12), st.floats(0, 1))
def test_no_router_beats_the_oracle_and_all_meet_the_share(items: list[tuple[bool, bool, int]], share: float) -> None:
    weak, strong, length = zip(*items, strict=True)

    table = route(pair_of(weak, strong, length=length), PAIR, "right", by="length", shares=[share])

    router, random, oracle = table["quality"]
    assert max(router, random) <= oracle + 1e-9
    assert table["cost_per_item_usd"].tolist() == pytest.approx([1 + 9 * share] * 3)


def test_pgr_is_the_share_of_the_gap_and_unknown_where_there_is_none() -> None:
    better, equal = pair_of([0, 0, 1, 0], [1, 1, 1, 0]), pair_of([0, 1], [1, 0])

    assert rows_of(route(better, PAIR, "right", shares=[0.5]), "random")["pgr"][0] == pytest.approx(0.5)
    assert route(equal, PAIR, "right")["pgr"].isna().all()


@pytest.mark.parametrize("seed", range(3))
def test_the_threshold_is_the_cheapest_of_all_on_the_prompts_it_is_chosen_on(seed: int) -> None:
    from distilkit.analysis.replays.policies import split

    frame = random_pair(seed, 120)
    wide = frame.pivot_table(index="prompt_id", columns="profile", values=["right", "cost_usd"])
    length = frame.groupby("prompt_id")["length"].first().to_numpy()
    chosen, reported = split(120, None, train=0.5, seed=3)

    table = route(frame, PAIR, "right", by="length", quality=0.7, seed=3)

    def played(threshold: float, part: np.ndarray[Any, Any]) -> tuple[float, float]:
        sent = (length >= threshold)[part]
        values = [
            np.where(sent, wide[name, "strong"][part], wide[name, "weak"][part]) for name in ("right", "cost_usd")
        ]
        return float(values[0].mean()), float(values[1].mean())

    tried = {threshold: played(threshold, chosen) for threshold in [*np.unique(length[chosen]), np.inf]}
    cheapest = min(cost for quality, cost in tried.values() if quality >= 0.7)
    assert tried[table["threshold"][0]][1] == pytest.approx(cheapest)
    assert (table["quality"][0], table["cost_per_item_usd"][0]) == pytest.approx(
        played(table["threshold"][0], reported)
    )
    assert table["n"].tolist() == [60, 60, 60]
    assert len(set(table["share_strong"])) == 1


def test_a_budget_takes_the_best_threshold_within_it() -> None:
    frame = pair_of([0] * 20 + [1] * 20, [1] * 40, length=[9] * 20 + [1] * 20)

    rich = route(frame, PAIR, "right", by="length", budget=7.0).iloc[0]
    poor = route(frame, PAIR, "right", by="length", budget=1.0).iloc[0]

    assert (rich["threshold"], rich["quality"]) == (9.0, 1.0)
    assert poor["threshold"] is pd.NA
    assert poor["share_strong"] == 0


def test_an_aim_out_of_reach_is_said_with_the_best_there_is() -> None:
    row = route(random_pair(0), PAIR, "right", by="length", quality=1.5).iloc[0]

    assert "no threshold reaches 1.5 on the prompts it is chosen on; the best is shown" in row["note"]


def test_a_noise_threshold_is_not_flattered_on_the_prompts_it_is_reported_on() -> None:
    """Chosen and reported on the same prompts, the best of many thresholds would look better than chance."""
    gains = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame = pair_of(rng.random(60) < 0.6, rng.random(60) < 0.6, noise=rng.random(60))
        router, random = route(frame, PAIR, "right", by="noise", budget=10.0, seed=seed)["quality"].iloc[:2]
        gains.append(router - random)

    assert abs(np.mean(gains)) < 3 * np.std(gains) / np.sqrt(60)


def test_an_unknown_cost_leaves_quality_and_takes_the_dollars() -> None:
    frame = pair_of([0, 1, 0], [1, 1, 1])
    frame.loc[5, "cost_usd"] = None

    table = route(frame, PAIR, "right", shares=[0, 1])

    assert table["quality"].notna().all()
    assert table["cost_per_item_usd"].isna().tolist() == [False, True, False, True]
    assert "cost unknown" in table["note"][1]


def test_without_costs_a_threshold_is_chosen_by_strong_calls_but_not_by_a_budget() -> None:
    frame = random_pair(0).drop(columns="cost_usd")

    assert route(frame, PAIR, "right", by="length", quality=0.6)["quality"].notna().all()
    with pytest.raises(InputError, match="budget= needs every cost"):
        route(frame, PAIR, "right", by="length", budget=1.0)


def test_missing_answers_are_left_out_or_score_0(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(3) for name in PAIR]
    rows[2] |= {"error_kind": "timeout"}
    frame = frame_of(rows, right=[True, True, None, True, True, True])

    dropped, failed = route(frame, PAIR, shares=[0]).iloc[0], route(frame, PAIR, shares=[0], missing="fail").iloc[0]

    assert (dropped["n"], dropped["n_missing"], dropped["quality"]) == (2, 1, 1.0)
    assert (failed["n"], failed["n_missing"], failed["quality"]) == (3, 1, pytest.approx(2 / 3))


def test_a_prompt_without_the_number_is_left_out() -> None:
    frame = pair_of([0, 1, 1], [1, 1, 1], length=[1.0, np.nan, 2.0])

    assert route(frame, PAIR, "right", by="length")[["n", "n_missing"]].iloc[0].tolist() == [2, 1]


def test_clusters_are_not_torn_by_the_split_and_widen_the_interval() -> None:
    frame = random_pair(1, 120)
    frame["doc"] = frame["prompt_id"] // 6

    with_docs = route(frame, PAIR, "right", by="length", quality=0.6, cluster="doc")

    assert with_docs["n"].tolist() == [60, 60, 60]
    assert "under 20 clusters" in with_docs["note"][0]


def test_columns_are_all_there_and_nullable() -> None:
    table = route(pair_of([0], [1]), PAIR, "right")

    assert table.columns.tolist() == COLUMNS
    assert set(table.dtypes.map(str)) == {"string", "Int64", "Float64", "boolean"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"profiles": ["weak"]}, "at least two different names"),
        ({"profiles": ["weak", "weak"]}, "at least two different names"),
        ({"profiles": "weak"}, "list of names"),
        ({"profiles": ["weak", "large"]}, "no profile 'large' in the frame; there are: 'weak', 'strong'"),
        ({"by": "size"}, "by=: no column 'size'"),
        ({"by": "profile"}, "by=: "),
        ({"by": "right"}, "by=: 'right' differs within prompt 0"),
        ({"shares": []}, "shares="),
        ({"shares": [0.5, 1.5]}, "from 0 to 1, not 1.5"),
        ({"shares": "half"}, "shares="),
        ({"shares": [None]}, "shares="),
        ({"quality": 0.5}, "name it in by="),
        ({"by": "length", "quality": 0.5, "budget": 1}, "give one of them"),
        ({"by": "length", "quality": "good"}, "quality="),
        ({"by": "length", "budget": -1}, "budget="),
        ({"by": "length", "budget": 1}, "3 prompts are too few"),
        ({"train": 1}, "train="),
        ({"confidence": 95}, "confidence="),
        ({"seed": -1}, "seed="),
        ({"missing": "skip"}, "missing="),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], told: str) -> None:
    frame = pair_of([0, 1, 1], [1, 1, 0], length=[1, 2, 3])

    with pytest.raises(InputError, match=told):
        route(frame, wrong.pop("profiles", PAIR), "right", **wrong)


def test_three_profiles_are_too_many_for_a_router() -> None:
    frame = pd.concat([pair_of([0], [1]), pair_of([0], [1]).assign(profile=["x", "y"])])

    with pytest.raises(InputError, match="two names for a router"):
        route(frame, ["weak", "strong", "x"], "right")


def test_hostile_names_and_duplicate_labels_are_taken_and_the_frame_is_not_changed() -> None:
    frame = pair_of([0, 1, 1], [1, 1, 0], **{"$len_": [1, 2, 3]}).astype({"profile": object})
    frame["profile"] = pd.Categorical(frame["profile"].map({"weak": "_$\udfff", "strong": 7}))
    frame.index = pd.Index([0] * 6)
    before = frame.copy()

    table = route(frame, ["_$\udfff", "7"], "right", by="$len_")

    assert len(table) == 33
    pd.testing.assert_frame_equal(frame, before)
