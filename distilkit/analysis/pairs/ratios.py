"""How many times as much one costs as another, with an interval that holds for skewed dollars.

Arithmetic on arrays; knows nothing of frames or models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.item_means import mean_se
from distilkit.analysis.resampling import REPLICATES, resampled_means

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# So many comparisons share one round of draws: five columns each, 20 MB of resampled means.
_AT_ONCE = 50
_ROUNDING = 1e-12


def ratio_of_means(
    numerators: ArrayLike, denominators: ArrayLike, clusters: ArrayLike | None = None
) -> tuple[float, float]:
    """Return R = mean(a) / mean(b) of paired values, and its standard error by the delta method.

    SE = sd(a − R·b) / (√n · mean(b)) (Cochran 1977, section 6.4), with clusters the clustered error of a − R·b in place
    of sd / √n. (NaN, NaN) where mean(b) is 0 or a value is NaN. Dollars are skewed: for an interval take
    `ratio_intervals`, not ±1.96 SE.

    Args:
        numerators: one an item.
        denominators: of the same items, none negative.
        clusters: which cluster each item belongs to; None where items are independent.
    """
    above, below = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    if not len(below) or not below.mean() > 0 or np.isnan(above).any():
        return np.nan, np.nan
    ratio = float(above.mean() / below.mean())
    error, _ = mean_se(above - ratio * below, clusters)
    return ratio, error / float(below.mean())


def ratio_intervals(
    numerators: NDArray[np.float64],
    denominators: NDArray[np.float64],
    *,
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lower and upper bounds of mean(a) / mean(b), for each row of two tables: comparisons by units.

    The joint bootstrap, studentised on the log scale with symmetric quantiles (Hall 1988): every comparison sees the
    same draws of units, numerators and denominators together. On lognormal dollars percentile and BCa intervals cover
    too little; the ratio the other way round has the reciprocal interval.

    NaN where a sum of denominators is 0 or there are fewer than two units; an upper bound is inf where the draws do not
    bound it. A ratio of 0 has the bounds 0 and 0.

    Args:
        numerators: dollars of one model. Units are items or sums over clusters; 0 where a unit has no part in it.
        denominators: dollars of the other, of the same units.
        confidence: between 0 and 1.
        replicates: bootstrap draws.
        seed: the same seed gives the same bounds, for the same number of units.
    """
    bounds = [
        _intervals(numerators[rows], denominators[rows], confidence, replicates, seed)
        for rows in (slice(start, start + _AT_ONCE) for start in range(0, len(numerators), _AT_ONCE))
    ]
    low, high = zip(*bounds, strict=True) if bounds else ((np.empty(0),), (np.empty(0),))
    return np.concatenate(low), np.concatenate(high)


def _intervals(
    above: NDArray[np.float64], below: NDArray[np.float64], confidence: float, replicates: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    units = ((above != 0) | (below != 0)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # In units of the mean denominator, so that squares of tiny dollars stay numbers.
        scale = below.mean(axis=1, keepdims=True)
        above, below = above / scale, below / scale
        ratio = above.mean(axis=1)
        rest = above - ratio[:, None] * below
        # Proportional dollars leave nothing but rounding, which must not be taken for spread.
        rest[np.abs(rest) <= _ROUNDING * above] = 0.0
        error = np.sqrt((rest**2).mean(axis=1)) / ratio
        half = error * np.quantile(
            _studentised(rest, below, ratio, replicates, seed), confidence, axis=0, method="higher"
        )
        known = np.isfinite(ratio) & (units > 1)
        low = np.where(known, np.where(ratio > 0, ratio * np.exp(-half), 0.0), np.nan)
        high = np.where(known, np.where(ratio > 0, ratio * np.exp(half), 0.0), np.nan)
    return low, high


def _studentised(
    rest: NDArray[np.float64], below: NDArray[np.float64], ratio: NDArray[np.float64], replicates: int, seed: int
) -> NDArray[np.float64]:
    """Return |log(R* / R)| in standard errors of the replicate, replicates by comparisons; inf where it has none.

    The factor 1/√n is left out, here and in the error it is multiplied with. `rest` is a − R·b: without it the spread
    of nearly proportional dollars would be lost in rounding.
    """
    rows = np.vstack([rest, below, rest**2, rest * below, below**2])
    means = resampled_means(rows, replicates=replicates, seed=seed).reshape(replicates, 5, -1)
    shift = means[:, 0] / means[:, 1]
    square = means[:, 2] - 2 * shift * means[:, 3] + shift**2 * means[:, 4]
    error = np.sqrt(np.maximum(square, 0)) / (means[:, 0] + ratio * means[:, 1])
    moved = np.abs(np.log1p(shift / ratio))
    sizes = np.where(moved == 0, 0.0, moved / error)
    unbounded: NDArray[np.float64] = np.where(np.isnan(sizes), np.inf, sizes)
    return unbounded
