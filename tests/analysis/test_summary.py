"""One row a profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.item_means import clustered_se
from distilkit.analysis.summary import summarize
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
GSM8K = DATA / "gsm8k_mixtral_gpt4.csv"
RUNS = DATA / "aatm_slice.csv.gz"
ALWAYS = [
    "profile",
    "n",
    "rows",
    "errors",
    "cost_per_item_usd",
    "cost_usd",
    "billed_usd",
    "latency_p50_s",
    "latency_p95_s",
    "input_tokens",
    "output_tokens",
    "thinking_share",
    "missing",
    "note",
]


def test_one_row_a_profile_in_order_of_appearance(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(40) for name in ("zebra", "ant")]
    frame = frame_of(
        [*rows, {"prompt_id": 40, "profile": "ant", "error_kind": "timeout"}], good=[True, False] * 40 + [None]
    )

    summary = summarize(frame)

    assert summary["profile"].tolist() == ["zebra", "ant"]
    assert summary[["n", "rows", "errors"]].to_numpy().tolist() == [[40, 40, 0], [41, 41, 1]]
    assert summary["good"].tolist() == [1.0, 0.0]
    assert summary["good_n"].tolist() == [40, 40]
    assert summary["cost_usd"].tolist() == [10.0, 10.0]
    assert summary["cost_per_good_usd"].tolist() == [0.25, pd.NA]
    assert summary["note"].tolist() == [pd.NA, "good: 40 of 41 prompts scored"]


def test_columns_are_always_all_there_and_nullable(frame_of: MakeFrame) -> None:
    full, empty = summarize(frame_of([{}], good=[True])), summarize(frame_of([], good=[]))

    assert full.columns.tolist() == [
        *ALWAYS[:4],
        *("good", "good_se", "good_low", "good_high", "good_interval", "good_n"),
        *("cost_per_item_usd", "cost_per_good_usd"),
        *ALWAYS[5:],
    ]
    assert len(empty) == 0
    assert empty.dtypes.map(str).tolist() == full.dtypes.map(str).tolist()
    assert set(full.dtypes.map(str)) == {"string", "Int64", "Float64"}


def test_without_scores_there_are_dollars_and_seconds(frame_of: MakeFrame) -> None:
    assert summarize(frame_of([{}])).columns.tolist() == ALWAYS


def test_scores_are_found_by_their_dtype_beside_the_built_in_columns(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}], good=[True, False], stars=[1.0, 5.0])
    frame.insert(0, "year", [2024, 2025])
    frame.insert(0, "ratio", [0.5, 0.25])

    summary = summarize(frame)

    assert [name for name in summary if name.endswith("_interval")] == ["good_interval", "stars_interval"]


@pytest.mark.parametrize("values", [[True, False], [1, 0], [1.0, 0.0], pd.array([True, False], dtype="object")])
def test_any_column_of_verdicts_can_be_named(frame_of: MakeFrame, values: Any) -> None:
    summary = summarize(frame_of([{}, {}]).assign(mine=values), score="mine")

    assert (summary["mine"][0], summary["mine_interval"][0], summary["cost_per_mine_usd"][0]) == (0.5, "wilson", 0.5)


def test_verdicts_with_gaps_after_a_merge_are_taken(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}, {}]).assign(mine=pd.Series([True, None, np.nan], dtype="object"))

    assert summarize(frame, score="mine")[["mine", "mine_n"]].iloc[0].tolist() == [1.0, 1]


def test_graded_scores_get_a_skew_t_and_no_cost_of_a_success(frame_of: MakeFrame) -> None:
    summary = summarize(frame_of([{}, {}, {}], stars=[1.0, 3.0, 5.0]))

    assert (summary["stars"][0], summary["stars_interval"][0]) == (3.0, "skew t")
    assert summary["cost_per_stars_usd"][0] is pd.NA


def test_nan_is_unknown_and_left_out(frame_of: MakeFrame) -> None:
    summary = summarize(frame_of([{}, {}, {}]).assign(mine=[1.0, np.nan, 0.5]), score=["mine"])

    assert (summary["mine"][0], summary["mine_n"][0]) == (0.75, 2)


def test_an_infinite_score_is_refused_by_row(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}]).assign(mine=[1.0, np.inf]).set_axis(["first", "second"])

    with pytest.raises(InputError, match="'mine' is infinite in row 'second'"):
        summarize(frame, score="mine")


def test_few_prompts_are_said_to_be_few(frame_of: MakeFrame) -> None:
    notes = [summarize(frame_of([{}] * n, good=[True] * n))["note"][0] for n in (29, 30)]

    assert notes == ["good: under 30 items, the interval is rough", pd.NA]


def test_an_unknown_cost_is_noted(frame_of: MakeFrame) -> None:
    summary = summarize(frame_of([{"cost_usd": None}]))

    assert summary["cost_usd"][0] is pd.NA
    assert summary["note"][0] == "cost unknown: 1 of 1 rows"


def test_all_failed_is_a_row_with_nothing_known(frame_of: MakeFrame) -> None:
    summary = summarize(frame_of([{"error_kind": "timeout"}] * 2, good=[None, None]))

    assert summary[["n", "errors", "good_n"]].iloc[0].tolist() == [2, 2, 0]
    assert summary["good"].isna().all()
    assert summary["good_interval"][0] == "none"


def test_a_wider_confidence_is_a_wider_interval(frame_of: MakeFrame) -> None:
    frame = frame_of([{}] * 50, good=[True, False] * 25)

    assert summarize(frame, confidence=0.99)["good_low"][0] < summarize(frame, confidence=0.9)["good_low"][0]


def test_a_frame_from_elsewhere_needs_profile_and_prompt_only() -> None:
    frame = pd.DataFrame({"profile": ["a", "b"], "prompt_id": ["x", "x"], "right": [True, False]})

    summary = summarize(frame, score="right")

    assert summary["right"].tolist() == [1.0, 0.0]
    assert summary["cost_usd"].isna().all()


@pytest.mark.parametrize("missing", ["profile", "prompt_id"])
def test_a_frame_without_profile_or_prompt_is_refused(frame_of: MakeFrame, missing: str) -> None:
    with pytest.raises(InputError, match=f"needs a column '{missing}'"):
        summarize(frame_of([{}]).drop(columns=missing))


def test_a_row_without_a_profile_is_refused_rather_than_dropped(frame_of: MakeFrame) -> None:
    with pytest.raises(InputError, match="'profile' is empty in row 1"):
        summarize(frame_of([{}, {"profile": None}]))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"score": "godo"}, "no column 'godo'.*'good'"),
        ({"score": "content"}, "'content' must hold verdicts or numbers.*'yes'"),
        ({"score": "cost_usd"}, "two columns.*'cost_usd'"),
        ({"confidence": 95}, "confidence"),
    ],
)
def test_a_wrong_argument_is_refused(frame_of: MakeFrame, arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        summarize(frame_of([{}], good=[True]), **arguments)


def test_the_frame_is_left_as_it_was(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}], good=[True, None])
    before = frame.copy()

    summarize(frame)

    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_real_verdicts_give_the_published_scores() -> None:
    wide = pd.read_csv(GSM8K)
    long = wide.melt(id_vars="prompt", value_vars=list(wide.columns[1:3]), var_name="profile", value_name="right")

    summary = summarize(long.rename(columns={"prompt": "prompt_id"}), score="right")

    assert summary["right"].tolist() == pytest.approx([0.6383623958, 0.8567096285], abs=1e-10)
    assert summary["n"].tolist() == [1319, 1319]


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_of_five_samples_get_an_interval_over_tasks() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"strategy": "profile", "task": "prompt_id", "cost": "cost_usd"})
    runs = runs[runs["model"] == "gpt-3.5-turbo-0125"]

    row = summarize(runs, score="solved").iloc[0]

    assert (row["n"], row["rows"], row["solved_interval"]) == (164, 820, "wilson effective n")
    assert row["solved"] == pytest.approx(0.7390243902, abs=1e-10)
    assert row["solved_se"] == pytest.approx(0.0320097457, abs=1e-10)
    assert row["solved_high"] - row["solved_low"] == pytest.approx(2 * 1.974625 * 0.0320097457, rel=0.02)
    assert row["cost_per_item_usd"] == pytest.approx(runs["cost_usd"].mean())
    assert row["cost_per_solved_usd"] == pytest.approx(runs["cost_usd"].sum() / runs["solved"].sum())


def test_a_cost_that_some_rows_lack_is_noted_with_how_many(frame_of: MakeFrame) -> None:
    rows = [{}, {"cost_usd": None}, {"cost_usd": None}, {"error_kind": "timeout"}]

    assert summarize(frame_of(rows))["note"][0] == "cost unknown: 2 of 4 rows"


def test_a_profile_named_with_half_a_surrogate_pair_has_its_row() -> None:
    names = pd.array(["a\ud800"], dtype=pd.StringDtype("python"))

    assert summarize(pd.DataFrame({"profile": names, "prompt_id": [1]}))["profile"].tolist() == ["a\ud800"]


def test_prompts_in_clusters_get_the_clustered_error(frame_of: MakeFrame) -> None:
    generator = np.random.default_rng(0)
    documents = np.repeat(np.arange(25), 4)
    stars = pd.Series(generator.normal(size=25)[documents] + generator.normal(size=100), dtype="Float64")
    frame = frame_of([{}] * 100, stars=stars.tolist()).assign(document=documents)

    row = summarize(frame, "stars", cluster="document").iloc[0]

    error = clustered_se(stars, documents)
    assert (row["stars_interval"], row["stars_se"]) == ("cluster t", pytest.approx(error))
    assert row["stars_high"] - row["stars"] == pytest.approx(2.0638986 * error)
    assert row["note"] is pd.NA


def test_few_clusters_are_said_to_be_few(frame_of: MakeFrame) -> None:
    frame = frame_of([{}] * 40, good=[True, False] * 20).assign(document=["a", "a", "b", "b", "c"] * 8)

    row = summarize(frame, cluster="document").iloc[0]

    assert row["good_interval"] == "cluster wilson"
    assert row["note"] == "good: under 20 clusters, the interval is rough"


def test_a_prompt_in_two_clusters_is_refused(frame_of: MakeFrame) -> None:
    frame = frame_of([{"prompt_id": 7}] * 2, good=[True, False]).assign(document=["a", "b"])

    with pytest.raises(InputError, match="prompt 7 is in two clusters of 'document'"):
        summarize(frame, cluster="document")


def test_a_failure_can_count_as_wrong(frame_of: MakeFrame) -> None:
    rows = [{}] * 30 + [{"error_kind": "timeout"}] * 10
    frame = frame_of(rows, good=[True] * 30 + [None] * 10)

    dropped, failed = summarize(frame).iloc[0], summarize(frame, missing="fail").iloc[0]

    assert (dropped["good"], dropped["good_n"], dropped["missing"]) == (1.0, 30, "drop")
    assert (failed["good"], failed["good_n"], failed["missing"]) == (0.75, 40, "fail")
    assert failed["note"] == "good: 10 prompts with a missing answer, counted as 0"
    assert failed["cost_per_good_usd"] == 0.25


def test_a_prompt_never_asked_can_count_as_wrong(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": i, "profile": name} for name, count in (("a", 40), ("b", 30)) for i in range(count)]

    summary = summarize(frame_of(rows, good=[True] * 70), missing="fail")

    assert summary["good"].tolist() == [1.0, 0.75]
    assert summary["n"].tolist() == [40, 30]
    assert summary["note"].tolist() == [pd.NA, "good: 10 prompts with a missing answer, counted as 0"]


def test_an_answer_that_could_not_be_judged_is_never_wrong(frame_of: MakeFrame) -> None:
    summary = summarize(frame_of([{}] * 40, good=[True] * 39 + [None]), missing="fail")

    assert (summary["good"][0], summary["note"][0]) == (1.0, "good: 39 of 40 prompts scored")


def test_scores_that_are_all_the_same_are_said_to_be(frame_of: MakeFrame) -> None:
    row = summarize(frame_of([{}] * 30, stars=[2.5] * 30)).iloc[0]

    assert row["stars_low"] == row["stars_high"] == 2.5
    assert row["note"] == "stars: all 30 prompts score the same, the interval says nothing"


@pytest.mark.parametrize("name", ["self", "$x", "_hidden", "two words"])
def test_any_text_may_name_a_score(name: str) -> None:
    frame = pd.DataFrame({"profile": ["a", "a"], "prompt_id": [1, 2], name: [1.0, 0.0]})

    assert summarize(frame, name)[name].tolist() == [0.5]


def test_a_column_that_is_no_text_is_no_score(frame_of: MakeFrame) -> None:
    frame = frame_of([{}], good=[True])
    frame[5] = pd.array([1.0], dtype="Float64")

    assert [name for name in summarize(frame) if str(name).endswith("_interval")] == ["good_interval"]


def test_rows_that_share_a_label_are_still_rows(frame_of: MakeFrame) -> None:
    frame = frame_of([{"profile": name} for name in "abab"], good=[True, False, True, False])

    summary = summarize(frame.set_axis([0, 0, 0, 0]))

    assert summary["good"].tolist() == [1.0, 0.0]
    assert summary["cost_per_good_usd"].tolist() == [0.25, pd.NA]


def test_a_category_that_has_no_row_has_no_row(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {}], good=[True, False])
    frame["profile"] = pd.Categorical(["b", "a"], categories=["a", "b", "ghost"])

    assert summarize(frame)["profile"].tolist() == ["b", "a"]


def test_numbers_for_names_are_told_apart() -> None:
    frame = pd.DataFrame({"profile": [1, 2], "prompt_id": [1, 1], "good": [True, False]})

    assert summarize(frame, "good")["profile"].tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        ([1, 2], "takes a DataFrame"),
        (pd.DataFrame([[1, 2, 3]], columns=["profile", "prompt_id", "profile"]), "column 'profile' twice"),
        (pd.DataFrame({"profile": ["a"], "prompt_id": [1], "cost_usd": ["cheap"]}), "'cost_usd' must hold numbers"),
    ],
)
def test_what_is_no_frame_of_answers_is_refused(frame: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        summarize(frame)


def test_a_wrong_missing_is_refused(frame_of: MakeFrame) -> None:
    with pytest.raises(InputError, match="'drop' or 'fail', not 'zero'"):
        summarize(frame_of([{}]), missing="zero")  # type: ignore[arg-type] # what is tried


@pytest.mark.parametrize("seed", range(3))
def test_a_mean_and_its_interval_agree_with_evalstats(seed: int) -> None:
    import evalstats

    generator = np.random.default_rng(seed)
    right = generator.random(120) < 0.7
    frame = pd.DataFrame({"profile": "a", "prompt_id": range(120), "right": right})
    theirs = evalstats.mean_ci(right.astype(float))

    row = summarize(frame, "right").iloc[0]

    assert row[["right", "right_low", "right_high"]].tolist() == pytest.approx(list(theirs)[:3], abs=1e-6)
