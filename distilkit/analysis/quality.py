"""How good each profile was at one score: the mean over its prompts, the interval, and what to keep in mind.

Takes a panel, which has averaged the samples; knows nothing of dollars.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from distilkit.analysis.absent import absent
from distilkit.analysis.caveats import few
from distilkit.analysis.intervals import Interval, interval
from distilkit.analysis.item_means import ItemMean, item_mean
from distilkit.analysis.panel import Missing, Panel, panel

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One score of one profile.

    Attributes:
        estimate: the mean over the prompts that have a score.
        bounds: its interval.
        binary: whether the score is a verdict, 0 or 1.
        as_zero: prompts of which a missing answer was counted as 0; none where missing answers are left out.
        remarks: what to keep in mind about the interval.
    """

    estimate: ItemMean
    bounds: Interval
    binary: bool
    as_zero: int
    remarks: tuple[str, ...]

    @classmethod
    def of(
        cls, recorded: Panel, row: int, *, used: NDArray[np.bool_], gaps: NDArray[np.bool_], confidence: float
    ) -> Self:
        """Return the quality of one profile of a panel.

        Args:
            recorded: the panel.
            row: which of its profiles.
            used: which items; each has a score.
            gaps: of which items a score is missing, as `absent` says.
            confidence: of the interval, between 0 and 1.
        """
        clusters = None if recorded.clusters is None else recorded.clusters[used]
        values = recorded.scores[row, used]
        estimate = item_mean(
            values, samples=recorded.samples[row, used], within=recorded.within[row, used], clusters=clusters
        )
        bounds = interval(estimate, binary=recorded.binary, confidence=confidence)
        return cls(
            estimate=estimate,
            bounds=bounds,
            binary=recorded.binary,
            as_zero=int((gaps & used).sum()),
            remarks=tuple(_remarks(values, clusters, bounds)),
        )


def qualities(
    frame: pd.DataFrame, score: str, *, cluster: str | None, missing: Missing, confidence: float
) -> list[Quality]:
    """Return the quality of every profile, in order of first appearance.

    Raises:
        InputError: as `panel`.
    """
    recorded = panel(frame, score, cluster=cluster, missing=missing)
    gaps = absent(frame, recorded)
    return [
        Quality.of(recorded, row, used=used, gaps=gap, confidence=confidence)
        for row, (used, gap) in enumerate(zip(recorded.scored, gaps, strict=True))
    ]


def _remarks(values: NDArray[np.float64], clusters: NDArray[np.intp] | None, bounds: Interval) -> Iterator[str]:
    yield from few(len(values), clusters)
    if bounds.low == bounds.high:
        yield f"all {len(values)} prompts score the same, the interval says nothing"
