"""`judge`: a model grades each answer by a rubric, on a scale.

Knows frames of answers and what a judge's replies mean together; how judges are asked is `asking`'s affair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body
from distilkit.engine.ports import Send
from distilkit.errors import InputError
from distilkit.profiles import Profile, Strategy
from distilkit.scoring.judges.asking import Asking
from distilkit.scoring.judges.bench import Bench, asked
from distilkit.scoring.judges.beside import DTYPES, beside_of
from distilkit.scoring.judges.cells import references_of, texts_of
from distilkit.scoring.judges.replies import Bill, Reply
from distilkit.scoring.judges.scale import Scale, explanation_of, scale_of, verdict_of
from distilkit.scoring.judges.wording import GRADING, template_of, worded
from distilkit.scoring.outcome import Judged, Scorer, Unscored, Value
from distilkit.serving import CacheMode
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd


def judge(  # noqa: PLR0913 - what is judged, and how the judge is asked; each a question users have
    profile: str | Profile | Strategy,
    rubric: str,
    *,
    scale: Any = (1, 5),
    reference: str | None = None,
    question: str = "prompt",
    template: str | None = None,
    params: Mapping[str, Any] | None = None,
    samples: int = 1,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
    progress: bool | None = None,
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Scorer:
    """Score each answer by what a model says of it: its place on a scale, by a rubric.

        grade = dk.score.judge("sim/large", rubric="Is the answer right, and is the working sound?", scale=(1, 5))
        df = dk.compare(questions, ["sim/small", "sim/medium"], score={"grade": grade})

    The score `grade` is `Float64` (`boolean` for `"yes/no"`), `<NA>` where there is no verdict, and `grade_reason` then
    says why: the call failed, the judge was cut off, its last line is no verdict, or the value is not on the scale.
    Beside it: `grade_explanation`, what the judge said; `grade_cost_usd`, dollars at list price, and
    `grade_billed_usd`, dollars this run paid; `grade_input_tokens` and `grade_output_tokens`. What the judge costs is
    never in the answers' own columns. Only answers are shown to a judge, and only its answer is read: no thinking.

    Verdicts are stored like answers, so a second run costs nothing. Within `compare` the store, the cache mode, the
    budget and the interrupt are those of the run, and the budget covers answers and verdicts together.

    Args:
        profile: who judges, by name or as an object; a strategy may.
        rubric: what is judged by, in words.
        scale: worst and best: `(1, 5)` asks for whole numbers, `(0.0, 1.0)` for any between; `"yes/no"`; or labels
            with their numbers, such as `{"poor": 0, "fair": 0.5, "good": 1}`.
        reference: the column of right answers, each one or a list of accepted ones, shown to the judge; a row where it
            is missing scores `<NA>`. None for none.
        question: the column of what was asked.
        template: the judge's prompt as a format string, in place of the built-in one: `{answer}`, and as needed
            `{question}`, `{reference}`, `{rubric}`, `{number}` (of the marks round the parts) and `{verdict}` (what the
            last line must be; added at the end where it is left out).
        params: generation parameters over the judge's profile; None removes one.
        samples: how many verdicts on each answer; numbers are averaged, yes and no decided by majority.
        config: the profile file; None for that of `compare`, or the usual places.
        store: where verdicts are kept, outside `compare`; so too `cache`, `budget`, `progress`, `on_interrupt` and
            `send`, which mean what they mean there.
        cache: see `store`.
        budget: see `store`.
        progress: see `store`.
        on_interrupt: see `store`.
        send: see `store`.

    Raises:
        InputError: an argument is wrong.
    """
    bench = Bench(
        profile=profile,
        params=params or {},
        samples=samples,
        config=config,
        store=store,
        cache=cache,
        budget=budget,
        progress=progress,
        on_interrupt=on_interrupt,
        send=send,
    )
    grading = Grading(
        rubric=checked_rubric(rubric),
        scale=scale_of(scale),
        template=template_of(template, GRADING, ("answer",)),
        question=question,
        reference=reference,
    )
    return Scorer(
        name="judge",
        needs=(question, "content", *([] if reference is None else [reference])),
        binary=grading.scale.binary,
        ask=lambda frame, asking: _graded(frame, grading, bench, asking),
        ready=bench.ready,
        beside=DTYPES,
    )


def checked_rubric(rubric: object) -> str:
    """Return the rubric.

    Raises:
        InputError: it is no text, or empty.
    """
    if not isinstance(rubric, str) or not rubric.strip():
        raise InputError(f"rubric= says in words what is judged by, e.g. 'Is the answer right?', not {rubric!r}")
    return rubric


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What a judge is asked about each answer.

    Attributes:
        rubric: what is judged by.
        scale: what a verdict may be.
        template: the prompt, as a format string.
        question: the column of what was asked.
        reference: the column of right answers, or None.
    """

    rubric: str
    scale: Scale
    template: str
    question: str
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grade:
    """What became of one answer."""

    value: Value
    explanation: str | None = None
    bill: Bill = field(default_factory=Bill)


def _graded(frame: pd.DataFrame, grading: Grading, bench: Bench, asking: Asking | None) -> Body[Judged]:
    prompts = _prompts(frame, grading)
    heard = yield from asked([each for each in prompts if isinstance(each, str)], bench, asking)
    replies = iter(heard.replies)
    grades = [
        _Grade(value=each) if isinstance(each, Unscored) else _grade(next(replies), grading.scale) for each in prompts
    ]
    return Judged(
        scores=[grade.value for grade in grades],
        beside=beside_of([(grade.explanation, grade.bill) for grade in grades]),
        rows=heard.rows,
        stopped=heard.stopped,
    )


def _prompts(frame: pd.DataFrame, grading: Grading) -> list[str | Unscored]:
    """Return what is put to the judge for each row, or why there is nothing to judge."""
    questions, answers = texts_of(frame[grading.question]), texts_of(frame["content"])
    references = [None] * len(frame) if grading.reference is None else references_of(frame[grading.reference])
    return [_prompt(*each, grading) for each in zip(questions, answers, references, strict=True)]


def _prompt(question: str | None, answer: str | None, reference: str | None, grading: Grading) -> str | Unscored:
    if question is None:
        return Unscored(f"no question in column {grading.question!r}")
    if grading.reference is not None and reference is None:
        return Unscored(f"no reference in column {grading.reference!r}")
    return worded(
        grading.template,
        rubric=grading.rubric,
        told=grading.scale.told,
        reference=reference,
        question=question,
        answer=answer or "",
    )


def _grade(replies: Sequence[Reply], scale: Scale) -> _Grade:
    """Put the verdicts on one answer together; those that cannot be read count only where none can."""
    verdicts = [
        Unscored(reply.trouble) if reply.trouble else verdict_of(reply.content, reply.finish_reason, scale)
        for reply in replies
    ]
    said = [text for reply in replies if (text := explanation_of(reply.content)) is not None]
    return _Grade(value=_together(verdicts, scale), explanation="\n\n".join(said) or None, bill=Bill.of(replies))


def _together(verdicts: Sequence[Any], scale: Scale) -> Value:
    read = [float(verdict) for verdict in verdicts if not isinstance(verdict, Unscored)]
    if not read:
        unread: Unscored = verdicts[0]
        return unread
    mean = fmean(read)
    if not scale.binary:
        return mean
    return Unscored(f"the judge's {len(read)} verdicts are split evenly") if mean == 1 / 2 else mean > 1 / 2
