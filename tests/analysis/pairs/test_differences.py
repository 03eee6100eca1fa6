"""Paired differences and their intervals."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from distilkit.analysis.intervals import Interval
from distilkit.analysis.pairs.differences import Difference, Pair, difference, pair_of, paired_interval
from distilkit.analysis.panel import panel


def _frame(first: Any, second: Any, **columns: Any) -> pd.DataFrame:
    """Scores of two profiles, one row an item, or one column a sample of it."""
    wide = np.stack([np.atleast_2d(np.asarray(side, dtype=float).T).T for side in (first, second)])
    _, items, samples = wide.shape
    frame = pd.DataFrame(
        {
            "profile": np.repeat(["a", "b"], items * samples),
            "prompt_id": np.tile(np.repeat(np.arange(items), samples), 2),
            "right": wide.ravel(),
        }
    )
    return frame.assign(**{name: frame["prompt_id"].map(dict(enumerate(values))) for name, values in columns.items()})


def _compared(frame: pd.DataFrame, cluster: str | None = None) -> tuple[Difference, Interval]:
    pair = pair_of(panel(frame, "right", cluster=cluster), "a", "b")
    found = difference(pair)
    return found, paired_interval(pair, found, 0.95)


@pytest.mark.parametrize("seed", range(3))
def test_grades_agree_with_scipys_paired_t(seed: int) -> None:
    first, second = np.random.default_rng(seed).normal(size=(2, 40))
    theirs = stats.ttest_rel(first, second).confidence_interval(0.95)

    found, bounds = _compared(_frame(first, second))

    assert found.df == 39
    assert (bounds.low, bounds.high, bounds.method) == (pytest.approx(theirs.low), pytest.approx(theirs.high), "t")


@pytest.mark.parametrize("seed", range(3))
def test_grades_agree_with_statsmodels_descriptive_interval(seed: int) -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    first, second = np.random.default_rng(seed).lognormal(size=(2, 35))
    theirs = DescrStatsW(first - second)

    found, bounds = _compared(_frame(first, second))

    assert found.se == pytest.approx(theirs.std_mean)
    assert (bounds.low, bounds.high) == pytest.approx(theirs.tconfint_mean())


@pytest.mark.parametrize("seed", range(3))
def test_clusters_agree_with_statsmodels_clustered_regression(seed: int) -> None:
    import statsmodels.api as sm

    draws = np.random.default_rng(seed)
    groups = draws.integers(0, 25, size=120)
    first, second = draws.normal(size=(2, 120)) + draws.normal(size=(2, 25))[:, groups]
    theirs = sm.OLS(first - second, np.ones(120)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )

    found, bounds = _compared(_frame(first, second, document=groups), "document")

    count = len(np.unique(groups))
    assert found.se == pytest.approx(theirs.bse[0] * np.sqrt(count / (count - 1)))
    assert bounds.method == "cluster t"
    assert bounds.high - found.mean == pytest.approx(stats.t.ppf(0.975, count - 1) * found.se)


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_agree_with_evalstats_tango(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns of optional parts that are not installed
        from evalstats import pairwise_differences

        first, second = np.random.default_rng(seed).integers(0, 2, size=(2, 60)).astype(float)
        theirs = pairwise_differences(np.stack([first, second]), 0, 1, method="tango")

    found, bounds = _compared(_frame(first, second))

    assert found.mean == pytest.approx(theirs.point_diff)
    assert (bounds.low, bounds.high) == pytest.approx((theirs.ci_low, theirs.ci_high), abs=2e-4)
    assert bounds.method == "tango"


def test_samples_are_averaged_before_they_are_compared() -> None:
    draws = np.random.default_rng(0)
    first, second = draws.integers(0, 2, size=(2, 30, 5))

    found, bounds = _compared(_frame(first, second))

    gaps = first.mean(axis=1) - second.mean(axis=1)
    assert (found.mean, found.se) == pytest.approx((gaps.mean(), gaps.std(ddof=1) / np.sqrt(30)))
    assert bounds.method == "tango, effective n"


def test_several_samples_narrow_the_interval_as_they_narrow_the_error() -> None:
    first, second = np.random.default_rng(0).integers(0, 2, size=(2, 200, 5))

    found, bounds = _compared(_frame(first, second))

    assert (bounds.high - bounds.low) / 2 == pytest.approx(stats.t.ppf(0.975, 199) * found.se, rel=0.02)


def test_the_effective_interval_of_single_answers_is_nearly_the_plain_one() -> None:
    first, second = np.random.default_rng(1).integers(0, 2, size=(2, 400))

    plain = _compared(_frame(first, second))[1]
    doubled = _compared(_frame(np.stack([first] * 2, axis=1), np.stack([second] * 2, axis=1)))[1]

    assert (doubled.low, doubled.high) == pytest.approx((plain.low, plain.high), rel=0.02)


@pytest.mark.parametrize("samples", [1, 5])
def test_answers_that_never_differ_are_no_certainty(samples: int) -> None:
    ones = np.ones((40, samples))

    found, bounds = _compared(_frame(ones, ones))

    assert found.se == 0
    assert np.isnan(found.pairing_gain)
    assert -0.12 < bounds.low < -0.07


def test_a_constant_difference_has_no_error_from_rounding() -> None:
    first = np.random.default_rng(0).random(50)

    assert _compared(_frame(first + 0.1, first))[0].se == 0


def test_one_item_has_no_t_interval() -> None:
    found, bounds = _compared(_frame([0.5], [0.25]))

    assert np.isnan(found.se)
    assert bounds.method == "none"


def test_the_gain_is_how_many_times_the_items_an_unpaired_study_needs() -> None:
    hard = np.random.default_rng(2).normal(size=200)
    noise = np.random.default_rng(3).normal(size=(2, 200)) / 3

    gain = _compared(_frame(hard + noise[0], hard + noise[1]))[0].pairing_gain

    assert gain == pytest.approx(np.var([hard + noise[0], hard + noise[1]], axis=1).sum() / np.var(noise[0] - noise[1]))
    assert gain > 5


def _held(draws: np.random.Generator, second: np.ndarray) -> bool:
    scores = np.stack([np.ones(100), draws.binomial(5, second) / 5])
    everything = np.ones(100, dtype=bool)
    pair = Pair(
        first="a",
        second="b",
        shared=everything,
        scores=scores,
        costs=scores,
        clusters=None,
        verdicts=True,
        single=False,
    )
    bounds = paired_interval(pair, difference(pair), 0.95)
    return bounds.low <= 0.03 <= bounds.high


def test_verdicts_in_several_samples_are_covered_where_a_t_is_not() -> None:
    """One of two fails wholly on 3 % of prompts: a t interval holds the truth in 80 of 100 studies."""
    draws = np.random.default_rng(4)

    assert np.mean([_held(draws, (draws.random(100) > 0.03) * 1.0) for _ in range(500)]) > 0.93
