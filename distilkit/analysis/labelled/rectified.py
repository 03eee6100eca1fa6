"""A judge's mean, corrected by few human labels: estimates with their standard errors.

Arithmetic on items; knows nothing of frames or names. Every error is the sum of the items' own contributions to it, so
that clusters and items that serve twice are counted as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.item_means import mean_se

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    Codes = NDArray[np.intp] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A corrected mean. NaN where the labels do not reach.

    Attributes:
        value: the estimate, not cut to 0..1.
        standard_error: of it.
        freedom: degrees of freedom of its t; infinite for a normal interval.
        weight: how far the judge is relied on, 0 to 1; NaN where that has no meaning.
    """

    value: float
    standard_error: float
    freedom: float = inf
    weight: float = nan

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return value ± quantile · standard error, not cut to 0..1."""
        from scipy.special import ndtri, stdtrit

        level = 0.5 + confidence / 2
        quantile = float(ndtri(level)) if isinf(self.freedom) else float(stdtrit(self.freedom, level))
        return self.value - quantile * self.standard_error, self.value + quantile * self.standard_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Judged items, some of them labelled. The answers of one item are averaged.

    Attributes:
        judge: the judge's scores, all answers of the item.
        human: its human labels; NaN where it has none.
        judge_labelled: the judge's scores of its labelled answers; NaN where it has none.
        both: score times label of its labelled answers; NaN where it has none.
        clusters: a number for each item's cluster; None where items are independent.
    """

    judge: Values
    human: Values
    judge_labelled: Values
    both: Values
    clusters: Codes = None

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which items have a human label."""
        return ~np.isnan(self.human)


UNKNOWN = Estimate(value=nan, standard_error=nan)


def ppi(human: Values, judge: Values, unlabelled: Values, *, weight: float = 1.0, clusters: Codes = None) -> Estimate:
    """Return the prediction-powered mean (Angelopoulos et al. 2023, Science 382).

    λ·mean(f_unlabelled) + mean(Y − λ·f_labelled), with SE² = λ²·var(f_unlabelled)/N + var(Y − λ·f_labelled)/n, both
    variances with ddof 0, and a normal interval; λ = 1 is the plain estimate, other weights are PPI++ (Angelopoulos,
    Duchi and Zrnic 2023). Where all items are labelled it is the human mean with its t interval.

    Args:
        human: labels Y of the labelled items.
        judge: the judge's scores f of the same items.
        unlabelled: the judge's scores of the other items.
        weight: λ.
        clusters: a number for each item's cluster, the labelled first; None where items are independent.
    """
    if len(human) < 2:  # noqa: PLR2004 - one label has no spread
        return UNKNOWN
    if not len(unlabelled):
        error, units = mean_se(human, clusters)
        return Estimate(value=float(human.mean()), standard_error=error, freedom=units, weight=0.0)
    rectifier = human - weight * judge
    value = weight * float(unlabelled.mean()) + float(rectifier.mean())
    parts = [_deviations(rectifier) / len(rectifier), weight * _deviations(unlabelled) / len(unlabelled)]
    error, freedom = _error(np.concatenate(parts), clusters)
    return Estimate(value=value, standard_error=error, freedom=freedom, weight=weight)


def ppi_mean(items: Items, *, tuned: bool) -> Estimate:
    """Return the prediction-powered mean of items, with λ = 1 or the best one."""
    known = items.known
    parts = items.human[known], items.judge_labelled[known], items.judge[~known]
    order = None if items.clusters is None else np.concatenate([items.clusters[known], items.clusters[~known]])
    return ppi(*parts, weight=best_weight(*parts) if tuned else 1.0, clusters=order)


def best_weight(human: Values, judge: Values, unlabelled: Values) -> float:
    """Return the λ between 0 and 1 that makes the error smallest (Angelopoulos, Duchi and Zrnic 2023).

    cov(Y, f) / ((1 + n/N)·var(f)), the covariance of the labelled, the variance of all; 0 for a judge that always says
    the same.
    """
    spread = float(np.concatenate([judge, unlabelled]).var())
    if not spread or not len(unlabelled) or not len(human):
        return 0.0
    together = float((_deviations(human) * _deviations(judge)).mean())
    return min(1.0, max(0.0, together / ((1 + len(human) / len(unlabelled)) * spread)))


def rogan_gladen(share: float, specificity: float, sensitivity: float) -> float:
    """Return the true share behind a judge's share: (p + q0 − 1) / (q0 + q1 − 1) (Rogan and Gladen 1978).

    Not cut to 0..1. NaN for a judge that is no better than chance, q0 + q1 ≤ 1.

    >>> round(rogan_gladen(0.70, specificity=0.85, sensitivity=0.90), 7)
    0.7333333
    """
    better = specificity + sensitivity - 1
    return (share + specificity - 1) / better if better > 0 else nan


def rogan_gladen_mean(items: Items) -> Estimate:
    """Return the Rogan–Gladen estimate of verdicts, with an error that carries what the labels leave open of the judge.

    Delta method over p, q0 and q1 at once, from each item's contribution; so it counts too that the labelled items are
    among those judged. p is over all items, q0 and q1 over the labelled.
    """
    known = items.known
    right, called_right = np.nan_to_num(items.human), np.nan_to_num(items.both)
    wrong = np.where(known, 1 - right, 0.0)
    called_wrong = wrong - np.nan_to_num(items.judge_labelled) + called_right
    if not right.sum() or not wrong.sum():
        return UNKNOWN
    p, q1, q0 = items.judge.mean(), called_right.sum() / right.sum(), called_wrong.sum() / wrong.sum()
    value = rogan_gladen(float(p), float(q0), float(q1))
    of_q1 = (called_right - q1 * right) / right.sum()
    of_q0 = (called_wrong - q0 * wrong) / wrong.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = (_deviations(items.judge) / len(known) + (1 - value) * of_q0 - value * of_q1) / (q0 + q1 - 1)
    error, freedom = _error(parts, items.clusters)
    return Estimate(value=value, standard_error=error, freedom=freedom)


def _deviations(values: Values) -> Values:
    around: Values = values - values.mean()
    return around


def _error(parts: Values, clusters: Codes) -> tuple[float, float]:
    """Return the root of the summed squares of what each item, or each cluster, adds; and the degrees of freedom."""
    if clusters is None:
        return sqrt(float(parts @ parts)), inf
    names, codes = np.unique(clusters, return_inverse=True)
    count = len(names)
    if count < 2:  # noqa: PLR2004 - one cluster has no spread
        return nan, 0
    sums = np.bincount(codes, weights=parts)
    return sqrt(float(sums @ sums) * count / (count - 1)), count - 1
