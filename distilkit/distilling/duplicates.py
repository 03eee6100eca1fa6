"""The check for duplicates: rows that say the same, or nearly the same, as a row before them.

Case and white space are overlooked, as in the hash of a prompt. Knows prompts and answers; knows nothing of frames.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from numbers import Real

from distilkit.distilling.near import nearly_same
from distilkit.distilling.reasons import Flags
from distilkit.distilling.split import normalized
from distilkit.errors import InputError

_MOST = 100


def duplicates(
    ids: Sequence[Hashable],
    prompts: Sequence[str | None],
    answers: Sequence[str | None],
    *,
    least: float | None = 95.0,
    questions: Sequence[Hashable] | None = None,
) -> Flags:
    """Flag the rows that repeat a row before them; the first of them is never flagged.

    A row is a duplicate where

    * a row before it has the same prompt and the same answer: `same as q1`;
    * a row of another question before it has the same prompt: `same prompt as q1`. Several answers to one question are
      meant, so of them only the same or nearly the same answer is a duplicate;
    * of the rows that are left, one before it that is no duplicate is nearly the same in its prompt, and in its answer
      too: `96.3 % like q1`. The lower of the two counts, cut after one decimal place.

    A row without a prompt is compared with none, for nobody knows what was asked; one without an answer only by its
    prompt. Up to 20,000 rows the result is that of comparing each with each. Above, it is where most rows are unlike;
    else some near duplicates may be missed, and without the extra `near` a warning says of how many rows only exact
    ones were looked for.

    Args:
        ids: what evidence calls each row.
        prompts: None where there is none.
        answers: None where there is none.
        questions: which question each row answers, such as its `prompt_id`; None where that is what `ids` say.
        least: how alike near duplicates are, in percent of rapidfuzz's `ratio`; None looks for exact ones only.

    Raises:
        InputError: `least` is not above 0 and at most 100.

    >>> duplicates(["a", "b", "b"], ["What is 2+2?", "what is  2+2?", "Why?"], ["4", "It is 4.", "So."])
    [None, 'same prompt as a', None]
    """
    check_near(least)
    rows = [_normal(*row) for row in zip(prompts, answers, strict=True)]
    flags = _exact(ids, ids if questions is None else questions, rows)
    if least is None:
        return flags
    left = [nth for nth, (prompt, answer) in enumerate(rows) if flags[nth] is None and prompt and answer]
    near = nearly_same([(rows[nth][0] or "", rows[nth][1] or "") for nth in left], least)
    for nth, found in zip(left, near, strict=True):
        if found is not None:
            flags[nth] = f"{math.floor(found[1] * 10) / 10:.1f} % like {ids[left[found[0]]]}"
    return flags


Row = tuple[str | None, str | None]


def _normal(prompt: str | None, answer: str | None) -> Row:
    """Return prompt and answer as they are compared; None for what is missing or blank."""
    return (normalized(prompt) or None if prompt else None), (normalized(answer) or None if answer else None)


def _exact(ids: Sequence[Hashable], questions: Sequence[Hashable], rows: Sequence[Row]) -> list[str | None]:
    same: dict[Row, int] = {}
    asked: dict[str, int] = {}
    flags: list[str | None] = []
    for nth, (row, question) in enumerate(zip(rows, questions, strict=True)):
        prompt, answer = row
        first = asked.setdefault(prompt, nth) if prompt else nth
        twin = same.setdefault(row, nth) if prompt and answer else nth
        if twin != nth:
            flags.append(f"same as {ids[twin]}")
        else:
            flags.append(None if questions[first] == question else f"same prompt as {ids[first]}")
    return flags


def check_near(least: object) -> None:
    """Refuse what is no percentage of likeness.

    Raises:
        InputError: it is neither None nor above 1 and at most 100.
    """
    if least is not None and (isinstance(least, bool) or not isinstance(least, Real) or not 1 < float(least) <= _MOST):
        raise InputError(f"near= is per cent, such as 95, above 1 and at most 100; or None; not {least!r:.60}")
