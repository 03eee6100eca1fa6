"""Policies of whom to ask, side by side: quality and dollars with their intervals, and how much of a gap is closed.

A policy is what it gives on each item. Knows nothing of frames, or of how a policy was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.intervals import Interval, interval
from distilkit.analysis.item_means import item_mean
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one policy gives on each item.

    Attributes:
        name: in the column `policy`.
        scores: one an item.
        costs: US dollars of each item; NaN where unknown.
        share_strong: the share of answers that come from the strong model, 0 to 1.
        upper_bound: whether it knows what nobody can know before asking.
        profile: the model, where there is one.
        threshold: from where on it asks the strong model, or the thresholds of its stages as text; None for none.
        remarks: what to keep in mind.
    """

    name: str
    scores: NDArray[np.float64]
    costs: NDArray[np.float64]
    share_strong: float
    upper_bound: bool = False
    profile: str | None = None
    threshold: float | str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How policies are measured.

    Attributes:
        clusters: a number for each item's cluster, from 0; None where items are independent.
        verdicts: whether every answer scores 0 or 1.
        samples: the most answers of one model to one item.
        confidence: of the intervals, between 0 and 1.
    """

    clusters: NDArray[np.intp] | None
    verdicts: bool
    samples: int
    confidence: float


def measured(policies: Sequence[Policy], terms: Terms, *, weak: float, strong: float) -> list[dict[str, object]]:
    """Return one row a policy, in order: quality, dollars and their intervals, share, PGR.

    Args:
        policies: all on the same items.
        terms: how they are measured.
        weak: the weak model's quality on these items.
        strong: the strong model's.
    """
    return [_measured(policy, terms, weak=weak, strong=strong) for policy in policies]


def gap_recovered(quality: float, *, weak: float, strong: float) -> float | None:
    """Return the performance gap recovered, (r − r_weak) / (r_strong − r_weak) (Ong et al. 2024, "RouteLLM").

    None where the strong model is not better than the weak one: there is no gap to recover.

    >>> gap_recovered(0.75, weak=0.5, strong=0.9)
    0.625
    """
    return (quality - weak) / (strong - weak) if strong > weak else None


def random_mix(dollars: float, costs: Sequence[NDArray[np.float64]], order: Sequence[int]) -> NDArray[np.float64]:
    """Return the chance of each model, so that choosing at random spends `dollars` an item; they sum to 1.

    Args:
        dollars: what the mix should spend an item.
        costs: US dollars of each item, for each model.
        order: the places of the models worth mixing, cheapest first. Only neighbours are mixed. A spend below the
            first or above the last asks that one alone.
    """
    chances = np.zeros(len(costs))
    means = [float(costs[place].mean()) for place in order]
    for low, high, cheap, dear in zip(order, order[1:], means, means[1:], strict=False):
        if cheap <= dollars <= dear and cheap < dear:
            chances[high] = (dollars - cheap) / (dear - cheap)
            chances[low] = 1 - chances[high]
            return chances
    chances[order[0] if dollars <= means[0] else order[-1]] = 1
    return chances


def worth_mixing(costs: Sequence[float], scores: Sequence[float]) -> list[int]:
    """Return the places of the models on the upper convex hull of score over dollars, cheapest first.

    A model under the hull is beaten by a random mix of two others that costs the same.

    >>> worth_mixing([1, 2, 3], [0.1, 0.2, 0.9])
    [0, 2]
    """
    dollars, quality = np.asarray(costs, dtype=float), np.asarray(scores, dtype=float)
    hull = [int(np.lexsort((-quality, dollars))[0])]
    while True:
        dearer = np.flatnonzero((dollars > dollars[hull[-1]]) & (quality > quality[hull[-1]]))
        if not len(dearer):
            return hull
        slopes = (quality[dearer] - quality[hull[-1]]) / (dollars[dearer] - dollars[hull[-1]])
        # Of several on one line the dearest, so that those between are left out.
        hull.append(int(dearer[np.lexsort((-dollars[dearer], -slopes))[0]]))


def split(
    n: int, clusters: NDArray[np.intp] | None, *, train: float, seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which items thresholds are chosen on, and which they are reported on; a cluster is never torn.

    Raises:
        InputError: there are fewer than four items, or clusters, to split.
    """
    units = np.arange(n) if clusters is None else clusters
    count = int(units.max()) + 1
    if count < 4:  # noqa: PLR2004 - two on either side, so that each has a spread
        kind = "prompts" if clusters is None else "clusters"
        raise InputError(f"{count} {kind} are too few to choose thresholds on some and report on others; 4 are needed")
    first = min(max(2, round(train * count)), count - 2)
    chosen = np.zeros(count, dtype=bool)
    chosen[np.random.default_rng(seed).permutation(count)[:first]] = True
    return chosen[units], ~chosen[units]


def _measured(policy: Policy, terms: Terms, *, weak: float, strong: float) -> dict[str, object]:
    quality, cost = float(policy.scores.mean()), float(policy.costs.mean())
    around, spent = _quality_interval(policy, terms), _cost_interval(policy, terms)
    return {
        "policy": policy.name,
        "quality": quality,
        "quality_low": around.low,
        "quality_high": around.high,
        "cost_per_item_usd": cost,
        "cost_low_usd": spent.low,
        "cost_high_usd": spent.high,
        "share_strong": policy.share_strong,
        "pgr": gap_recovered(quality, weak=weak, strong=strong),
        "upper_bound": policy.upper_bound,
    }


def _quality_interval(policy: Policy, terms: Terms) -> Interval:
    # What mixes the verdicts of two models tells up to twice as much as one of them.
    mixes = terms.samples == 1 and not np.isin(policy.scores, (0.0, 1.0)).all()
    samples = np.full(len(policy.scores), terms.samples * (2 if mixes else 1))
    estimate = item_mean(policy.scores, samples=samples, clusters=terms.clusters)
    return interval(estimate, binary=terms.verdicts, confidence=terms.confidence)


def _cost_interval(policy: Policy, terms: Terms) -> Interval:
    if np.isnan(policy.costs).any():
        return Interval(low=nan, high=nan, method="none")
    return interval(item_mean(policy.costs, clusters=terms.clusters), binary=False, confidence=terms.confidence)
