"""A cascade played again on what was recorded: who would have answered, at what price, for any thresholds.

Arithmetic on draws. Knows nothing of frames, intervals or the other policies.

A threshold is the least value of the check with which an answer is taken. −inf takes every answer of the model
unchecked; inf never asks the model.
"""

from __future__ import annotations

from itertools import product
from math import inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from distilkit.analysis.replays.draws import Draws

MOST_PROFILES = 6
"""Of a cascade: with more, too few thresholds a stage could be tried."""

# Of all stages together; one stage alone gets a tenth of it, which is finer than the items it is chosen on.
_COMBINATIONS = 10_000
# Sums that differ by no more than this share of themselves are equal.
_EQUAL = 1e-9


def replay(draws: Draws, thresholds: Sequence[float]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return which profile answers each draw, by its place, and the US dollars of all calls and checks it took."""
    last = len(draws.profiles) - 1
    answered_by = np.full(len(draws.items), last)
    cost = np.zeros(len(draws.items))
    waiting = np.ones(len(draws.items), dtype=bool)
    for stage, threshold in enumerate(thresholds):
        taken, spent = _stage(draws, stage, np.array([threshold]))
        cost += np.where(waiting, spent[0], 0.0)
        answered_by[waiting & taken[0]] = stage
        waiting &= ~taken[0]
    return answered_by, cost + np.where(waiting, draws.costs[last], 0.0)


def candidates(draws: Draws) -> list[NDArray[np.float64]]:
    """Return the thresholds to try at each stage: −inf, the values that were seen (quantiles of many), and inf."""
    stages = len(draws.profiles) - 1
    most = max(4, min(_COMBINATIONS // 10, int(_COMBINATIONS ** (1 / stages))))
    return [_thresholds(values[~np.isnan(values)], most) for values in draws.accepts]


def sweep(draws: Draws, tried: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return quality and US dollars an item of every combination of thresholds, in the order of `combinations`.

    Each stage is a product of matrices, and no combination is played draw by draw. Dollars are only added up: of a
    model that costs a millionth of another, a difference would leave nothing but rounding.
    """
    weights = draws.weights
    quality, cost = np.zeros(1), np.zeros(1)
    reached = np.ones((1, len(weights)))
    for stage, thresholds in enumerate(tried):
        taken, spent = _stage(draws, stage, thresholds)
        weighed = reached * weights
        quality = (quality[:, None] + (weighed * draws.scores[stage]) @ taken.astype(float).T).ravel()
        cost = (cost[:, None] + weighed @ spent.T).ravel()
        if stage < len(tried) - 1:
            reached = (reached[:, None, :] * ~taken[None]).reshape(-1, len(weights))
        else:
            left = (~taken).astype(float).T
            quality += ((weighed * draws.scores[-1]) @ left).ravel()
            cost += ((weighed * draws.costs[-1]) @ left).ravel()
    return quality, cost


def combinations(tried: Sequence[NDArray[np.float64]]) -> list[tuple[float, ...]]:
    """Return every combination of one threshold a stage."""
    return list(product(*(thresholds.tolist() for thresholds in tried)))


def choose(
    quality: NDArray[np.float64], cost: NDArray[np.float64], *, target: float | None, budget: float | None
) -> tuple[int, bool]:
    """Return the place of the cheapest that reaches a target, or of the best within a budget; and whether there is one.

    Where none reaches the target the best is returned, and where none is within the budget the cheapest. Rounding of
    sums decides nothing: what differs by less than one part in 10⁹ is equal, and the first of equals is taken.
    """
    score, dollars = _rounded(quality), _rounded(cost)
    if target is not None:
        fits, order = quality >= target - _EQUAL * abs(target), (-score, dollars)
        ranks = (dollars, -score)
    else:
        fits, order = cost <= (inf if budget is None else budget * (1 + _EQUAL)), (dollars, -score)
        ranks = (-score, dollars)
    met = bool(fits.any())
    first, second = ranks if met else order
    places = np.flatnonzero(fits) if met else np.arange(len(score))
    return int(places[np.lexsort((second[places], first[places]))[0]]), met


def _stage(draws: Draws, stage: int, thresholds: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which answers are taken and what the stage costs where it is reached: thresholds by draws."""
    least = thresholds[:, None]
    unchecked, skipped = np.isneginf(least), np.isposinf(least)
    # An answer of which the check says nothing is not taken: NaN is not at least anything.
    taken = (draws.accepts[stage] >= least) | unchecked
    checked = draws.costs[stage] + np.where(unchecked, 0.0, draws.checks[stage])
    return taken, np.where(skipped, 0.0, checked)


def _thresholds(values: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    seen = np.unique(values)
    if len(seen) > most - 2:
        seen = np.unique(np.quantile(values, np.linspace(0, 1, most - 2), method="inverted_cdf"))
    return np.concatenate([[-inf], seen, [inf]])


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values with 9 significant digits."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # A power beyond 300 would be infinite.
        digits = np.power(10.0, np.minimum(300, 9 - np.ceil(np.log10(np.abs(values)))))
        rounded: NDArray[np.float64] = np.where(
            np.isfinite(values) & (values != 0), np.rint(values * digits) / digits, values
        )
    return rounded
