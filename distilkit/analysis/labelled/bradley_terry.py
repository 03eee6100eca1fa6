"""Bradley and Terry's model: a strength for each profile that explains who beat whom, and how often.

Arithmetic on tables of wins, many at a time. Knows nothing of prompts, frames or ratings.
"""

from __future__ import annotations

from math import ceil, log2
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Where a maximum exists Newton's steps find it in some ten; the rest is for tables close to having none.
_STEPS = 200
_CLOSE = 1e-10
# Longer steps overshoot: the curvature changes by e for each unit.
_LONGEST = 1.0
# So many numbers are worked on at once: some 100 MB.
_AT_ONCE = 1_000_000


def log_strengths(wins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each profile's log strength, with mean 0: i beats j with probability 1 / (1 + exp(x_j − x_i)).

    The maximum of the likelihood (Bradley and Terry 1952), by Newton's method. Every table must have one: see
    `has_maximum`.

    Args:
        wins: tables by profiles by profiles; how often the one of the row beat the one of the column, a tie ½ for each.
    """
    size = wins.shape[-1]
    at_once = max(1, _AT_ONCE // max(1, size * size))
    parts = [_newton(wins[start : start + at_once]) for start in range(0, len(wins), at_once)]
    return np.concatenate(parts) if parts else np.zeros(wins.shape[:2])


def has_maximum(wins: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each table whether the likelihood has a maximum (Ford 1957).

    It has when no group of profiles won all its games against the rest: when from each profile a chain of wins leads to
    each other.
    """
    size = wins.shape[-1]
    reached = (wins > 0) | np.eye(size, dtype=bool)
    for _ in range(ceil(log2(size)) if size > 1 else 0):
        # As numbers, because a product of boolean tables is no fast routine.
        numbers = reached.astype(np.float32)
        reached = numbers @ numbers > 0
    return np.asarray(reached.all(axis=(-2, -1)))


def linked(wins: NDArray[np.float64]) -> bool:
    """Return whether games, won or lost, link all profiles of one table."""
    return bool(has_maximum((wins + wins.T)[None])[0])


def with_ties(wins: NDArray[np.float64], played: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the tables, with one tie added to each pair that has played where a table has no maximum.

    A pair's game more is what keeps its strength finite; it draws the strengths together, so where it is needed they
    understate the distance.

    Args:
        wins: as in `log_strengths`.
        played: profiles by profiles; must link all of them.
    """
    lacking = ~has_maximum(wins)
    added: NDArray[np.float64] = wins + 0.5 * (lacking[:, None, None] & played)
    return added


def _newton(wins: NDArray[np.float64]) -> NDArray[np.float64]:
    games = wins + wins.swapaxes(-2, -1)
    won = wins.sum(axis=-1)
    scale = games.sum(axis=(-2, -1))[:, None, None] / wins.shape[-1] ** 2
    strengths = np.zeros(won.shape)
    for _ in range(_STEPS):
        step = _step(strengths, games, won, scale)
        longest = np.abs(step).max(axis=-1, keepdims=True)
        strengths += step * np.minimum(1.0, _LONGEST / np.maximum(longest, _CLOSE))
        if longest.max() < _CLOSE:
            break
    strengths -= strengths.mean(axis=-1, keepdims=True)
    return strengths


def _step(
    strengths: NDArray[np.float64], games: NDArray[np.float64], won: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    from scipy.special import expit

    chances = expit(strengths[:, :, None] - strengths[:, None, :])
    slope = won - (games * chances).sum(axis=-1)
    curvature = games * chances * (1 - chances)
    # Strengths are known up to a constant; the added plane fixes it without moving the solution.
    matrix = scale - curvature
    diagonal = np.arange(won.shape[-1])
    matrix[:, diagonal, diagonal] += curvature.sum(axis=-1)
    step: NDArray[np.float64] = np.linalg.solve(matrix, slope[..., None])[..., 0]
    return step
