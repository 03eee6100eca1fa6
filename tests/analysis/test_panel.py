"""Profiles by items."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.panel import only_score, panel
from distilkit.errors import InputError

MakeFrame = Callable[..., pd.DataFrame]
RUNS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "aatm_slice.csv.gz"
TIMEOUT = {"error_kind": "timeout"}


def _equal(found: Any, wanted: Any) -> bool:
    return np.array_equal(found, np.array(wanted, dtype=float), equal_nan=True)


def test_samples_of_an_item_are_averaged(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": item, "profile": name} for name in "ba" for item in (7, 7, 4)]

    found = panel(frame_of(rows, stars=[1.0, 3.0, 5.0, 2.0, 2.0, None]))

    assert (found.score, found.profiles, found.items) == ("stars", ("b", "a"), (7, 4))
    assert _equal(found.scores, [[2, 5], [2, nan]])
    assert found.samples.tolist() == [[2, 1], [2, 0]]
    assert _equal(found.within, [[2, nan], [0, nan]])
    assert found.scored.tolist() == [[True, True], [True, False]]


def test_verdicts_are_known_by_their_values_before_they_are_averaged(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": 0}] * 2

    assert panel(frame_of(rows, good=[True, False])).binary
    assert not panel(frame_of(rows, stars=[0.5, 0.0])).binary


def test_costs_are_of_one_answer(frame_of: MakeFrame) -> None:
    """Of an item asked twice; of one with an unknown price; of one that was answered once; of one never answered."""
    rows = [
        {"prompt_id": 0, "cost_usd": 1.0},
        {"prompt_id": 0, "cost_usd": 3.0},
        {"prompt_id": 1, "cost_usd": 1.0},
        {"prompt_id": 1, "cost_usd": None},
        {"prompt_id": 2, "cost_usd": 4.0},
        {"prompt_id": 2, **TIMEOUT},
        {"prompt_id": 3, **TIMEOUT},
    ]

    found = panel(frame_of(rows, good=[True] * 5 + [None] * 2))

    assert _equal(found.costs, [[2, nan, 4, 0]])


def test_a_missing_answer_is_left_out_unless_it_is_a_failure(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": 0}, {"prompt_id": 0, **TIMEOUT}, {"prompt_id": 1, **TIMEOUT}, {"prompt_id": 2}]
    frame = frame_of([*rows, {"prompt_id": 3, "profile": "other"}], good=[True, None, None, None, True])

    dropped, failed = panel(frame), panel(frame, missing="fail")

    assert _equal(dropped.scores, [[1, nan, nan, nan], [nan, nan, nan, 1]])
    assert _equal(failed.scores, [[0.5, 0, nan, 0], [0, 0, 0, 1]])
    assert failed.samples.tolist() == [[2, 1, 0, 1], [1, 1, 1, 1]]


def test_an_answer_without_content_failed(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, {"content": None}, {"content": ""}], good=[True, None, None])

    assert _equal(panel(frame, missing="fail").scores, [[1, 0, nan]])


def test_a_frame_that_does_not_say_what_failed_lets_every_gap_fail() -> None:
    frame = pd.DataFrame({"profile": "a", "prompt_id": [0, 1], "good": [1.0, None]})

    assert _equal(panel(frame, "good", missing="fail").scores, [[1, 0]])


def test_some_profiles_in_the_order_they_are_named(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": 0, "profile": name, "cost_usd": cost} for name, cost in (("a", 1.0), ("b", 2.0), ("c", 3.0))]

    found = panel(frame_of(rows, stars=[1.0, 2.0, 3.0])).of(["c", "a"])

    assert found.profiles == ("c", "a")
    assert _equal(found.scores, [[3], [1]])
    assert _equal(found.costs, [[3], [1]])


def test_a_profile_that_is_not_there_is_named(frame_of: MakeFrame) -> None:
    with pytest.raises(InputError, match="no profile 'smal' in the frame; there are: small"):
        panel(frame_of([{}], good=[True])).of(["smal"])


def test_complete_items_have_a_score_of_every_profile(frame_of: MakeFrame) -> None:
    rows = [{"prompt_id": item, "profile": name} for name in "ab" for item in range(3)]
    frame = frame_of(rows, stars=[1.0, None, 3.0, 4.0, 5.0, 6.0]).assign(document=["x", "y", "z"] * 2)

    found = panel(frame, cluster="document").complete()

    assert found.items == (0, 2)
    assert _equal(found.scores, [[1, 3], [4, 6]])
    assert found.clusters is not None
    assert found.clusters.tolist() == [0, 1]


def test_the_frame_is_left_as_it_was(frame_of: MakeFrame) -> None:
    frame = frame_of([{}, TIMEOUT], good=[True, None])
    before = frame.copy()

    panel(frame, missing="fail")

    pd.testing.assert_frame_equal(frame, before)


def test_the_only_score_need_not_be_named(frame_of: MakeFrame) -> None:
    frame = frame_of([{}], good=[True])

    assert only_score(frame, None) == only_score(frame, "good") == "good"


@pytest.mark.parametrize(
    ("scores", "named", "problem"),
    [
        ({}, None, "no score; add one"),
        ({"good": [True], "stars": [1.0]}, None, "several scores.*'good', 'stars'"),
        ({"good": [True]}, ["good"], "takes the name of one column"),
        ({"good": [True]}, "godo", "no column 'godo'"),
    ],
)
def test_a_score_that_cannot_be_meant_is_refused(
    frame_of: MakeFrame, scores: dict[str, Any], named: Any, problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        only_score(frame_of([{}], **scores), named)


@pytest.mark.parametrize(
    ("change", "arguments", "problem"),
    [
        ({}, {"missing": "zero"}, "'drop' or 'fail'"),
        ({"stars": [2.0, 1.0]}, {"score": "stars", "missing": "fail"}, "between 0 and 1.*'stars' is 2"),
        ({"cost_usd": [-1.0, 1.0]}, {}, "cost_usd is negative in row 0"),
        ({"document": ["a", None]}, {"cluster": "document"}, "'document' is empty in row 1"),
        ({}, {"cluster": "document"}, "no column 'document'"),
        ({"prompt_id": [0, 0], "document": ["a", "b"]}, {"cluster": "document"}, "prompt 0 is in two clusters"),
    ],
)
def test_what_makes_no_panel_is_refused(
    frame_of: MakeFrame, change: dict[str, Any], arguments: dict[str, Any], problem: str
) -> None:
    frame = frame_of([{}, {}], good=[True, False]).assign(**change)

    with pytest.raises(InputError, match=problem):
        panel(frame, **{"score": "good", **arguments})


@pytest.mark.parametrize(
    ("frame", "problem"),
    [
        ({"profile": ["a"]}, "takes a DataFrame"),
        (pd.DataFrame(columns=["profile", "prompt_id", "good"]), "no rows"),
        (pd.DataFrame([["a", 1, 1, 0]], columns=["profile", "prompt_id", "good", "good"]), "'good' twice"),
    ],
)
def test_what_is_no_frame_of_answers_is_refused(frame: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        panel(frame, "good")


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_are_averaged_task_by_task() -> None:
    runs = pd.read_csv(RUNS).rename(columns={"strategy": "profile", "task": "prompt_id", "cost": "cost_usd"})

    found = panel(runs[runs["model"] == "gpt-3.5-turbo-0125"], "solved")

    assert (found.scores.shape, set(found.samples.ravel())) == ((1, 164), {5})
    assert found.scores.mean() == pytest.approx(0.7390243902, abs=1e-10)
    assert found.scores.var(ddof=1) == pytest.approx(0.1680383061, abs=1e-10)
    assert found.within.mean() == pytest.approx(0.0323170732, abs=1e-10)


def test_what_distill_says_of_a_row_is_no_score_unless_it_is_named(frame_of: MakeFrame) -> None:
    verdicts = {"valid": pd.array([True, False], "boolean"), "chosen": pd.array([True, False], "boolean")}
    frame = frame_of([{"prompt_id": 0}, {"prompt_id": 1}], correct=[True, False]).assign(**verdicts)

    with pytest.raises(InputError, match="several scores"):
        only_score(frame, None)
    distilled = frame.assign(reasons=["", "refusal"])
    assert only_score(distilled, None) == "correct"
    assert only_score(distilled, "valid") == "valid"
