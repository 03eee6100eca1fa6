"""Intervals for the mean of a score: the formulas, and which of them is taken when.

Arithmetic on numbers; knows nothing of frames, profiles or dollars. Each choice is the one that held what it claims in
simulated studies of 30 to 500 items, where plain t, cut to 0..1, held 95 % in as few as 80 of 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt, inf, isnan, nan, sqrt

from distilkit.analysis.item_means import ItemMean

SMALL = 30
"""Under this many items an interval is rough, and the tables say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A two-sided interval, and the method that made it: see `interval`; `none` where there is too little data."""

    low: float
    high: float
    method: str


def interval(estimate: ItemMean, *, binary: bool, confidence: float = 0.95) -> Interval:
    """Choose the interval of a mean.

    Verdicts: `wilson` with one sample an item; `wilson effective n` with several and `cluster wilson` in clusters:
    Wilson's for as many independent verdicts as would tell as much, with t's quantile for z (Korn and Graubard 1998).
    Other numbers: `skew t`, and `cluster t` in clusters, which is t with one degree of freedom less than clusters.

    Args:
        estimate: of the items.
        binary: whether the scores are verdicts, 0 or 1, before samples are averaged.
        confidence: between 0 and 1.
    """
    if binary and estimate.items:
        return _of_verdicts(estimate, confidence)
    if isnan(estimate.standard_error):
        return Interval(low=nan, high=nan, method="none")
    mean, error, units = estimate.mean, estimate.standard_error, estimate.units
    if estimate.clustered:
        low, high = t_interval(mean, error, units, confidence)
        return Interval(low=low, high=high, method="cluster t")
    low, high = skew_t(mean, error, units, estimate.skewness, confidence)
    return Interval(low=low, high=high, method="skew t")


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval for a share (Wilson 1927); (NaN, NaN) for no observation.

    >>> low, high = wilson(324, 500)
    >>> f"{low:.8f} {high:.8f}"
    '0.60515404 0.68858916'
    """
    from scipy.special import ndtri

    return _score_interval(successes / n, n, float(ndtri(0.5 + confidence / 2))) if n > 0 else (nan, nan)


def t_interval(mean: float, standard_error: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return mean ± t·SE with n − 1 degrees of freedom; (NaN, NaN) for fewer than two observations."""
    if n < 2:  # noqa: PLR2004 - one observation has no spread
        return nan, nan
    half = _quantile(n - 1, confidence) * standard_error
    return mean - half, mean + half


def skew_t(
    mean: float, standard_error: float, n: int, skewness: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Return a t interval for skewed numbers such as dollars; (NaN, NaN) for fewer than two observations.

    Hall's cubic transformation takes the skewness out of t, and its inverse puts it back into the bounds (Hall 1992,
    "On the removal of skewness by transformation"). On lognormal data it covers like a studentised bootstrap, where t,
    percentile and BCa cover too little; without skewness it is t.

    Args:
        mean: of the observations.
        standard_error: of the mean.
        n: how many observations, or clusters.
        skewness: third standardised moment of the observations.
        confidence: between 0 and 1.

    >>> low, high = skew_t(1.0, 0.1, 100, 2.0)
    >>> f"{low:.4f} {high:.4f}"
    '0.8259 1.2373'
    """
    if n < 2:  # noqa: PLR2004 - one observation has no spread
        return nan, nan
    quantile, scale = _quantile(n - 1, confidence), standard_error * sqrt(n)
    below, above = (scale * _unskewed(side * quantile, n, skewness) for side in (1, -1))
    return min(mean, mean - below), max(mean, mean - above)


def _unskewed(quantile: float, n: int, skewness: float) -> float:
    """Return the standardised mean that the transformation takes to a quantile of t / √n."""
    wanted, third = quantile / sqrt(n) - skewness / (6 * n), skewness / 3
    if abs(third) < 1e-7:  # noqa: PLR2004 - the limit, before rounding takes over
        return wanted
    return (cbrt(1 + 3 * third * wanted) - 1) / third


def _of_verdicts(estimate: ItemMean, confidence: float) -> Interval:
    if estimate.samples == 1 and not estimate.clustered:
        low, high = wilson(estimate.mean * estimate.items, estimate.items, confidence)
        return Interval(low=low, high=high, method="wilson")
    # A single unit has no degree of freedom; its interval is wide as it is.
    quantile = _quantile(estimate.units - 1 or inf, confidence)
    low, high = _score_interval(estimate.mean, _effective_verdicts(estimate), quantile)
    return Interval(low=low, high=high, method="cluster wilson" if estimate.clustered else "wilson effective n")


def _effective_verdicts(estimate: ItemMean) -> float:
    """Return how many independent verdicts would tell as much: at least about one a unit, at most one a sample.

    p·(1 − p) / SE², drawn toward one a unit by the weight of half a unit: where nearly all units agree, the few that
    do not say little about how alike samples are, and without it 95 % intervals cover 88 % at p = 0.95 and 30 items.
    """
    mean, units, error = estimate.mean, estimate.units, estimate.standard_error
    if isnan(error):
        return units
    telling = units * min(mean, 1 - mean)
    spread, most = mean * (1 - mean), estimate.items * estimate.samples
    measured = spread / error**2 if spread < most * error**2 else most
    return (measured * telling + units * 0.5) / (telling + 0.5)


def _score_interval(share: float, n: float, quantile: float) -> tuple[float, float]:
    square = quantile**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = sqrt(square * (share * (1 - share) / n + square / (4 * n * n))) / (1 + square / n)
    # Rounding must not leave a bound on the wrong side of 0, of 1, or of the share itself.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def _quantile(freedom: float, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + confidence / 2))
