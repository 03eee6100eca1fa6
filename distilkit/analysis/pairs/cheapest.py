"""The cheapest model that is good enough: no worse than a reference by more than a margin, and how sure that is.

From a frame to a frame. Knows columns, not where they came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # noqa: TC002 - get_type_hints resolves the public signatures

from distilkit.analysis.caveats import check_amount, check_share, joined
from distilkit.analysis.pairs.differences import Difference, Pair, difference, effective_tango, pair_of
from distilkit.analysis.pairs.multiplicity import holm
from distilkit.analysis.pairs.paired_panel import TEXT, dollars, frame_of_rows, known_profile, remarks, unscored
from distilkit.analysis.pairs.score_interval import tango
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DTYPES = {
    "profile": TEXT,
    "score": TEXT,
    "n": "Int64",
    "n_missing": "Int64",
    "missing": TEXT,
    **dict.fromkeys(("quality", "cost_per_item_usd", "difference", "se", "low", "high"), "Float64"),
    **dict.fromkeys(("margin", "p", "p_holm"), "Float64"),
    "verdict": TEXT,
    "cost_ratio": "Float64",
    "note": TEXT,
}


def cheapest(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    reference: str | None = None,
    margin: float = 0.03,
    alpha: float = 0.05,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> pd.DataFrame:
    """Return which profiles are good enough, the cheapest first: one row a profile, the reference too.

        cheapest(df, reference="gpt-4o", margin=0.02)

    The question is not whether a difference was found, since too few prompts find none. It is whether being worse than
    the reference by `margin` or more can be ruled out (a test of non-inferiority; Wellek 2010). The first row with the
    verdict `accept` or `reference` is the answer.

    Columns, in order of dollars, unknown last:

    * `profile`; `score`, which column; `n`, prompts scored for it and the reference (for the reference, for it alone);
      `n_missing`, those that were not: left out, or as `missing` says scored 0.
    * `quality` and `cost_per_item_usd` over these prompts, samples of a prompt averaged first; `cost_ratio`, its
      dollars by the reference's on the same prompts. `<NA>` where a cost is unknown, or the reference is free.
    * `difference`, profile − reference, prompt by prompt; `se` = sd / √n, or clustered; `low` and `high`, the one-sided
      bounds difference ∓ z·se at level `alpha`, not adjusted for the number of candidates.
    * `margin`; `p` that the profile is worse by the margin or more, 1 − Φ((difference + margin) / se); `p_holm`,
      adjusted for all candidates (Holm 1979).
    * `verdict`: `accept` where `p_holm` is under `alpha`, for one candidate the same as low > −margin; `reject` where
      being worse by more than the margin is as sure, high < −margin, adjusted alike; else `inconclusive`: ask more
      prompts. `reference` for the reference itself. Of verdicts only few may differ, and there p is too small: `accept`
      then asks that Tango's score test agrees (Tango 1998), and `note` says where it does not. Where all differences of
      grades are the same there is no error to judge by: `accept` when the difference is above −margin, `reject` when it
      is below, and `note` says so.
    * `note`, what to keep in mind.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and a score; without `cost_usd` dollars are unknown.
        score: the score's column; None for the only one there is. Higher is better.
        reference: what to be no worse than. None takes the profile with the best mean, among those scored on at least
            half as many prompts as the fullest; the cheaper of equals. Chosen on the same answers it looks a little
            better than it is, so that candidates are accepted a little too rarely.
        margin: how much worse is still good enough, in the score's own unit; at least 0.
        alpha: how often a profile that is worse by the margin may be accepted; above 0 and under 0.5.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: what a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0.

    Raises:
        InputError: a column is missing or of the wrong kind, there is no such reference, or an argument is wrong.
    """
    margin, alpha = check_amount("margin", margin), _check_alpha(alpha)
    table = panel(frame, score, cluster=cluster, missing=missing)
    chosen = _best(table) if reference is None else known_profile(table, reference, "reference")
    pairs = [pair_of(table, profile, chosen) for profile in table.profiles if profile != chosen]
    gone = dict(zip(table.profiles, unscored(frame, table, cluster), strict=True))
    found = [difference(pair) for pair in pairs]
    tests = _tests(pairs, found, margin, alpha)
    rows = [
        {**_common(table, margin, gone[pair.first] | gone[chosen]), **_candidate(pair, one, alpha), **test}
        for pair, one, test in zip(pairs, found, tests, strict=True)
    ]
    own = {**_common(table, margin, gone[chosen]), **_reference(table, chosen)}
    own["note"] = joined(_of_reference(own, alone=not pairs, best=reference is None))
    rows.insert(table.profiles.index(chosen), own)
    return frame_of_rows(sorted(rows, key=_dollars), _DTYPES)


def _check_alpha(alpha: object) -> float:
    level = check_share("alpha", alpha, 0.05)
    if not level < 0.5:  # noqa: PLR2004 - beyond it a bound lies on the wrong side of the difference
        raise InputError(f"alpha= must lie between 0 and 0.5, such as 0.05, not {alpha!r}")
    return level


def _best(table: Panel) -> str:
    """Return the best mean of those with enough prompts; the cheaper of equals, then the first."""
    counts = table.scored.sum(axis=1)
    if not counts.any():
        raise InputError(f"no answer has the score {table.score!r}; there is nothing to compare")

    def rank(row: np.intp) -> tuple[float, float]:
        dollars_each = float(table.costs[row][table.scored[row]].mean())
        # Means that are equal but for the order of their sum are equal.
        return -round(float(np.nanmean(table.scores[row])), 12), inf if np.isnan(dollars_each) else dollars_each

    enough = np.flatnonzero(2 * counts >= counts.max())
    return table.profiles[min(enough, key=rank)]


def _tests(pairs: Sequence[Pair], found: Sequence[Difference], margin: float, alpha: float) -> list[dict[str, object]]:
    """Return p, adjusted p and verdict of each candidate."""
    worse = np.array([_p(one, margin) for one in found])
    better = np.array([_p(_mirrored(one), -margin) for one in found])
    adjusted, mirrored = holm(worse), holm(better)
    rows: list[dict[str, object]] = []
    for pair, one, p, p_holm, p_reject in zip(pairs, found, worse, adjusted, mirrored, strict=True):
        verdict = "accept" if p_holm < alpha else "reject" if p_reject < alpha else "inconclusive"
        notes = list(remarks(pair, "the verdict is rough"))
        if verdict == "accept" and not _agrees(pair, one, margin, alpha):
            verdict = "inconclusive"
            differing = int(np.count_nonzero(pair.differences))
            notes.append(
                f"only {differing} of {pair.n} prompts differ, too few for p: Tango's score test does not agree"
            )
        if p < alpha <= p_holm:
            notes.append(f"alone it would be accepted, among {len(pairs)} candidates (Holm) it is not")
        rows.append({"p": float(p), "p_holm": float(p_holm), "verdict": verdict, "note": joined(notes)})
    return rows


def _p(found: Difference, margin: float) -> float:
    """Return the one-sided p that the difference is −margin or less; NaN where there is no error."""
    from scipy.special import ndtr

    above = found.mean + margin
    if found.se == 0:
        return 0.0 if above > 0 else 1.0
    return float(ndtr(-above / found.se))


def _mirrored(found: Difference) -> Difference:
    return Difference(mean=-found.mean, se=found.se, df=found.df, unpaired_se=found.unpaired_se)


def _agrees(pair: Pair, found: Difference, margin: float, alpha: float) -> bool:
    """Return whether a test that holds where few verdicts differ agrees that they are good enough.

    There the normal curve is too sure: a model that is worse by the margin passes it in up to one study of five.
    """
    from scipy.special import ndtri

    if not pair.verdicts:
        return True
    quantile = float(ndtri(1 - alpha))
    low, _ = tango(*pair.discordant, pair.n, quantile) if pair.plain else effective_tango(pair, found, quantile)
    return low > -margin


def _candidate(pair: Pair, found: Difference, alpha: float) -> dict[str, object]:
    from scipy.special import ndtri

    half = float(ndtri(1 - alpha)) * found.se
    own, other = dollars(pair)
    return {
        "profile": pair.first,
        "n": pair.n,
        "quality": float(pair.scores[0].mean()) if pair.n else None,
        "cost_per_item_usd": own,
        "difference": found.mean,
        "se": found.se,
        "low": found.mean - half,
        "high": found.mean + half,
        "cost_ratio": own / other if other > 0 else None,
    }


def _reference(table: Panel, name: str) -> dict[str, object]:
    pair = pair_of(table, name, name)
    own, _ = dollars(pair)
    return {
        "profile": name,
        "n": pair.n,
        "quality": float(pair.scores[0].mean()) if pair.n else None,
        "cost_per_item_usd": own,
        "verdict": "reference",
        "cost_ratio": 1.0 if own > 0 else None,
    }


def _common(table: Panel, margin: float, gone: NDArray[np.bool_]) -> dict[str, object]:
    return {"score": table.score, "missing": table.missing, "margin": margin, "n_missing": int(gone.sum())}


def _of_reference(row: dict[str, object], *, alone: bool, best: bool) -> Iterator[str]:
    if best:
        yield "reference: the best mean, chosen on these same answers"
    if alone:
        yield "there is no other profile to compare it with"
    if not row["n"]:
        yield "no prompt is scored"
    elif _dollars(row) == inf:
        yield "cost unknown"


def _dollars(row: Mapping[str, object]) -> float:
    cost = row["cost_per_item_usd"]
    return cost if isinstance(cost, float) and not np.isnan(cost) else inf
