"""The joint bootstrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from distilkit.analysis.resampling import check_replicates, resampled_means
from distilkit.errors import InputError


def test_a_replicate_is_the_mean_of_items_drawn() -> None:
    """Of two items a replicate draws none, one or both of the second: 0, 1/2 or 1, in the shares of two coins."""
    means = resampled_means([0.0, 1.0], replicates=20_000, seed=1)[:, 0]

    values, counts = np.unique(means, return_counts=True)
    assert values.tolist() == [0.0, 0.5, 1.0]
    assert counts / 20_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.015)


def test_all_rows_see_the_same_draw() -> None:
    scores = np.random.default_rng(0).random(50)

    means = resampled_means([scores, 3 * scores + 1], replicates=500)

    assert means[:, 1] == pytest.approx(3 * means[:, 0] + 1)


def test_the_same_seed_gives_the_same_means_and_another_others() -> None:
    values = np.random.default_rng(0).random((2, 30))
    first, again, other = (resampled_means(values, replicates=100, seed=seed) for seed in (4, 4, 5))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", range(3))
def test_the_spread_of_the_means_agrees_with_scipys_bootstrap(seed: int) -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(seed).exponential(size=80)
    theirs = bootstrap((values,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(1))

    means = resampled_means(values, seed=seed)[:, 0]

    bounds = theirs.confidence_interval
    assert means.std(ddof=1) == pytest.approx(theirs.standard_error, rel=0.03)
    assert np.quantile(means, [0.025, 0.975]) == pytest.approx([bounds.low, bounds.high], rel=0.03)


def test_whole_clusters_are_drawn_and_the_mean_is_over_their_items() -> None:
    """Clusters of one and three items: means 4, 2, and 10 / 4 when both are drawn."""
    means = resampled_means([4.0, 1.0, 2.0, 3.0], replicates=20_000, clusters=np.array([0, 1, 1, 1]))[:, 0]

    values, counts = np.unique(means, return_counts=True)
    assert values.tolist() == [2.0, 2.5, 4.0]
    assert counts / 20_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.015)


def test_the_spread_over_clusters_is_the_clustered_error() -> None:
    from distilkit.analysis.item_means import clustered_se

    generator = np.random.default_rng(3)
    clusters = np.repeat(np.arange(60), 4)
    values = generator.normal(size=60)[clusters] + generator.normal(size=240)

    means = resampled_means(values, clusters=clusters)

    assert means.std() == pytest.approx(clustered_se(values, clusters), rel=0.04)


def test_draws_in_parts_are_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("distilkit.analysis.resampling._AT_ONCE", 70)

    means = resampled_means(np.arange(10.0), replicates=1000)

    assert means.shape == (1000, 1)
    assert len(np.unique(means)) > 30
    assert means.mean() == pytest.approx(4.5, abs=0.2)


@pytest.mark.parametrize("replicates", [100, 1_000_000, np.int64(500)])
def test_numbers_of_replicates(replicates: Any) -> None:
    assert check_replicates(replicates) == replicates


@pytest.mark.parametrize("replicates", [99, 1_000_001, 1000.0, True, "1000", None, float("nan")])
def test_what_is_no_number_of_replicates_is_refused(replicates: Any) -> None:
    with pytest.raises(InputError, match="replicates= must be a whole number from 100 to 1,000,000"):
        check_replicates(replicates)
