"""Two answers compared by a model, each pair in both orders unless the caller will not have it.

A win counts only when both orders agree; where they do not, the pair is a tie and `flipped`. Knows texts and verdicts;
knows no frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from distilkit._sync import Body
from distilkit.scoring.judges.asking import Asking
from distilkit.scoring.judges.bench import Bench, asked
from distilkit.scoring.judges.replies import Bill, Reply
from distilkit.scoring.judges.scale import explanation_of, labelled, verdict_of
from distilkit.scoring.judges.wording import worded
from distilkit.scoring.outcome import Unscored

if TYPE_CHECKING:
    import pandas as pd

Side = Literal["a", "b", "tie"]

_SCALE = labelled({"A": "a", "B": "b", "tie": "tie"}, "`A`, `B` or `tie`")
_OTHER: dict[Side, Side] = {"a": "b", "b": "a", "tie": "tie"}
_FREE = Bill(cost_usd=0.0, billed_usd=0.0, input_tokens=0, output_tokens=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What a judge is asked about each pair.

    Attributes:
        rubric: what is judged by.
        template: the prompt, as a format string.
        swap: whether each pair is shown in both orders; else only with `a` first.
    """

    rubric: str
    template: str
    swap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two answers to one question.

    Attributes:
        question: what was asked.
        a: one answer.
        b: the other.
        reference: a right answer, or None.
    """

    question: str
    a: str
    b: str
    reference: str | None = None

    @property
    def is_same(self) -> bool:
        """Whether both say the same, so that nobody needs to be asked."""
        return self.a.strip() == self.b.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of a pair.

    Attributes:
        winner: the better side, or why there is none.
        first_order: the verdict with `a` shown first; None where there is none.
        second_order: the verdict with `b` shown first; None where there is none.
        flipped: whether the two orders differ; None where there are not two verdicts.
        explanation: what the judge said, of both orders.
        bill: what both calls cost.
        failed: the first call that failed, or None.
    """

    winner: Side | Unscored
    first_order: Side | None = None
    second_order: Side | None = None
    flipped: bool | None = None
    explanation: str | None = None
    bill: Bill = field(default_factory=Bill)
    failed: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Pairs compared; `rows` and `stopped` as in `Heard`."""

    comparisons: Sequence[Comparison]
    rows: pd.DataFrame | None
    stopped: str | None


def compared(pairs: Sequence[Pair], comparing: Comparing, bench: Bench, asking: Asking | None) -> Body[Compared]:
    """Have every pair compared; raises as `asked` does.

    Answers that are the same are a tie, and nobody is asked.
    """
    orders = 2 if comparing.swap else 1
    prompts = [text for pair in pairs if not pair.is_same for text in _prompts(pair, comparing)[:orders]]
    heard = yield from asked(prompts, bench, asking)
    replies = iter([each[0] for each in heard.replies])
    same = Comparison(winner="tie", explanation="(not asked: the answers are the same)", bill=_FREE)
    found = [same if pair.is_same else _comparison([next(replies) for _ in range(orders)]) for pair in pairs]
    return Compared(comparisons=found, rows=heard.rows, stopped=heard.stopped)


def _prompts(pair: Pair, comparing: Comparing) -> list[str]:
    """Return the prompts of both orders, with `a` first and with `b` first."""
    return [
        worded(
            comparing.template,
            rubric=comparing.rubric,
            told=_SCALE.told,
            reference=pair.reference,
            question=pair.question,
            answer_a=first,
            answer_b=second,
        )
        for first, second in ((pair.a, pair.b), (pair.b, pair.a))
    ]


def _comparison(replies: Sequence[Reply]) -> Comparison:
    """Put the verdicts of one order or two together."""
    read = [_verdict(reply) for reply in replies]
    said = [text for reply in replies if (text := explanation_of(reply.content)) is not None]
    trouble = next((each for each in read if isinstance(each, Unscored)), None)
    first, second = _known(read[0], swapped=False), _known(read[1], swapped=True) if len(read) > 1 else None
    flipped = None if first is None or second is None else first != second
    return Comparison(
        winner=trouble or ("tie" if flipped else first) or "tie",
        first_order=first,
        second_order=second,
        flipped=flipped,
        explanation="\n\n".join(said) or None,
        bill=Bill.of(replies),
        failed=next((reply for reply in replies if reply.error is not None), None),
    )


def _verdict(reply: Reply) -> Side | Unscored:
    trouble = reply.trouble
    found: Side | Unscored = Unscored(trouble) if trouble else verdict_of(reply.content, reply.finish_reason, _SCALE)
    return found


def _known(verdict: Side | Unscored, *, swapped: bool) -> Side | None:
    """Return a verdict in terms of the pair's own sides, whichever was shown first."""
    if isinstance(verdict, Unscored):
        return None
    return _OTHER[verdict] if swapped else verdict
