"""One of k tries, and all of k."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.analysis.passing import all_right, pass_at_k
from distilkit.analysis.summary import summarize
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
RUNS = DATA / "aatm_slice.csv.gz"
COLUMNS = [
    *("profile", "score", "k", "n", "n_missing", "missing", "samples"),
    *("pass_at_k", "pass_at_k_se", "pass_at_k_low", "pass_at_k_high"),
    *("pass_hat_k", "pass_hat_k_se", "pass_hat_k_low", "pass_hat_k_high"),
    "note",
]


def samples_of(counts: dict[Any, list[int | None]], profile: str = "small") -> pd.DataFrame:
    """Return a frame with the verdicts of each prompt's samples."""
    rows = [(profile, item, verdict) for item, verdicts in counts.items() for verdict in verdicts]
    # As objects: an Arrow column refuses half surrogate pairs.
    frame = pd.DataFrame(rows, columns=["profile", "prompt_id", "right"], dtype=object)
    return frame.astype({"right": "Float64"})


def test_three_right_of_ten() -> None:
    frame = samples_of({0: [1] * 3 + [0] * 7})

    found = pass_at_k(frame, k=[1, 2, 5, 8])

    assert found["pass_at_k"].tolist() == pytest.approx([0.3, 0.53333333333, 0.91666666667, 1.0], abs=1e-10)
    assert found["pass_hat_k"].tolist() == pytest.approx([0.3, comb(3, 2) / comb(10, 2), 0.0, 0.0], abs=1e-12)


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_five_runs_of_a_published_system() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"model": "profile", "task": "prompt_id", "cost": "cost_usd"})
    runs = runs[(runs["strategy"] == "simple") & (runs["profile"] == "gpt-3.5-turbo-0125")]

    found = pass_at_k(runs, "solved")

    assert found["k"].tolist() == [1, 2, 3, 4, 5]
    assert found["pass_at_k"].tolist() == pytest.approx([0.739024, 0.771341, 0.788415, 0.798780, 0.804878], abs=1e-6)
    assert found["pass_hat_k"].tolist() == pytest.approx([0.739024, 0.706707, 0.691463, 0.682927, 0.676829], abs=1e-6)
    assert found["pass_at_k_se"][0] == pytest.approx(0.0320097457, abs=1e-10)


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_pass_at_1_is_the_score_of_the_summary_with_its_interval() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"model": "profile", "task": "prompt_id", "cost": "cost_usd"})
    runs = runs[runs["strategy"] == "simple"]

    ours, theirs = pass_at_k(runs, "solved", k=1), summarize(runs, "solved")

    for mine, other in (("pass_at_k", "solved"), ("pass_at_k_low", "solved_low"), ("pass_at_k_high", "solved_high")):
        assert ours[mine].tolist() == pytest.approx(theirs[other].tolist())


@pytest.mark.parametrize("seed", range(5))
def test_shares_of_prompts_agree_with_scipys_hypergeometric(seed: int) -> None:
    from scipy.stats import hypergeom

    rng = np.random.default_rng(seed)
    n = rng.integers(6, 40, size=30)
    c = rng.integers(0, n + 1)
    frame = samples_of(
        {i: [1] * right + [0] * (all_ - right) for i, (all_, right) in enumerate(zip(n, c, strict=True))}
    )

    found = pass_at_k(frame, k=[1, 3, 6])

    for k, some, every in found[["k", "pass_at_k", "pass_hat_k"]].to_numpy():
        assert some == pytest.approx(float(np.mean(1 - hypergeom.pmf(0, n, c, k))), rel=1e-10)
        assert every == pytest.approx(float(np.mean(hypergeom.pmf(k, n, c, k))), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_one_prompt_agrees_with_drawing_every_subset(seed: int) -> None:
    verdicts = np.random.default_rng(seed).integers(0, 2, size=8).tolist()

    found = pass_at_k(samples_of({0: verdicts}), k=[3])

    drawn = [[verdicts[place] for place in places] for places in combinations(range(8), 3)]
    assert found["pass_at_k"][0] == pytest.approx(np.mean([any(subset) for subset in drawn]))
    assert found["pass_hat_k"][0] == pytest.approx(np.mean([all(subset) for subset in drawn]))


@given(st.integers(1, 12), st.integers(0, 12), st.integers(1, 12))
def test_counts_are_ratios_of_binomials(n: int, c: int, k: int) -> None:
    c = min(n, c)

    share = all_right([n], [c], max(k, n))[0, k - 1]

    assert np.isnan(share) if k > n else share == pytest.approx(comb(c, k) / comb(n, k), abs=1e-12)


def test_a_hundred_thousand_samples_neither_overflow_nor_lose_digits() -> None:
    exact = 1 - comb(99_000, 100) / comb(100_000, 100)

    assert 1 - all_right([100_000], [99_000], 100)[0, 99] == pytest.approx(exact, rel=1e-10)


def test_without_k_each_profile_goes_to_its_fewest_samples() -> None:
    frame = pd.concat([samples_of({0: [1, 0, 1], 1: [1, 1]}, "a"), samples_of({0: [0], 1: [1]}, "b")])

    found = pass_at_k(frame)

    assert found[["profile", "k", "samples"]].to_numpy().tolist() == [["a", 1, 2], ["a", 2, 2], ["b", 1, 1]]


def test_a_prompt_with_fewer_samples_than_k_is_left_out_and_said() -> None:
    found = pass_at_k(samples_of({0: [1, 0, 1], 1: [1, 1], 2: [0, 0, 0]}), k=3)

    assert (found["n"][0], found["n_missing"][0], found["pass_at_k"][0]) == (2, 1, 0.5)
    assert "1 prompts have fewer samples than k" in found["note"][0]


def test_a_profile_without_enough_samples_is_unknown_beside_one_that_has_them() -> None:
    frame = pd.concat([samples_of({0: [1, 0], 1: [1, 1]}, "a"), samples_of({0: [0], 1: [1]}, "b")])

    row = pass_at_k(frame, k=2).iloc[1]

    assert (row["profile"], row["n"], row["n_missing"]) == ("b", 0, 2)
    assert row["pass_at_k"] is pd.NA
    assert row["note"].endswith("no prompt has enough samples")


def test_k_beyond_every_prompt_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"k=4 is more than any prompt has samples \(3\); ask with samples=4"):
        pass_at_k(samples_of({0: [1, 0, 1]}), k=4)


def test_silent_prompts_do_not_hide_that_k_is_beyond_every_prompt(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {"prompt_id": 1, "error_kind": "timeout"}], right=[True, None])

    with pytest.raises(InputError, match="k=4 is more"):
        pass_at_k(frame, k=4, missing="fail")


@pytest.mark.parametrize("k", [0, -1, 1.5, "2", True, [], [1, None]])
def test_k_that_is_no_number_of_tries_is_refused(k: Any) -> None:
    with pytest.raises(InputError, match="k="):
        pass_at_k(samples_of({0: [1, 0, 1]}), k=k)


def test_grades_are_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"'right' holds other numbers than 0 and 1; make a verdict"):
        pass_at_k(samples_of({0: [1, 2]}))


def test_a_failed_sample_is_left_out_or_counts_as_wrong(frame_of: MakeFrame) -> None:
    failure = {"prompt_id": 0, "error_kind": "timeout"}
    frame = frame_of([{"prompt_id": 0}, {"prompt_id": 0}, failure], right=[True, True, None])

    dropped, failed = pass_at_k(frame), pass_at_k(frame, missing="fail")

    assert dropped[["k", "pass_hat_k", "n_missing"]].to_numpy().tolist() == [[1, 1.0, 0], [2, 1.0, 0]]
    assert failed["pass_hat_k"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert failed["n_missing"].tolist() == [1, 1, 1]


def test_a_prompt_that_never_answered_fails_at_every_k_when_missing_fails(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": 0}, {"prompt_id": 0}, {"prompt_id": 1, "error_kind": "timeout"}]
    frame = frame_of(rows, right=[True, True, None])

    found = pass_at_k(frame, missing="fail")

    assert found[["k", "n", "samples", "n_missing"]].to_numpy().tolist() == [[1, 2, 2, 1], [2, 2, 2, 1]]
    assert found["pass_at_k"].tolist() == [0.5, 0.5]


def test_all_samples_make_one_verdict_a_prompt_with_wilsons_interval() -> None:
    from distilkit.analysis.intervals import wilson

    frame = samples_of({i: [1, 1] if i < 30 else [0, 0] for i in range(40)})

    row = pass_at_k(frame, k=2).iloc[0]

    assert (row["pass_at_k_low"], row["pass_at_k_high"]) == pytest.approx(wilson(30, 40))


@pytest.mark.parametrize("seed", range(3))
def test_clusters_give_the_error_of_statsmodels(seed: int) -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(seed)
    frame = samples_of({i: rng.integers(0, 2, size=4).tolist() for i in range(60)})
    frame["doc"] = frame["prompt_id"] // 3

    row = pass_at_k(frame, k=2, cluster="doc").iloc[0]

    counts = frame.groupby("prompt_id")["right"].sum().to_numpy(dtype=float)
    values = np.array([1 - comb(4 - int(c), 2) / comb(4, 2) for c in counts])
    fit = sm.OLS(values, np.ones(60)).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(60) // 3, "use_correction": False}
    )
    assert row["pass_at_k_se"] == pytest.approx(fit.bse[0] * np.sqrt(20 / 19))


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=6), min_size=2, max_size=8))
def test_more_tries_help_pass_at_k_and_hurt_pass_hat_k(verdicts: list[list[int | None]]) -> None:
    found = pass_at_k(samples_of(dict(enumerate(verdicts))))

    assert (np.diff(found["pass_at_k"].to_numpy(dtype=float)) >= -1e-12).all()
    assert (np.diff(found["pass_hat_k"].to_numpy(dtype=float)) <= 1e-12).all()
    for name in ("pass_at_k", "pass_hat_k"):
        assert (found[f"{name}_low"] <= found[name] + 1e-12).all()
        assert (found[f"{name}_high"] >= found[name] - 1e-12).all()


def test_columns_are_always_all_there_and_nullable(frame_of: MakeFrame) -> None:
    found = pass_at_k(frame_of([{}], right=[None]))

    assert found.columns.tolist() == COLUMNS
    assert set(found.dtypes.map(str)) == {"string", "Int64", "Float64"}
    assert found["pass_at_k"].isna().all()


def test_hostile_names_and_rows_are_taken_and_the_frame_is_not_changed() -> None:
    frame = samples_of({"\ud800": [1, 0], "$x_$": [1, 1], 3: [0, None]}, "_$\udfff")
    frame["profile"] = pd.Categorical(frame["profile"])
    frame.index = pd.Index([7] * len(frame))
    before = frame.copy()

    found = pass_at_k(frame, k=2)

    assert found[["profile", "n", "pass_at_k"]].to_numpy().tolist() == [["_$\udfff", 2, 1.0]]
    pd.testing.assert_frame_equal(frame, before)


def test_few_prompts_are_noted_and_many_are_not() -> None:
    many = samples_of({i: [1, 0] for i in range(30)})

    assert pass_at_k(many)["note"].isna().all()
    assert "under 30 items" in pass_at_k(many[many["prompt_id"] < 29])["note"][0]
