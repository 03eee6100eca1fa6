"""The arithmetic of power, against an independent one."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import pytest

from distilkit.analysis.sizing.goal import Goal, goal_of
from distilkit.errors import InputError


def goal(**changes: Any) -> Goal:
    return goal_of(**{"gap": 0.03, "power": 0.8, "alpha": 0.05, "n": None, "confidence": 0.95, **changes})


def test_items_for_the_published_variance() -> None:
    assert goal().items(1 / 9) == pytest.approx(968.9975, abs=5e-5)


@pytest.mark.parametrize(("samples", "gap"), [(1, 0.1327333), (10, 0.0756696)])
def test_the_published_smallest_gaps(samples: int, gap: float) -> None:
    assert goal().smallest_gap(1 / 9 + 2 / 6 / samples, 198) == pytest.approx(gap, abs=5e-8)


@pytest.mark.parametrize("seed", range(6))
def test_items_agree_with_statsmodels(seed: int) -> None:
    from statsmodels.stats.power import NormalIndPower

    random = np.random.default_rng(seed)
    gap, variance = random.uniform(0.01, 0.2), random.uniform(0.05, 0.5)
    power, alpha = random.uniform(0.6, 0.95), random.uniform(0.01, 0.1)
    expected = NormalIndPower(ddof=0).solve_power(gap / variance**0.5, alpha=alpha, power=power, ratio=0)

    # Statsmodels counts too the chance to find a gap of the wrong sign, next to nothing here.
    assert goal(gap=gap, power=power, alpha=alpha).items(variance) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("gap", [0.5, 0.8, 1.0, 1.2])
def test_two_items_more_are_enough_for_the_t_test_of_statsmodels(gap: float) -> None:
    from statsmodels.stats.power import TTestPower

    items = ceil(goal(gap=gap).items(1.5))

    assert TTestPower().power(gap / 1.5**0.5, items, 0.05) < 0.8 < TTestPower().power(gap / 1.5**0.5, items + 2, 0.05)


def test_the_smallest_gap_is_the_gap_that_those_items_are_for() -> None:
    wanted = goal(gap=0.07)

    assert wanted.smallest_gap(0.2, 100) == pytest.approx(0.07 * (wanted.items(0.2) / 100) ** 0.5)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"gap": 0}, "gap=.*above 0"),
        ({"gap": float("nan")}, "gap="),
        ({"power": 80}, "power=.*between 0 and 1"),
        ({"alpha": 0.0}, "alpha="),
        ({"alpha": 0.8, "power": 0.8}, "power=.*above alpha"),
        ({"n": 2.5}, "n= must be a whole number"),
        ({"n": True}, "n= must be a whole number"),
        ({"confidence": "95 %"}, "confidence="),
    ],
)
def test_a_goal_out_of_range_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        goal(**change)
