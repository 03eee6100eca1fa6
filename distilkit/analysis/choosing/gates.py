"""Which profiles are good enough, and how surely: against a least mean score, or against a reference and a margin.

From panels and tables to verdicts. Knows nothing of budgets or of who is recommended.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, isnan, log, sqrt
from typing import TYPE_CHECKING, Literal

import pandas as pd

from distilkit.analysis.item_means import gaps_of, mean_se
from distilkit.analysis.pairs.multiplicity import holm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from distilkit.analysis.panel import Panel

Verdict = Literal["accept", "inconclusive", "reject", "unknown"]

POWER = 0.8
"""The chance with which the prompts that are said to settle a question do so, where the estimate is the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What one profile's answers say of its quality.

    Attributes:
        verdict: `accept`, surely good enough; `inconclusive`, good enough by its mean, but not surely; `reject`, not
            by its mean either; `unknown`, it has no score.
        ahead: by how much the mean lies above what is wanted; negative below, NaN where unknown.
        more: how many more prompts would settle an `inconclusive`; None where that cannot be told, or is no question.
    """

    verdict: Verdict
    ahead: float
    more: int | None = None


def against_quality(table: Panel, quality: float, alpha: float) -> list[Gate]:
    """Hold each profile against a least mean score, by the lower end of a one-sided interval, Holm over the profiles.

    Verdicts with one sample a prompt: the exact binomial test (Clopper and Pearson 1934). Otherwise t over the
    prompts, or over the clusters. Where all agree, t would claim certainty; verdicts then get the exact test over
    prompts or clusters.
    """
    found = [_Mean.of(table, row) for row in range(len(table.profiles))]
    tests = sum(each.n > 0 for each in found)
    adjusted = holm([each.p(quality) for each in found])
    return [_gate(each, quality, float(p), alpha, tests) for each, p in zip(found, adjusted, strict=True)]


def against_reference(table: pd.DataFrame, alpha: float) -> dict[str, Gate]:
    """Read the table of `cheapest` as gates by profile; the reference is good enough by definition."""
    tests = max(1, len(table) - 1)
    return {str(row["profile"]): _of_row(row, alpha, tests) for _, row in table.iterrows()}


def items_needed(variance: float, gap: float, alpha: float) -> float:
    """Return the prompts that show a gap in one direction: (z(1−alpha) + z(power))²·variance / gap² (Cohen 1988).

    >>> round(items_needed(0.25, 0.1, 0.05))
    155
    """
    from scipy.special import ndtri

    return float(ndtri(1 - alpha) + ndtri(POWER)) ** 2 * variance / gap**2


def verdicts_needed(share: float, quality: float, alpha: float) -> float:
    """Return the verdicts that show a share above `quality`, whose spread decides the test (Fleiss 1981, section 2.2).

    (z(1−alpha)·√(quality·(1 − quality)) + z(power)·√(share·(1 − share)))² / (share − quality)².

    >>> round(verdicts_needed(0.85, 0.8, 0.05))
    367
    """
    from scipy.special import ndtri

    spreads = (sqrt(max(0.0, quality * (1 - quality))), sqrt(share * (1 - share)))
    return float((ndtri(1 - alpha) * spreads[0] + ndtri(POWER) * spreads[1]) / (share - quality)) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mean:
    """A mean over items: of verdicts (`successes` of `units`), or with an error and its degrees of freedom."""

    mean: float
    n: int
    error: float
    freedom: int
    exact: bool

    @classmethod
    def of(cls, table: Panel, row: int) -> _Mean:
        known = table.scored[row]
        values: NDArray[np.float64] = table.scores[row][known]
        if not len(values):
            return cls(mean=float("nan"), n=0, error=float("nan"), freedom=0, exact=False)
        clusters = None if table.clusters is None else table.clusters[known]
        error, freedom = mean_se(values, clusters)
        single = table.binary and clusters is None and bool((table.samples[row][known] <= 1).all())
        flat = table.binary and (isnan(error) or error == 0)
        return cls(mean=float(values.mean()), n=len(values), error=error, freedom=freedom, exact=single or flat)

    def p(self, quality: float) -> float:
        """Return the p value of: the true mean is below `quality`; NaN where it cannot be told."""
        from scipy.special import bdtrc, stdtr

        if self.exact:
            units = self.freedom + 1
            successes = floor(self.mean * units + 1e-9)  # a mean is a float: 0.7 × 10 may fall short of 7
            if not 0 < quality < 1:
                return float(quality > 0)
            return float(bdtrc(successes - 1, units, quality)) if successes else 1.0
        if isnan(self.error):
            return float("nan")
        if self.error == 0:
            return float(self.mean < quality)
        return float(stdtr(self.freedom, (quality - self.mean) / self.error))

    def more(self, quality: float, alpha: float) -> int | None:
        """Return how many more prompts would show that the mean reaches `quality`, if it is what it is now."""
        needed = self._needed(quality, alpha)
        return max(1, ceil(needed) - self.n) if isfinite(needed) else None

    def _needed(self, quality: float, alpha: float) -> float:
        """Return the prompts in all, not rounded; infinite where no number would do, or none can be told."""
        ahead = self.mean - quality
        if self.error == 0 and 0 < quality < 1:
            # All agree, and all are right: quality^n falls under alpha.
            return log(alpha) / log(quality) * self.n / (self.freedom + 1)
        if isnan(self.error) or self.error == 0 or ahead <= 0:
            return inf
        if self.exact:
            return verdicts_needed(self.mean, quality, alpha)
        return items_needed(self.error**2 * self.n, ahead, alpha)


def _gate(found: _Mean, quality: float, p: float, alpha: float, tests: int) -> Gate:
    # A mean that falls short by its last digit has reached what is wanted.
    ahead = float(gaps_of(found.mean, quality))
    if not found.n:
        return Gate(verdict="unknown", ahead=ahead)
    if ahead < 0:
        return Gate(verdict="reject", ahead=ahead)
    if p <= alpha:
        return Gate(verdict="accept", ahead=ahead)
    return Gate(verdict="inconclusive", ahead=ahead, more=found.more(quality, alpha / tests))


def _of_row(row: pd.Series, alpha: float, tests: int) -> Gate:
    if row["verdict"] == "reference":
        return Gate(verdict="accept", ahead=float(row["margin"]))
    if pd.isna(row["difference"]):
        return Gate(verdict="unknown", ahead=float("nan"))
    ahead = float(row["difference"]) + float(row["margin"])
    if row["verdict"] == "accept":
        return Gate(verdict="accept", ahead=ahead)
    if row["verdict"] == "reject" or ahead <= 0:
        return Gate(verdict="reject", ahead=ahead)
    error, n = row["se"], int(row["n"])
    if pd.isna(error) or not float(error):
        return Gate(verdict="inconclusive", ahead=ahead)
    needed = items_needed(float(error) ** 2 * n, ahead, alpha / tests)
    return Gate(verdict="inconclusive", ahead=ahead, more=max(1, ceil(needed) - n))
