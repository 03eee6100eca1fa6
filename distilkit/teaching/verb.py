"""The verb: `distill`, from prompts or from answers that are there to rows that say whether they may be learnt from.

Reads like the picture of a run: what is wished for is checked, teachers are asked round by round, rows are judged,
chosen, kept. Knows no provider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, awaiting, blocking
from distilkit.distilling.cells import texts_of
from distilkit.distilling.choosing import Choice
from distilkit.distilling.keeping import keep
from distilkit.distilling.kinds import warn_of_kinds
from distilkit.distilling.pipeline import Evaluation, Wishes, concluded, judge_rows, wishes
from distilkit.distilling.reasons import ADDED
from distilkit.distilling.verifying import Least, Verify, check_there
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.frame import COLUMNS
from distilkit.profiles import Budget
from distilkit.running import Manner
from distilkit.scoring import check as check_scores
from distilkit.scoring.applying import ready, scored
from distilkit.serving import CacheMode
from distilkit.store import Store
from distilkit.store.verdicts import check_name
from distilkit.targets import Wanted
from distilkit.teaching.asking import asked
from distilkit.teaching.lesson import Lesson, Until
from distilkit.teaching.preparing import (
    Question,
    amount_of,
    check_answered,
    check_best,
    is_answered,
    members,
    nothing,
    prepared,
)
from distilkit.teaching.together import joined, say

if TYPE_CHECKING:
    import pandas as pd


def _distill(  # noqa: PLR0913 - each argument is a question that whoever makes training data has
    source: Any,
    teachers: Wanted = None,
    *,
    verify: Verify = None,
    least: Least = None,
    until_valid: int | None = None,
    until: Until = "teacher",
    choose: Choice = "cheapest",
    best: str | None = None,
    require_thinking: bool = False,
    evaluation: Evaluation = None,
    near: float | None = 95.0,
    min_tokens: int | None = None,
    max_tokens: int | None = None,
    refusals: bool = True,
    split: Mapping[str, float] | None = None,
    name: str | None = None,
    samples: int = 1,
    params: Mapping[str, Any] | None = None,
    system: str | None = None,
    template: str | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
    progress: bool | None = None,
    on_event: Callable[[Event], None] | None = None,
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Body[pd.DataFrame]:
    """Ask teachers for training data, or judge answers that are there; every row stays, and says what is wrong with it.

        verify = {"correct": dk.score.number_or_text("answer")}
        df = dk.distill(dk.sample_task(60), ["sim/medium", "sim/large"], verify=verify, until_valid=4)
        df[df["chosen"]]                # the training set
        dk.funnel(df)                   # what became of the others, and what it cost

    Args:
        source: prompts, as `compare` takes them, which the teachers are asked; or a frame with `prompt` and `content`,
            from `compare` or from elsewhere, of which nothing is asked.
        teachers: profiles, as `compare` takes them; None with answers that are there.
        verify: what a valid answer must pass: `{"name": scorer}` as in `compare(score=)`, judges too, or the names of
            columns that are there. Each stays a column. A row that a verifier could not judge is not valid.
        least: `{"name": number}`, the least that passes, for verifiers that give numbers; a number alone for one.
        until_valid: ask again, up to so many samples, where no answer is valid yet; None asks `samples` times.
        until: who has to give a valid answer: `teacher`, each of them; `prompt`, any of them, asked one after the other
            in the given order (put the cheapest first), each as often as `until_valid` says before the next.
        choose: which valid answer to a prompt is learnt from: the `cheapest`, the `shortest`, or the `best` by a score;
            None takes all of them.
        best: the column that `best` goes by, highest first; needed where `verify` has not exactly one.
        require_thinking: whether an answer must come with thinking that can be read.
        evaluation: texts that a student will be tested on, a list or several by name; prompts too like one of them are
            not valid.
        near: per cent of likeness from which on two chosen rows are duplicates; None for equal ones alone.
        min_tokens: the fewest tokens of a valid answer, its thinking not counted.
        max_tokens: the most tokens of a valid answer and its thinking.
        refusals: whether an answer that refuses is not valid.
        split: the share of each part, `{"validation": 0.05, "test": 0.05}` where None; the rest is `train`.
        name: under which `distilled` finds the rows again.
        samples: answers asked of each teacher in any case.
        params: as in `compare`.
        system: as in `compare`.
        template: as in `compare`.
        config: as in `compare`.
        store: as in `compare`; the verdicts are kept beside the answers.
        cache: as in `compare`.
        budget: as in `compare`; one for all rounds and judges together.
        progress: as in `compare`; a line at the end says how many prompts have a valid answer.
        on_event: as in `compare`.
        on_interrupt: as in `compare`; what was not answered is a row that says so.
        send: as in `compare`.

    Returns:
        The columns of `compare`, yours, and the scores; then `prompt_hash`, `valid`, `reasons`, `evidence`, `chosen`,
        `split`. One row for each (prompt, teacher, sample) that was asked for.

    Raises:
        InputError: an argument is wrong. Nothing was sent; but that a verifier gives numbers, and `least` does not name
            it, is only known when it has: what was answered is stored.
        ConfigError: a profile file is wrong, a teacher is unknown, or a needed key is not set. Nothing was sent.
        StoreError: the store cannot be opened, or cannot be written while something would have to be sent.

    Warns:
        DataWarning: the chosen rows mix kinds of thinking, or only some of them have any that can be read.
    """
    manner = Manner(
        store=store,
        cache=cache,
        budget=Budget.of(budget),
        progress=progress,
        on_event=on_event,
        on_interrupt=on_interrupt,
        send=send,
    )
    if name is not None:
        check_name(name)
    wanted = wishes(
        verify=verify,
        least=least,
        choose=choose,
        best=best,
        require_thinking=require_thinking,
        evaluation=evaluation,
        near=near,
        min_tokens=min_tokens,
        max_tokens=max_tokens,
        refusals=refusals,
        split=split,
    )
    amount = amount_of(samples, until_valid, until)
    question = Question(
        source=source, teachers=teachers, params=params or {}, system=system, template=template, config=config
    )
    if is_answered(source):
        check_answered(question, amount)
        return (yield from _judged(source, wanted, manner, config, name))
    return (yield from _taught(question, amount, wanted, manner, name))


distill = blocking(_distill)
adistill = awaiting(_distill)


def _taught(question: Question, amount: Lesson, wanted: Wishes, manner: Manner, name: str | None) -> Body[pd.DataFrame]:
    """Ask the teachers, and judge what they say."""
    teaching = prepared(question, amount, wanted, manner)
    done = yield from asked(teaching)
    rows = joined(done.parts, done.cells, wanted.verifying.scores) if done.parts else nothing(teaching)
    frame = concluded(rows, wanted, teaching.whole)
    keep(frame, manner.store, name, {each.profile.name: each.profile.thinking for each in members(teaching)})
    say(frame, len(done.parts), show=manner.progress)
    warn_of_kinds(frame)
    return frame


def _judged(
    source: pd.DataFrame, wanted: Wishes, manner: Manner, config: str | Path | None, name: str | None
) -> Body[pd.DataFrame]:
    """Judge answers that are there; only judges are asked."""
    bare = source.drop(columns=[each for each in ADDED if each in source])
    columns = [str(each) for each in bare.columns]
    check_there(wanted.verifying, columns)
    scorers = check_scores(wanted.verifying.scores, [each for each in columns if each not in COLUMNS])
    check_best(wanted, [*columns, *scorers])
    profiles = list(dict.fromkeys(each for each in texts_of(bare, "profile") if each))
    judging = ready(scorers, manner, config, [], profiles)
    frame = judge_rows((yield from scored(bare, scorers, judging)), wanted)
    if name is not None:
        keep(frame, manner.store, name)
    warn_of_kinds(frame)
    return frame
