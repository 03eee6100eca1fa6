"""Prediction intervals for skewed amounts."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from distilkit.analysis.dollars.future import Draw, Outlook, outlook
from distilkit.analysis.item_means import mean_se

DRAW = Draw(confidence=0.95, replicates=20_000, seed=0)


def lognormal(seed: int, n: int, spread: float = 0.8) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(0, spread, n))


def width(found: Outlook) -> float:
    return found.high - found.low


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("items", [20, 10_000])
def test_without_skew_it_agrees_with_the_normal_prediction_interval(seed: int, items: int) -> None:
    values = np.random.default_rng(seed).normal(100, 5, 200)
    half = stats.t.ppf(0.975, 199) * values.std(ddof=1) * sqrt(1 / 200 + 1 / items)

    found = outlook(values, items, DRAW)

    assert found.mean == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 15)


@pytest.mark.parametrize("seed", range(3))
def test_skewed_means_agree_with_scipys_bca_for_many_items(seed: int) -> None:
    values = lognormal(seed, 300, 0.5)
    result = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=5000, rng=np.random.default_rng(0))

    found = outlook(values, 10**9, DRAW)

    assert [found.low, found.high] == pytest.approx(list(result.confidence_interval), rel=0.015)


@pytest.mark.parametrize("items", [50, 10_000])
def test_intervals_of_skewed_costs_hold_as_often_as_they_say(items: int) -> None:
    held = 0
    for study in range(250):
        coming = lognormal(10_000 + study, items).mean()
        found = outlook(lognormal(study, 100), items, Draw(confidence=0.95, replicates=500, seed=study))
        held += found.low <= coming <= found.high

    # Three standard errors of a share of 250 studies around 93 to 97 %.
    assert 0.90 <= held / 250 <= 0.99


def test_it_leans_to_the_side_of_the_skew() -> None:
    found = outlook(lognormal(1, 60, 1.0), 1000, DRAW)

    assert found.high - found.mean > 1.3 * (found.mean - found.low)
    assert found.low > 0


def test_few_items_to_come_scatter_more() -> None:
    values = lognormal(2, 100)
    widths = [width(outlook(values, items, DRAW)) for items in (5, 100, 100_000)]

    assert widths == sorted(widths, reverse=True)
    assert widths[1] / widths[2] == pytest.approx(sqrt(2), rel=0.1)


def test_means_of_more_samples_scatter_less_and_of_fewer_more() -> None:
    values = lognormal(3, 100)
    spread = values.var(ddof=1)

    less, same, more = (width(outlook(values, 50, DRAW, steadier=part * spread)) for part in (0.5, 0.0, -0.5))

    assert less < same < more


def test_clusters_are_drawn_whole() -> None:
    random = np.random.default_rng(4)
    clusters = np.arange(600) // 6
    values = 100 + random.normal(0, 5, 100)[clusters] + random.normal(0, 1, 600)
    half = stats.t.ppf(0.975, 99) * mean_se(values, clusters)[0]

    found = outlook(values, 10**9, DRAW, clusters=clusters)

    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 15)


def test_copies_in_clusters_are_no_news() -> None:
    values = lognormal(5, 80)

    once = outlook(values, 1000, DRAW)
    thrice = outlook(np.repeat(values, 3), 3000, DRAW, clusters=np.repeat(np.arange(80), 3))

    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0], [0.0, 0.0], [0.1] * 7])
def test_equal_amounts_are_foretold_as_they_are(values: list[float]) -> None:
    found = outlook(np.array(values), 10, DRAW)

    assert (found.low, found.high) == (found.mean, found.mean)


@pytest.mark.parametrize("values", [[], [3.0], [1.0, np.nan, 2.0]])
def test_too_little_or_unknown_has_no_interval(values: list[float]) -> None:
    found = outlook(np.array(values), 10, DRAW)

    assert np.isnan([found.low, found.high]).all()


def test_amounts_that_a_few_items_carry_are_said_to_be_rough() -> None:
    rare = np.array([0.01] * 99 + [1.0])

    assert outlook(rare, 1000, DRAW).rough > 0.2
    assert outlook(lognormal(6, 100), 1000, DRAW).rough == 0.0
