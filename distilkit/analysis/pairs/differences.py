"""Two profiles on the items both have a score for: their difference, its spread, and the interval that suits it.

Takes a `Panel`; knows nothing of frames, tests or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.intervals import Interval
from distilkit.analysis.item_means import gaps_of, mean_se
from distilkit.analysis.pairs.score_interval import tango
from distilkit.analysis.panel import Panel

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A spread that is this small beside the differences themselves is rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two profiles, item by item.

    Attributes:
        first: the profile whose score comes first in the difference.
        second: the other.
        shared: which items of the panel both have a score for.
        scores: two rows, one column a shared item.
        costs: dollars likewise; NaN where unknown.
        clusters: of the shared items; None where items are independent.
        verdicts: whether every score in the frame is 0 or 1.
        single: whether each of the two answered each shared item once.
    """

    first: str
    second: str
    shared: NDArray[np.bool_]
    scores: NDArray[np.float64]
    costs: NDArray[np.float64]
    clusters: NDArray[np.intp] | None
    verdicts: bool
    single: bool

    @property
    def differences(self) -> NDArray[np.float64]:
        """First minus second, item by item; 0 where only rounding tells the two apart."""
        return gaps_of(self.scores[0], self.scores[1])

    @property
    def n(self) -> int:
        """How many items both have a score for."""
        return int(self.scores.shape[1])

    @property
    def plain(self) -> bool:
        """Whether it is a table of two by two: one verdict each on independent items."""
        return self.verdicts and self.single and self.clusters is None

    @property
    def discordant(self) -> tuple[float, float]:
        """The sums of what the first was ahead and of what the second was; for single verdicts, counts of items."""
        gaps = self.differences
        return float(np.maximum(gaps, 0).sum()), float(np.maximum(-gaps, 0).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference of two means over the same items.

    Attributes:
        mean: first minus second; NaN where they share no item.
        se: its standard error, paired; 0 where all differences are the same, NaN for fewer than two items or clusters.
        df: degrees of freedom of its t: items − 1, or clusters − 1.
        unpaired_se: the standard error if the two had answered different items.
    """

    mean: float
    se: float
    df: int
    unpaired_se: float

    @property
    def pairing_gain(self) -> float:
        """How many times as many items an unpaired study would need; NaN where the paired error is 0 or unknown."""
        return (self.unpaired_se / self.se) ** 2 if self.se > 0 else nan


def pair_of(panel: Panel, first: str, second: str) -> Pair:
    """Return two profiles of a panel, on the items that both have a score for."""
    two = panel.of([first, second])
    shared: NDArray[np.bool_] = two.scored[0] & two.scored[1]
    kept = two.complete()
    return Pair(
        first=first,
        second=second,
        shared=shared,
        scores=kept.scores,
        costs=kept.costs,
        clusters=kept.clusters,
        verdicts=panel.binary,
        single=bool((kept.samples == 1).all()),
    )


def difference(pair: Pair) -> Difference:
    """Return the paired difference: SE = sd(a − b) / √n, or clustered."""
    gaps = pair.differences
    if not len(gaps):
        return Difference(mean=nan, se=nan, df=0, unpaired_se=nan)
    se, df = mean_se(gaps, pair.clusters)
    errors = [mean_se(scores, pair.clusters)[0] for scores in pair.scores]
    return Difference(
        mean=float(gaps.mean()),
        se=0.0 if se <= _ROUNDING * float(np.abs(pair.scores).max()) else se,
        df=df,
        unpaired_se=sqrt(errors[0] ** 2 + errors[1] ** 2),
    )


def paired_interval(pair: Pair, found: Difference, confidence: float) -> Interval:
    """Choose the interval of a difference.

    For verdicts Tango's score interval, within −1..1: a t interval is far too sure where few answers differ. Several
    samples of an item, or clusters, change the number of items to the one that gives the error found. Grades have no
    bounds that are known, and get a t.
    """
    from scipy.special import ndtri, stdtrit

    level = 0.5 + confidence / 2
    if pair.plain and pair.n:
        low, high = tango(*pair.discordant, pair.n, float(ndtri(level)))
        return Interval(low=low, high=high, method="tango")
    if not found.df or isnan(found.se):
        return Interval(low=nan, high=nan, method="none")
    quantile = float(stdtrit(found.df, level))
    if pair.verdicts:
        low, high = effective_tango(pair, found, quantile)
        return Interval(low=low, high=high, method="tango, effective n")
    half = quantile * found.se
    method = "t" if pair.clusters is None else "cluster t"
    return Interval(low=found.mean - half, high=found.mean + half, method=method)


def effective_tango(pair: Pair, found: Difference, quantile: float) -> tuple[float, float]:
    """Return Tango's interval for as many single verdicts as have the standard error found.

    Where all differences are the same no error says how many; it is then the number of items, or clusters.
    """
    ahead, behind = pair.discordant
    spread = (ahead + behind) / pair.n - found.mean**2
    effective = spread / found.se**2 if found.se > 0 and spread > 0 else float(found.df + 1)
    share = effective / pair.n
    return tango(ahead * share, behind * share, effective, quantile)
