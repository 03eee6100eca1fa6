"""Ratios of dollars."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from distilkit.analysis.pairs.ratios import ratio_intervals, ratio_of_means


def _dollars(seed: int, n: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Lognormal dollars of two models: a prompt that is long for one is long for the other."""
    draws = np.random.default_rng(seed)
    shared, own = draws.normal(size=n), draws.normal(size=(2, n))
    return np.exp(spread * (0.8 * shared + 0.6 * own[0])) / 1e3, np.exp(spread * (0.8 * shared + 0.6 * own[1])) / 5e2


def test_the_formula() -> None:
    above, below = np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 2.0])

    ratio, error = ratio_of_means(above, below)

    assert ratio == 1.5
    assert error == pytest.approx(np.std(above - 1.5 * below, ddof=1) / (np.sqrt(3) * 2))


@pytest.mark.parametrize("n", [100, 400])
def test_the_delta_error_is_the_spread_of_the_ratio_over_studies(n: int) -> None:
    studies = [ratio_of_means(*_dollars(seed, n, 0.5)) for seed in range(1500)]
    ratios, errors = np.array(studies).T

    assert np.median(errors) == pytest.approx(ratios.std(ddof=1), rel=0.07)


def test_the_delta_error_agrees_with_scipys_bootstrap() -> None:
    above, below = _dollars(3, 300, 0.5)
    theirs = stats.bootstrap(
        (above, below),
        lambda a, b, axis: a.mean(axis) / b.mean(axis),
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(0),
    )

    assert ratio_of_means(above, below)[1] == pytest.approx(theirs.standard_error, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_agrees_with_scipys_bca_where_dollars_are_hardly_skewed(seed: int) -> None:
    above, below = _dollars(seed, 300, 0.2)
    theirs = stats.bootstrap(
        (above, below),
        lambda a, b, axis: a.mean(axis) / b.mean(axis),
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(seed),
    ).confidence_interval

    low, high = ratio_intervals(above[None], below[None])

    width = theirs.high - theirs.low
    assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high), abs=0.06 * width)


def test_the_interval_agrees_with_a_plain_loop_of_the_same_method() -> None:
    above, below = _dollars(7, 80)
    draws = np.random.default_rng(1)

    def logs(rows: np.ndarray) -> tuple[float, float]:
        a, b = above[rows], below[rows]
        ratio = a.mean() / b.mean()
        return float(np.log(ratio)), float(np.std(a - ratio * b) / np.sqrt(len(rows)) / a.mean())

    middle, error = logs(np.arange(80))
    sizes = []
    for _ in range(8000):
        value, own = logs(draws.integers(0, 80, 80))
        sizes.append(abs(value - middle) / own)
    half = np.quantile(sizes, 0.95) * error

    low, high = ratio_intervals(above[None], below[None])

    assert np.log([low[0], high[0]]) == pytest.approx([middle - half, middle + half], abs=0.06 * half)


@pytest.mark.parametrize(("n", "spread"), [(50, 1.0), (100, 1.0), (100, 0.5), (300, 1.0)])
def test_coverage_on_lognormal_dollars_is_as_claimed(n: int, spread: float) -> None:
    studies = [_dollars(seed, n, spread) for seed in range(1000)]
    above, below = (np.array(side) for side in zip(*studies, strict=True))

    low, high = ratio_intervals(above, below, replicates=1000)

    assert 0.93 < ((low <= 0.5) & (high >= 0.5)).mean() < 0.97


def test_the_other_way_round_has_the_reciprocal_interval() -> None:
    above, below = _dollars(1, 60)

    low, high = ratio_intervals(above[None], below[None])
    other_low, other_high = ratio_intervals(below[None], above[None])

    assert (other_low[0], other_high[0]) == pytest.approx((1 / high[0], 1 / low[0]), rel=1e-6)


def test_comparisons_do_not_change_each_other() -> None:
    tables = [_dollars(seed, 40) for seed in range(130)]
    above, below = (np.array(side) for side in zip(*tables, strict=True))

    together = ratio_intervals(above, below, replicates=200)
    alone = ratio_intervals(above[120:121], below[120:121], replicates=200)

    assert (together[0][120], together[1][120]) == pytest.approx((alone[0][0], alone[1][0]), rel=1e-12)


@pytest.mark.parametrize("ratio", [1.0, 3 / 7])
@pytest.mark.parametrize("below", [_dollars(2, 50)[1], np.full(10, 0.01)], ids=["skewed", "constant"])
def test_proportional_dollars_have_no_spread(below: np.ndarray, ratio: float) -> None:
    low, high = ratio_intervals(ratio * below[None], below[None], replicates=500)

    assert (low[0], high[0]) == pytest.approx((ratio, ratio), rel=1e-9)


def test_a_free_model_has_a_ratio_of_zero_without_spread() -> None:
    low, high = ratio_intervals(np.zeros((1, 20)), np.ones((1, 20)), replicates=100)

    assert (low.tolist(), high.tolist()) == ([0.0], [0.0])


def test_against_a_free_model_there_is_no_ratio() -> None:
    low, high = ratio_intervals(np.ones((1, 20)), np.zeros((1, 20)), replicates=100)

    assert np.isnan([low[0], high[0], *ratio_of_means(np.ones(3), np.zeros(3))]).all()


def test_one_unit_has_no_interval() -> None:
    low, high = ratio_intervals(np.ones((1, 1)), np.ones((1, 1)), replicates=100)

    assert np.isnan([low[0], high[0]]).all()


def test_one_dollar_among_free_answers_bounds_nothing_above() -> None:
    above, below = np.ones((1, 30)), np.zeros((1, 30))
    below[0, 0] = 1

    low, high = ratio_intervals(above, below, replicates=1000)

    assert (low[0], high[0]) == (0.0, np.inf)


def test_an_unknown_dollar_makes_the_ratio_unknown() -> None:
    assert np.isnan(ratio_of_means([1.0, np.nan], [1.0, 1.0])).all()
    assert np.isnan(ratio_of_means([1.0, 1.0], [1.0, np.nan])).all()


def test_clusters_widen_the_error_where_dollars_go_together() -> None:
    above, below = (np.repeat(side, 5) for side in _dollars(4, 40))

    ratio, error = ratio_of_means(above, below, np.repeat(np.arange(40), 5))

    assert ratio == pytest.approx(above.sum() / below.sum())
    assert error == pytest.approx(ratio_of_means(above[::5], below[::5])[1])
    assert error > 2 * ratio_of_means(above, below)[1]


def test_the_same_seed_gives_the_same_bounds() -> None:
    above, below = (side[None] for side in _dollars(5, 30))

    first, second = (ratio_intervals(above, below, replicates=300, seed=9) for _ in range(2))

    assert (first[0][0], first[1][0]) == (second[0][0], second[1][0])
    assert first[0][0] != ratio_intervals(above, below, replicates=300, seed=10)[0][0]
