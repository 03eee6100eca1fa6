"""Tango's interval."""

from __future__ import annotations

import warnings
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from distilkit.analysis.pairs.score_interval import tango

Z = 1.959963984540054
COUNTS = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)).filter(lambda counts: sum(counts) > 0)


@pytest.mark.parametrize("seed", range(6))
def test_tango_agrees_with_evalstats(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns of optional parts that are not installed
        from evalstats import pairwise_differences

        draws = np.random.default_rng(seed)
        scores = draws.binomial(1, draws.uniform(0.1, 0.9, 2), size=(90, 2)).astype(float)
        theirs = pairwise_differences(scores.T, 0, 1, method="tango")
    gaps = scores[:, 0] - scores[:, 1]
    ours = tango((gaps > 0).sum(), (gaps < 0).sum(), len(gaps), Z)

    assert ours == pytest.approx((theirs.ci_low, theirs.ci_high), abs=2e-4)


@pytest.mark.parametrize(("first", "second", "n"), [(12, 3, 40), (0, 4, 50), (1, 0, 30), (20, 20, 45)])
def test_at_a_bound_the_score_is_the_quantile_with_the_likeliest_shares(first: int, second: int, n: int) -> None:
    """The likelihood is maximised numerically here, by a closed form there."""
    for bound in tango(first, second, n, Z):
        share = _likeliest(first, second, n, bound)
        score = (first - second - n * bound) / (n * (2 * share + bound * (1 - bound))) ** 0.5

        assert abs(score) == pytest.approx(Z, rel=1e-4)


def _likeliest(first: int, second: int, n: int, difference: float) -> float:
    def against(share: float) -> float:
        shares = (share + difference, share, 1 - 2 * share - difference)
        counts = (first, second, n - first - second)
        return -sum(count * log(max(part, 1e-300)) for count, part in zip(counts, shares, strict=True) if count)

    limits = (max(0.0, -difference), (1 - difference) / 2)
    return float(minimize_scalar(against, bounds=limits, method="bounded", options={"xatol": 1e-12}).x)


@given(COUNTS)
def test_the_interval_holds_the_difference_and_stays_within_one(counts: tuple[int, int, int]) -> None:
    first, second, _ = counts
    n = sum(counts)
    low, high = tango(first, second, n, Z)

    assert -1 <= low <= (first - second) / n <= high <= 1
    assert high > low


@given(COUNTS)
def test_the_other_way_round_is_the_mirror_image(counts: tuple[int, int, int]) -> None:
    first, second, _ = counts
    low, high = tango(first, second, sum(counts), Z)

    assert tango(second, first, sum(counts), Z) == pytest.approx((-high, -low), abs=1e-9)


def test_identical_answers_are_no_certainty() -> None:
    assert tango(0, 0, 50, Z) == pytest.approx((-(Z**2) / (50 + Z**2), Z**2 / (50 + Z**2)), abs=1e-9)


def test_a_clean_sweep_is_no_certainty() -> None:
    """As the interval of a sweep but for a thousandth of an answer."""
    assert tango(30, 0, 30, Z) == pytest.approx(tango(29.9999, 0, 30, Z), abs=1e-4)
    assert tango(0, 30, 30, Z)[1] == pytest.approx(-(30 - Z**2) / (30 + Z**2))


@pytest.mark.parametrize("n", [30, 50, 100])
@pytest.mark.parametrize("shares", [(0.1, 0.1), (0.2, 0.1), (0.3, 0.05), (0.3, 0.3), (0.5, 0.1), (0.2, 0.08)])
def test_coverage_is_as_claimed(n: int, shares: tuple[float, float]) -> None:
    """Exact: every table that can be, with its probability."""
    first, second = (axis.ravel() for axis in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    chance = _chance(first, second, n, shares)
    likely = chance > 1e-5
    true = shares[0] - shares[1]
    held = [_holds(int(b), int(c), n, true) for b, c in zip(first[likely], second[likely], strict=True)]

    assert 0.93 < chance[likely][held].sum() / chance[likely].sum() < 0.97


def _chance(first: np.ndarray, second: np.ndarray, n: int, shares: tuple[float, float]) -> np.ndarray:
    rest = n - first - second
    ways = gammaln(n + 1) - gammaln(first + 1) - gammaln(second + 1) - gammaln(np.maximum(rest, 0) + 1)
    logs = ways + first * log(shares[0]) + second * log(shares[1]) + rest * log(1 - sum(shares))
    return np.where(rest >= 0, np.exp(np.minimum(logs, 0)), 0.0)


def _holds(first: int, second: int, n: int, true: float) -> bool:
    low, high = tango(first, second, n, Z)
    return low - 1e-9 <= true <= high + 1e-9
