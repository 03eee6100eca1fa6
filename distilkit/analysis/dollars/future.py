"""The mean of items that are still to come, from the items there are: a prediction interval for skewed amounts.

Arithmetic on arrays; knows nothing of frames, profiles or dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.resampling import resampled_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A replicate that drew nearly equal items would claim to be nearly certain: its error counts for no less than this
# share of the real one.
_LEAST_ERROR = 0.1
# A mean of nearly nothing, of this share of the real one, has no logarithm worth having.
_LEAST_MEAN = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The mean of the items to come. Bounds are NaN for fewer than two items, or clusters.

    Attributes:
        mean: of the items there are.
        low: lower bound, and `high` the upper.
        rough: the share of the replicates whose items were too alike to tell their own error.
    """

    mean: float
    low: float
    high: float
    rough: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How an interval is drawn: its confidence, replicates and seed."""

    confidence: float
    replicates: int
    seed: int


def outlook(
    values: NDArray[np.float64],
    items: int,
    draw: Draw,
    *,
    steadier: float = 0.0,
    clusters: NDArray[np.intp] | None = None,
) -> Outlook:
    """Return a prediction interval for the mean of `items` further items like these.

    Both what the items there are leave open of the mean, and the scatter of those to come, in one bootstrap-t (Efron
    and Tibshirani 1993, chapter 12) on the log scale: in each replicate the resampled mean is compared with a future
    mean drawn around the present one, in units of the standard error of their difference, which the replicate estimates
    itself. The future mean is drawn from a shifted gamma distribution with the sample's own skewness. Where amounts are
    skewed such an interval holds better than ±t, leans to the side of the skew, and never goes below 0.

    Args:
        values: one amount an item, finite and at least 0.
        items: how many are to come.
        draw: confidence, replicates, seed.
        steadier: variance that an item to come has less than one of these, because it is a mean of more samples;
            negative where it has more.
        clusters: a number for each item's cluster; as many items a cluster will come as there are.
    """
    mean = float(values.mean()) if len(values) else nan
    sums, sizes = _units(values, clusters)
    if isnan(mean) or len(sums) < 2:  # noqa: PLR2004 - one unit has no scatter
        return Outlook(mean=mean, low=nan, high=nan)
    # Of each unit: what the mean and its squared standard error are made of, all of it sums.
    rows = np.stack([sums, sizes, sums * sums, sums * sizes, sizes * sizes])
    _, errors2 = _moments(rows.mean(axis=1)[None], len(sums))
    error2 = float(errors2[0])
    if not mean or not error2:
        return Outlook(mean=mean, low=mean, high=mean)
    # A share of the variance and not the difference, which in a replicate with little of it would leave nothing.
    noise = max(0.0, len(values) * error2 - steadier) / items / error2
    relative = sqrt(error2 * (1 + noise)) / mean
    skewness = _skewness(sums - mean * sizes) / sqrt(max(1.0, len(sums) * items / len(values)))
    future = mean + sqrt(error2 * noise) * _standard_gamma(skewness, draw)
    means, errors2 = _moments(resampled_means(rows, replicates=draw.replicates, seed=draw.seed), len(sums))
    means, future = (np.maximum(drawn, _LEAST_MEAN * mean) for drawn in (means, future))
    errors = np.sqrt(errors2 * (1 + noise)) / means
    scaled = np.log(future / means) / np.maximum(errors, _LEAST_ERROR * relative)
    edges = np.quantile(scaled, [0.5 - draw.confidence / 2, 0.5 + draw.confidence / 2])
    low, high = mean * np.exp(edges * relative)
    return Outlook(mean=mean, low=float(low), high=float(high), rough=float((errors < _LEAST_ERROR * relative).mean()))


def _units(
    values: NDArray[np.float64], clusters: NDArray[np.intp] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sum and the size of each unit that is drawn as a whole: an item, or a cluster."""
    if clusters is None:
        return values, np.ones(len(values))
    codes = np.unique(clusters, return_inverse=True)[1]
    return np.bincount(codes, weights=values).astype(float), np.bincount(codes).astype(float)


def _moments(rows: NDArray[np.float64], units: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means and squared (clustered) standard errors, from the means over units of the five sums."""
    sums, sizes, squares, products, sizes2 = (rows[:, column] for column in range(5))
    means = sums / sizes
    left = np.maximum(0.0, squares - 2 * means * products + means * means * sizes2)
    # What rounding leaves of equal amounts is nothing.
    left = np.where(left <= 1e-12 * squares, 0.0, left)
    errors2: NDArray[np.float64] = left / (sizes * sizes * (units - 1))
    return means, errors2


def _skewness(deviations: NDArray[np.float64]) -> float:
    spread = float(np.sqrt((deviations**2).mean()))
    return float((deviations**3).mean()) / spread**3 if spread else 0.0


def _standard_gamma(skewness: float, draw: Draw) -> NDArray[np.float64]:
    """Return draws with mean 0, variance 1 and this skewness; normal where it is next to none."""
    # Not the stream of the resampling, which starts from the seed itself.
    generator = np.random.default_rng([draw.seed, 1])
    if abs(skewness) < 1e-3:  # noqa: PLR2004 - a shape of four million, normal for all that can be seen
        return generator.standard_normal(draw.replicates)
    shape = 4 / skewness**2
    drawn = (generator.standard_gamma(shape, draw.replicates) - shape) / sqrt(shape)
    return drawn if skewness > 0 else -drawn
