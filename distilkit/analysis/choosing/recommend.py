"""The cheapest profile that is good enough, in one row and one sentence.

From a frame to a frame. Knows columns, not where they came from; asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from typing import Any

import pandas as pd

from distilkit.analysis.caveats import check_amount, check_count, check_share, few, joined, number_of
from distilkit.analysis.choosing import advice
from distilkit.analysis.choosing.advice import Asked
from distilkit.analysis.choosing.candidates import Candidate, Miss, Wanted, by_dollars, misses, nearest
from distilkit.analysis.choosing.gates import POWER, Gate, against_quality, against_reference
from distilkit.analysis.choosing.measured import measured
from distilkit.analysis.pairs.cheapest import cheapest
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.errors import InputError

_TEXT = pd.StringDtype("python")  # an Arrow column refuses half a surrogate pair
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("profile", "verdict", "reason"), _TEXT),
    **dict.fromkeys(("quality", "quality_low", "quality_high", "cost_per_item_usd"), "Float64"),
    **dict.fromkeys(("cost_usd", "latency_p95_s"), "Float64"),
    "score": _TEXT,
    **dict.fromkeys(("n", "n_missing"), "Int64"),
    **dict.fromkeys(("missing", "rejected", "note"), _TEXT),
}
_MARGIN = 0.03


def recommend(  # noqa: PLR0913 - each is a condition of its own
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    quality: float | None = None,
    margin: float | None = None,
    reference: str | None = None,
    budget: float | None = None,
    items: int | None = None,
    latency: float | None = None,
    confidence: float = 0.95,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> pd.DataFrame:
    """Return whom to use: the cheapest profile that is good enough, and how sure that is; one row.

        dk.recommend(df, quality=0.8)
        dk.recommend(df, reference="sonnet", margin=0.02, budget=50, items=100_000, latency=10)["reason"][0]

    With `quality`, good enough is a mean score that reaches it. A profile is surely good enough when the lower end of
    its one-sided interval at `confidence` does, with all candidates taken into account (Holm 1979): for verdicts by the
    exact binomial test (Clopper and Pearson 1934), otherwise by t over prompts or clusters. Without, good enough is no
    worse than a reference by `margin` or more, as `cheapest` decides it. Those that fail `budget` or `latency` are
    left out. Of those surely good enough the cheapest is recommended; where there is none, the cheapest that is good
    enough by its mean.

    Columns: `profile`, `<NA>` when nobody fits; `verdict`: `accept`, surely good enough; `inconclusive`, by its mean
    only; `none`, nobody. `reason`, one sentence; where more prompts would settle it, it says how many:
    (z(1−a/m) + z(0.8))²·variance / gap² for m candidates and a = 1 − confidence, so that the chance is 80 % if the mean
    stays (Cohen 1988; verdicts: Fleiss 1981). `quality`, the mean score over prompts, with its two-sided interval
    `quality_low` and `quality_high`; `cost_per_item_usd`, US dollars for one answer; `cost_usd`, for `items` of them;
    `latency_p95_s`, seconds within which 95 % of the answers came; `score`, the column; `n`, prompts scored;
    `n_missing`, those that were not, left out or scored 0 as `missing` says; `rejected`, the others that do not fit,
    and why; `note`, what to keep in mind.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and a score.
        score: the score's column; None for the only one there is. Higher is better.
        quality: the least mean score; None for a comparison with a reference.
        margin: how much worse than the reference is still good enough, in the score's unit; None for 0.03.
        reference: the profile to be no worse than; None for the best.
        budget: US dollars in all; a profile of unknown cost cannot be recommended under one. None for no limit.
        items: how many prompts these are for, one answer each; None for as many as the frame has.
        latency: seconds within which 95 % of the answers are to come; None for any.
        confidence: of verdicts and intervals, above 0.5 and under 1.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: what a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0.

    Raises:
        InputError: a column is missing or of the wrong kind, an argument is wrong, or `quality` and a reference are
            both given.
    """
    alpha = 1 - _check_confidence(confidence)
    table = panel(frame, score, cluster=cluster, missing=missing)
    wanted = _wanted(budget, items, latency, len(table.items))
    if quality is not None:
        if margin is not None or reference is not None:
            raise InputError("quality= asks for a least mean score, margin= and reference= for no worse than another")
        least = _check_quality(quality)
        if table.binary and not 0 <= least <= 1:
            raise InputError(
                f"quality={quality!r}: {table.score!r} holds verdicts, whose mean lies between 0 and 1; 90 % is 0.9"
            )
        gates = against_quality(table, least, alpha)
        asked = Asked(quality=least, reference=None, margin=0, score=table.score, verdicts=table.binary, wanted=wanted)
    else:
        by_name = cheapest(
            frame,
            table.score,
            reference=reference,
            margin=_MARGIN if margin is None else margin,
            alpha=alpha,
            cluster=cluster,
            missing=missing,
        )
        gates, asked = _against(by_name, alpha, table, wanted)
    found = measured(frame, table, cluster=cluster, confidence=confidence)
    every = [Candidate(**asdict(each), gate=gate) for each, gate in zip(found, gates, strict=True)]
    row = _decided(every, asked)
    best = quality is None and reference is None
    row["note"] = joined([*_of_reference(asked, best=best), *_notes(row, every, table, asked)])
    row |= {"score": table.score, "missing": missing}
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame([row], columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _check_confidence(confidence: object) -> float:
    share = check_share("confidence", confidence, 0.95)
    if not share > 0.5:  # noqa: PLR2004 - under it a bound lies on the wrong side of the mean
        raise InputError(f"confidence= must be above 0.5, such as 0.95, not {confidence!r}")
    return share


def _check_quality(quality: object) -> float:
    least = number_of(quality)
    if least is None:
        raise InputError(f"quality= must be the least mean score, such as 0.8, not {quality!r}")
    return least


def _wanted(budget: float | None, items: int | None, latency: float | None, prompts: int) -> Wanted:
    return Wanted(
        budget=None if budget is None else check_amount("budget", budget),
        items=prompts if items is None else check_count("items", items),
        latency=None if latency is None else check_amount("latency", latency),
    )


def _against(by_name: pd.DataFrame, alpha: float, table: Panel, wanted: Wanted) -> tuple[list[Gate], Asked]:
    gates = against_reference(by_name, alpha)
    best = by_name.loc[by_name["verdict"] == "reference"].iloc[0]
    asked = Asked(
        quality=None,
        reference=str(best["profile"]),
        margin=float(best["margin"]),
        score=table.score,
        verdicts=table.binary,
        wanted=wanted,
    )
    return [gates[name] for name in table.profiles], asked


def _decided(every: Sequence[Candidate], asked: Asked) -> dict[str, object]:
    failed = {each.name: list(misses(each, asked.wanted)) for each in every}
    fitting = sorted((each for each in every if not failed[each.name]), key=by_dollars)
    if not fitting:
        near = nearest(every, failed)
        reason = advice.of_nobody(near, failed[near.name], asked)
        return {"verdict": "none", "reason": reason, "rejected": _rejected(every, failed, asked, None)}
    chosen = next((each for each in fitting if each.gate.verdict == "accept"), fitting[0])
    return {
        "profile": chosen.name,
        "verdict": chosen.gate.verdict,
        "reason": advice.of_chosen(chosen, _other(chosen, every, asked), _cheaper(chosen, every), asked),
        "quality": chosen.quality,
        "quality_low": _known(chosen.low),
        "quality_high": _known(chosen.high),
        "cost_per_item_usd": _known(chosen.cost),
        "cost_usd": _known(chosen.cost * asked.wanted.items),
        "latency_p95_s": _known(chosen.latency),
        "n": chosen.n,
        "n_missing": chosen.gone,
        "rejected": _rejected(every, failed, asked, chosen),
    }


def _rejected(
    every: Sequence[Candidate], failed: Mapping[str, Sequence[Miss]], asked: Asked, chosen: Candidate | None
) -> str | None:
    """Return who does not fit and why; and who is cheaper than the one chosen, but not surely good enough."""
    told = []
    for each in every:
        if failed[each.name]:
            told.append(advice.of_rejected(each, failed[each.name], asked))
        elif chosen is not None and chosen.gate.verdict == "accept" and by_dollars(each) < by_dollars(chosen):
            told.append(advice.unsure(each, asked))
    return joined(told)


def _other(chosen: Candidate, every: Sequence[Candidate], asked: Asked) -> Candidate | None:
    """Return whose cost to compare with: the reference, or the best of the dearer ones."""
    others = [each for each in every if each is not chosen and each.cost > chosen.cost]
    named = [each for each in others if each.name == asked.reference]
    return next(iter(named), max(others, key=lambda each: each.quality, default=None))


def _cheaper(chosen: Candidate, every: Sequence[Candidate]) -> Candidate | None:
    """Return the best of the cheaper ones that are not good enough."""
    worse = [each for each in every if each.cost < chosen.cost and each.gate.verdict == "reject"]
    return max(worse, key=lambda each: each.quality, default=None)


def _of_reference(asked: Asked, *, best: bool) -> Iterator[str]:
    if best:
        yield f"reference: {advice.shown(str(asked.reference))}, the best mean, chosen on these same answers"


def _notes(row: Mapping[str, object], every: Sequence[Candidate], table: Panel, asked: Asked) -> Iterator[str]:
    chosen = next((each for each in every if each.name == row.get("profile")), None)
    if chosen is not None:
        yield from few(chosen.n, table.clusters, "the verdict is rough")
        if chosen.n > 1 and chosen.low == chosen.high:
            yield f"all {chosen.n} prompts score the same: nothing says how sure that is"
        for name in (advice.shown(each.name) for each in every if _near(each, chosen)):
            yield f"{name} is not good enough by its mean only: more prompts could let it through"
        if chosen.gone:
            counted = "scored 0" if table.missing == "fail" else "left out"
            yield f"{chosen.gone} prompts without a scored answer are {counted}"
        budget = asked.wanted.budget
        if budget is not None and chosen.most * asked.wanted.items > budget:
            yield f"the budget may not do: up to {advice.dollars(chosen.most * asked.wanted.items)} is likely"
        if chosen.gate.more:
            yield f"more prompts: enough with a chance of {POWER:.0%} if the mean stays"
    unpriced = [advice.shown(each.name) for each in every if isnan(each.cost)]
    if unpriced:
        yield f"cost unknown: {', '.join(unpriced)}"
    if len({each.n for each in every}) > 1:
        yield "profiles are scored on different numbers of prompts"
    elif not (table.scored == table.scored[0]).all():
        yield "profiles are scored on different prompts"


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _near(each: Candidate, chosen: Candidate) -> bool:
    """Return whether a cheaper one falls short, and its interval does not."""
    return each.gate.verdict == "reject" and each.cost < chosen.cost and each.high >= each.quality - each.gate.ahead
