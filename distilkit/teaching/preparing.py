"""What is settled before the first question: the arguments, the prompts, the teachers, the verifiers.

Everything that can be known to be wrong is refused here, when nothing is paid yet. Sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from distilkit.analysis.columns import check_kind
from distilkit.calls import Call, Prompt
from distilkit.distilling.pipeline import Wishes, contamination, own_verdicts
from distilkit.distilling.reasons import ADDED
from distilkit.distilling.verifying import check_there
from distilkit.errors import InputError
from distilkit.frame import COLUMNS, Rows
from distilkit.media import without_bytes
from distilkit.planning import plan
from distilkit.profiles import check_params
from distilkit.prompts import to_prompts
from distilkit.running import Manner
from distilkit.scoring import check as check_scores
from distilkit.scoring.applying import ready
from distilkit.scoring.judges.asking import begun
from distilkit.targets import Wanted, chosen
from distilkit.teaching.asking import Teaching
from distilkit.teaching.lesson import Lesson, Until

if TYPE_CHECKING:
    import pandas as pd

_MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of whom; the arguments of `distill` of the same names."""

    source: Any
    teachers: Wanted
    params: Mapping[str, Any]
    system: str | None
    template: str | None
    config: str | Path | None


def amount_of(samples: Any, until_valid: Any, until: Any) -> Lesson:
    """Return how far to go, for prompts and teachers that are not known yet.

    Raises:
        InputError: an argument is none of what it may be, or they do not go together.
    """
    for name, value in (("samples", samples), ("until_valid", 1 if until_valid is None else until_valid)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
            raise InputError(f"{name}= must be a whole number from 1 to {_MOST:,}, not {value!r}")
    if until not in get_args(Until):
        raise InputError(f"until= must be 'teacher' or 'prompt', not {until!r}")
    if until == "prompt" and until_valid is None:
        raise InputError("until='prompt' says who has to give a valid answer; say how often to ask: until_valid=4")
    if until_valid is not None and until_valid < samples:
        raise InputError(f"until_valid={until_valid} is the most samples, and samples={samples} are asked in any case")
    return Lesson(prompts=0, teachers=0, samples=samples, most=until_valid or samples, until=until)


def is_answered(source: object) -> bool:
    """Say whether a source holds answers, so that nothing is asked."""
    return hasattr(source, "columns") and "content" in source.columns


def check_answered(question: Question, amount: Lesson) -> None:
    """Refuse what makes no sense of answers that are there.

    Raises:
        InputError: it does; or the frame lacks its prompts, or has columns of its own that this would replace.
    """
    check_kind(question.source)
    asking = {
        "teachers": question.teachers is not None,
        "until_valid": amount.most > 1,
        "samples": amount.samples > 1,
        "until": amount.until != "teacher",
        "params": bool(question.params),
        "system": question.system is not None,
        "template": question.template is not None,
    }
    if given := [name for name, there in asking.items() if there]:
        raise InputError(
            f"source has a column 'content', so nothing is asked, and {given[0]}= is for asking; leave it out, or drop "
            "the column 'content' to have the prompts asked"
        )
    columns = [str(each) for each in question.source.columns]
    if "prompt" not in columns:
        raise InputError(f"source needs a column 'prompt' beside 'content'; it has: {', '.join(columns)}")
    if not {"valid", "reasons", "evidence"} <= {*columns}:
        _refuse_taken(columns)


def prepared(question: Question, amount: Lesson, wanted: Wishes, manner: Manner) -> Teaching:
    """Settle everything before the first question.

    Raises:
        InputError, ConfigError: as `distill`.
    """
    check_params(question.params)
    prompts, own = to_prompts(question.source, template=question.template, system=question.system)
    columns = [] if own is None else [str(each) for each in own.columns]
    _refuse_taken(columns)
    check_there(wanted.verifying, [*COLUMNS, *columns])
    scorers = check_scores(wanted.verifying.scores, columns)
    check_best(wanted, [*COLUMNS, *columns, *scorers])
    named = chosen(question.teachers, question.config)
    grid = plan(prompts, named.targets, params=question.params, samples=1)
    within = manner.within(named)
    judging = ready(scorers, within, question.config, grid, [target.name for target in named.targets])
    whole: dict[Hashable, str] = {}
    for each in prompts:
        if (text := _whole(each, question.system)) is not None:
            whole[str(each.id)] = text
    shown: dict[Hashable, str | None] = {str(each.id): each.text for each in prompts}
    size = Lesson(
        prompts=len(prompts),
        teachers=len(named.targets),
        samples=amount.samples,
        most=amount.most,
        until=amount.until,
    )
    return Teaching(
        lesson=size,
        grid=grid,
        own=own,
        scorers=scorers,
        wanted=wanted,
        shared=contamination({**shown, **whole}, wanted),
        whole=whole,
        run=judging or begun(within, question.config, grid),
    )


def members(teaching: Teaching) -> Iterator[Call]:
    """Run through the plain calls of the first prompt: one for each profile that may answer."""
    for call in teaching.grid[: teaching.lesson.teachers]:
        yield from call.choices


def nothing(teaching: Teaching) -> pd.DataFrame:
    """Return the frame of no prompts at all."""
    import pandas as pd

    own = pd.DataFrame() if teaching.own is None else teaching.own
    frame = pd.concat([Rows([]).frame(), own], axis=1)
    scores = {
        name: pd.array([], dtype="boolean" if each.binary else "Float64") for name, each in teaching.scorers.items()
    }
    return own_verdicts(frame.assign(**scores), teaching.wanted, {})


def _whole(prompt: Prompt, system: str | None) -> str | None:
    """Return all that is asked, where that is more than the text a frame shows for it; None where it is not."""
    said = [each for each in prompt.messages if each.get("role") != "system" or each.get("content") != system]
    if len(said) == 1 and isinstance(said[0].get("content"), str):
        return None
    return "\n".join(f"{each.get('role')}: {_text(each.get('content'))}" for each in without_bytes(said))


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, Sequence) else ()
    return "\n".join(_part(part) for part in parts)


def _part(part: Any) -> str:
    text = part.get("text") if isinstance(part, Mapping) else part
    return text if isinstance(text, str) else json.dumps(part, sort_keys=True, default=repr)


def check_best(wanted: Wishes, columns: Sequence[str]) -> None:
    """Refuse a choice by a score that is neither made nor there.

    Raises:
        InputError: it is.
    """
    if wanted.best is not None and wanted.best not in columns:
        raise InputError(f"best={wanted.best!r} is no score and no column of the prompts; name one of verify=")


def _refuse_taken(columns: Sequence[str]) -> None:
    if taken := [name for name in ADDED if name in columns]:
        raise InputError(
            f"source has a column {taken[0]!r}, which distill makes; rename it, e.g. "
            f"df.rename(columns={{{taken[0]!r}: 'my_{taken[0]}'}})"
        )
