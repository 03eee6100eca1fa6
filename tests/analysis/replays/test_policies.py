"""Policies side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.replays.policies import Policy, Terms, gap_recovered, measured, random_mix, split, worth_mixing
from distilkit.analysis.resampling import resampled_means
from distilkit.errors import InputError

SYSTEMS = {
    "gpt-3.5": (0.0549, 0.7390),
    "Escalation": (0.2731, 0.8500),
    "LDB(3.5,3.5)": (0.6289, 0.8024),
    "GPT-4": (1.9301, 0.8963),
    "LDB(3.5,4)": (2.1886, 0.9098),
    "Warming": (2.4484, 0.9317),
    "Retry": (2.5072, 0.9195),
    "LDB(4)": (6.3554, 0.9329),
    "LATS(4)": (134.5024, 0.8805),
}


def test_the_hull_of_published_systems_drops_those_a_mix_beats() -> None:
    costs, scores = zip(*SYSTEMS.values(), strict=True)

    hull = [list(SYSTEMS)[place] for place in worth_mixing(costs, scores)]

    assert hull == ["gpt-3.5", "Escalation", "Warming", "LDB(4)"]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_no_model_is_above_the_hull(models: list[tuple[int, int]]) -> None:
    costs, scores = zip(*models, strict=True)
    hull = worth_mixing(costs, scores)

    knots = [costs[place] for place in hull]
    assert knots == sorted(set(knots))
    for cost, score in models:
        assert score <= np.interp(cost, knots, [scores[place] for place in hull]) + 1e-9


@given(st.lists(st.floats(0.1, 9), min_size=2, max_size=4, unique=True), st.floats(0, 10))
def test_a_mix_spends_what_it_should_where_that_can_be_done(means: list[float], dollars: float) -> None:
    means = sorted(means)
    chances = random_mix(dollars, [np.array([mean]) for mean in means], range(len(means)))

    assert chances.sum() == pytest.approx(1)
    assert (chances >= 0).all()
    assert float(chances @ means) == pytest.approx(np.clip(dollars, means[0], means[-1]))


def test_a_gap_that_is_not_there_is_unknown() -> None:
    assert gap_recovered(0.5, weak=0.6, strong=0.6) is None
    assert gap_recovered(0.5, weak=0.7, strong=0.6) is None


@given(st.integers(4, 40), st.floats(0.01, 0.99), st.integers(0, 5))
def test_a_split_takes_every_item_once(n: int, train: float, seed: int) -> None:
    chosen, reported = split(n, None, train=train, seed=seed)

    assert (chosen ^ reported).all()
    assert min(chosen.sum(), reported.sum()) >= 2


def test_a_split_never_tears_a_cluster() -> None:
    clusters = np.repeat(np.arange(10), 3)

    chosen, reported = split(30, clusters, train=0.5, seed=0)

    assert not set(clusters[chosen]) & set(clusters[reported])
    assert chosen.sum() == reported.sum() == 15


def test_the_split_is_the_seeds() -> None:
    halves = [split(50, None, train=0.5, seed=seed)[0].tolist() for seed in (1, 1, 2)]

    assert halves[0] == halves[1] != halves[2]


def test_three_items_are_too_few_to_split() -> None:
    with pytest.raises(InputError, match="3 prompts are too few to choose thresholds on some and report on others"):
        split(3, None, train=0.5, seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_dollars_have_an_interval_near_the_bootstraps(seed: int) -> None:
    costs = np.random.default_rng(seed).gamma(2, size=300)
    policy = Policy(name="single", scores=np.ones(300), costs=costs, share_strong=0.0)
    terms = Terms(clusters=None, verdicts=True, samples=1, confidence=0.95)

    (row,) = measured([policy], terms, weak=0.0, strong=1.0)

    low, high = np.quantile(resampled_means(costs, replicates=2000, seed=seed), [0.025, 0.975])
    assert (row["cost_low_usd"], row["cost_high_usd"]) == pytest.approx((low, high), abs=0.15 * (high - low))


def test_a_mix_of_verdicts_is_surer_than_one_verdict_an_item() -> None:
    terms = Terms(clusters=None, verdicts=True, samples=1, confidence=0.95)
    verdicts = np.tile([0.0, 1.0], 50)
    alone = Policy(name="single", scores=verdicts, costs=verdicts, share_strong=0.0)
    mixed = Policy(name="mix", scores=(verdicts + verdicts[::-1]) / 2, costs=verdicts, share_strong=0.5)

    one, both = measured([alone, mixed], terms, weak=0.0, strong=1.0)

    assert both["quality_high"] - both["quality_low"] < one["quality_high"] - one["quality_low"]  # type: ignore[operator] # floats
