"""Who is not beaten: neither on dollars nor on score, by one other or by a mixture of two.

Arithmetic on arrays; knows nothing of frames, names or chance. Values closer than rounding count as equal, so that two
models with the same answers do not beat each other by the order in which their numbers were added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_ROUNDING = 1e-12
# So many points are compared at once: some 5 MB with the comparisons made of them, which the processor's own memory
# holds; with ten times as many it takes nine times as long.
_AT_ONCE = 100_000


def undominated(costs: ArrayLike, scores: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other dominates.

    One dominates another when it costs no more and scores no less, and one of the two strictly; so equals both stay.
    No value may be NaN.

    Args:
        costs: one a point; or sets of points, replicates by points, each set judged by itself.
        scores: of the same shape.

    >>> undominated([1, 2, 3], [0.5, 0.9, 0.8]).tolist()
    [True, True, False]
    """
    cost, score = np.asarray(costs, dtype=float), np.asarray(scores, dtype=float)
    if cost.ndim == 1:
        alone: NDArray[np.bool_] = _undominated(cost[None], score[None])[0]
        return alone
    rows = max(1, _AT_ONCE // max(1, cost.shape[1]))
    parts = [slice(start, start + rows) for start in range(0, len(cost), rows)]
    return np.concatenate([_undominated(cost[part], score[part]) for part in parts])


def dominators(costs: ArrayLike, scores: ArrayLike) -> NDArray[np.intp]:
    """Return, for each point, the cheapest that dominates it, of equally cheap ones the best; -1 where none does.

    It is on the frontier itself.

    >>> dominators([1, 2, 3], [0.5, 0.9, 0.8]).tolist()
    [-1, -1, 1]
    """
    cost, score = np.asarray(costs, dtype=float), np.asarray(scores, dtype=float)
    order = np.lexsort((-score, cost))
    beats = _dominates(cost[order][:, None], score[order][:, None], cost, score)
    found: NDArray[np.intp] = np.where(beats.any(axis=0), order[beats.argmax(axis=0)], -1) if len(cost) else order
    return found


def hull(costs: ArrayLike, scores: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no mixture of others dominates: the upper left convex hull.

    Sending a share of the prompts to one model and the rest to another gives every point between the two. A point on
    the line between two others stays. No value may be NaN.

    >>> hull([1, 2, 3], [0.5, 0.6, 0.9]).tolist()
    [True, False, True]
    """
    cost, score = np.asarray(costs, dtype=float), np.asarray(scores, dtype=float)
    best = np.flatnonzero(undominated(cost, score))
    best = best[np.lexsort((score[best], cost[best]))]
    cost, score = cost[best], score[best]
    # Equals are one corner, or they would hide each other from the points before them.
    apart = _less(cost[:-1], cost[1:]) | _less(score[:-1], score[1:])
    corner = np.concatenate([[0], np.cumsum(apart)])[: len(best)]
    firsts = np.flatnonzero(np.diff(corner, prepend=-1))
    kept = np.zeros(np.size(costs), dtype=bool)
    kept[best[np.isin(corner, _chain(cost[firsts], score[firsts]))]] = True
    return kept


def _chain(cost: NDArray[np.float64], score: NDArray[np.float64]) -> list[int]:
    """Return the corners of the upper hull of points in the order of their cost (Andrew 1979)."""
    chain: list[int] = []
    for point in range(len(cost)):
        while len(chain) > 1 and _sags(cost[[*chain[-2:], point]], score[[*chain[-2:], point]]):
            chain.pop()
        chain.append(point)
    return chain


def _undominated(costs: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.bool_]:
    beaten = np.zeros(costs.shape, dtype=bool)
    for other in range(costs.shape[1]):
        mine = slice(other, other + 1)
        beaten |= _dominates(costs[:, mine], scores[:, mine], costs, scores)
    return ~beaten


def _dominates(
    cost: NDArray[np.float64], score: NDArray[np.float64], costs: NDArray[np.float64], scores: NDArray[np.float64]
) -> NDArray[np.bool_]:
    cheaper, better = _less(cost, costs), _less(scores, score)
    found: NDArray[np.bool_] = (cheaper | better) & ~_less(costs, cost) & ~_less(score, scores)
    return found


def _less(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = other - one > _ROUNDING * np.maximum(np.abs(one), np.abs(other))
    return found


def _sags(cost: NDArray[np.float64], score: NDArray[np.float64]) -> bool:
    """Return whether the second of three points, by cost, lies below the line from the first to the third."""
    needed = (score[2] - score[0]) * (cost[1] - cost[0])
    reached = (score[1] - score[0]) * (cost[2] - cost[0])
    return bool(needed - reached > _ROUNDING * max(abs(needed), abs(reached)))
