"""Two profiles at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.pairs.exact_tests import mcnemar
from distilkit.analysis.pairs.paired import pairwise
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
GSM8K = DATA / "gsm8k_mixtral_gpt4.csv"
RUNS = DATA / "aatm_slice.csv.gz"
COLUMNS = [
    *("profile_a", "profile_b", "score", "n", "n_missing", "missing", "quality_a", "quality_b"),
    *("difference", "se", "low", "high", "interval", "test", "p", "p_holm", "pairing_gain"),
    *("cost_a_usd", "cost_b_usd", "cost_ratio", "cost_ratio_low", "cost_ratio_high", "price_reversal", "note"),
]


def frame_of_sides(**sides: Any) -> pd.DataFrame:
    """Scores by profile, one a prompt; dollars 1 cent each."""
    rows = [(name, item, score) for name, scores in sides.items() for item, score in enumerate(scores)]
    return pd.DataFrame(rows, columns=["profile", "prompt_id", "right"]).assign(cost_usd=0.01)


def table(first: int, second: int, *, both: int = 0, neither: int = 0) -> pd.DataFrame:
    """Two profiles with as many prompts as only one, both and neither got right."""
    a = [1] * first + [0] * second + [1] * both + [0] * neither
    b = [0] * first + [1] * second + [1] * both + [0] * neither
    return frame_of_sides(a=a, b=b)


def test_every_pair_in_order_of_appearance() -> None:
    found = pairwise(frame_of_sides(zebra=[1, 0], ant=[0, 1], cow=[1, 1]), "right")

    assert found.columns.tolist() == COLUMNS
    assert found[["profile_a", "profile_b"]].to_numpy().tolist() == [
        ["zebra", "ant"],
        ["zebra", "cow"],
        ["ant", "cow"],
    ]
    assert set(found.dtypes.map(str)) == {"string", "Int64", "Float64", "boolean"}


def test_with_a_reference_each_other_is_compared_with_it() -> None:
    found = pairwise(frame_of_sides(a=[1, 1], b=[0, 1], c=[0, 0]), "right", reference="b")

    assert found[["profile_a", "profile_b"]].to_numpy().tolist() == [["a", "b"], ["c", "b"]]
    assert found["difference"].tolist() == [0.5, -0.5]


def test_one_profile_has_no_pair_but_all_columns() -> None:
    one, two = (pairwise(frame_of_sides(**sides), "right") for sides in ({"a": [1, 0]}, {"a": [1, 0], "b": [1, 1]}))

    assert len(one) == 0
    assert one.dtypes.map(str).tolist() == two.dtypes.map(str).tolist()


def test_a_published_table_has_its_exact_p() -> None:
    row = pairwise(table(121, 59, both=101, neither=33), "right").iloc[0]

    assert row["p"] == pytest.approx(4.434449e-06, rel=1e-6)
    assert (row["test"], row["interval"], row["n"]) == ("mcnemar exact", "tango", 314)


def test_the_published_small_example() -> None:
    a, b = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1], [0, 0, 1, 0, 0, 1, 0, 1, 0, 1]

    row = pairwise(frame_of_sides(a=a, b=b), "right").iloc[0]

    assert row["p"] == pytest.approx(0.25)
    assert row["difference"] == pytest.approx(0.3)
    assert row["note"] == "under 30 items, the interval is rough"


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_real_verdicts_give_the_published_values() -> None:
    wide = pd.read_csv(GSM8K)
    long = wide.melt(id_vars="prompt", value_vars=list(wide.columns[1:3]), var_name="profile", value_name="right")

    row = pairwise(long.rename(columns={"prompt": "prompt_id"}), "right").iloc[0]

    assert row["n"] == 1319
    assert row[["quality_a", "quality_b"]].tolist() == pytest.approx([0.6383623958, 0.8567096285], abs=1e-10)
    assert row["se"] == pytest.approx(0.0154527092, abs=1e-10)
    assert row["pairing_gain"] == pytest.approx((0.0163797427 / 0.0154527092) ** 2, rel=1e-7)
    assert row["p"] == pytest.approx(5.116157e-42, rel=1e-6)
    assert row["difference"] == pytest.approx((95 - 383) / 1319)


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_are_compared_task_by_task() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"task": "prompt_id", "cost": "cost_usd"})
    runs["profile"] = runs["strategy"] + " " + runs["model"]

    found = pairwise(runs, "solved", replicates=500)

    assert (found["n"] == 164).all()
    assert set(found["test"]) == {"sign-flip exact"}
    assert found["cost_ratio"].tolist() == pytest.approx((found["cost_a_usd"] / found["cost_b_usd"]).tolist())
    assert ((found["cost_ratio_low"] < found["cost_ratio"]) & (found["cost_ratio"] < found["cost_ratio_high"])).all()
    assert found["pairing_gain"].max() > 10


def test_holm_is_over_the_rows_of_the_table() -> None:
    from statsmodels.stats.multitest import multipletests

    draws = np.random.default_rng(0)
    sides = {name: draws.binomial(1, share, 80) for name, share in zip("abcd", (0.3, 0.4, 0.6, 0.8), strict=True)}

    found = pairwise(frame_of_sides(**sides), "right", replicates=100)

    assert found["p_holm"].tolist() == pytest.approx(multipletests(found["p"].tolist(), method="holm")[1])
    assert (found["p_holm"] > found["p"]).any()


def test_two_that_never_differ_have_p_of_one_and_say_so() -> None:
    row = pairwise(table(0, 0, both=30, neither=10), "right").iloc[0]

    assert (row["p"], row["se"], row["pairing_gain"]) == (1.0, 0.0, pd.NA)
    assert row["low"] < 0 < row["high"]
    assert row["note"] == "the two score the same on every prompt"


def test_two_that_share_no_prompt_have_a_row_of_unknowns() -> None:
    row = pairwise(frame_of_sides(a=[1, None], b=[None, 0]), "right").iloc[0]

    assert (row["n"], row["n_missing"], row["test"], row["interval"]) == (0, 2, "none", "none")
    assert row[["quality_a", "difference", "se", "p", "p_holm", "cost_a_usd", "cost_ratio"]].isna().all()
    assert row["note"] == "no prompt is scored for both a and b"


def test_missing_answers_are_left_out_or_scored_zero() -> None:
    frame = frame_of_sides(a=[1, 1, None, 1], b=[1, 0, 1, 1])

    drop, fail = (pairwise(frame, "right", missing=how).iloc[0] for how in ("drop", "fail"))

    assert (drop["n"], drop["n_missing"], drop["missing"], drop["difference"]) == (3, 1, "drop", pytest.approx(1 / 3))
    assert (fail["n"], fail["n_missing"], fail["missing"], fail["difference"]) == (4, 1, "fail", 0.0)


def test_several_samples_are_one_observation_of_their_prompt() -> None:
    draws = np.random.default_rng(1)
    once = frame_of_sides(a=draws.random(40), b=draws.random(40))

    one, five = (pairwise(frame, "right", replicates=300) for frame in (once, pd.concat([once] * 5)))

    pd.testing.assert_frame_equal(one, five)


def test_many_grades_are_tested_by_sampled_flips() -> None:
    draws = np.random.default_rng(2)

    row = pairwise(frame_of_sides(a=draws.normal(0.1, 1, 60), b=draws.normal(size=60)), "right").iloc[0]

    assert (row["test"], row["interval"]) == ("sign-flip sampled", "t")
    assert 0 < row["p"] < 1


@pytest.mark.parametrize("seed", range(3))
def test_sampled_flips_agree_with_scipys_permutation_test(seed: int) -> None:
    from scipy import stats

    a, b = np.random.default_rng(seed).normal([[0.2], [0.0]], 1, size=(2, 50))
    theirs = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x - y), permutation_type="samples", rng=np.random.default_rng(seed)
    )

    assert pairwise(frame_of_sides(a=a, b=b), "right")["p"][0] == pytest.approx(theirs.pvalue, abs=0.02)


def test_clusters_are_flipped_and_drawn_whole() -> None:
    """Each prompt three times over in its cluster adds nothing: as the prompts once, each a cluster of its own."""
    draws = np.random.default_rng(3)
    once = frame_of_sides(a=draws.integers(0, 2, 40), b=draws.integers(0, 2, 40))
    once["cost_usd"] = draws.lognormal(size=80)
    once["document"] = once["prompt_id"]
    thrice = pd.concat([once.assign(prompt_id=once["prompt_id"] * 10 + copy) for copy in range(3)])

    one, three = (pairwise(frame, "right", cluster="document", replicates=300).iloc[0] for frame in (once, thrice))

    same = ["difference", "se", "p", "cost_ratio", "cost_ratio_low", "cost_ratio_high", "test", "interval"]
    for name in same:
        assert three[name] == (one[name] if isinstance(one[name], str) else pytest.approx(one[name])), name
    assert (one["test"], one["interval"]) == ("sign-flip exact", "tango, effective n")
    assert one["p"] == pytest.approx(pairwise(once, "right", replicates=300)["p"][0])


def test_few_clusters_are_said_to_be_few() -> None:
    frame = table(20, 5, both=20).assign(document=lambda rows: rows["prompt_id"] % 10)

    assert "under 20 clusters" in pairwise(frame, "right", cluster="document")["note"][0]


def test_a_pair_does_not_depend_on_other_profiles() -> None:
    draws = np.random.default_rng(4)
    both = frame_of_sides(a=draws.normal(size=40), b=draws.normal(size=40)).assign(cost_usd=draws.lognormal(size=80))
    more = pd.concat([both, both[both["profile"] == "a"].assign(profile="c", right=0.3, cost_usd=None)])

    alone, among = (pairwise(frame, "right", replicates=500).iloc[0] for frame in (both, more))

    assert alone.drop("p_holm").to_dict() == among.drop("p_holm").to_dict()


def test_swapping_two_profiles_mirrors_the_row() -> None:
    draws = np.random.default_rng(5)
    frame = frame_of_sides(a=draws.normal(size=40), b=draws.normal(size=40)).assign(cost_usd=draws.lognormal(size=80))

    one, other = (pairwise(rows, "right", replicates=500).iloc[0] for rows in (frame, frame[::-1]))

    assert other[["difference", "low", "high"]].tolist() == pytest.approx(
        (-one[["difference", "high", "low"]]).tolist()
    )
    assert other["cost_ratio"] == pytest.approx(1 / one["cost_ratio"])
    assert other["p"] == pytest.approx(one["p"], abs=0.05)


def test_dollars_and_their_ratio_are_of_the_shared_prompts() -> None:
    frame = frame_of_sides(a=[1, 0, 1] * 10 + [None], b=[1, 1, 0] * 10 + [1])
    frame["cost_usd"] = [*([1.0, 2.0, 3.0] * 10), 99.0, *([4.0] * 30), 99.0]

    row = pairwise(frame, "right").iloc[0]

    assert row[["cost_a_usd", "cost_b_usd", "cost_ratio"]].tolist() == [2.0, 4.0, 0.5]
    assert row["cost_ratio_low"] < 0.5 < row["cost_ratio_high"]


def test_three_prompts_do_not_bound_the_ratio_of_dollars_and_it_is_said() -> None:
    frame = frame_of_sides(a=[1, 0, 1], b=[1, 1, 0])
    frame["cost_usd"] = [1.0, 2.0, 3.0, 4.0, 4.0, 4.0]

    row = pairwise(frame, "right").iloc[0]

    assert (row["cost_ratio"], row["cost_ratio_high"]) == (0.5, pd.NA)
    assert row["note"].endswith("too few prompts to bound the cost ratio")


def test_an_unknown_cost_makes_dollars_unknown_but_not_quality() -> None:
    frame = table(20, 5, both=20)
    frame.loc[3, "cost_usd"] = None

    row = pairwise(frame, "right").iloc[0]

    assert row[["cost_a_usd", "cost_ratio", "cost_ratio_low", "cost_ratio_high", "price_reversal"]].isna().all()
    assert (row["cost_b_usd"], row["note"]) == (pytest.approx(0.01), "cost unknown: a on 1 of 45 prompts")
    assert row["p"] == pytest.approx(mcnemar(20, 5))


def test_against_a_free_model_there_is_no_ratio() -> None:
    frame = table(20, 5, both=20)
    frame.loc[frame["profile"] == "b", "cost_usd"] = 0.0

    row = pairwise(frame, "right").iloc[0]

    assert row["cost_b_usd"] == 0.0
    assert row[["cost_ratio", "cost_ratio_low", "cost_ratio_high"]].isna().all()


def _thinking(extra: int) -> pd.DataFrame:
    """A thinker at a tenth of the list price that writes so many times as much."""
    draws = np.random.default_rng(6)
    rows = []
    for name, price, times in (("plain", 10.0, 1), ("thinker", 1.0, extra)):
        tokens = draws.integers(50, 90, size=(40, 2)) * (1, times)
        rows.append(
            pd.DataFrame(
                {
                    "profile": name,
                    "prompt_id": range(40),
                    "right": draws.integers(0, 2, 40),
                    "input_tokens": tokens[:, 0],
                    "output_tokens": tokens[:, 1],
                    "cost_usd": tokens @ (price, 4 * price) / 1e6,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(("extra", "reversed_"), [(30, True), (2, False)])
def test_a_lower_list_price_that_spent_more_is_a_reversal(extra: int, reversed_: bool) -> None:  # noqa: FBT001 - expected
    row = pairwise(_thinking(extra), "right", replicates=100).iloc[0]

    assert bool(row["price_reversal"]) is reversed_


@pytest.mark.parametrize("cents", [1, 2])
def test_without_tokens_a_reversal_is_unknown(cents: int) -> None:
    frame = table(5, 5).assign(cost_usd=cents / 100)

    assert pairwise(frame, "right")["price_reversal"][0] is pd.NA


def test_a_frame_as_compare_returns_it(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for name in ("small", "large") for i in range(35)]

    row = pairwise(frame_of(rows, good=[i % 2 == 0 for i in range(35)] + [True] * 35)).iloc[0]

    assert (row["score"], row["n"], row["difference"]) == ("good", 35, pytest.approx(18 / 35 - 1))
    assert (row["cost_a_usd"], row["cost_ratio"], row["note"]) == (0.25, 1.0, pd.NA)


@pytest.mark.parametrize("names", [("$a$", "_b"), ("a\ud800", "b b"), (1, 2)])
def test_any_names_are_taken(names: tuple[Any, Any]) -> None:
    frame = table(5, 2, both=8)
    frame["profile"] = pd.Series([names[name == "b"] for name in frame["profile"]], dtype=object)
    frame = frame.set_axis([0] * len(frame)).rename(columns={"right": "$r_"})
    before = frame.copy()

    row = pairwise(frame, "$r_", reference=names[1]).iloc[0]

    assert [row["profile_a"], row["profile_b"], row["score"]] == [*map(str, names), "$r_"]
    pd.testing.assert_frame_equal(frame, before)


def test_categories_are_taken() -> None:
    frame = table(5, 2, both=8).astype({"profile": "category", "prompt_id": "category"})

    assert pairwise(frame, "right")["n"][0] == 15


def test_the_same_seed_gives_the_same_table() -> None:
    draws = np.random.default_rng(7)
    frame = frame_of_sides(a=draws.normal(size=40), b=draws.normal(size=40)).assign(cost_usd=draws.lognormal(size=80))

    first, again, other = (pairwise(frame, "right", replicates=300, seed=seed) for seed in (1, 1, 2))

    pd.testing.assert_frame_equal(first, again)
    assert first["p"][0] != other["p"][0]


def test_a_wider_confidence_is_a_wider_interval() -> None:
    frame = table(20, 5, both=20).assign(cost_usd=np.random.default_rng(8).lognormal(size=90))

    narrow, wide = (pairwise(frame, "right", confidence=level).iloc[0] for level in (0.8, 0.99))

    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
    assert wide["cost_ratio_low"] < narrow["cost_ratio_low"] < narrow["cost_ratio_high"] < wide["cost_ratio_high"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"score": "godo"}, "no column 'godo'"),
        ({"reference": "c"}, "reference=: no profile 'c' in the frame; there are: 'a', 'b'"),
        ({"confidence": 95}, "confidence= must lie between 0 and 1"),
        ({"confidence": "high"}, "confidence="),
        ({"replicates": 10}, "replicates="),
        ({"seed": -1}, "seed="),
        ({"missing": "zero"}, "missing="),
        ({"cluster": "document"}, "no column 'document'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        pairwise(table(5, 2), **{"score": "right", **arguments})
