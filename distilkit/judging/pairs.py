"""`judge_pairs`: a model compares the answers of every two profiles, prompt by prompt.

From a frame of answers to a frame of comparisons. Knows frames; how a pair is judged is known in `scoring.judges`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._sync import Body, awaiting, blocking
from distilkit.engine.events import Event
from distilkit.engine.ports import Send
from distilkit.judging.meetings import Meeting, meetings
from distilkit.profiles import Profile, Strategy
from distilkit.scoring.judges.against import comparing_of
from distilkit.scoring.judges.bench import Bench
from distilkit.scoring.judges.pairs import Comparison, Pair, compared
from distilkit.scoring.outcome import Unscored
from distilkit.serving import CacheMode
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

_TEXT = "text"
_COLUMNS = {
    "prompt_id": "",
    "sample": "",
    "profile_a": _TEXT,
    "profile_b": _TEXT,
    "winner": _TEXT,
    "first_order": _TEXT,
    "second_order": _TEXT,
    "flipped": "boolean",
    "explanation": _TEXT,
    "cost_usd": "Float64",
    "billed_usd": "Float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "error_kind": _TEXT,
    "error": _TEXT,
    "reason": _TEXT,
}


def _judge_pairs(  # noqa: PLR0913 - what is compared, and how the judge is asked
    df: pd.DataFrame,
    profile: str | Profile | Strategy,
    *,
    rubric: str,
    pairs: Iterable[tuple[str, str]] | None = None,
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
    on_event: Callable[[Event], None] | None = None,
    on_interrupt: Literal["return", "raise"] = "return",
    send: Send | None = None,
) -> Body[pd.DataFrame]:
    """Have a model compare the answers of every two profiles to the same prompt, and return one row a pair.

        pairs = dk.judge_pairs(df, "sim/large", rubric="Which answer is right, and better explained?")
        dk.flip_rate(pairs)

    Each pair is shown in both orders, because models like what stands first; a win counts only when both orders agree.
    Answers that are the same are a tie, and nobody is asked. Verdicts are stored like answers: a second run is free.

    Args:
        df: from `compare`, or any frame with `profile`, `prompt_id`, `content` and the column of questions.
        profile: who judges, by name or as an object; a strategy may.
        rubric: what is judged by, in words.
        pairs: which profiles to compare, such as `[("sim/small", "sim/large")]`; None for every two.
        swap: whether each pair is shown in both orders; else only with `a` first.
        reference: the column of right answers, shown to the judge; None for none.
        question: the column of what was asked.
        template: the judge's prompt as a format string; see `dk.score.judge`, with `{answer_a}` and `{answer_b}`.
        params: generation parameters over the judge's profile; None removes one.
        config: as in `compare`.
        store: as in `compare`.
        cache: as in `compare`.
        budget: as in `compare`, for the verdicts alone.
        progress: as in `compare`.
        on_event: as in `compare`.
        on_interrupt: as in `compare`; pairs that were not judged are rows with a `reason`.
        send: as in `compare`.

    Returns:
        A row for each prompt, sample and pair of which at least one side has a row. `winner` is `a`, `b` or `tie`, and
        `<NA>` where there is none, with `reason` (and `error_kind` and `error` where the judge failed); `first_order`
        and `second_order`, the verdicts with `a` and with `b` shown first; `flipped`, whether they differ;
        `explanation`; `cost_usd`, `billed_usd`, `input_tokens`, `output_tokens` of both calls together.

    Raises:
        InputError: an argument is wrong, or the frame lacks a column. Nothing was sent.
        ConfigError: the judge's profile is unknown, or its key is not set. Nothing was sent.
    """
    bench = Bench(
        profile=profile,
        params=params or {},
        config=config,
        store=store,
        cache=cache,
        budget=budget,
        progress=progress,
        on_event=on_event,
        on_interrupt=on_interrupt,
        send=send,
    )
    comparing = comparing_of(rubric, template, swap=swap)
    bench.chosen(None)
    met = meetings(df, pairs, question, reference)
    possible = [each.pair for each in met if isinstance(each.pair, Pair)]
    done = iter((yield from compared(possible, comparing, bench, None)).comparisons)
    found = [next(done) if isinstance(each.pair, Pair) else Comparison(winner=each.pair) for each in met]
    return _table([_row(each, one) for each, one in zip(met, found, strict=True)])


judge_pairs = blocking(_judge_pairs)
ajudge_pairs = awaiting(_judge_pairs)


def _row(meeting: Meeting, one: Comparison) -> tuple[Any, ...]:
    failed = one.failed
    return (
        meeting.prompt_id,
        meeting.sample,
        meeting.a,
        meeting.b,
        None if isinstance(one.winner, Unscored) else one.winner,
        one.first_order,
        one.second_order,
        one.flipped,
        one.explanation,
        one.bill.cost_usd,
        one.bill.billed_usd,
        one.bill.input_tokens,
        one.bill.output_tokens,
        None if failed is None else failed.error_kind,
        None if failed is None or failed.error_kind is None else failed.error,
        one.winner.reason if isinstance(one.winner, Unscored) else None,
    )


def _table(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    # Python strings: an Arrow column refuses the half surrogate pairs that a judge may quote.
    text = pd.StringDtype("python")
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=object).astype(
                text if dtype == _TEXT else dtype or ("Int64" if _are_numbers(values) else text)  # type: ignore[arg-type] # any dtype or its name
            )
            for (name, dtype), values in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


def _are_numbers(names: Sequence[Any]) -> bool:
    """Say whether prompts or samples are numbered; a column with gaps holds 1.0 for 1."""
    return all(
        name is None or isinstance(name, int) or (isinstance(name, float) and name.is_integer()) for name in names
    )
