"""Intervals for the mean of a score, with several samples of a prompt averaged first.

Arithmetic on arrays; knows nothing of frames, profiles or dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SMALL = 30
"""Under this many items an interval is rough, and the tables say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMean:
    """The mean over items, and how its spread divides. A variance that cannot be estimated is NaN.

    Attributes:
        mean: mean of the items' own means.
        standard_error: sd of the items' means / √items, with ddof 1; NaN for one item.
        items: how many.
        between_variance: variance of the items' means, ddof 1.
        within_variance: variance of the samples of one item, ddof 1, averaged over the items with more than one.
        samples: the most samples any item has.
    """

    mean: float
    standard_error: float
    items: int
    between_variance: float
    within_variance: float
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided interval, and the method that made it: `wilson`, `t`, or `none` where there is too little data."""

    low: float
    high: float
    method: str


def over_items(scores: ArrayLike, items: ArrayLike) -> ItemMean:
    """Average the samples of each item, then the items.

    Rows are never treated as independent: five samples of one prompt are one observation of it.

    Args:
        scores: one finite number a row.
        items: which item the row belongs to, of any type that can be sorted.
    """
    values = np.asarray(scores, dtype=float)
    _, codes, counts = np.unique(np.asarray(items), return_inverse=True, return_counts=True)
    if not len(values):
        return ItemMean(mean=nan, standard_error=nan, items=0, between_variance=nan, within_variance=nan, samples=0)
    means = np.bincount(codes, weights=values) / counts
    between = float(means.var(ddof=1)) if len(means) > 1 else nan
    return ItemMean(
        mean=float(means.mean()),
        standard_error=sqrt(between / len(means)),
        items=len(means),
        between_variance=between,
        within_variance=_within(values, means, codes, counts),
        samples=int(counts.max()),
    )


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval for a share (Wilson 1927); (NaN, NaN) for no observation.

    >>> low, high = wilson(324, 500)
    >>> f"{low:.8f} {high:.8f}"
    '0.60515404 0.68858916'
    """
    from scipy.special import ndtri

    if n < 1:
        return nan, nan
    z2 = float(ndtri(0.5 + confidence / 2)) ** 2
    share = successes / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # Rounding must not leave a bound on the wrong side of 0, of 1, or of the share itself.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def t_interval(mean: float, standard_error: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return mean ± t·SE with n − 1 degrees of freedom; (NaN, NaN) for fewer than two observations."""
    from scipy.special import stdtrit

    if n < 2:  # noqa: PLR2004 - one observation has no spread
        return nan, nan
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * standard_error
    return mean - half, mean + half


def interval(estimate: ItemMean, *, binary: bool, confidence: float = 0.95) -> Interval:
    """Choose the interval: Wilson for verdicts with one sample an item, otherwise t over the items' means.

    Verdicts in several samples get a t interval cut to 0..1. Where all their items agree, t would claim certainty;
    Wilson over the items, as if each had been asked once, is wider and used instead.
    """
    flat = isnan(estimate.standard_error) or estimate.standard_error == 0
    if binary and estimate.items and (estimate.samples == 1 or flat):
        low, high = wilson(estimate.mean * estimate.items, estimate.items, confidence)
        return Interval(low=low, high=high, method="wilson")
    low, high = t_interval(estimate.mean, estimate.standard_error, estimate.items, confidence)
    if isnan(low):
        return Interval(low=nan, high=nan, method="none")
    if binary:
        low, high = max(0.0, low), min(1.0, high)
    return Interval(low=low, high=high, method="t")


def _within(
    values: NDArray[np.float64], means: NDArray[np.float64], codes: NDArray[np.intp], counts: NDArray[np.intp]
) -> float:
    repeated = counts > 1
    if not repeated.any():
        return nan
    squares = np.bincount(codes, weights=(values - means[codes]) ** 2)
    return float((squares[repeated] / (counts[repeated] - 1)).mean())
