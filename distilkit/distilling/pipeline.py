"""From answers to a training set: every check of each row, then the choice, then duplicates, then the split.

Each check is a function of its own elsewhere; here is their order. From a frame to a frame; rows are never dropped.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from distilkit.distilling import answers
from distilkit.distilling.cells import texts_of, verdicts_of
from distilkit.distilling.choosing import Choice, check_choice, chosen_rows, prompt_ids
from distilkit.distilling.contamination import check_evaluation, contaminated
from distilkit.distilling.duplicates import check_near, duplicates
from distilkit.distilling.leaks import tag_leaks
from distilkit.distilling.lengths import taught, too_long, too_short
from distilkit.distilling.reasons import ADDED, Flags, truths, with_verdicts
from distilkit.distilling.refusals import refusals
from distilkit.distilling.split import SHARES, bounds_of
from distilkit.distilling.split import split as with_split
from distilkit.distilling.verifying import Least, Verify, Verifying, verifier_failed, verifying
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Evaluation = Sequence[str] | Mapping[str, Sequence[str]] | None
"""What `evaluation=` takes: texts that a model will be tested on, one list or several by name."""

_MOST_ALIKE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a training set must be like; the arguments of `distill` of the same names.

    Attributes:
        verifying: what answers must pass.
        choose: how one valid answer is chosen for each prompt.
        best: the column that `choose="best"` goes by, or None.
        require_thinking: whether an answer without thinking that can be read is not valid.
        evaluation: texts whose prompts may not be learnt from; None for none.
        near: from how many per cent on two rows are as good as the same; None for equal ones alone.
        min_tokens: the fewest tokens of an answer, or None.
        max_tokens: the most, or None.
        refusals: whether answers that refuse are not valid.
        split: the share of each part beside `train`.
    """

    verifying: Verifying = field(default_factory=Verifying)
    choose: Choice = "cheapest"
    best: str | None = None
    require_thinking: bool = False
    evaluation: Evaluation = None
    near: float | None = 95.0
    min_tokens: int | None = None
    max_tokens: int | None = None
    refusals: bool = True
    split: Mapping[str, float] = field(default_factory=lambda: dict(SHARES))


def wishes(  # noqa: PLR0913 - those of `distill`
    *,
    verify: Verify = None,
    least: Least = None,
    choose: Choice = "cheapest",
    best: str | None = None,
    require_thinking: bool = False,
    evaluation: Evaluation = None,
    near: float | None = 95.0,
    min_tokens: int | None = None,
    max_tokens: int | None = None,
    refusals: bool = True,
    split: Mapping[str, float] | None = None,
) -> Wishes:
    """Return what a caller wishes for, having looked for what can be known to be wrong before anything is paid.

    Raises:
        InputError: an argument is none of what it may be.
    """
    for name, flag in (("require_thinking", require_thinking), ("refusals", refusals)):
        if not isinstance(flag, bool):
            raise InputError(f"{name}= must be True or False, not {flag!r}")
    _check_lengths(min_tokens, max_tokens)
    if evaluation is not None:
        check_evaluation(evaluation)
    check_near(near)
    shares = SHARES if split is None else split
    bounds_of(shares, "split")
    passing = verifying(verify, least)
    return Wishes(
        verifying=passing,
        choose=choose,
        best=check_choice(choose, best, passing.columns),
        require_thinking=require_thinking,
        evaluation=evaluation,
        near=near,
        min_tokens=min_tokens,
        max_tokens=max_tokens,
        refusals=refusals,
        split=dict(shares),
    )


def judge_rows(frame: pd.DataFrame, wanted: Wishes) -> pd.DataFrame:
    """Return the frame with the columns of `ADDED` at its end, in the place of any that are there.

    Raises:
        InputError: a column that a wish needs is not there, or does not hold what it should.
    """
    bare = frame.drop(columns=[name for name in ADDED if name in frame])
    shared = contamination(dict(zip(prompt_ids(bare), texts_of(bare, "prompt"), strict=True)), wanted)
    return concluded(own_verdicts(bare, wanted, shared), wanted)


def contamination(prompts: Mapping[Hashable, str | None], wanted: Wishes) -> dict[Hashable, str]:
    """Return, of the prompts by name that are too like an evaluation text, what showed it; each distinct one once."""
    if wanted.evaluation is None:
        return {}
    distinct = list(dict.fromkeys(prompt for prompt in prompts.values() if prompt is not None))
    flags = dict(zip(distinct, contaminated(distinct, wanted.evaluation), strict=True))
    found = {name: flags[prompt] for name, prompt in prompts.items() if prompt is not None}
    return {name: flag for name, flag in found.items() if flag is not None}


def own_verdicts(frame: pd.DataFrame, wanted: Wishes, shared: Mapping[Hashable, str]) -> pd.DataFrame:
    """Add the verdicts that need no other row; `shared` is what `contamination` found."""
    contents = texts_of(frame, "content")
    flags: dict[str, Flags] = {
        "empty_answer": answers.empty_answer(frame),
        "truncated": answers.truncated(frame),
        "tag_leak": tag_leaks(contents),
        "verifier_failed": verifier_failed(frame, wanted.verifying),
        "contaminated_with": [shared.get(prompt) for prompt in prompt_ids(frame)],
    }
    if wanted.require_thinking:
        flags["reasoning_missing"] = answers.reasoning_missing(frame)
    if wanted.refusals:
        flags["refusal"] = _either(answers.filtered(frame), refusals(contents))
    if wanted.max_tokens is not None:
        flags["too_long"] = too_long(taught(contents, texts_of(frame, "thinking")), wanted.max_tokens)
    if wanted.min_tokens is not None:
        flags["too_short"] = too_short(contents, wanted.min_tokens)
    return with_verdicts(frame, flags)


def concluded(frame: pd.DataFrame, wanted: Wishes, whole: Mapping[Hashable, str] | None = None) -> pd.DataFrame:
    """Choose among the valid rows, take duplicates out of the chosen, and split what is left.

    `whole` has, by name, the prompts that are more than the text a frame shows: only that tells them apart.

    A later duplicate becomes invalid. Another valid answer to its prompt does not take its place: the prompt is one
    that is there already, and would be so again.
    """
    valid = [each is True for each in verdicts_of(frame, "valid")]
    chosen = chosen_rows(frame, valid, wanted.choose, wanted.best)
    flags = _duplicates(frame, chosen, wanted, whole or {})
    left = [taken and flag is None for taken, flag in zip(chosen, flags, strict=True)]
    judged = with_verdicts(frame, {"duplicate_of": flags})
    made = with_split(judged.assign(chosen=truths(frame, left)), wanted.split)
    return made[[*(name for name in made.columns if name not in ADDED), *ADDED]]


def _duplicates(
    frame: pd.DataFrame, chosen: Sequence[bool], wanted: Wishes, whole: Mapping[Hashable, str]
) -> list[str | None]:
    places = [place for place, taken in enumerate(chosen) if taken]
    names, questions, contents = _names(frame, wanted), prompt_ids(frame), texts_of(frame, "content")
    shown = zip(questions, texts_of(frame, "prompt"), strict=True)
    prompts = [whole.get(question, prompt) for question, prompt in shown]
    flags = duplicates(
        [names[place] for place in places],
        [prompts[place] for place in places],
        [contents[place] for place in places],
        questions=[questions[place] for place in places],
        least=wanted.near,
    )
    found: list[str | None] = [None] * len(frame)
    for place, flag in zip(places, flags, strict=True):
        found[place] = flag
    return found


def _names(frame: pd.DataFrame, wanted: Wishes) -> list[str]:
    """Name each row for the evidence: by its prompt; by profile and sample too, where several of one are chosen."""
    if "prompt_id" not in frame:
        return [f"row {place}" for place in range(len(frame))]
    columns = ["prompt_id"] if wanted.choose is not None else ["prompt_id", "profile", "sample"]
    rows = zip(*(texts_of(frame, name) for name in columns), strict=True)
    return [" ".join(each for each in row if each is not None) for row in rows]


def _either(first: Flags, second: Flags) -> Flags:
    return [one if one is not None else other for one, other in zip(first, second, strict=True)]


def _check_lengths(least: Any, most: Any) -> None:
    for name, value in (("min_tokens", least), ("max_tokens", most)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(f"{name}= must be a whole number of tokens from 1, or None, not {value!r}")
    if least is not None and most is not None and least > most:
        raise InputError(f"min_tokens={least} is more than max_tokens={most}; no answer can be both")
