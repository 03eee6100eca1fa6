"""Quality and dollars of every profile on the same prompts, and who is on the frontier when prompts are drawn anew.

From a frame to rows of the frontier. Knows panels; knows nothing of how the rows are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.analysis.absent import absent
from distilkit.analysis.caveats import joined
from distilkit.analysis.intervals import skew_t
from distilkit.analysis.item_means import item_mean
from distilkit.analysis.pairs.ratios import ratio_intervals
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.analysis.quality import Quality
from distilkit.analysis.resampling import resampled_means
from distilkit.analysis.worth.dominance import undominated

if TYPE_CHECKING:
    from numpy.typing import NDArray


def joint_rows(
    frame: pd.DataFrame,
    score: str | None,
    *,
    cluster: str | None,
    missing: Missing,
    confidence: float,
    replicates: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return a row a profile by the names of the frontier's columns, in order of first appearance.

    Raises:
        InputError: as `panel`, or a cost is infinite.
    """
    recorded = panel(frame, score, cluster=cluster, missing=missing)
    gaps = absent(frame, recorded)
    unpriced = (np.isnan(recorded.costs) & recorded.scored).sum(axis=1)
    judged = recorded.scored.any(axis=1) & (unpriced == 0)
    common = recorded.scored[judged].all(axis=0) & judged.any()
    shared = _part(recorded, judged, common)
    dollars = iter(_dollars(shared, confidence, replicates, seed))
    table = []
    for row, profile in enumerate(recorded.profiles):
        # A profile that is not compared is described on its own prompts.
        used = common if judged[row] else recorded.scored[row]
        quality = Quality.of(recorded, row, used=used, gaps=gaps[row], confidence=confidence)
        columns = {"profile": profile, "score": recorded.score, "missing": missing, **_quality(quality)}
        columns["n_missing"] = quality.as_zero if missing == "fail" else int((~used).sum())
        remarks = [*_left_out(recorded, used, int(unpriced[row])), *_caveats(quality)]
        if judged[row] and common.any():
            found = next(dollars)
            columns |= found
            remarks += _success_caveats(found, quality)
        table.append({**columns, "note": joined(remarks)})
    return table


def _part(recorded: Panel, rows: NDArray[np.bool_], items: NDArray[np.bool_]) -> Panel:
    """Return some profiles of a panel on some of its items."""
    clusters = recorded.clusters
    cells = np.ix_(rows, items)
    return replace(
        recorded,
        profiles=tuple(name for name, keep in zip(recorded.profiles, rows, strict=True) if keep),
        items=tuple(item for item, keep in zip(recorded.items, items, strict=True) if keep),
        scores=recorded.scores[cells],
        samples=recorded.samples[cells],
        within=recorded.within[cells],
        costs=recorded.costs[cells],
        clusters=None if clusters is None else np.unique(clusters[items], return_inverse=True)[1],
    )


def _dollars(shared: Panel, confidence: float, replicates: int, seed: int) -> list[dict[str, float]]:
    """Return the columns of dollars and chance, a dict a profile, for profiles that share their items."""
    if not shared.items:
        return []
    drawn = resampled_means(
        np.vstack([shared.scores, shared.costs]), replicates=replicates, seed=seed, clusters=shared.clusters
    )
    count = len(shared.profiles)
    shares = undominated(drawn[:, count:], drawn[:, :count]).mean(axis=0)
    successes = _successes(shared, confidence, replicates, seed)
    costs = [_cost(row, shared.clusters, confidence) for row in shared.costs]
    return [
        {**cost, "p_frontier": float(share), **success}
        for cost, share, success in zip(costs, shares, successes, strict=True)
    ]


def _cost(costs: NDArray[np.float64], clusters: NDArray[np.intp] | None, confidence: float) -> dict[str, float]:
    mean = item_mean(costs, clusters=clusters)
    low, high = skew_t(mean.mean, mean.standard_error, mean.units, mean.skewness, confidence)
    # NaN passes through: one item has no interval.
    return {"cost_per_item_usd": mean.mean, "cost_low_usd": float(np.maximum(low, 0.0)), "cost_high_usd": high}


def _successes(shared: Panel, confidence: float, replicates: int, seed: int) -> list[dict[str, float]]:
    """Return what a success costs, Σ dollars / Σ successes; nothing for scores that are not verdicts."""
    if not shared.binary:
        return [{} for _ in shared.profiles]
    costs, scores = (_by_unit(table, shared.clusters) for table in (shared.costs, shared.scores))
    bounds = ratio_intervals(costs, scores, confidence=confidence, replicates=replicates, seed=seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = costs.sum(axis=1) / scores.sum(axis=1)
    names = ("cost_per_success_usd", "cost_per_success_low_usd", "cost_per_success_high_usd")
    # What is infinite is not known: without a success there is no cost of one.
    known = [np.where(np.isfinite(values), values, np.nan) for values in (ratios, *bounds)]
    return [dict(zip(names, map(float, values), strict=True)) for values in zip(*known, strict=True)]


def _by_unit(table: NDArray[np.float64], clusters: NDArray[np.intp] | None) -> NDArray[np.float64]:
    return table if clusters is None else np.stack([np.bincount(clusters, weights=row) for row in table])


def _quality(quality: Quality) -> dict[str, object]:
    return {
        "n": quality.estimate.items,
        "quality": quality.estimate.mean,
        "quality_low": quality.bounds.low,
        "quality_high": quality.bounds.high,
    }


def _left_out(recorded: Panel, used: NDArray[np.bool_], unpriced: int) -> Iterator[str]:
    if unpriced:
        yield f"cost unknown for {unpriced} of {int(used.sum())} prompts, left out of the frontier"
    elif not used.any():
        none = "no prompt is scored" if not recorded.scored.any() else "no prompt is scored for every profile"
        yield f"{none}, left out of the frontier"
    elif not used.all():
        counts = recorded.scored.sum(axis=1)
        least = int(np.where(counts > 0, counts, counts.max()).argmin())
        yield (
            f"{int((~used).sum())} of {len(used)} prompts left out, not scored for every profile "
            f"(fewest: {recorded.profiles[least]!r}, {counts[least]})"
        )


def _caveats(quality: Quality) -> Iterator[str]:
    if quality.as_zero:
        yield f"{quality.as_zero} prompts with a missing answer, counted as 0"
    if quality.estimate.items:
        yield from quality.remarks


def _success_caveats(columns: dict[str, float], quality: Quality) -> Iterator[str]:
    if not quality.binary:
        return
    if quality.estimate.mean == 0:
        yield "no success, so the cost of one is unknown"
    elif quality.estimate.items > 1 and pd.isna(columns["cost_per_success_high_usd"]):
        yield "too few successes to bound the cost of one from above"
