"""`pairwise`: a model says of each answer whether it is better than another profile's answer to the same prompt.

Knows frames with several profiles in them; how two answers are compared is the affair of `pairs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body
from distilkit.engine.ports import Send
from distilkit.errors import InputError
from distilkit.profiles import Profile, Strategy
from distilkit.scoring.judges.asking import Asking
from distilkit.scoring.judges.bench import Bench
from distilkit.scoring.judges.beside import PAIR_DTYPES, beside_of
from distilkit.scoring.judges.cells import items_of, references_of, texts_of
from distilkit.scoring.judges.pairs import Comparing, Comparison, Pair, compared
from distilkit.scoring.judges.rubric import checked_rubric
from distilkit.scoring.judges.wording import COMPARING, template_of
from distilkit.scoring.outcome import Judged, Scorer, Unscored, Value
from distilkit.serving import CacheMode
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

_POINTS = {"a": 1.0, "tie": 0.5, "b": 0.0}


def pairwise(  # noqa: PLR0913 - what is judged, and how the judge is asked; each a question users have
    profile: str | Profile | Strategy,
    against: str,
    rubric: str,
    *,
    swap: bool = True,
    reference: str | None = None,
    question: str = "prompt",
    template: str | None = None,
    params: Mapping[str, Any] | None = None,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
    cache: CacheMode = "use",
    budget: Any = None,
    progress: bool | None = None,
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Scorer:
    """Score each answer by whether a model finds it better than another profile's: 1 better, 0.5 a tie, 0 worse.

        better = dk.score.pairwise("sim/large", against="sim/small", rubric="Which answer is right?")
        df = dk.compare(questions, ["sim/small", "sim/medium"], score={"better": better})
        dk.flip_rate(df)

    Each row is compared with the answer of `against` to the same prompt and sample, in both orders: models like what
    stands first. A win counts only when both orders agree; where they do not, it is a tie. `<NA>`, with the reason in
    `better_reason`, on the rows of `against` itself, where the other answer is missing, and where a call failed or its
    last line is no verdict. Equal answers are a tie without asking.

    Beside the score `better`: `better_first_order` and `better_second_order`, the verdicts with this answer first and
    with the other first, as `a` (this answer), `b` (the other) or `tie`; `better_flipped`, whether they differ;
    `better_explanation`; and `better_cost_usd`, `better_billed_usd`, `better_input_tokens`, `better_output_tokens` of
    both calls together.

    Args:
        profile: who judges, by name or as an object; a strategy may.
        against: the profile whose answers are the other side, as it is called in the frame.
        rubric: what is judged by, in words.
        swap: whether each pair is shown in both orders. Without it a call is saved, this answer always stands first,
            and nothing tells what the order did.
        reference: the column of right answers, shown to the judge; a row where it is missing scores `<NA>`.
        question: the column of what was asked.
        template: as in `judge`, with `{answer_a}` and `{answer_b}`.
        params: as in `judge`, and so are all that follow.
        config: see `params`.
        store: see `params`.
        cache: see `params`.
        budget: see `params`.
        progress: see `params`.
        on_interrupt: see `params`.
        send: see `params`.

    Raises:
        InputError: an argument is wrong.
    """
    if not isinstance(against, str) or not against:
        raise InputError(f"against= names the profile whose answers are the other side, not {against!r}")
    bench = Bench(
        profile=profile,
        params=params or {},
        config=config,
        store=store,
        cache=cache,
        budget=budget,
        progress=progress,
        on_interrupt=on_interrupt,
        send=send,
    )
    comparing = comparing_of(rubric, template, swap=swap)
    return Scorer(
        name="pairwise",
        needs=("profile", "prompt_id", question, "content", *([] if reference is None else [reference])),
        ask=lambda frame, asking: _scored(frame, comparing, _Columns(against, question, reference), bench, asking),
        ready=lambda asking: _ready(bench, against, asking),
        beside=PAIR_DTYPES,
    )


def comparing_of(rubric: str, template: str | None, *, swap: bool) -> Comparing:
    """Return what a judge is asked about pairs.

    Raises:
        InputError: the rubric is empty, the template lacks something, or `swap` is no truth value.
    """
    if not isinstance(swap, bool):
        raise InputError(f"swap= must be True or False, not {swap!r}")
    usable = template_of(template, COMPARING, ("answer_a", "answer_b"))
    return Comparing(rubric=checked_rubric(rubric), template=usable, swap=swap)


def _ready(bench: Bench, against: str, asking: Asking) -> None:
    bench.ready(asking)
    if asking.profiles and against not in asking.profiles:
        raise InputError(f"against={against!r} is not asked here; the profiles are: {', '.join(asking.profiles)}")


@dataclass(frozen=True, slots=True)
class _Columns:
    """Whose answers are the other side, and where questions and references stand."""

    against: str
    question: str
    reference: str | None


def _scored(
    frame: pd.DataFrame, comparing: Comparing, columns: _Columns, bench: Bench, asking: Asking | None
) -> Body[Judged]:
    pairs = _pairs(frame, columns)
    done = yield from compared([pair for pair in pairs if isinstance(pair, Pair)], comparing, bench, asking)
    found = iter(done.comparisons)
    each = [next(found) if isinstance(pair, Pair) else Comparison(winner=pair) for pair in pairs]
    return Judged(
        scores=[_points(one) for one in each],
        beside={
            **beside_of([(one.explanation, one.bill) for one in each]),
            **{name: [getattr(one, name) for one in each] for name in ("first_order", "second_order", "flipped")},
        },
        rows=done.rows,
        stopped=done.stopped,
    )


def _points(one: Comparison) -> Value:
    return one.winner if isinstance(one.winner, Unscored) else _POINTS[one.winner]


def _pairs(frame: pd.DataFrame, columns: _Columns) -> list[Pair | Unscored]:
    """Return for each row what is compared, or why nothing can be."""
    names = [str(name) for name in frame["profile"]]
    items = items_of(frame)
    answers, questions = texts_of(frame["content"]), texts_of(frame[columns.question])
    references = [None] * len(frame) if columns.reference is None else references_of(frame[columns.reference])
    # Of several rows the first counts, as a frame from elsewhere may have them.
    others = {
        item: text
        for item, text, name in reversed(list(zip(items, answers, names, strict=True)))
        if name == columns.against and item[0] is not None
    }
    return [
        Unscored(f"this is an answer of {name!r} itself", expected=True)
        if name == columns.against
        else _pair(question, answer, others.get(item), reference, columns)
        for name, item, answer, question, reference in zip(names, items, answers, questions, references, strict=True)
    ]


def _pair(
    question: str | None, answer: str | None, other: str | None, reference: str | None, columns: _Columns
) -> Pair | Unscored:
    if other is None:
        return Unscored(f"no answer of {columns.against!r} to the same prompt and sample")
    if question is None:
        return Unscored(f"no question in column {columns.question!r}")
    if columns.reference is not None and reference is None:
        return Unscored(f"no reference in column {columns.reference!r}")
    return Pair(question=question, a=answer or "", b=other, reference=reference)
