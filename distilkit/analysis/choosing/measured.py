"""What a frame says of each profile: quality with its interval, dollars, seconds.

From a frame to values. Knows nothing of what is good enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # noqa: TC002 - get_type_hints resolves the public signatures

from distilkit.analysis.absent import absent
from distilkit.analysis.item_means import mean_se
from distilkit.analysis.summary import summarize
from distilkit.profiles import Evidence

if TYPE_CHECKING:
    from distilkit.analysis.panel import Panel

# Names of this module's own, so that a column of the caller's cannot clash with one of the summary's.
_SCORE, _CLUSTER = "quality", "cluster of an item"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One profile; NaN is unknown.

    Attributes:
        name: the profile's.
        place: where it stands in the frame, from 0.
        n: prompts with a score.
        gone: prompts without, left out or scored 0.
        quality: mean score, with the ends of its two-sided interval, `low` and `high`.
        cost: US dollars for one answer, and the upper end of the interval of its mean, `most`.
        latency: seconds within which 95 % of the answers came.
    """

    name: str
    place: int
    n: int
    gone: int
    quality: float
    low: float
    high: float
    cost: float
    most: float
    latency: float

    def evidence(self) -> Evidence:
        """Return it as a strategy keeps it; for a profile with a score."""
        # Six digits are enough for what is read, or decides the order alone.
        low, cost = (None if isnan(value) else float(f"{value:.6g}") for value in (self.low, self.cost))
        # A mean that falls short of what is wanted by its last digit alone has reached it.
        quality = float(f"{self.quality:.14g}")
        lowest = None if low is None else min(low, quality)
        return Evidence(quality=quality, quality_low=lowest, cost_per_item_usd=cost, n=self.n)


def measured(
    frame: pd.DataFrame, table: Panel, *, cluster: str | None = None, confidence: float = 0.95
) -> list[Measured]:
    """Return what is known of every profile of the panel, in its order, as `summarize` has it.

    Args:
        frame: what the panel was made of.
        table: the panel, all its profiles.
        cluster: the column of clusters that it was made with.
        confidence: of the intervals.
    """
    own = {_SCORE: frame[table.score]} | ({_CLUSTER: frame[cluster]} if cluster else {})
    within = _CLUSTER if cluster else None
    summary = summarize(frame.assign(**own), _SCORE, confidence, cluster=within, missing=table.missing)
    gone = absent(frame, table).sum(axis=1)
    columns = ["quality", "quality_low", "quality_high", "cost_per_item_usd", "latency_p95_s"]
    figures = summary[columns].to_numpy(dtype=float, na_value=nan)
    return [
        Measured(
            name=name,
            place=place,
            n=int(table.scored[place].sum()),
            gone=int(gone[place]),
            quality=quality,
            low=low,
            high=high,
            cost=cost,
            most=_most(table, place, confidence),
            latency=latency,
        )
        for place, (name, (quality, low, high, cost, latency)) in enumerate(
            zip(table.profiles, figures.tolist(), strict=True)
        )
    ]


def _most(table: Panel, place: int, confidence: float) -> float:
    """Return the upper end of the interval of the mean dollars, by t over the items or clusters; NaN where unknown."""
    from scipy.special import stdtrit

    known = ~np.isnan(table.costs[place])
    costs = table.costs[place][known]
    if len(costs) < 2:  # noqa: PLR2004 - one has no spread
        return nan
    error, freedom = mean_se(costs, None if table.clusters is None else table.clusters[known])
    return nan if isnan(error) else float(costs.mean() + stdtrit(freedom, 0.5 + confidence / 2) * error)
