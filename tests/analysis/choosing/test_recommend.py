"""One row and one sentence: whom to use."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.choosing.advice import dollars
from distilkit.analysis.choosing.recommend import recommend
from distilkit.analysis.pairs.cheapest import cheapest
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
GSM8K = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "gsm8k_mixtral_gpt4.csv"
COLUMNS = [
    *("profile", "verdict", "reason", "quality", "quality_low", "quality_high", "cost_per_item_usd", "cost_usd"),
    *("latency_p95_s", "score", "n", "n_missing", "missing", "rejected", "note"),
]


def answers(n: int = 200, /, **profiles: tuple[float, float | None, float]) -> pd.DataFrame:
    """So many prompts; each profile is right on this share of them, at these dollars and seconds each."""
    parts = [
        pd.DataFrame(
            {
                "profile": name,
                "prompt_id": range(n),
                "right": np.arange(n) < round(share * n),
                "cost_usd": pd.array([usd] * n, dtype="Float64"),
                "latency_s": seconds,
            }
        )
        for name, (share, usd, seconds) in profiles.items()
    ]
    return pd.concat(parts, ignore_index=True)


THREE = answers(small=(0.71, 0.00004, 1), medium=(0.86, 0.00042, 3), large=(0.93, 0.0038, 8))


def advised(frame: pd.DataFrame = THREE, **more: Any) -> Any:
    table = recommend(frame, "right", **more)
    assert len(table) == 1
    return table.iloc[0]


def test_columns_are_always_all_there_and_nullable() -> None:
    found, nobody = recommend(THREE, "right", quality=0.8), recommend(THREE, "right", quality=0.99)

    assert found.columns.tolist() == nobody.columns.tolist() == COLUMNS
    assert found.dtypes.map(str).tolist() == nobody.dtypes.map(str).tolist()
    assert set(found.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_the_cheapest_that_surely_reaches_the_quality_is_recommended_in_a_sentence() -> None:
    row = advised(quality=0.8)

    assert (row["profile"], row["verdict"]) == ("medium", "accept")
    assert row["reason"] == (
        "medium: 0.86 (0.805 to 0.901) right on 200 prompts at $0.00042 each, 11% of large; small reaches only 0.71."
    )
    assert row["rejected"] == "small: 0.71 is below 0.8"
    assert row["cost_usd"] == pytest.approx(200 * 0.00042)
    assert (row["n"], row["n_missing"], row["missing"], row["score"]) == (200, 0, "drop", "right")


def test_one_that_is_sure_goes_before_a_cheaper_one_that_is_not() -> None:
    row = advised(quality=0.84)

    assert (row["profile"], row["verdict"]) == ("large", "accept")
    assert re.search(r"medium: not sure to reach 0.84, about [\d,]+ more prompts would settle it", row["rejected"])


def test_where_nobody_is_sure_the_cheapest_by_its_mean_is_recommended_with_what_would_settle_it() -> None:
    row = advised(quality=0.92)

    assert (row["profile"], row["verdict"]) == ("large", "inconclusive")
    assert re.search(r"not sure to reach 0.92, about [\d,]+ more prompts would settle it", row["reason"])
    assert "enough with a chance of 80%" in row["note"]


def test_a_mean_that_just_reaches_it_could_be_settled_by_no_number() -> None:
    assert "not sure to reach 0.93, more prompts are needed" in advised(quality=0.93)["reason"]


def test_without_a_quality_it_is_as_cheapest_decides() -> None:
    row = advised(margin=0.15)
    table = cheapest(THREE, "right", margin=0.15)

    assert row["profile"] == table.loc[table["verdict"].isin(["accept", "reference"]), "profile"].iloc[0] == "medium"
    assert "no worse than large by more than 0.15" in row["reason"]
    assert row["rejected"] == "small: it is 0.22 worse than large, over 0.15"
    assert row["note"] == "reference: large, the best mean, chosen on these same answers"


def test_the_reference_itself_is_good_enough() -> None:
    row = advised()

    assert (row["profile"], row["verdict"]) == ("large", "accept")
    assert row["rejected"].endswith("medium: it is 0.07 worse than large, over 0.03")


def test_a_reference_of_ones_own() -> None:
    row = advised(reference="medium", margin=0.02)

    assert (row["profile"], row["note"]) == ("medium", pd.NA)


def test_the_budget_is_for_so_many_prompts() -> None:
    assert advised(quality=0.9, budget=0.77)["profile"] == "large"
    row = advised(quality=0.8, budget=50, items=100_000)

    assert row["profile"] == "medium"
    assert row["cost_usd"] == pytest.approx(42)
    assert "$42.00 for 100,000 prompts" in row["reason"]
    assert "large: it costs $380.00 for 100,000 prompts, over $50.00" in row["rejected"]


def test_a_budget_that_the_mean_keeps_and_its_interval_does_not_is_noted() -> None:
    frame = answers(one=(0.9, 1.0, 1))
    frame.loc[:9, "cost_usd"] = 10.0

    assert "the budget may not do: up to $" in advised(frame, quality=0.5, budget=300)["note"]
    assert advised(frame, quality=0.5, budget=3000)["note"] is pd.NA


def test_latency_is_the_95th_percentile() -> None:
    row = advised(quality=0.7, latency=5)

    assert row["profile"] == "medium"
    assert "95 % of its answers within 3 s" in row["reason"]
    assert "large: its answers take up to 8 s (95 %), over 5 s" in row["rejected"]


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ({"quality": 0.95}, "large comes nearest, but 0.93 is below 0.95; quality=0.93 would let it through"),
        ({"quality": 0.93, "latency": 7.9}, "large comes nearest, but its answers take up to 8 s"),
        ({"quality": 0.93, "budget": 0.75}, "large comes nearest, but it costs $0.76 for 200 prompts, over $0.75"),
        ({"margin": 0.05, "latency": 4}, "medium comes nearest, but it is 0.07 worse than large, over 0.05"),
        ({"quality": 0.95, "budget": 0.007}, "small comes nearest, but 0.71 is below 0.95 and it costs $0.0080"),
    ],
)
def test_where_nobody_fits_the_nearest_and_the_way_out_are_named_and_the_way_out_works(
    asked: dict[str, Any], nearest: str
) -> None:
    row = advised(**asked)

    assert (row["profile"], row["verdict"]) == (pd.NA, "none")
    assert nearest in row["reason"]
    assert row[["quality", "cost_usd", "n"]].isna().all()
    ways = {
        name: float(value) for name, value in re.findall(r"(quality|margin|budget|latency)=([\d.]+)", row["reason"])
    }
    assert ways
    assert advised(**{**asked, **ways})["profile"] == row["reason"].split()[2]


def test_an_unknown_cost_is_never_within_a_budget_and_otherwise_last() -> None:
    frame = pd.concat([THREE, answers(secret=(0.99, None, 1))], ignore_index=True)

    assert "secret: its cost is unknown" in advised(frame, quality=0.8, budget=1)["rejected"]
    row = advised(frame, quality=0.96)
    assert row["profile"] == "secret"
    assert "at an unknown cost" in row["reason"]
    assert row["note"] == "cost unknown: secret"
    assert row[["cost_per_item_usd", "cost_usd"]].isna().all()
    assert "the nearest" not in advised(answers(secret=(0.9, None, 1)), quality=0.5, budget=1)["reason"]


def test_a_profile_without_a_score_is_named() -> None:
    frame = THREE.astype({"right": "boolean"})
    frame.loc[frame["profile"] == "small", "right"] = pd.NA

    assert "small: it has no score" in advised(frame, quality=0.8)["rejected"]


def test_an_unknown_latency_is_not_within_a_limit() -> None:
    assert "its latency is unknown" in advised(THREE.drop(columns="latency_s"), quality=0.5, latency=9)["reason"]


def test_missing_answers_are_left_out_or_scored_0() -> None:
    frame = THREE.astype({"right": "boolean"}).assign(error_kind=pd.NA)
    gone = (frame["profile"] == "medium") & (frame["prompt_id"] < 40)
    frame.loc[gone, "right"], frame.loc[gone, "error_kind"] = pd.NA, "timeout"

    dropped, failed = advised(frame, quality=0.8), advised(frame, quality=0.8, missing="fail")

    assert (dropped["profile"], dropped["n"], dropped["n_missing"]) == ("large", 200, 0)
    assert "40 prompts without a scored answer are left out" in advised(frame, quality=0.7)["note"]
    assert "medium: 0.66 is below 0.8" in failed["rejected"]


def test_clusters_make_it_less_sure() -> None:
    frame = THREE.assign(document=THREE["prompt_id"] // 20)

    assert advised(frame, quality=0.8)["verdict"] == "accept"
    row = advised(frame[frame["profile"] == "medium"], quality=0.8, cluster="document")
    assert row["verdict"] == "inconclusive"
    assert "under 20 clusters" in row["note"]


def test_few_prompts_are_said_to_be_few() -> None:
    assert "under 30 items" in advised(answers(20, one=(0.9, 1, 1)), quality=0.5)["note"]


@pytest.mark.parametrize("seed", range(8))
def test_the_choice_agrees_with_brute_force(seed: int) -> None:
    """Every profile is tried, with scipy's exact test and statsmodels' Holm."""
    from scipy.stats import binomtest
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(seed)
    known = {f"p{k}": (rng.uniform(0.6, 1), rng.lognormal(-6, 1), rng.uniform(1, 9)) for k in range(7)}
    frame = answers(150, **known)
    quality, budget, latency = 0.75, float(np.median([usd for _, usd, _ in known.values()])) * 150, 7.0
    right = [round(share * 150) for share, _, _ in known.values()]
    p = [binomtest(k, 150, quality, alternative="greater").pvalue for k in right]
    sure = multipletests(p, alpha=0.05, method="holm")[0]
    fits = [
        (not sure[k], usd, name)
        for k, (name, (_, usd, seconds)) in enumerate(known.items())
        if right[k] / 150 >= quality and usd * 150 <= budget * (1 + 1e-12) and seconds <= latency
    ]
    expected = min(fits, default=(True, inf, None))

    row = advised(frame, quality=quality, budget=budget * (1 + 1e-12), latency=latency)

    assert (None if row["profile"] is pd.NA else row["profile"]) == expected[2]
    assert (row["verdict"] == "accept") == (not expected[0])


@pytest.mark.parametrize("name", ["a\ud800", "$x$", "_x", "two\nlines", "x" * 500])
def test_any_name_can_be_recommended(name: str) -> None:
    frame = answers(one=(0.9, 1, 1)).assign(profile=pd.Series([name] * 200, dtype=object)).set_axis([3] * 200)

    row = advised(frame, quality=0.5)

    assert row["profile"] == name
    assert row["reason"].isprintable()
    assert len(row["reason"]) < 300


def test_categories_and_numbers_as_names_are_taken() -> None:
    categories = THREE.assign(profile=pd.Categorical(THREE["profile"], categories=["none", "small", "medium", "large"]))
    numbers = THREE.assign(profile=THREE["profile"].map({"small": 1, "medium": 2, "large": 3}))

    assert advised(categories, quality=0.8)["profile"] == "medium"
    assert advised(numbers, quality=0.8)["profile"] == "2"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"quality": 0.8, "margin": 0.1}, "quality= asks for a least mean score, margin= and reference= for no worse"),
        ({"quality": 0.8, "reference": "large"}, "quality= asks for a least mean score"),
        ({"quality": "high"}, "quality= must be the least mean score, such as 0.8, not 'high'"),
        ({"reference": "lagre"}, "no profile 'lagre' in the frame"),
        ({"margin": -1}, "margin="),
        ({"budget": -1}, "budget="),
        ({"budget": float("nan")}, "budget="),
        ({"items": 0}, "items="),
        ({"latency": "fast"}, "latency="),
        ({"confidence": 95}, "confidence="),
        ({"confidence": 0.4}, "confidence= must be above 0.5"),
        ({"missing": "ignore"}, "missing="),
        ({"cluster": "document"}, "no column 'document'"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        recommend(THREE, "right", **arguments)


def test_the_frame_is_left_as_it_was() -> None:
    before = THREE.copy()

    recommend(THREE, "right", quality=0.8)

    pd.testing.assert_frame_equal(THREE, before)


def test_a_graded_score_is_named_in_the_sentence(frame_of: MakeFrame) -> None:
    frame = frame_of([{"prompt_id": i} for i in range(40)], stars=[4.0, 5.0] * 20)

    assert "in stars on 40 prompts" in recommend(frame, quality=4)["reason"][0]


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_real_verdicts_are_recommended_by() -> None:
    wide = pd.read_csv(GSM8K)
    long = wide.melt(id_vars="prompt", value_vars=list(wide.columns[1:3]), var_name="profile", value_name="right")
    weak, strong = wide.columns[1:3]
    long["cost_usd"] = long["profile"].map({weak: 0.0001, strong: 0.01})
    frame = long.rename(columns={"prompt": "prompt_id"})

    assert advised(frame, quality=0.6)["profile"] == weak
    assert advised(frame, quality=0.8)["profile"] == strong
    assert advised(frame)["profile"] == strong


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "$0"), (1234.5, "$1,234.50"), (1, "$1.00"), (0.5, "$0.50"), (0.000421, "$0.00042"), (0.0995, "$0.100")],
)
def test_dollars_show_two_figures(amount: float, text: str) -> None:
    assert dollars(amount) == text


@pytest.mark.parametrize("quality", [90, -1])
def test_a_quality_that_no_share_can_have_is_refused(frame_of: MakeFrame, quality: float) -> None:
    with pytest.raises(InputError, match=r"between 0 and 1; 90 % is 0\.9"):
        recommend(frame_of([{}, {}], right=[True, False]), quality=quality)


def test_a_cheaper_one_that_falls_short_by_its_mean_only_is_noted(frame_of: MakeFrame) -> None:
    rows = [
        {"prompt_id": i, "profile": name, "cost_usd": cost} for name, cost in (("a", 1), ("b", 9)) for i in range(50)
    ]
    right = [i < 39 for i in range(50)] + [True] * 50

    found = recommend(frame_of(rows, right=right), quality=0.8)

    assert found["profile"][0] == "b"
    assert "a is not good enough by its mean only: more prompts could let it through" in found["note"][0]
