"""Two models and who is asked which prompt: by a number known beforehand, by chance, or by knowing the answers.

Arithmetic on items, to policies. Knows nothing of frames or intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Self

import numpy as np

from distilkit.analysis.replays.policies import Policy
from distilkit.analysis.replays.replay import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoModels:
    """What the weak and the strong model gave on each item: two by items.

    Attributes:
        scores: all finite.
        costs: US dollars of one answer; NaN where unknown.
        by: a number of each item, higher for those to send to the strong model; None where there is none.
        clusters: a number for each item's cluster, from 0; None where items are independent.
    """

    scores: NDArray[np.float64]
    costs: NDArray[np.float64]
    by: NDArray[np.float64] | None
    clusters: NDArray[np.intp] | None

    @property
    def n(self) -> int:
        """How many items."""
        return len(self.scores[0])

    @property
    def gains(self) -> NDArray[np.float64]:
        """What the strong model's score is more than the weak one's."""
        gains: NDArray[np.float64] = self.scores[1] - self.scores[0]
        return gains

    def of_items(self, kept: NDArray[np.bool_]) -> Self:
        """Return some of the items; clusters are numbered anew."""
        return replace(
            self,
            scores=self.scores[:, kept],
            costs=self.costs[:, kept],
            by=None if self.by is None else self.by[kept],
            clusters=None if self.clusters is None else np.unique(self.clusters[kept], return_inverse=True)[1],
        )


def curve(pair: TwoModels, shares: Sequence[float]) -> list[Policy]:
    """Return every policy at every share of strong calls: the router where there is a number, random, oracle."""
    return [policy for kind in (_router, _random, _oracle) for share in shares for policy in kind(pair, share)]


def at_threshold(pair: TwoModels, threshold: float, remarks: tuple[str, ...]) -> list[Policy]:
    """Return the router that sends from a threshold of its number on, and random and oracle at the share it sends."""
    sent = np.zeros(pair.n) if pair.by is None else (pair.by >= threshold).astype(float)
    share = float(sent.mean())
    router = _policy("router", pair, sent, share)
    return [
        replace(router, threshold=threshold if np.isfinite(threshold) else None, remarks=remarks),
        *_random(pair, share),
        *_oracle(pair, share),
    ]


def threshold_for(pair: TwoModels, *, target: float | None, budget: float | None) -> tuple[float, bool]:
    """Return the threshold that is cheapest at a target, or best within a budget; and whether there is one.

    The numbers that were seen are tried, and inf, which sends nothing. Where costs are unknown, strong calls are
    counted in their place.
    """
    by = np.zeros(pair.n) if pair.by is None else pair.by
    values, place = np.unique(by, return_inverse=True)
    known = bool(np.isfinite(pair.costs).all())
    weak, strong = pair.costs if known else (np.zeros(pair.n), np.ones(pair.n))
    quality = _from_each(pair.gains, place, len(values)) + pair.scores[0].sum()
    cost = _from_each(strong - weak, place, len(values)) + weak.sum()
    chosen, met = choose(quality / pair.n, cost / pair.n, target=target, budget=budget)
    return float(np.append(values, inf)[chosen]), met


def sent_at(share: float, ranks: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how much of each item is sent when a share of all is, in order of rank, ranks numbered from 0.

    Items of one rank are sent alike: each in the same part, which is its chance to be sent. So the mean is the share.

    >>> sent_at(0.5, np.array([1, 0, 1])).tolist()
    [0.25, 1.0, 0.25]
    """
    sizes = np.bincount(ranks)
    before = np.cumsum(sizes) - sizes
    parts: NDArray[np.float64] = np.clip((share * len(ranks) - before) / sizes, 0.0, 1.0)
    return parts[ranks]


def _from_each(values: NDArray[np.float64], place: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Return the sum over the items at each place or above, and 0 for above all."""
    sums = np.bincount(place, weights=values, minlength=count)
    return np.append(np.cumsum(sums[::-1])[::-1], 0.0)


def _router(pair: TwoModels, share: float) -> Iterator[Policy]:
    if pair.by is None:
        return
    sent = sent_at(share, np.unique(-pair.by, return_inverse=True)[1])
    least = float(pair.by[sent > 0].min()) if share else None
    yield replace(_policy("router", pair, sent, share), threshold=least)


def _random(pair: TwoModels, share: float) -> Iterator[Policy]:
    yield _policy("random", pair, np.full(pair.n, share), share)


def _oracle(pair: TwoModels, share: float) -> Iterator[Policy]:
    gains = pair.gains
    extra = np.nan_to_num(pair.costs[1] - pair.costs[0], nan=inf)
    ranks = np.empty(pair.n, dtype=np.intp)
    # Where the gain is the same, the one that costs least more first.
    ranks[np.lexsort((extra, -gains))] = np.arange(pair.n)
    sent = sent_at(share, ranks)
    policy = _policy("oracle", pair, sent, share)
    knows = 0 < share < 1
    # The share is fixed, not where it ends: an item more of gain pushes one at the end out again. Each item's influence
    # on the mean is counted against the gain at that end, or the interval would be of another policy.
    end = float(gains[sent > 0].min()) if knows else 0.0
    yield replace(
        policy,
        scores=policy.scores - end * (sent - share),
        upper_bound=knows,
        remarks=("chosen with the answers known: an upper bound",) if knows else (),
    )


def _policy(name: str, pair: TwoModels, sent: NDArray[np.float64], share: float) -> Policy:
    parts = np.stack([1 - sent, sent])
    # Nothing of an unknown cost is still nothing.
    costs = np.where(parts > 0, pair.costs, 0.0) * parts
    return Policy(name=name, scores=(pair.scores * parts).sum(axis=0), costs=costs.sum(axis=0), share_strong=share)
