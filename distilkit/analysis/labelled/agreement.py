"""How well a judge agrees with human labels.

Arithmetic on two rows of labels with weights; knows nothing of frames, profiles or intervals.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def agreement(judge: ArrayLike, human: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the share of answers that both label alike; NaN for none.

    Args:
        judge: the judge's labels, finite numbers.
        human: the human labels of the same answers.
        weights: what each answer counts; None for 1 each.
    """
    first, second, counts = _labels(judge, human, weights)
    return float(counts[first == second].sum() / counts.sum()) if counts.sum() else nan


def kappa(judge: ArrayLike, human: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return Cohen's kappa of two labellings (Cohen 1960): agreement beyond that of chance.

    1 is always alike, 0 no better than drawing labels as often as each does. Labels are categories: of grades 1 to 5,
    4 for 5 is as wrong as 1 for 5. NaN where chance alone would agree always, as when both use one label only, and
    where a label is no whole number.

    >>> kappa([1, 1, 0, 0], [1, 0, 0, 0])
    0.5
    """
    first, second, counts = _labels(judge, human, weights)
    both = np.concatenate([first, second])
    if not len(both) or (both != np.round(both)).any():
        return nan
    labels, codes = np.unique(both, return_inverse=True)
    size = len(labels)
    a, b = (np.bincount(part, weights=counts, minlength=size) / counts.sum() for part in np.split(codes, 2))
    chance = float(a @ b)
    return (agreement(first, second, counts) - chance) / (1 - chance) if chance < 1 else nan


def sensitivity(judge: ArrayLike, human: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the share of the answers right by the human label that the judge calls right; NaN when there is none."""
    first, second, counts = _labels(judge, human, weights)
    right = counts * second
    return float(right @ first / right.sum()) if right.sum() else nan


def specificity(judge: ArrayLike, human: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the share of the answers wrong by the human label that the judge calls wrong; NaN when there is none."""
    first, second, counts = _labels(judge, human, weights)
    return sensitivity(1 - first, 1 - second, counts)


def _labels(
    judge: ArrayLike, human: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    first, second = np.asarray(judge, dtype=float), np.asarray(human, dtype=float)
    counts = np.ones(len(first)) if weights is None else np.asarray(weights, dtype=float)
    return first, second, counts
