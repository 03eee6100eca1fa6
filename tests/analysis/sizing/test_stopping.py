"""Looking early, and often."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.sizing.stopping import half_width, stop_rule
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
GSM8K = DATA / "gsm8k_mixtral_gpt4.csv"
COLUMNS = [
    *("profile_a", "profile_b", "score", "t", "n_missing", "missing", "difference", "half_width", "low", "high"),
    *("verdict", "first_crossing", "items_saved", "cost_saved_usd", "note"),
]


def versus(a: Any, b: Any, cost_usd: float | None = 0.5) -> pd.DataFrame:
    """Return a frame of two profiles, a and b, with a score for each prompt."""
    scores = np.concatenate([np.asarray(a, dtype=float), np.asarray(b, dtype=float)])
    items = np.tile(np.arange(len(a)), 2)
    names = np.repeat(["a", "b"], len(a))
    return pd.DataFrame({"profile": names, "prompt_id": items, "right": scores, "cost_usd": cost_usd})


def test_the_published_half_widths() -> None:
    assert half_width([100, 500], 0.5).tolist() == pytest.approx([0.1828197, 0.0683369], abs=5e-8)


def test_half_width_is_narrowest_where_the_docstring_says() -> None:
    for r in (0.1, 0.3):
        t = 8 / r**2
        others = half_width(t, 1.0, r=np.linspace(r / 3, r * 3, 201))  # type: ignore[arg-type] # an array of them
        assert half_width(t, 1.0, r=r) == pytest.approx(others.min(), rel=2e-3)


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_a_hopeless_model_is_ended_early_on_real_data() -> None:
    answers = pd.read_csv(GSM8K)
    frame = versus(answers.iloc[:, 1], answers.iloc[:, 2])

    looks = stop_rule(frame, "right", every=25)

    first = looks[looks["first_crossing"]].iloc[0]
    assert (first["t"], first["verdict"], first["items_saved"], first["cost_saved_usd"]) == (
        100,
        "b better",
        1219,
        1219,
    )
    assert looks["difference"].iloc[-1] == pytest.approx(0.6383623958 - 0.8567096285, abs=1e-9)
    assert looks["t"].iloc[-1] == 1319


@pytest.mark.parametrize("seed", range(3))
def test_running_means_and_deviations_agree_with_pandas_expanding_windows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=60), rng.normal(size=60)

    looks = stop_rule(versus(a, b), "right")

    windows = pd.Series(a - b).expanding()
    assert looks["difference"].to_numpy(dtype=float) == pytest.approx(windows.mean().to_numpy())
    expected = half_width(np.arange(2, 61), windows.std().to_numpy()[1:])
    assert looks["half_width"].to_numpy(dtype=float, na_value=np.nan)[1:] == pytest.approx(expected)
    assert looks["half_width"].isna().tolist() == [True] + [False] * 59


@pytest.mark.parametrize("seed", range(3))
def test_the_last_look_in_clusters_has_the_clustered_error(seed: int) -> None:
    from distilkit.analysis.item_means import clustered_se

    rng = np.random.default_rng(seed)
    frame = versus(rng.integers(0, 2, 90), rng.integers(0, 2, 90))
    frame["doc"] = np.tile(rng.integers(0, 30, 90), 2)

    last = stop_rule(frame, "right", cluster="doc").iloc[-1]

    gaps = frame["right"].to_numpy()[:90] - frame["right"].to_numpy()[90:]
    docs = frame["doc"].to_numpy()[:90]
    count = len(np.unique(docs))
    assert last["t"] == 90
    assert last["half_width"] == pytest.approx(half_width(count, clustered_se(gaps, docs) * np.sqrt(count)))


def test_looking_every_25_rejects_equals_in_30_of_100_studies_and_the_sequence_in_2() -> None:
    studies, n = 2_000, 1_000
    gaps = np.random.default_rng(7).choice([-1.0, 0.0, 1.0], p=[0.15, 0.7, 0.15], size=(studies, n)).astype(np.float32)
    t = np.arange(25, n + 1, 25)
    means = gaps.cumsum(axis=1)[:, t - 1] / t
    deviations = np.sqrt((np.square(gaps).cumsum(axis=1)[:, t - 1] - t * means**2) / (t - 1))

    naive = (np.abs(means) > 1.96 * deviations / np.sqrt(t)).any(axis=1).mean()
    ours = ((np.abs(means) > half_width(t, deviations)) & (t >= 30)).any(axis=1).mean()

    assert 0.25 < naive < 0.36
    assert ours < 0.03


def test_a_close_model_is_not_decided_and_the_table_says_so() -> None:
    rng = np.random.default_rng(1)
    truth = rng.random(300)

    looks = stop_rule(versus(truth < 0.70, truth < 0.68), "right", every=100)

    assert looks["verdict"].unique().tolist() == ["go on"]
    assert not looks["first_crossing"].any()
    assert looks[["items_saved", "cost_saved_usd"]].to_numpy().tolist() == [[0, 0.0]] * 3
    assert looks["note"].iloc[-1].startswith("not decided: a difference under ")


def test_the_first_crossing_is_one_look_and_savings_count_from_there() -> None:
    looks = stop_rule(versus([1] * 100, [0, 1] * 50, cost_usd=0.25), "right", every=20)

    assert looks["t"].tolist() == [20, 40, 60, 80, 100]
    crossed = looks["first_crossing"].tolist().index(True)
    assert looks["first_crossing"].sum() == 1
    left = 100 - looks["t"][crossed]
    assert looks["items_saved"].tolist() == [0] * crossed + [left] * (5 - crossed)
    assert looks["cost_saved_usd"].iloc[-1] == left * 0.5


def test_who_has_stopped_stays_stopped_though_a_later_look_would_go_on() -> None:
    looks = stop_rule(versus([1] * 40 + [0] * 60, [0] * 40 + [1] * 60), "right", every=20)

    assert looks["verdict"].tolist() == ["go on", "a better", "go on", "go on", "go on"]
    assert looks["first_crossing"].tolist() == [False, True, False, False, False]
    assert looks["items_saved"].tolist() == [0, 60, 60, 60, 60]


def test_no_verdict_before_30_prompts_though_every_difference_is_the_same() -> None:
    looks = stop_rule(versus([1] * 40, [0] * 40), "right")

    assert looks["verdict"].tolist() == ["go on"] * 29 + ["a better"] * 11
    assert looks["note"][28] == "under 30 prompts, no verdict yet"


def test_equal_answers_never_stop() -> None:
    looks = stop_rule(versus([1, 0] * 50, [1, 0] * 50), "right", every=50)

    assert looks["verdict"].tolist() == ["go on", "go on"]
    assert looks["half_width"].tolist() == [0.0, 0.0]


def test_a_margin_asks_for_more() -> None:
    frame = versus([1] * 200, [0, 1] * 100)
    end = stop_rule(frame, "right", every=200).iloc[-1]

    assert stop_rule(frame, "right", every=200, margin=end["low"] - 0.01)["verdict"].iloc[-1] == "a better"
    assert stop_rule(frame, "right", every=200, margin=end["low"] + 0.01)["verdict"].iloc[-1] == "go on"


def test_the_other_way_round_is_the_mirror_image() -> None:
    frame = versus([1] * 100, [0, 1] * 50)

    forth, back = (stop_rule(frame, "right", profiles=names, every=50) for names in (["a", "b"], ["b", "a"]))

    assert back["difference"].tolist() == (-forth["difference"]).tolist()
    assert back["low"].tolist() == (-forth["high"]).tolist()
    assert (forth["verdict"].iloc[-1], back["verdict"].iloc[-1]) == ("a better", "b better")


def test_a_cluster_is_looked_at_when_its_last_prompt_was_asked() -> None:
    frame = versus([1, 0, 0, 1], [0, 0, 0, 1])
    frame["doc"] = ["x", "y", "y", "x"] * 2

    looks = stop_rule(frame, "right", cluster="doc")

    assert looks["t"].tolist() == [2, 4]
    assert looks["difference"].tolist() == [0.0, 0.25]
    assert looks["note"][0] == "under 20 clusters, no verdict yet"


def test_an_unknown_cost_after_the_stop_makes_the_saving_unknown() -> None:
    late, early = versus([1] * 60, [0] * 60), versus([1] * 60, [0] * 60)
    late.loc[59, "cost_usd"] = None
    early.loc[5, "cost_usd"] = None

    assert stop_rule(late, "right", every=30)["cost_saved_usd"].isna().all()
    assert stop_rule(early, "right", every=30)["cost_saved_usd"].tolist() == [30.0, 30.0]


def test_samples_of_a_prompt_are_one_observation_and_all_of_them_are_saved() -> None:
    frame = versus([1] * 60, [0] * 60)

    looks = stop_rule(pd.concat([frame, frame]), "right", every=30)

    assert looks["t"].tolist() == [30, 60]
    assert looks["cost_saved_usd"].tolist() == [60.0, 60.0]


def test_prompts_without_both_scores_are_left_out_or_score_0(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(3) for name in ("a", "b")]
    rows[3] |= {"error_kind": "timeout"}
    frame = frame_of(rows, right=[True, True, True, None, True, True])

    dropped, failed = stop_rule(frame).iloc[-1], stop_rule(frame, missing="fail").iloc[-1]

    assert (dropped["t"], dropped["n_missing"], dropped["difference"]) == (2, 1, 0.0)
    assert (failed["t"], failed["n_missing"], failed["difference"]) == (3, 1, pytest.approx(1 / 3))


def test_one_prompt_has_no_interval_but_all_columns() -> None:
    looks = stop_rule(versus([1], [0]), "right")

    assert looks.columns.tolist() == COLUMNS
    assert set(looks.dtypes.map(str)) == {"string", "Int64", "Float64", "boolean"}
    assert looks["low"][0] is pd.NA


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"r": 0}, "r="),
        ({"r": float("nan")}, "r="),
        ({"alpha": 1}, "alpha="),
        ({"every": 0}, "every="),
        ({"every": 2.5}, "every="),
        ({"margin": -0.1}, "margin="),
        ({"profiles": ["a"]}, "two different names"),
        ({"profiles": "ab"}, "list of names"),
        ({"profiles": ["a", "c"]}, "no profile 'c'"),
        ({"profiles": ["a", "b", "c"]}, "no profile 'c'"),
        ({"cluster": "doc"}, "no column 'doc'"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        stop_rule(versus([1, 0], [0, 1]), "right", **wrong)


def test_three_profiles_need_two_named() -> None:
    frame = pd.concat([versus([1], [0]), versus([1], [0]).assign(profile=["c", "d"])])

    with pytest.raises(InputError, match="the two to compare, of: 'a', 'b', 'c', 'd'"):
        stop_rule(frame, "right")


def test_profiles_that_share_no_prompt_are_refused() -> None:
    frame = versus([1, None], [None, 1])

    with pytest.raises(InputError, match="no prompt has a score for both 'a' and 'b'"):
        stop_rule(frame, "right")


def test_hostile_names_and_duplicate_labels_are_taken_and_the_frame_is_not_changed() -> None:
    frame = versus([1, 0, 1], [0, 0, 1]).astype({"profile": object})
    frame["profile"] = pd.Categorical(frame["profile"].map({"a": "_$\udfff", "b": 7}))
    frame.index = pd.Index([0] * 6)
    before = frame.copy()

    looks = stop_rule(frame, "right")

    assert looks[["profile_a", "profile_b"]].to_numpy()[0].tolist() == ["_$\udfff", "7"]
    pd.testing.assert_frame_equal(frame, before)
