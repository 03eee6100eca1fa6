"""Which valid answers are learnt from: per prompt the cheapest, the shortest, the best, or all of them.

Ties go to the earlier row, so the same frame gives the same choice. Knows nothing of why a row is valid.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Literal

from distilkit.distilling.cells import is_missing, numbers_of, texts_of
from distilkit.errors import InputError
from distilkit.progress import RunWarning

if TYPE_CHECKING:
    import pandas as pd

Choice = Literal["cheapest", "shortest", "best"] | None
"""How one valid answer is chosen for each prompt; None takes all of them."""

CHOICES = ("cheapest", "shortest", "best")

# Smaller is better; None, unknown, comes last.
_Costs = Sequence[float | None]


def check_choice(choose: object, best: str | None, verifiers: Sequence[str]) -> str | None:
    """Return the column that `choose="best"` goes by, or None for the other choices.

    Raises:
        InputError: the choice is none, or it is not said, or not needed, by which score.
    """
    if choose is not None and choose not in CHOICES:
        raise InputError(f"choose= must be {', '.join(map(repr, CHOICES))} or None, not {choose!r}")
    if choose != "best":
        if best is not None:
            raise InputError(f"best={best!r} says by which score choose='best' goes, and choose={choose!r}")
        return None
    if best is None and len(verifiers) != 1:
        raise InputError("choose='best' needs best=, the name of the score to go by")
    return verifiers[0] if best is None else best


def chosen_rows(frame: pd.DataFrame, valid: Sequence[bool], choose: Choice, best: str | None = None) -> list[bool]:
    """Say for each row whether it is chosen: one valid row a prompt, or all where `choose` is None.

    `cheapest` goes by `cost_usd`; `shortest` by `output_tokens`, or by the characters of thinking and answer for a
    prompt of which a valid row does not know them; `best` by the column `best`, highest first. Unknown comes last; of
    unknown costs a warning says how many.

    Raises:
        InputError: the column of `best` is not there, or holds no numbers.
    """
    if choose is None:
        return list(valid)
    groups: dict[Hashable, list[int]] = {}
    for place, prompt in enumerate(prompt_ids(frame)):
        if valid[place]:
            groups.setdefault(prompt, []).append(place)
    values = _values(frame, list(groups.values()), choose, best)
    chosen = [False] * len(frame)
    for places in groups.values():
        chosen[min(places, key=lambda place: _rank(values[place]))] = True
    return chosen


def prompt_ids(frame: pd.DataFrame) -> list[Hashable]:
    """Return what tells prompts apart: `prompt_id`, or the prompt itself where a frame from elsewhere has none."""
    texts = texts_of(frame, "prompt")
    if "prompt_id" not in frame:
        return list(texts)
    given = frame["prompt_id"].astype(object).tolist()
    return [("", text) if is_missing(name) else str(name) for name, text in zip(given, texts, strict=True)]


def _values(
    frame: pd.DataFrame,
    groups: Sequence[Sequence[int]],
    choose: Literal["cheapest", "shortest", "best"],
    best: str | None,
) -> _Costs:
    if choose == "best":
        return _by_score(frame, best)
    return _by_cost(frame, groups) if choose == "cheapest" else _by_length(frame, groups)


def _rank(value: float | None) -> tuple[bool, float]:
    return value is None, value or 0.0


def _by_cost(frame: pd.DataFrame, groups: Sequence[Sequence[int]]) -> _Costs:
    costs = numbers_of(frame, "cost_usd")
    # Alone there is nothing to choose.
    rivals = [place for places in groups if len(places) > 1 for place in places]
    if unknown := sum(costs[place] is None for place in rivals):
        warnings.warn(
            f"choose='cheapest': the cost of {unknown:,} of {len(rivals):,} valid rows is unknown; they come last. "
            "State a price in the profile, or choose the shortest",
            RunWarning,
            stacklevel=2,
        )
    return costs


def _by_length(frame: pd.DataFrame, groups: Sequence[Sequence[int]]) -> _Costs:
    lengths = numbers_of(frame, "output_tokens")
    thoughts, contents = texts_of(frame, "thinking"), texts_of(frame, "content")
    for places in groups:
        # Tokens and characters cannot be held against each other.
        if any(lengths[place] is None for place in places):
            for place in places:
                lengths[place] = float(len(thoughts[place] or "") + len(contents[place] or ""))
    return lengths


def _by_score(frame: pd.DataFrame, best: str | None) -> _Costs:
    if best is None or best not in frame:
        raise InputError(f"best={best!r} is no column of the frame; name a score")
    return [None if score is None else -score for score in numbers_of(frame, best)]
