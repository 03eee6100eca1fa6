"""Corrected means and their errors."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.labelled.rectified import Items, best_weight, ppi, ppi_mean, rogan_gladen, rogan_gladen_mean

Y = np.array([1, 0, 1, 1, 0, 1, 0, 1.0])
F = np.array([1, 0, 1, 1, 1, 1, 0, 0.0])
REST = np.array([1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1.0])


def items_of(judge: np.ndarray, human: np.ndarray) -> Items:
    return Items(judge=judge, human=human, judge_labelled=np.where(np.isnan(human), np.nan, judge), both=judge * human)


def studies(number: int, *, labelled: int = 100, items: int = 800, seed: int = 0) -> list[Items]:
    """Judged verdicts, 62 % right, with a judge of sensitivity .9 and specificity .8."""
    random = np.random.default_rng(seed)
    truth = random.random((number, items)) < 0.62
    judge = np.where(truth, random.random(truth.shape) < 0.9, random.random(truth.shape) < 0.2).astype(float)
    human = np.where(np.arange(items) < labelled, truth, np.nan)
    return [items_of(*pair) for pair in zip(judge, human, strict=True)]


def test_the_published_prediction_powered_mean() -> None:
    found = ppi(Y, F, REST)

    assert found.value == pytest.approx(0.75, abs=1e-12)
    assert found.interval(0.9) == pytest.approx((0.4090399, 1.0909601), abs=5e-8)


def test_the_published_rogan_gladen() -> None:
    assert rogan_gladen(0.70, specificity=0.85, sensitivity=0.90) == pytest.approx(0.7333333, abs=5e-8)


@given(share=st.floats(0, 1), q0=st.floats(0.55, 1), q1=st.floats(0.55, 1))
def test_rogan_gladen_undoes_what_the_judge_does(share: float, q0: float, q1: float) -> None:
    judged = share * q1 + (1 - share) * (1 - q0)

    assert rogan_gladen(judged, q0, q1) == pytest.approx(share, abs=1e-9)


def test_a_judge_no_better_than_chance_corrects_nothing() -> None:
    assert np.isnan([rogan_gladen(0.5, 0.5, 0.5), rogan_gladen(0.5, 0.2, 0.3)]).all()


@pytest.mark.parametrize("method", ["ppi", "ppi++", "rogan_gladen"])
def test_intervals_hold_the_truth_as_often_as_they_say(method: str) -> None:
    found = [
        rogan_gladen_mean(items) if method == "rogan_gladen" else ppi_mean(items, tuned=method == "ppi++")
        for items in studies(1500)
    ]

    held = np.mean([low <= 0.62 <= high for low, high in (one.interval(0.95) for one in found)])
    assert 0.93 < held < 0.97


def test_errors_are_those_of_repeated_studies() -> None:
    for method in (lambda items: ppi_mean(items, tuned=False), rogan_gladen_mean):
        found = [method(items) for items in studies(800, seed=1)]

        claimed = np.mean([one.standard_error for one in found])
        assert np.std([one.value for one in found]) == pytest.approx(claimed, rel=0.08)


def test_labels_of_only_the_labelled_are_less_sure_than_with_the_judge() -> None:
    items = studies(1)[0]
    human = items.human[items.known]

    assert ppi_mean(items, tuned=True).standard_error < human.std() / sqrt(len(human))


def test_the_best_weight_is_the_one_with_the_smallest_error() -> None:
    random = np.random.default_rng(3)
    human = random.normal(size=60)
    judge, rest = human + random.normal(size=60), random.normal(0, 2**0.5, 200)

    best = best_weight(human, judge, rest)

    errors = [ppi(human, judge, rest, weight=w).standard_error for w in np.linspace(0, 1, 101)]
    assert np.argmin(errors) / 100 == pytest.approx(best, abs=0.05)


@pytest.mark.parametrize("judge", [np.ones(8), 1 - Y])
def test_a_useless_judge_gets_no_weight(judge: np.ndarray) -> None:
    weight = best_weight(Y, judge, np.ones(5))

    assert weight == 0.0
    assert ppi(Y, judge, np.ones(5), weight=weight).value == pytest.approx(Y.mean())


def test_with_every_item_labelled_the_judge_does_not_matter() -> None:
    found = ppi(Y, F, np.array([]))

    assert (found.value, found.standard_error, found.freedom) == pytest.approx((0.625, Y.std(ddof=1) / sqrt(8), 7))


@pytest.mark.parametrize("method", ["ppi", "rogan_gladen"])
def test_clusters_of_copies_are_as_unsure_as_their_originals(method: str) -> None:
    items = studies(1, labelled=60, items=200)[0]
    copied = Items(
        judge=np.repeat(items.judge, 3),
        human=np.repeat(items.human, 3),
        judge_labelled=np.repeat(items.judge_labelled, 3),
        both=np.repeat(items.both, 3),
        clusters=np.repeat(np.arange(200), 3),
    )
    correct = rogan_gladen_mean if method == "rogan_gladen" else lambda given: ppi_mean(given, tuned=False)

    once, thrice = correct(items), correct(copied)

    assert thrice.value == pytest.approx(once.value)
    assert thrice.standard_error == pytest.approx(once.standard_error * sqrt(200 / 199))
    assert thrice.freedom == 199


def test_clusters_of_one_item_each_change_next_to_nothing() -> None:
    items = studies(1)[0]
    single = replace(items, clusters=np.arange(800)[::-1].copy())

    assert rogan_gladen_mean(single).standard_error == pytest.approx(rogan_gladen_mean(items).standard_error, rel=1e-3)


def test_one_cluster_has_no_error() -> None:
    assert np.isnan(ppi(Y, F, REST, clusters=np.zeros(24, dtype=int)).standard_error)
