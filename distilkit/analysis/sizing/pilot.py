"""How much a paired difference scatters, and what part of it repeated sampling would take away.

Arithmetic on two rows of a panel. Knows nothing of power, gaps or names.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.item_means import gaps_of, mean_se
from distilkit.analysis.panel import Panel

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """Two profiles on the items both have a score for.

    Attributes:
        differences: A − B of each item's means, items.
        within: variance of the samples of an item, profiles by items; NaN for fewer than two.
        shares: mean over items of 1/K, for the K samples that an item had, of A and of B.
        clusters: a number for each item's cluster; None where items are independent.
    """

    differences: NDArray[np.float64]
    within: NDArray[np.float64]
    shares: tuple[float, float]
    clusters: NDArray[np.intp] | None

    @property
    def items(self) -> int:
        """How many items both have a score for."""
        return len(self.differences)

    @property
    def sigma2(self) -> tuple[float, float]:
        """The variance of the samples of one item, of A and of B; NaN where no item was sampled twice."""
        first, second = (_mean_of_known(row) for row in self.within)
        return first, second

    @property
    def observed(self) -> float:
        """Variance of the items' differences, ddof 1; NaN for fewer than two items."""
        return float(self.differences.var(ddof=1)) if self.items > 1 else nan

    @property
    def omega2(self) -> float:
        """What is left of the observed variance without the sampling noise, at least 0; NaN where that is not known."""
        noise = sum(sigma2 * share for sigma2, share in zip(self.sigma2, self.shares, strict=True))
        return nan if isnan(noise + self.observed) else max(0.0, self.observed - noise)

    @property
    def design_effect(self) -> float:
        """Squared ratio of the clustered standard error to the plain one.

        At least 1: that clusters make a study smaller is not to be believed of a pilot.
        """
        plain, clustered = mean_se(self.differences)[0], mean_se(self.differences, self.clusters)[0]
        if self.clusters is None or plain == 0:
            return 1.0
        return nan if isnan(clustered) else max(1.0, (clustered / plain) ** 2)

    def variance(self, samples: int) -> float:
        """Return the variance of one item's difference with K samples of each profile; NaN where that is not known.

        With clusters, the scatter that clusters add is kept whole: repeating a prompt does not make its document
        another. A plan with the pilot's own K needs no knowledge of its parts.
        """
        added = self.observed * (self.design_effect - 1)
        if not isnan(self.omega2):
            return self.omega2 + sum(self.sigma2) / samples + added
        changes = [1 / samples - share for share in self.shares]
        pairs = zip(changes, self.sigma2, strict=True)
        return self.observed + added + sum(change * sigma2 for change, sigma2 in pairs if change)

    def relative_error(self, samples: int) -> float:
        """Return the standard error of the variance, as a share of it (delta method); NaN where that is not known.

        From the items' own contributions, so that it holds for verdicts too, whose differences are far from normal.
        """
        parts = (self.differences - self.differences.mean()) ** 2 if self.items else self.differences
        for share, row, sigma2 in zip(self.shares, self.within, self.sigma2, strict=True):
            change = 1 / samples - share
            if change:
                # An item sampled once says nothing of the noise: it stands at the mean.
                parts = parts + change * np.where(np.isnan(row), sigma2, row)
        total = float(parts.mean()) if self.items else nan
        return mean_se(parts, self.clusters)[0] / total if total > 0 else nan


def pilot_of(panel: Panel) -> Pilot:
    """Return the pilot that the two profiles of a panel are."""
    both = panel.complete()
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [float((1 / row).mean()) if len(row) else nan for row in both.samples]
    return Pilot(
        differences=gaps_of(both.scores[0], both.scores[1]),
        within=both.within,
        shares=(shares[0], shares[1]),
        clusters=both.clusters,
    )


def _mean_of_known(row: NDArray[np.float64]) -> float:
    known = row[~np.isnan(row)]
    return float(known.mean()) if len(known) else nan
