"""Ask the cheap model first, and the dear one only when the answer looks wrong: is that worth it on these prompts?

From a frame to a frame, replayed from what was recorded: nothing is asked again. Knows policies; knows nothing of how
an answer was checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_count, check_share, few, joined
from distilkit.analysis.pairs.differences import Pair, difference, paired_interval
from distilkit.analysis.panel import Missing
from distilkit.analysis.replays.aim import check_aim
from distilkit.analysis.replays.contenders import contenders, plan
from distilkit.analysis.replays.draws import Draws, draws
from distilkit.analysis.replays.policies import Policy, Terms, measured, split
from distilkit.analysis.replays.replay import MOST_PROFILES
from distilkit.errors import InputError

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    "policy": _TEXT,
    "profile": _TEXT,
    "score": _TEXT,
    "thresholds": _TEXT,
    "n": "Int64",
    "n_train": "Int64",
    "n_missing": "Int64",
    "missing": _TEXT,
    "quality": "Float64",
    "quality_low": "Float64",
    "quality_high": "Float64",
    "cost_per_item_usd": "Float64",
    "cost_low_usd": "Float64",
    "cost_high_usd": "Float64",
    "share_strong": "Float64",
    "pgr": "Float64",
    "difference": "Float64",
    "se": "Float64",
    "low": "Float64",
    "high": "Float64",
    "upper_bound": "boolean",
    "note": _TEXT,
}


def cascade(  # noqa: PLR0913 - each is a choice of the analysis, and all but three have a usual value
    frame: pd.DataFrame,
    profiles: Sequence[str],
    score: str | None = None,
    *,
    accept: str,
    quality: float | None = None,
    budget: float | None = None,
    verifier_cost_usd: float | str = 0.0,
    train: float = 0.5,
    seed: int = 0,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return what a cascade would have given, beside what it must beat, on prompts its thresholds were not chosen on.

        df["sure"] = ...                                     # a judge's score, a share of agreeing samples, a test
        dk.cascade(df, ["small", "large"], accept="sure", verifier_cost_usd="judge_cost_usd")
        dk.cascade(df, ["small", "medium", "large"], accept="sure", quality=0.85)

    The profiles are asked in order. The first answer whose `accept` reaches its profile's threshold is taken, the last
    one always (Chen, Zaharia and Zou 2023, "FrugalGPT"). It costs every call and every check up to there. Thresholds
    are chosen on one part of the prompts and everything is reported on the other, because the best of many thresholds
    looks better than it is on the prompts it was chosen on. The samples of a prompt are replayed one by one, sample 0
    of one profile with sample 0 of the next, and averaged: a prompt is one observation.

    One row each, all on the same `n` prompts: `cascade`; `single`, every profile alone; `best single`, the profile that
    the same choice would take; `random mix`, a coin between two single profiles that spends what the cascade spends (a
    cascade that does not beat it learns nothing from its check); `oracle router`, for every prompt the profile that did
    best, the cheapest of these: no router knows that beforehand.

    Columns: `policy`; `profile`, of a single one; `score`; `thresholds`, one a stage in order, with "; " between (-inf:
    every answer of this profile is taken unchecked; inf: it is not asked); `n`, prompts reported on; `n_train`, prompts
    chosen on; `n_missing`, prompts left out (`drop`) or with a missing answer that scores 0 (`fail`); `missing`;
    `quality` with `quality_low` and `quality_high`; `cost_per_item_usd` with `cost_low_usd` and `cost_high_usd`;
    `share_strong`, answers that come from the last profile; `pgr`, the share of the gap between the first and the last
    profile that is closed, `<NA>` where the last is no better; `difference`, the quality of the cascade minus this
    policy's on the same prompts, with `se`, `low` and `high`; `upper_bound`, whether it knows what nobody knows
    beforehand; `note`.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and `cost_usd`, and `sample` where prompts were asked
            several times.
        profiles: from the first asked to the last, two to six.
        score: the column that says how good an answer is; None for the only score there is.
        accept: a column of verdicts or numbers, higher for an answer that should be taken. With the score itself the
            check is perfect, the cascade an upper bound, and said to be one.
        quality: take the cheapest thresholds that reach it.
        budget: take the best thresholds within so many US dollars an item. With neither of the two: the best that
            cost no more than the best single profile.
        verifier_cost_usd: US dollars of one check, or a column with them, such as "judge_cost_usd". A check that needs
            more samples of the model costs those samples too.
        train: the share of prompts (of clusters) that thresholds are chosen on.
        seed: of the split.
        cluster: a column that says which prompts belong together; none is torn by the split.
        missing: `drop` leaves a sample out that lacks a score or a check for some profile; `fail` scores 0 what failed,
            and passes it, like an answer without a check, on to the next profile. What was not recorded for every
            profile, or has no known cost, cannot be replayed and is left out either way.
        confidence: of the intervals, between 0 and 1.

    Raises:
        InputError: a column is missing or of the wrong kind, a profile is not there, both `quality` and `budget` are
            given, or too few prompts can be replayed.
    """
    aim = check_aim(quality, budget)
    check_share("confidence", confidence, 0.95)
    check_share("train", train, 0.5)
    seed = check_count("seed", seed, 0)
    recorded = draws(
        frame, profiles, score, accept=accept, verifier_cost_usd=verifier_cost_usd, cluster=cluster, missing=missing
    )
    if len(recorded.profiles) > MOST_PROFILES:
        raise InputError(f"profiles= takes at most {MOST_PROFILES} for a cascade, not {len(recorded.profiles)}")
    chosen, reported = split(recorded.n, recorded.clusters, train=train, seed=seed)
    held_out = recorded.of_items(reported)
    policies = contenders(held_out, plan(recorded.of_items(chosen), aim), perfect=_perfect(recorded, accept))
    terms = Terms(
        clusters=held_out.clusters,
        verdicts=recorded.binary,
        samples=held_out.samples,
        confidence=confidence,
    )
    rows = _rows(policies, held_out, terms, n_train=int(chosen.sum()))
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(rows, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _perfect(recorded: Draws, accept: str) -> bool:
    """Return whether the check is the score itself, by name or by value."""
    return accept == recorded.score or bool(np.array_equal(recorded.accepts, recorded.scores[:-1]))


def _rows(policies: Sequence[Policy], held_out: Draws, terms: Terms, n_train: int) -> Iterator[dict[str, object]]:
    ours, first, last = policies[0], policies[1], policies[len(held_out.profiles)]
    weak, strong = float(first.scores.mean()), float(last.scores.mean())
    for policy, row in zip(policies, measured(policies, terms, weak=weak, strong=strong), strict=True):
        remarks = [*policy.remarks, *held_out.left_out, *few(held_out.n, held_out.clusters)]
        compared = {} if policy is ours else _difference(ours, policy, terms)
        if compared.get("se") == 0:
            remarks.append("scores as the cascade on every prompt" if not compared["difference"] else "no spread")
        yield (
            row
            | compared
            | {
                "profile": policy.profile,
                "score": held_out.score,
                "thresholds": policy.threshold,
                "n": held_out.n,
                "n_train": n_train,
                "n_missing": held_out.n_missing,
                "missing": held_out.missing,
                "note": joined(remarks),
            }
        )


def _difference(ours: Policy, theirs: Policy, terms: Terms) -> dict[str, float]:
    """Return our quality minus theirs, item by item, with its error and interval."""
    scores = np.stack([ours.scores, theirs.scores])
    pair = Pair(
        first=ours.name,
        second=theirs.name,
        shared=np.ones(len(ours.scores), dtype=bool),
        scores=scores,
        costs=np.stack([ours.costs, theirs.costs]),
        clusters=terms.clusters,
        verdicts=terms.verdicts,
        # A mix of verdicts is a share, though every model was asked once.
        single=terms.samples == 1 and bool(np.isin(scores, (0.0, 1.0)).all()),
    )
    found = difference(pair)
    bounds = paired_interval(pair, found, terms.confidence)
    return {"difference": found.mean, "se": found.se, "low": bounds.low, "high": bounds.high}
