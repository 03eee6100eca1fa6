"""The mean over items and its standard error, with several samples of a prompt averaged first.

Arithmetic on arrays; knows nothing of frames, profiles or dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# Numbers that differ by no more than this share of themselves differ by rounding.
_SAME = 1e-12
# A spread of no more than this share of the numbers is what rounding leaves of equal ones.
_NO_SPREAD = 1e-14


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMean:
    """The mean over items, and how its spread divides. A variance that cannot be estimated is NaN.

    Attributes:
        mean: mean of the items' own means.
        standard_error: of that mean, as `mean_se` gives it; NaN for one item or one cluster.
        items: how many.
        between_variance: variance of the items' means, ddof 1.
        within_variance: variance of the samples of one item, ddof 1, averaged over the items with more than one.
        samples: the most samples any item has.
        units: what is independent of each other: the clusters, or where there are none the items.
        clustered: whether the items come in clusters.
        skewness: third standardised moment of the units' deviations from the mean; 0 where they have none.
    """

    mean: float
    standard_error: float
    items: int
    between_variance: float
    within_variance: float
    samples: int
    units: int
    clustered: bool
    skewness: float


def over_items(scores: ArrayLike, items: ArrayLike) -> ItemMean:
    """Average the samples of each item, then the items.

    Rows are never treated as independent: five samples of one prompt are one observation of it.

    Args:
        scores: one finite number a row.
        items: which item the row belongs to, of any type that can be sorted.
    """
    values = np.asarray(scores, dtype=float)
    _, codes, counts = np.unique(np.asarray(items), return_inverse=True, return_counts=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(codes, weights=values) / counts
        squares = np.bincount(codes, weights=(values - means[codes]) ** 2)
        within = np.where(counts > 1, squares / (counts - 1), nan)
    return item_mean(means, samples=counts, within=within)


def item_mean(
    means: NDArray[np.float64],
    *,
    samples: NDArray[np.int64] | None = None,
    within: NDArray[np.float64] | None = None,
    clusters: NDArray[np.intp] | None = None,
) -> ItemMean:
    """Average the items, whose samples are averaged already.

    Args:
        means: one finite number an item.
        samples: how many samples each is the mean of; None for one.
        within: the variance of these samples; NaN where it cannot be estimated.
        clusters: which cluster each item belongs to; None where items are independent.
    """
    n = len(means)
    error, freedom = mean_se(means, clusters)
    known = np.empty(0) if within is None else within[~np.isnan(within)]
    return ItemMean(
        mean=float(means.mean()) if n else nan,
        standard_error=error,
        items=n,
        between_variance=float(means.var(ddof=1)) if n > 1 else nan,
        within_variance=float(known.mean()) if len(known) else nan,
        samples=1 if samples is None else int(samples.max(initial=0)),
        units=min(n, freedom + 1),
        clustered=clusters is not None,
        skewness=_skewness(means, clusters),
    )


def clustered_se(values: ArrayLike, clusters: ArrayLike) -> float:
    """Return the standard error of a mean whose items come in clusters, such as questions about one document.

    √(Σ over clusters of (sum of deviations from the mean)²) / n, times √(C / (C − 1)) for C clusters (Liang and Zeger
    1986; Miller 2024). NaN for fewer than two clusters. Its t has C − 1 degrees of freedom.

    Args:
        values: one finite number an item.
        clusters: which cluster the item belongs to, of any type that can be sorted.

    >>> clustered_se([1, 1, 0, 0], ["a", "a", "b", "b"])
    0.5
    """
    numbers = np.asarray(values, dtype=float)
    names, codes = np.unique(np.asarray(clusters), return_inverse=True)
    count = len(names)
    if count < 2:  # noqa: PLR2004 - one cluster has no spread
        return nan
    sums = np.bincount(codes, weights=numbers - numbers.mean())
    return _spread(sqrt(float(sums @ sums) * count / (count - 1)) / len(numbers), numbers)


def mean_se(values: ArrayLike, clusters: ArrayLike | None = None) -> tuple[float, int]:
    """Return the standard error of a mean over items, and the degrees of freedom of its t.

    Without clusters sd / √n, with ddof 1, and n − 1; with them `clustered_se` and C − 1. The error is NaN for one unit
    or none; the degrees of freedom are then 0.

    >>> mean_se([1, 0, 1, 0])
    (0.28867513459481287, 3)
    """
    numbers = np.asarray(values, dtype=float)
    if clusters is not None:
        return clustered_se(numbers, clusters), max(0, len(np.unique(np.asarray(clusters))) - 1)
    n = len(numbers)
    if n < 2:  # noqa: PLR2004 - one observation has no spread
        return nan, 0
    return _spread(float(numbers.std(ddof=1)), numbers) / sqrt(n), n - 1


def _spread(measured: float, numbers: NDArray[np.float64]) -> float:
    """Return a spread; 0 where it is what rounding leaves of equal numbers."""
    return measured if measured > _NO_SPREAD * float(np.abs(numbers).max()) else 0.0


def gaps_of(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return first minus second, item by item; 0 where only rounding tells the two apart.

    Means of the same three samples, added up in another order, may differ in their last digit. That is no difference,
    and a test, a count or a variance must not see one.

    >>> gaps_of([0.1 + 0.2, 1.0], [0.3, 0.5]).tolist()
    [0.0, 0.5]
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    gaps: NDArray[np.float64] = one - other
    sizes = np.maximum(np.abs(one), np.abs(other))
    return np.where(np.abs(gaps) <= _SAME * sizes, 0.0, gaps)


def _skewness(values: NDArray[np.float64], clusters: NDArray[np.intp] | None) -> float:
    if not len(values):
        return 0.0
    deviations = values - values.mean()
    if clusters is not None:
        deviations = np.bincount(np.unique(clusters, return_inverse=True)[1], weights=deviations)
    size = float(np.abs(deviations).max())
    if size <= 1e-14 * float(np.abs(values).max()):  # equal values, but for rounding
        return 0.0
    deviations = deviations / size  # so that cubes of tiny dollars are still numbers
    return float((deviations**3).mean() / (deviations**2).mean() ** 1.5)
