"""Who is worth their money: the profiles that no other beats on dollars and score, and how sure that is.

From a frame to a frame. Knows columns, not where they came from; `joint` does the arithmetic on prompts, `published`
reads a table of means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_count, check_share
from distilkit.analysis.columns import check_columns
from distilkit.analysis.panel import Missing, check_frame
from distilkit.analysis.resampling import REPLICATES, check_replicates
from distilkit.analysis.worth import published
from distilkit.analysis.worth.dominance import dominators, hull
from distilkit.analysis.worth.joint import joint_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    "profile": _TEXT,
    "score": _TEXT,
    "n": "Int64",
    "n_missing": "Int64",
    "missing": _TEXT,
    "quality": "Float64",
    "quality_low": "Float64",
    "quality_high": "Float64",
    "cost_per_item_usd": "Float64",
    "cost_low_usd": "Float64",
    "cost_high_usd": "Float64",
    "on_frontier": "boolean",
    "on_hull": "boolean",
    "p_frontier": "Float64",
    "dominated_by": _TEXT,
    "cost_per_success_usd": "Float64",
    "cost_per_success_low_usd": "Float64",
    "cost_per_success_high_usd": "Float64",
    "note": _TEXT,
}


def frontier(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Return one row a profile, cheapest first: who is worth the money, and how sure that is.

        df = dk.compare(questions, ["small", "medium", "large"], score={"correct": dk.score.exact("answer")})
        dk.frontier(df)
        dk.frontier(published, score="accuracy")   # means only: profile, accuracy, cost_per_item_usd

    A profile is on the frontier when no other costs no more and scores no less, one of the two strictly. It is on the
    hull when no mixture of two others does, some prompts sent to the one and the rest to the other.

    All profiles with known prices are judged on the same prompts: those that every one of them has a score for. One
    whose price or score is unknown keeps its row and is left out of the rest. Of means without prompts nothing is
    known about chance, so `p_frontier` and the interval of the dollars are `<NA>`.

    Columns: `profile`; `score`, which column; `n`, prompts used; `n_missing`, prompts left out (`drop`) or with a
    missing answer counted as 0 (`fail`); `missing`; `quality`, the mean score, with `quality_low` and `quality_high` as
    in `summarize`; `cost_per_item_usd`, the mean dollars of an answer, with `cost_low_usd` and `cost_high_usd`;
    `on_frontier`; `on_hull`; `p_frontier`, how often it is not beaten when the prompts are drawn anew;
    `dominated_by`, the cheapest profile that beats it; `cost_per_success_usd`, Σ dollars / Σ successes, with
    `cost_per_success_low_usd` and `cost_per_success_high_usd` (verdicts only; an upper end of `<NA>` is not bounded);
    `note`, what to keep in mind.

    `p_frontier` is a joint bootstrap (Efron and Tibshirani 1993): each replicate draws prompts with replacement, or
    whole clusters, the same for every profile and for scores and dollars alike. Dollars are skewed: their interval is
    t with the skewness taken out (Hall 1992), that of a success the joint bootstrap, studentised (Hall 1988).

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and `cost_usd`; or one row a profile with a score and
            `cost_per_item_usd` but without `prompt_id`, such as published means or what `summarize` returns.
        score: the score's column; None for the only one there is.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: `drop` leaves an answer without a score out; `fail` counts it as 0 where it failed, has no content or
            was never asked.
        confidence: of the intervals, between 0 and 1.
        replicates: bootstrap draws, from 100 to 1,000,000.
        seed: the same seed gives the same table.

    Raises:
        InputError: a column is missing or of the wrong kind, a cost is negative or infinite, or an argument is wrong.
    """
    check_share("confidence", confidence, 0.95)
    draws, seed = check_replicates(replicates), check_count("seed", seed, 0)
    check_frame(frame)
    if published.is_published(frame):
        rows = published.rows(frame, score, cluster=cluster)
    else:
        check_columns(frame)
        rows = joint_rows(
            frame, score, cluster=cluster, missing=missing, confidence=confidence, replicates=draws, seed=seed
        )
    return _table(rows)


def _table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Place each row among the others, sort them by cost, and give them their columns."""
    costs, scores = (_floats(rows, name) for name in ("cost_per_item_usd", "quality"))
    known = np.flatnonzero(~np.isnan(costs) & ~np.isnan(scores))
    beaten_by = dominators(costs[known], scores[known])
    mixed = hull(costs[known], scores[known])
    placed = list(rows)
    for place, beater, cornered in zip(known.tolist(), beaten_by.tolist(), mixed, strict=True):
        other = None if beater < 0 else rows[int(known[beater])]["profile"]
        placed[place] = {
            **rows[place],
            "on_frontier": bool(beater < 0),
            "on_hull": bool(cornered),
            "dominated_by": other,
        }
    # NaN sorts last, so profiles without a price stand at the end.
    order = np.lexsort((-scores, costs))
    table = [placed[row] for row in order]
    return pd.DataFrame(table, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _floats(rows: Sequence[dict[str, object]], name: str) -> NDArray[np.float64]:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=float)
