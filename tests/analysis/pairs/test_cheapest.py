"""The cheapest that is good enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from distilkit.analysis.pairs.cheapest import cheapest
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
RUNS = DATA / "aatm_slice.csv.gz"
COLUMNS = [
    *("profile", "score", "n", "n_missing", "missing", "quality", "cost_per_item_usd"),
    *("difference", "se", "low", "high", "margin", "p", "p_holm", "verdict", "cost_ratio", "note"),
]
Z = float(stats.norm.ppf(0.95))


def frame_of_sides(dollars: dict[str, float | None] | None = None, **sides: Any) -> pd.DataFrame:
    """Scores by profile, one a prompt, and what each prompt cost that profile."""
    rows = [
        (name, item, score, (dollars or {}).get(name, 1.0))
        for name, side in sides.items()
        for item, score in enumerate(side)
    ]
    return pd.DataFrame(rows, columns=["profile", "prompt_id", "right", "cost_usd"])


def verdicts(found: pd.DataFrame) -> dict[str, str]:
    return dict(zip(found["profile"], found["verdict"], strict=True))


def graded(seed: int, *shifts: float, n: int = 200) -> pd.DataFrame:
    """A reference `ref` and candidates c0, c1, … that are worse by so much."""
    draws = np.random.default_rng(seed)
    hard = draws.normal(size=n)
    sides = {f"c{at}": hard - shift + draws.normal(0, 0.3, n) for at, shift in enumerate(shifts)}
    return frame_of_sides(**sides, ref=hard)


def test_one_row_a_profile_the_cheapest_first() -> None:
    frame = frame_of_sides({"dear": 3.0, "cheap": 1.0, "middle": 2.0}, dear=[1, 0], cheap=[1, 1], middle=[0, 0])

    found = cheapest(frame, "right", reference="dear")

    assert found.columns.tolist() == COLUMNS
    assert found["profile"].tolist() == ["cheap", "middle", "dear"]
    assert found["cost_ratio"].tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert set(found.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_clear_cases_are_accepted_and_rejected_and_the_rest_is_open() -> None:
    found = cheapest(graded(0, 0.0, 0.5, 0.05), "right", reference="ref", margin=0.1)

    assert verdicts(found) == {"c0": "accept", "c1": "reject", "c2": "inconclusive", "ref": "reference"}


@pytest.mark.parametrize("seed", range(5))
def test_the_verdict_on_one_candidate_is_the_formula(seed: int) -> None:
    frame = graded(seed, 0.07)
    gaps = (frame["right"][:200].to_numpy() - frame["right"][200:].to_numpy()).astype(float)
    error = gaps.std(ddof=1) / np.sqrt(200)

    row = cheapest(frame, "right", reference="ref", margin=0.1).iloc[0]

    assert row[["difference", "se"]].tolist() == pytest.approx([gaps.mean(), error])
    assert row[["low", "high"]].tolist() == pytest.approx([gaps.mean() - Z * error, gaps.mean() + Z * error])
    assert (row["verdict"] == "accept") == (row["low"] > -0.1)
    assert row["p"] == row["p_holm"]


@pytest.mark.parametrize("seed", range(3))
def test_p_agrees_with_statsmodels_one_sided_z_test(seed: int) -> None:
    from statsmodels.stats.weightstats import ztest

    frame = graded(seed, 0.07)
    gaps = (frame["right"][:200].to_numpy() - frame["right"][200:].to_numpy()).astype(float)

    row = cheapest(frame, "right", reference="ref", margin=0.1).iloc[0]

    assert row["p"] == pytest.approx(ztest(gaps, value=-0.1, alternative="larger")[1])


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_on_several_agree_with_statsmodels_holm(seed: int) -> None:
    from statsmodels.stats.multitest import multipletests

    found = cheapest(graded(seed, 0.05, 0.055, 0.06, 0.12, 0.2), "right", reference="ref", margin=0.1)
    rows = found[found["verdict"] != "reference"]
    z = ((rows["difference"] + 0.1) / rows["se"]).to_numpy(dtype=float)

    accept, adjusted, *_ = multipletests(stats.norm.sf(z), 0.05, "holm")
    reject, *_ = multipletests(stats.norm.cdf(z), 0.05, "holm")

    assert rows["p_holm"].tolist() == pytest.approx(adjusted)
    assert ((rows["verdict"] == "accept") == accept).all()
    assert ((rows["verdict"] == "reject") == reject).all()


def test_what_only_holm_prevents_is_said() -> None:
    """z = 1.8 is enough for one candidate and not for the first of six."""
    spread = np.tile([1.0, -1.0], 50)
    error = spread.std(ddof=1) / 10
    sides = {"c0": spread - 1 + 1.8 * error, **{f"c{at}": spread - 1 for at in range(1, 6)}, "ref": np.zeros(100)}

    alone = cheapest(frame_of_sides(c0=sides["c0"], ref=sides["ref"]), "right", reference="ref", margin=1)
    among = cheapest(frame_of_sides(**sides), "right", reference="ref", margin=1)

    assert (alone["verdict"][0], alone["note"][0]) == ("accept", pd.NA)
    assert (among["verdict"][0], among["p"][0]) == ("inconclusive", pytest.approx(alone["p"][0]))
    assert among["note"][0] == "alone it would be accepted, among 6 candidates (Holm) it is not"


def test_one_in_twenty_that_is_worse_by_the_margin_has_a_p_under_a_twentieth() -> None:
    found = cheapest(graded(1, *[0.1] * 400), "right", reference="ref", margin=0.1)

    assert 0.03 < (found["p"].dropna() < 0.05).mean() < 0.07
    assert "accept" not in verdicts(found).values()


def test_no_significant_difference_is_not_good_enough() -> None:
    draws = np.random.default_rng(2)
    frame = frame_of_sides(a=draws.integers(0, 2, 20), b=draws.integers(0, 2, 20))

    assert (
        cheapest(frame, "right", reference="b", margin=0.03).set_index("profile").loc["a", "verdict"] == "inconclusive"
    )


def test_without_a_reference_it_is_the_best_and_that_is_said() -> None:
    found = cheapest(frame_of_sides(a=[1, 0, 0], b=[1, 1, 0], c=[0, 0, 0]), "right")

    own = found[found["profile"] == "b"].iloc[0]
    assert own["verdict"] == "reference"
    assert own["note"] == "reference: the best mean, chosen on these same answers"
    assert own[["difference", "se", "low", "high", "p", "p_holm"]].isna().all()
    assert own[["quality", "cost_ratio", "margin"]].tolist() == pytest.approx([2 / 3, 1.0, 0.03])


def test_of_equals_the_cheaper_is_the_reference() -> None:
    frame = frame_of_sides({"a": 2.0, "b": 1.0, "c": None}, a=[1, 0], b=[0, 1], c=[1, 0])

    assert verdicts(cheapest(frame, "right"))["b"] == "reference"


def test_the_best_of_a_few_prompts_is_not_the_reference() -> None:
    frame = frame_of_sides(lucky=[1, None, None, None, None], steady=[1, 1, 1, 0, 1])

    assert verdicts(cheapest(frame, "right"))["steady"] == "reference"


def test_a_profile_alone_is_its_own_reference_and_says_so() -> None:
    row = cheapest(frame_of_sides(a=[1, 0]), "right", reference="a").iloc[0]

    assert (row["verdict"], row["note"]) == ("reference", "there is no other profile to compare it with")


@pytest.mark.parametrize(("margin", "verdict"), [(0.03, "accept"), (0.0, "inconclusive")])
def test_identical_answers_are_judged_by_the_difference_alone_and_noted(margin: float, verdict: str) -> None:
    sides = [1, 0] * 100

    row = cheapest(frame_of_sides(a=sides, b=sides), "right", reference="b", margin=margin).iloc[0]

    assert (row["verdict"], row["se"]) == (verdict, 0.0)
    assert row["note"] == "the two score the same on every prompt"


def test_a_constant_difference_is_judged_by_the_difference_alone_and_noted() -> None:
    frame = frame_of_sides(a=[0.5] * 40, b=[0.75] * 40, c=[0.625] * 40)

    found = cheapest(frame, "right", reference="b", margin=0.2).set_index("profile")

    assert found.loc[["a", "c"], "verdict"].tolist() == ["reject", "accept"]
    assert found.loc["a", "note"] == "the difference is the same on every prompt"


def test_a_few_identical_verdicts_are_not_enough_to_be_accepted() -> None:
    """With 40 prompts a model that fails on 6 % of them may have shown no failure yet."""
    row = cheapest(frame_of_sides(a=[1] * 40, b=[1] * 40), "right", reference="b").iloc[0]

    assert row["verdict"] == "inconclusive"
    assert "only 0 of 40 prompts differ, too few for p: Tango's score test does not agree" in row["note"]


def test_enough_identical_verdicts_are_accepted() -> None:
    row = cheapest(frame_of_sides(a=[1] * 200, b=[1] * 200), "right", reference="b").iloc[0]

    assert (row["verdict"], row["note"]) == ("accept", "the two score the same on every prompt")


def test_several_samples_of_a_few_prompts_are_not_enough_either() -> None:
    frame = frame_of_sides(a=[1] * 40, b=[1] * 40)

    row = cheapest(pd.concat([frame] * 3), "right", reference="b").iloc[0]

    assert (row["verdict"], "Tango's score test does not agree" in row["note"]) == ("inconclusive", True)


def test_under_30_prompts_the_verdict_is_said_to_be_rough() -> None:
    notes = [
        cheapest(frame_of_sides(a=[1, 0, 0.5] * n, b=[0, 1, 0.5] * n), "right", reference="b")["note"][0]
        for n in (9, 10)
    ]

    assert notes == ["under 30 items, the verdict is rough", pd.NA]


def test_one_prompt_is_never_enough() -> None:
    row = cheapest(frame_of_sides(a=[1.0], b=[0.0]), "right", reference="b").iloc[0]

    assert (row["verdict"], row["difference"], row["p"]) == ("inconclusive", 1.0, pd.NA)


def test_no_shared_prompt_is_inconclusive_and_not_counted_by_holm() -> None:
    frame = frame_of_sides(a=[1, None, None, None], b=[None, 1, 0, 1], c=[None, 1, 0.5, 1])

    found = cheapest(frame, "right", reference="b").set_index("profile")

    assert found.loc["a", "verdict"] == "inconclusive"
    assert found.loc["a", "note"] == "no prompt is scored for both a and b"
    assert found.loc["c", "p"] == found.loc["c", "p_holm"]


def test_unknown_costs_come_last_with_a_note() -> None:
    frame = frame_of_sides({"a": None, "b": 2.0, "c": 1.0}, a=[1] * 40, b=[1] * 40, c=[0] * 40)

    found = cheapest(frame, "right", reference="b")

    assert found["profile"].tolist() == ["c", "b", "a"]
    assert found.iloc[2][["cost_per_item_usd", "cost_ratio"]].isna().all()
    assert "cost unknown: a on 40 of 40 prompts" in found["note"][2]


def test_a_reference_of_unknown_cost_says_so() -> None:
    found = cheapest(frame_of_sides({"b": None}, a=[1] * 40, b=[1] * 40), "right", reference="b")

    assert found["profile"].tolist() == ["a", "b"]
    assert (found["note"][1], found["cost_ratio"][1]) == ("cost unknown", pd.NA)


def test_a_free_reference_has_no_ratio() -> None:
    found = cheapest(frame_of_sides({"a": 0.0, "b": 0.0}, a=[1] * 40, b=[1] * 40), "right", reference="b")

    assert found["cost_per_item_usd"].tolist() == [0.0, 0.0]
    assert found["cost_ratio"].isna().all()


def test_missing_answers_are_left_out_or_scored_zero() -> None:
    frame = frame_of_sides(a=[1, 1, None, 1], b=[1, 0, 1, 1])

    drop, fail = (cheapest(frame, "right", reference="b", missing=how).iloc[0] for how in ("drop", "fail"))

    assert (drop["n"], drop["n_missing"], drop["difference"]) == (3, 1, pytest.approx(1 / 3))
    assert (fail["n"], fail["n_missing"], fail["difference"], fail["missing"]) == (4, 1, 0.0, "fail")


def test_clusters_widen_the_error() -> None:
    frame = graded(3, 0.05).assign(document=lambda rows: rows["prompt_id"] // 5)
    rows = frame["profile"] == "c0"
    frame.loc[rows, "right"] += np.repeat(np.random.default_rng(4).normal(0, 0.3, 40), 5)

    plain, clustered = (cheapest(frame, "right", reference="ref", cluster=name).iloc[0] for name in (None, "document"))

    assert clustered["difference"] == plain["difference"]
    assert clustered["se"] > 1.3 * plain["se"]


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_find_who_can_stand_in_for_the_best() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"task": "prompt_id", "cost": "cost_usd"})
    runs["profile"] = runs["strategy"] + " " + runs["model"]

    found = cheapest(runs, "solved", margin=0.03)

    assert found["cost_per_item_usd"].is_monotonic_increasing
    assert found["verdict"].tolist() == ["reject", "reject", "inconclusive", "reference", "accept"]
    assert found["profile"][3].startswith("simple_incr_temp")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.3))
def test_verdicts_never_contradict_the_bounds(seed: int, margin: float) -> None:
    draws = np.random.default_rng(seed)
    frame = frame_of_sides(**{name: draws.integers(0, 2, 40) for name in "abcd"})

    found = cheapest(frame, "right", margin=margin)

    accepted, rejected = found[found["verdict"] == "accept"], found[found["verdict"] == "reject"]
    assert (accepted["low"] >= -margin).all()
    assert (rejected["high"] <= -margin).all()
    assert (found["verdict"] == "reference").sum() == 1


def test_a_frame_as_compare_returns_it(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for name in ("small", "large") for i in range(100)]
    frame = frame_of(rows, good=[True] * 200)
    before = frame.copy()

    found = cheapest(frame)

    assert found["verdict"].tolist() == ["reference", "accept"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"score": "godo"}, "no column 'godo'"),
        ({"reference": "c"}, "reference=: no profile 'c' in the frame; there are: 'a', 'b'"),
        ({"margin": -0.1}, "margin= must be a number of at least 0"),
        ({"margin": float("nan")}, "margin="),
        ({"margin": "3%"}, "margin="),
        ({"alpha": 0.5}, "alpha= must lie between 0 and 0.5"),
        ({"alpha": 0}, "alpha="),
        ({"missing": "zero"}, "missing="),
        ({"cluster": "document"}, "no column 'document'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        cheapest(frame_of_sides(a=[1, 0], b=[1, 1]), **{"score": "right", **arguments})


def test_without_any_score_there_is_no_best() -> None:
    with pytest.raises(InputError, match="no answer has the score 'right'"):
        cheapest(frame_of_sides(a=[None, None], b=[None, None]), "right")
