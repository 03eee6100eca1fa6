"""Cascades played again, against playing them row by row."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.replays.draws import Draws
from distilkit.analysis.replays.replay import candidates, choose, combinations, replay, sweep


def recorded(seed: int, profiles: int = 3, draws: int = 24, *, gaps: bool = False) -> Draws:
    """Return draws with few different checks, so that ties and thresholds between them happen."""
    rng = np.random.default_rng(seed)
    accepts = rng.integers(0, 4, size=(profiles - 1, draws)) / 4
    if gaps:
        accepts[rng.random(accepts.shape) < 0.2] = np.nan
    return Draws(
        score="right",
        profiles=tuple("abcdef"[:profiles]),
        scores=rng.integers(0, 2, size=(profiles, draws)).astype(float),
        accepts=accepts,
        costs=rng.lognormal(size=(profiles, draws)) * np.array([1, 4, 16, 64, 256, 1024])[:profiles, None],
        checks=rng.random((profiles - 1, draws)),
        # Items of one, two and three draws.
        items=np.sort(np.concatenate([np.arange(12), np.repeat(np.arange(6), 2)]))[:draws],
        clusters=None,
        binary=True,
        n_missing=0,
        missing="drop",
        left_out=(),
    )


def by_hand(draws: Draws, thresholds: tuple[float, ...]) -> list[tuple[int, float]]:
    """Play every draw by itself: who answers, at what price."""
    played = []
    for draw in range(len(draws.items)):
        spent = 0.0
        for stage, threshold in enumerate([*thresholds, -inf]):
            if threshold == inf:
                continue
            spent += draws.costs[stage, draw]
            if threshold == -inf:
                break
            spent += draws.checks[stage, draw]
            if draws.accepts[stage, draw] >= threshold:
                break
        played.append((stage, spent))
    return played


def mean_over_items(draws: Draws, values: list[float]) -> float:
    items: dict[int, list[float]] = {}
    for item, value in zip(draws.items.tolist(), values, strict=True):
        items.setdefault(item, []).append(value)
    return float(np.mean([np.mean(group) for group in items.values()]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("profiles", [2, 3])
def test_every_combination_agrees_with_playing_it_by_hand(seed: int, profiles: int) -> None:
    draws = recorded(seed, profiles, gaps=seed % 2 == 1)
    tried = [np.array([-inf, 0.0, 0.25, 0.6, 0.75, inf])] * (profiles - 1)

    quality, cost = sweep(draws, tried)

    for place, thresholds in enumerate(combinations(tried)):
        hand = by_hand(draws, thresholds)
        answered_by, spent = replay(draws, thresholds)
        assert answered_by.tolist() == [stage for stage, _ in hand]
        assert spent == pytest.approx([dollars for _, dollars in hand])
        scores = [draws.scores[stage, draw] for draw, (stage, _) in enumerate(hand)]
        assert quality[place] == pytest.approx(mean_over_items(draws, scores))
        assert cost[place] == pytest.approx(mean_over_items(draws, [dollars for _, dollars in hand]))


@pytest.mark.parametrize("seed", range(3))
def test_four_stages_agree_with_playing_them_by_hand(seed: int) -> None:
    draws = recorded(seed, 5)
    tried = [np.array([-inf, 0.5, inf])] * 4

    quality, cost = sweep(draws, tried)

    assert len(quality) == 81
    for place, thresholds in enumerate(product([-inf, 0.5, inf], repeat=4)):
        hand = by_hand(draws, thresholds)
        scores = [draws.scores[stage, draw] for draw, (stage, _) in enumerate(hand)]
        assert quality[place] == pytest.approx(mean_over_items(draws, scores))
        assert cost[place] == pytest.approx(mean_over_items(draws, [dollars for _, dollars in hand]))


def test_candidates_are_what_was_seen_with_both_ends() -> None:
    draws = recorded(1, 2, gaps=True)

    (found,) = candidates(draws)

    seen = sorted({value for value in draws.accepts[0].tolist() if value == value})  # noqa: PLR0124 - not NaN
    assert found.tolist() == [-inf, *seen, inf]


@pytest.mark.parametrize(("profiles", "most"), [(2, 1000), (3, 100), (4, 21), (6, 6)])
def test_many_checks_are_tried_at_their_quantiles(profiles: int, most: int) -> None:
    rng = np.random.default_rng(0)
    draws = recorded(0, profiles)
    many = Draws(
        **{name: getattr(draws, name) for name in draws.__slots__} | {"accepts": rng.random((profiles - 1, 5000))}
    )

    for found in candidates(many):
        assert 4 <= len(found) <= most
        assert np.isin(found[1:-1], many.accepts).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=15), st.integers(0, 6))
def test_the_choice_is_the_cheapest_that_reaches_or_the_best_within(pairs: list[tuple[int, int]], bar: int) -> None:
    quality, cost = np.array(pairs, dtype=float).T

    reached, met = choose(quality, cost, target=bar, budget=None)
    within, afforded = choose(quality, cost, target=None, budget=bar)

    good = [(dollars, -score) for score, dollars in pairs if score >= bar]
    assert met == bool(good)
    expected = min(good) if good else min((dollars, -score) for score, dollars in pairs if score == max(quality))
    assert (cost[reached], -quality[reached]) == expected
    cheap = [(-score, dollars) for score, dollars in pairs if dollars <= bar]
    assert afforded == bool(cheap)
    expected = min(cheap) if cheap else min((-score, dollars) for score, dollars in pairs if dollars == min(cost))
    assert (-quality[within], cost[within]) == expected


def test_rounding_of_sums_does_not_put_a_choice_out_of_reach() -> None:
    quality, cost = np.array([0.1 + 0.2, 0.2]), np.array([0.7 + 0.1, 0.3])

    assert choose(quality, cost, target=None, budget=0.8 - 1e-16) == (0, True)
    assert choose(quality, cost, target=0.3 + 1e-16, budget=None) == (0, True)


@pytest.mark.parametrize("seed", range(20))
def test_a_model_that_is_nearly_free_beside_another_costs_what_it_costs(seed: int) -> None:
    """Added up from a difference of the two, its millionths would be rounding, and no threshold would seem to fit."""
    draws = recorded(seed, profiles=2)
    draws = replace(draws, costs=draws.costs * np.array([[1e-9], [1e3]]), checks=np.zeros_like(draws.checks))
    alone = float(draws.costs[0] @ draws.weights)

    tried = candidates(draws)
    place, met = choose(*sweep(draws, tried), target=None, budget=alone)

    assert met
    assert combinations(tried)[place] == (-inf,)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12])
def test_what_is_chosen_does_not_depend_on_the_unit_of_money(scale: float) -> None:
    draws = recorded(3)
    quality, cost = sweep(draws, candidates(draws))

    assert choose(quality, cost * scale, target=0.6, budget=None) == choose(quality, cost, target=0.6, budget=None)
