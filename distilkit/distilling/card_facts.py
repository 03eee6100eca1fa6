"""What a card tells of the rows, counted once: teachers, what they sent and cost, verifiers, reasons, parts.

Counts and sums; knows nothing of Markdown. Bounded: of parameters, models and prices only distinct ones are kept.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.distilling.cells import is_missing, texts_of
from distilkit.distilling.columns import is_chosen, teachers
from distilkit.distilling.funnel import funnel
from distilkit.distilling.provenance import provenance
from distilkit.distilling.reasons import REASONS, evidence_of, reasons_of
from distilkit.distilling.split import hashes_of

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.store import Store

MOST = 20
"""So many distinct parameters, models or prices of one teacher are told; what is beyond is counted."""

_TEACHER = "teacher"


@dataclass(slots=True)
class Teacher:
    """What one teacher gave.

    Attributes:
        name: the profile that answered.
        asked: rows, chosen or not.
        chosen: rows in the training set.
        cost_usd: of all its rows, US dollars; None where one is unknown.
        models: models asked for, and how often; of chosen rows, as all that follow.
        served: models as the provider names them.
        params: what was sent beside model and messages, as JSON.
        prices: the lines of LiteLLM's table that give the cost, as JSON.
        seeds: the seeds sent.
        times: when the first and the last of its chosen answers came.
        without_record: chosen rows whose answer is not in the store, so that parameters and prices are not known.
    """

    name: str
    asked: int = 0
    chosen: int = 0
    cost_usd: float | None = None
    providers: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    params: Counter[str] = field(default_factory=Counter)
    prices: Counter[str] = field(default_factory=Counter)
    seeds: Counter[str] = field(default_factory=Counter)
    times: tuple[str, str] | None = None
    without_record: int = 0


def teachers_of(frame: pd.DataFrame, store: Store | str | Path | None) -> list[Teacher]:
    """Return what each teacher gave, by name."""
    named = teachers(frame)
    found = {name: Teacher(name) for name in sorted(set(named))}
    steps = funnel(frame.assign(**{_TEACHER: named}), by=_TEACHER)
    for name, step, rows, cost in zip(*(steps[each].tolist() for each in _STEPS), strict=True):
        if step == "asked":
            found[name].asked, found[name].cost_usd = int(rows), None if is_missing(cost) else float(cost)
    chosen = is_chosen(frame)
    kept = frame.loc[chosen]
    for name, row in zip((n for n, c in zip(named, chosen, strict=True) if c), provenance(kept, store), strict=True):
        _take(found[name], row)
    return list(found.values())


_STEPS = (_TEACHER, "step", "rows", "cost_usd")


def _take(teacher: Teacher, row: Mapping[str, Any]) -> None:
    teacher.chosen += 1
    _note(teacher.providers, row["provider"])
    _note(teacher.models, row["model"])
    _note(teacher.served, row["served_model"])
    if (moment := row["created_at"]) is not None:
        first, last = teacher.times or (moment, moment)
        teacher.times = min(first, moment), max(last, moment)
    if row["params"] is None:
        teacher.without_record += 1
        return
    params = json.dumps(row["params"], sort_keys=True, ensure_ascii=False, default=str) if row["params"] else "none"
    _note(teacher.params, params)
    if row["price"] is not None:
        _note(teacher.prices, json.dumps(row["price"], sort_keys=True))
    if row["params"].get("seed") is not None:
        _note(teacher.seeds, str(row["params"]["seed"]))


def _note(counts: Counter[str], text: str | None) -> None:
    """Count a text; once there are many, further ones only as others."""
    if text is not None:
        counts[text if text in counts or len(counts) < MOST else ""] += 1


@dataclass(frozen=True, slots=True)
class Verifier:
    """How often a verifier said what; None where the frame does not have its column."""

    name: str
    what: str | None
    failed: int
    unjudged: int
    passed: int | None


def verifiers_of(frame: pd.DataFrame, wanted: Mapping[str, str | None]) -> list[Verifier]:
    """Return what each verifier said of the rows, by the evidence: those of `wanted`, then others found there."""
    fallen: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts_of(frame, "evidence"):
        for words in evidence_of(text).get("verifier_failed", "").split("; "):
            name, colon, told = words.partition(": ")
            if colon and (name in wanted or name in frame):
                fallen[name]["unjudged" if told.startswith("<NA>") else "failed"] += 1
    names = [*wanted, *sorted(name for name in fallen if name not in wanted)]
    return [
        Verifier(name, wanted.get(name), fallen[name]["failed"], fallen[name]["unjudged"], _passed(frame, name, fallen))
        for name in names
    ]


def _passed(frame: pd.DataFrame, name: str, fallen: Mapping[str, Mapping[str, int]]) -> int | None:
    """Return how many answers a verifier let through: those with a verdict that the evidence does not hold against."""
    if name not in frame or "evidence" not in frame:
        return None
    judged = sum(not is_missing(value) for value in frame[name].astype(object).tolist())
    return max(0, judged - fallen[name]["failed"])


def reasons_counted(frame: pd.DataFrame) -> dict[str, int]:
    """Count the rows of each reason, in the order of `REASONS`; those that hold for none are left out."""
    counts = Counter(reason for reasons in reasons_of(frame) for reason in reasons)
    return {reason: counts[reason] for reason in (*REASONS, *sorted(counts.keys() - {*REASONS})) if counts[reason]}


@dataclass(frozen=True, slots=True)
class Parts:
    """How the chosen rows are parted: rows and distinct prompts of each part, and prompts that stand in several."""

    rows: Mapping[str, int]
    prompts: Mapping[str, int]
    shared: int


def parts_of(frame: pd.DataFrame) -> Parts | None:
    """Return how the chosen rows are parted, `train` first; None where they are not."""
    if "split" not in frame:
        return None
    columns = (texts_of(frame, "split"), hashes_of(texts_of(frame, "prompt")), is_chosen(frame))
    rows = [(part, digest) for part, digest, chosen in zip(*columns, strict=True) if chosen and part]
    if not rows:
        return None
    counts = Counter(part for part, _ in rows)
    distinct = {(part, digest) for part, digest in rows if digest}
    prompts = Counter(part for part, _ in distinct)
    several = Counter(digest for _, digest in distinct)
    order = sorted(counts, key=lambda part: (part != "train", part))
    shared = sum(many > 1 for many in several.values())
    return Parts({part: counts[part] for part in order}, {part: prompts[part] for part in order}, shared)


def listed(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """Return what was counted, the most frequent first; the rest that was not kept apart comes last, as ""."""
    return sorted(counts.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))
