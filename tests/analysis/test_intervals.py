"""Values that a correct implementation reproduces, and the edges of the intervals."""

from __future__ import annotations

from math import isnan, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.intervals import Interval, interval, skew_t, t_interval, wilson
from distilkit.analysis.item_means import clustered_se, item_mean, mean_se, over_items

RUNS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "aatm_slice.csv.gz"


def test_wilson_of_324_in_500() -> None:
    assert wilson(324, 500) == pytest.approx((0.6051540371, 0.6885891582), abs=1e-10)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_wilson_is_where_the_score_test_stops_rejecting(confidence: float) -> None:
    """By its definition: at either bound p, |share - p| is z standard errors of p."""
    from scipy.stats import norm

    share, n = 7 / 20, 20
    for p in wilson(7, n, confidence):
        assert abs(share - p) / sqrt(p * (1 - p) / n) == pytest.approx(norm.ppf(0.5 + confidence / 2))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_0_and_1(counts: tuple[int, int]) -> None:
    successes, n = counts

    low, high = wilson(successes, n)

    assert 0 <= low <= successes / n <= high <= 1
    assert low < high


def test_wilson_of_nothing_is_unknown() -> None:
    assert all(map(isnan, wilson(0, 0)))


def test_t_of_ten_items() -> None:
    """t(0.975; 9 degrees of freedom) is 2.262157."""
    low, high = t_interval(0.5, 0.1, 10)

    assert (low, high) == pytest.approx((0.5 - 0.2262157, 0.5 + 0.2262157), abs=1e-7)


def test_one_item_has_no_t_interval() -> None:
    assert all(map(isnan, t_interval(0.5, 0.0, 1)))


def test_samples_of_an_item_are_averaged_first() -> None:
    """Item a scores 1/2 over four samples, item b 1: the mean is 3/4, not 3/5."""
    estimate = over_items([1, 0, 1, 0, 1], ["a", "a", "a", "a", "b"])

    assert (estimate.mean, estimate.items, estimate.samples) == (0.75, 2, 4)
    assert estimate.standard_error == pytest.approx(np.std([0.5, 1.0], ddof=1) / sqrt(2))
    assert estimate.within_variance == pytest.approx(np.var([1, 0, 1, 0], ddof=1))


def test_nothing_and_one_item_have_unknown_errors() -> None:
    nothing, one = over_items([], []), over_items([1.0, 0.0], [5, 5])

    assert (nothing.items, one.items, one.mean) == (0, 1, 0.5)
    assert isnan(nothing.mean)
    assert isnan(one.standard_error)


@pytest.mark.skipif(not RUNS.exists(), reason="the recorded runs are not part of the repository")
def test_real_runs_are_not_treated_as_independent() -> None:
    """164 tasks in five runs; as 820 independent rows the standard error would be less than half."""
    runs = pd.read_csv(RUNS)
    runs = runs[(runs["strategy"] == "simple") & (runs["model"] == "gpt-3.5-turbo-0125")]

    estimate = over_items(runs["solved"], runs["task"])
    as_rows = over_items(runs["solved"], range(len(runs)))

    assert as_rows.standard_error == pytest.approx(0.0153457244, abs=1e-10)
    assert estimate.mean == pytest.approx(0.7390243902, abs=1e-10)
    assert estimate.standard_error == pytest.approx(0.0320097457, abs=1e-10)
    assert estimate.within_variance == pytest.approx(0.0323170732, abs=1e-10)
    assert estimate.between_variance == pytest.approx(0.1680383061, abs=1e-10)


def test_one_sample_of_verdicts_gets_wilson() -> None:
    bounds = interval(over_items([1] * 324 + [0] * 176, range(500)), binary=True)

    assert (bounds.method, bounds.low) == ("wilson", pytest.approx(0.6051540371, abs=1e-10))


@pytest.mark.parametrize("seed", range(5))
def test_wilson_agrees_with_statsmodels(seed: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 400))
    successes, confidence = int(generator.integers(0, n + 1)), float(generator.uniform(0.5, 0.999))

    theirs = proportion_confint(successes, n, alpha=1 - confidence, method="wilson")

    assert wilson(successes, n, confidence) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_clustered_error_agrees_with_statsmodels(seed: int) -> None:
    """The mean is a regression on a constant, whose small-sample factor is C / (C - 1) alone."""
    from statsmodels.api import OLS

    generator = np.random.default_rng(seed)
    clusters = generator.integers(0, 12, size=150)
    values = generator.normal(size=150) + generator.normal(size=12)[clusters]
    fit = OLS(values, np.ones(150)).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)

    error, freedom = mean_se(values, clusters)

    assert error == clustered_se(values, clusters) == pytest.approx(fit.bse[0])
    assert t_interval(values.mean(), error, freedom + 1) == pytest.approx(tuple(fit.conf_int()[0]))


@pytest.mark.parametrize("seed", range(3))
def test_the_plain_error_agrees_with_scipy(seed: int) -> None:
    from scipy.stats import sem

    values = np.random.default_rng(seed).lognormal(size=40)

    assert mean_se(values) == (pytest.approx(sem(values)), 39)


def test_clusters_of_one_item_are_no_clusters() -> None:
    values = np.random.default_rng(0).normal(size=25)

    assert mean_se(values, np.arange(25)) == (pytest.approx(mean_se(values)[0]), 24)


def test_one_unit_or_none_has_no_error() -> None:
    assert np.isnan([mean_se([1.0])[0], mean_se([])[0], mean_se([1.0, 2.0], ["a", "a"])[0]]).all()
    assert [mean_se([1.0])[1], mean_se([])[1], mean_se([1.0, 2.0], ["a", "a"])[1]] == [0, 0, 0]


def test_names_of_clusters_may_be_texts() -> None:
    assert clustered_se([1, 1, 0, 0], ["b", "b", "a", "a"]) == 0.5


def test_several_samples_of_verdicts_get_wilson_for_as_many_as_they_tell() -> None:
    """Samples that repeat each other tell as much as one an item; independent ones as much as they are."""
    generator = np.random.default_rng(0)
    alike = interval(over_items(np.repeat([1, 0], 150), np.repeat(np.arange(60), 5)), binary=True)
    fresh = interval(
        over_items(generator.permutation(np.repeat([1, 0], 150)), np.repeat(np.arange(60), 5)), binary=True
    )

    assert alike.method == fresh.method == "wilson effective n"
    assert (alike.low, alike.high) == pytest.approx(wilson(30, 60), abs=0.005)
    assert (fresh.low, fresh.high) == pytest.approx(wilson(150, 300), abs=0.01)


def test_unanimous_samples_are_not_certainty() -> None:
    bounds = interval(over_items([1] * 20, [*range(10)] * 2), binary=True)

    assert bounds.low < wilson(10, 10)[0] < 0.8
    assert bounds.high == 1


def test_verdicts_in_unanimous_clusters_are_as_many_as_the_clusters() -> None:
    bounds = interval(item_mean(np.repeat([1.0, 0.0], 50), clusters=np.repeat(np.arange(20), 5)), binary=True)

    assert bounds.method == "cluster wilson"
    assert (bounds.low, bounds.high) == pytest.approx(wilson(10, 20), abs=0.02)


@pytest.mark.parametrize("samples", [1, 5])
def test_one_item_is_hardly_anything(samples: int) -> None:
    bounds = interval(over_items([1] * samples, [0] * samples), binary=True)

    assert (bounds.low, bounds.high) == pytest.approx(wilson(1, 1))


def test_95_percent_holds_where_t_cut_to_0_and_1_does_not() -> None:
    """Five samples of 30 items at p = 0.95: t would hold in 80 to 88 of 100 studies."""
    truth, generator = 0.95, np.random.default_rng(0)
    chances = generator.beta(2 * truth, 2 * (1 - truth), size=(1000, 30))
    means = generator.binomial(5, chances) / 5

    samples = np.full(30, 5)
    held = [_holds(interval(item_mean(study, samples=samples), binary=True), truth) for study in means]
    plain = [abs(study.mean() - truth) <= 2.045 * mean_se(study)[0] for study in means]

    assert np.mean(plain) < 0.9
    assert 0.93 <= np.mean(held) <= 0.98


def test_95_percent_holds_on_skewed_dollars_where_t_does_not() -> None:
    truth, generator = float(np.exp(0.5)), np.random.default_rng(2)
    studies = generator.lognormal(0, 1, size=(2000, 50))

    held = [_holds(interval(item_mean(study), binary=False), truth) for study in studies]
    plain = [abs(study.mean() - truth) <= 2.0096 * mean_se(study)[0] for study in studies]

    assert np.mean(plain) < 0.92
    assert np.mean(held) > 0.925


def _holds(bounds: Interval, truth: float) -> bool:
    return bounds.low <= truth <= bounds.high


@pytest.mark.parametrize("seed", range(3))
def test_without_skewness_a_skew_t_is_t(seed: int) -> None:
    half = np.random.default_rng(seed).normal(size=40)
    estimate = item_mean(np.concatenate([half, -half]) + 7)

    bounds = interval(estimate, binary=False)

    assert estimate.skewness == pytest.approx(0, abs=1e-12)
    assert bounds.method == "skew t"
    assert (bounds.low, bounds.high) == pytest.approx(t_interval(estimate.mean, estimate.standard_error, 80))


@pytest.mark.parametrize("seed", range(3))
def test_a_skew_t_undoes_halls_transformation(seed: int) -> None:
    """By its definition: at either bound the transformed statistic is t's quantile over √n."""
    values = np.random.default_rng(seed).exponential(size=60)
    estimate = item_mean(values)
    g, n = estimate.skewness, 60

    low, high = skew_t(estimate.mean, estimate.standard_error, n, g)
    for bound, quantile in ((low, 2.0009953781), (high, -2.0009953781)):
        w = (estimate.mean - bound) / (estimate.standard_error * sqrt(n))
        assert w + g * w**2 / 3 + g**2 * w**3 / 27 + g / (6 * n) == pytest.approx(quantile / sqrt(n), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_skewness_agrees_with_scipy(seed: int) -> None:
    from scipy.stats import skew

    values = np.random.default_rng(seed).lognormal(-30, 1, size=80)

    assert item_mean(values).skewness == pytest.approx(skew(values))


@pytest.mark.parametrize("seed", range(3))
def test_a_skew_t_is_near_scipys_bca_bootstrap_where_there_is_much_data(seed: int) -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(seed).exponential(size=1500)
    theirs = bootstrap((values,), np.mean, n_resamples=5000, rng=np.random.default_rng(0)).confidence_interval

    bounds = interval(item_mean(values), binary=False)

    width = bounds.high - bounds.low
    assert (bounds.low, bounds.high) == pytest.approx((theirs.low, theirs.high), abs=0.06 * width)


def test_bounds_lean_to_where_the_long_tail_is() -> None:
    low, high = skew_t(1.0, 0.1, 50, 3.0)
    left, right = skew_t(-1.0, 0.1, 50, -3.0)

    assert high - 1 > 1.3 * (1 - low)
    assert (left, right) == pytest.approx((-high, -low))


def test_numbers_may_leave_0_and_1() -> None:
    bounds = interval(over_items([0.0, 5.0], [0, 1]), binary=False)

    assert bounds.low < 0
    assert bounds.high > 5


def test_equal_numbers_have_no_width() -> None:
    bounds = interval(item_mean(np.full(10, 0.1)), binary=False)

    assert (bounds.low, bounds.high) == pytest.approx((0.1, 0.1))


def test_numbers_in_clusters_get_t_with_the_clusters_degrees_of_freedom() -> None:
    values, clusters = np.array([1.0, 2.0, 4.0, 4.0, 9.0, 7.0]), np.array([0, 0, 1, 1, 2, 2])

    bounds = interval(item_mean(values, clusters=clusters), binary=False)

    half = 4.3026527 * clustered_se(values, clusters)
    assert bounds.method == "cluster t"
    assert (bounds.low, bounds.high) == pytest.approx((values.mean() - half, values.mean() + half))


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    st.floats(0.3, 0.999),
)
def test_an_interval_holds_its_mean(values: list[float], confidence: float) -> None:
    bounds = interval(item_mean(np.array(values)), binary=False, confidence=confidence)

    assert bounds.low <= float(np.mean(values)) <= bounds.high


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_an_interval_of_shares_holds_its_mean_within_0_and_1(right: list[int]) -> None:
    means = np.array(right) / 5

    bounds = interval(item_mean(means, samples=np.full(len(means), 5)), binary=True)

    assert 0 <= bounds.low <= means.mean() <= bounds.high <= 1
    assert bounds.low < bounds.high


def test_too_little_data_is_said() -> None:
    assert interval(over_items([2.0], [0]), binary=False).method == "none"
    assert interval(over_items([], []), binary=True).method == "none"
