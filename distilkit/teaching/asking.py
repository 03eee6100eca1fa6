"""Asking round by round until there is a valid answer: one budget for all of it, and an interrupt keeps what is there.

Each round is a run like any other, so what is stored is served and never paid again. Knows no provider.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from distilkit._callers import outside
from distilkit._sync import Body
from distilkit.calls import Call, Failure
from distilkit.distilling.cells import texts_of, verdicts_of
from distilkit.distilling.pipeline import Wishes, own_verdicts
from distilkit.distilling.reasons import reasons_of
from distilkit.frame import Rows
from distilkit.progress import RunWarning
from distilkit.running import Manner, running
from distilkit.scoring import Scorer
from distilkit.scoring.applying import scored
from distilkit.scoring.judges.asking import INTERRUPTED, Asking, noticing
from distilkit.targets import opened_store
from distilkit.teaching.lesson import Cell, Found, Lesson, State, calls_of, rounds

if TYPE_CHECKING:
    import pandas as pd

# Fewer may be without thinking by chance: some models think only where a question is hard.
_ENOUGH_ANSWERS = 5
_NOT_ASKED = "not answered: the run was interrupted; run the same call again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """All that is settled before the first question.

    Attributes:
        lesson: how far to go.
        grid: sample 0 of each prompt and teacher, in that order.
        own: the caller's columns, one row a prompt; None where there are none.
        scorers: what `verify=` makes, by column.
        wanted: what rows must be like.
        shared: by name, prompts that are too like an evaluation text, and what showed it.
        whole: by name, prompts that are more than the text shown for them.
        run: the whole of it, with its budget.
    """

    lesson: Lesson
    grid: Sequence[Call]
    own: pd.DataFrame | None
    scorers: Mapping[str, Scorer]
    wanted: Wishes
    shared: Mapping[Hashable, str]
    whole: Mapping[Hashable, str]
    run: Asking


@dataclass(slots=True)
class Asked:
    """What has come so far: a part for each round, and the cell of each of their rows."""

    parts: list[pd.DataFrame] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    stopped: bool = False


def asked(teaching: Teaching) -> Body[Asked]:
    """Ask, round by round, what is still needed, and return the rows, each with the verdicts of its own.

    After an interrupt, or where nobody knows what is left of the budget, no further round begins.
    """
    state, done, run = State(), Asked(), teaching.run
    for cells in rounds(teaching.lesson, state):
        some = _known(teaching, cells)
        if not some:
            continue
        budget = run.rest()
        if budget is None:
            _say_unknown(len(some))
            return done
        calls = calls_of(teaching.grid, some, teaching.lesson.teachers)
        frame, stopped = yield from _answered(calls, some, teaching, replace(run.manner, budget=budget))
        run = run.after(frame, INTERRUPTED if stopped else None)
        frame, again = yield from noticing(scored(frame, teaching.scorers, run))
        part = own_verdicts(frame, teaching.wanted, teaching.shared)
        done.parts.append(part)
        done.cells += some
        state.learn(teaching.lesson, _found(part, some))
        _give_up(teaching, state, part, some)
        if stopped or again:
            done.stopped = True
            return done
    return done


def _known(teaching: Teaching, cells: Sequence[Cell]) -> Sequence[Cell]:
    """Leave out, where nothing may be sent, further samples that nobody ever asked for: they are no rows."""
    manner, samples = teaching.run.manner, teaching.lesson.samples
    if manner.cache != "only":
        return cells
    later = [cell for cell in cells if cell.sample >= samples]
    if not later:
        return cells
    calls = calls_of(teaching.grid, later, teaching.lesson.teachers)
    with opened_store(manner.store) as kept:
        there = kept.get_many([option.key for call in calls for option in call.choices])
    known = {
        cell for cell, call in zip(later, calls, strict=True) if any(option.key in there for option in call.choices)
    }
    return [cell for cell in cells if cell.sample < samples or cell in known]


def _answered(
    calls: Sequence[Call], cells: Sequence[Cell], teaching: Teaching, manner: Manner
) -> Body[tuple[pd.DataFrame, bool]]:
    """Run one round; what an interrupt left unanswered is a row that says so."""
    rows, interrupted = yield from noticing(running(calls, manner))
    if interrupted:
        _mark(rows, calls)
    frame = rows.frame()
    if teaching.own is None or not teaching.own.shape[1]:
        return frame, interrupted
    import pandas as pd

    own = teaching.own.iloc[[cell.prompt for cell in cells]].reset_index(drop=True)
    return pd.concat([frame, own], axis=1), interrupted


def _mark(rows: Rows, calls: Sequence[Call]) -> None:
    finished = {calls[place].slot for place in rows.finished}
    for call in calls:
        if call.slot not in finished:
            rows.settle(call, Failure(kind="unknown", message=_NOT_ASKED))


def _found(part: pd.DataFrame, cells: Sequence[Cell]) -> list[Found]:
    """Say what became of each cell. No other answer helps where the prompt itself is one of the evaluation's."""
    rows = zip(cells, verdicts_of(part, "valid"), texts_of(part, "error_kind"), reasons_of(part), strict=True)
    return [
        Found(cell, valid is True, kind or "", hopeless="contaminated_with" in reasons)
        for cell, valid, kind, reasons in rows
    ]


def _give_up(teaching: Teaching, state: State, part: pd.DataFrame, cells: Sequence[Cell]) -> None:
    """Ask no more of a teacher that never shows its thinking, where only answers with thinking are valid."""
    if not teaching.wanted.require_thinking:
        return
    silent: Counter[int] = Counter()
    spoken = set()
    for cell, kind, reasons in zip(cells, texts_of(part, "error_kind"), reasons_of(part), strict=True):
        if "reasoning_missing" in reasons and not kind:
            silent[cell.teacher] += 1
        elif not kind:
            spoken.add(cell.teacher)
    names = [call.name for call in teaching.grid[: teaching.lesson.teachers]]
    for teacher, count in sorted(silent.items()):
        if teacher not in spoken and count >= _ENOUGH_ANSWERS and teaching.lesson.most > teaching.lesson.samples:
            state.teachers.add(teacher)
            _say_silent(names[teacher], count)


def _say_silent(name: str, count: int) -> None:
    warnings.warn(
        f"{name}: none of its {count:,} answers has thinking that can be read, as require_thinking=True wants, so no "
        "further samples were asked of it; let it think aloud (params=, its profile), or leave it out",
        RunWarning,
        stacklevel=outside(),
    )


def _say_unknown(left: int) -> None:
    warnings.warn(
        f"what was asked so far has an unknown cost, and the run has a budget: {left:,} further answers were not asked "
        "for; run the same call again",
        RunWarning,
        stacklevel=outside(),
    )
