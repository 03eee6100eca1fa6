"""Values that a correct implementation reproduces, and the edges of the intervals."""

from __future__ import annotations

from math import isnan, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.intervals import interval, over_items, t_interval, wilson

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
    """164 tasks in five runs; as 820 independent rows the standard error would be 0.0153."""
    runs = pd.read_csv(RUNS)
    runs = runs[(runs["strategy"] == "simple") & (runs["model"] == "gpt-3.5-turbo-0125")]

    estimate = over_items(runs["solved"], runs["task"])

    assert estimate.mean == pytest.approx(0.7390243902, abs=1e-10)
    assert estimate.standard_error == pytest.approx(0.0320097457, abs=1e-10)
    assert estimate.within_variance == pytest.approx(0.0323170732, abs=1e-10)
    assert estimate.between_variance == pytest.approx(0.1680383061, abs=1e-10)


def test_one_sample_of_verdicts_gets_wilson() -> None:
    bounds = interval(over_items([1] * 324 + [0] * 176, range(500)), binary=True)

    assert (bounds.method, bounds.low) == ("wilson", pytest.approx(0.6051540371, abs=1e-10))


def test_several_samples_of_verdicts_get_t_within_0_and_1() -> None:
    bounds = interval(over_items([1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 2, 2]), binary=True)

    assert bounds.method == "t"
    assert 0 < bounds.low < bounds.high == 1


def test_unanimous_samples_are_not_certainty() -> None:
    bounds = interval(over_items([1] * 20, [*range(10)] * 2), binary=True)

    assert (bounds.method, bounds.low) == ("wilson", pytest.approx(wilson(10, 10)[0]))
    assert bounds.low < 0.8


def test_numbers_get_t_and_may_leave_0_and_1() -> None:
    bounds = interval(over_items([0.0, 5.0], [0, 1]), binary=False)

    assert bounds.method == "t"
    assert bounds.low < 0
    assert bounds.high > 5


def test_too_little_data_is_said() -> None:
    assert interval(over_items([2.0], [0]), binary=False).method == "none"
    assert interval(over_items([], []), binary=True).method == "none"
