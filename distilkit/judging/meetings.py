"""Who meets whom: from a frame of answers to pairs of answers to the same prompt and sample.

Knows frames; asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.scoring.judges.cells import items_of, references_of, texts_of
from distilkit.scoring.judges.pairs import Pair
from distilkit.scoring.outcome import Unscored

if TYPE_CHECKING:
    import pandas as pd

_Item = tuple[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Two profiles on one prompt.

    Attributes:
        prompt_id: the prompt's name.
        sample: which of several answers, or None.
        a: one profile's name.
        b: the other's.
        pair: their answers, or why they cannot be compared.
    """

    prompt_id: Any
    sample: Any
    a: str
    b: str
    pair: Pair | Unscored


def meetings(
    df: pd.DataFrame, pairs: Iterable[tuple[str, str]] | None, question: str, reference: str | None
) -> list[Meeting]:
    """Return who meets whom on which prompt, pair by pair.

    Args:
        df: a frame with a row for each answer.
        pairs: which profiles meet; None for every two.
        question: the column of what was asked.
        reference: the column of right answers, or None.

    Raises:
        InputError: the frame lacks a column or has a gap, or a pair is none.
    """
    rows = _rows(df, question, reference)
    profiles = list(dict.fromkeys(profile for profile, _ in rows))
    items = list(dict.fromkeys(item for _, item in rows))
    return [
        Meeting(prompt_id=item[0], sample=item[1], a=a, b=b, pair=_pair(rows, item, a, b, reference))
        for a, b in _wanted(pairs, profiles)
        for item in items
        if (a, item) in rows or (b, item) in rows
    ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One row of the frame; what it lacks is None."""

    content: str | None
    question: str | None
    reference: str | None


def _rows(df: pd.DataFrame, question: str, reference: str | None) -> dict[tuple[str, _Item], _Answer]:
    """Return the rows by profile, prompt and sample; of several, the first."""
    check_frame(df, ["profile", "prompt_id", "content", question, *([] if reference is None else [reference])])
    count = len(df)
    failed = df["error_kind"].notna().tolist() if "error_kind" in df else [False] * count
    references = [None] * count if reference is None else references_of(df[reference])
    contents = [None if bad else text for text, bad in zip(texts_of(df["content"]), failed, strict=True)]
    names, items = map(str, df["profile"]), items_of(df)
    answers = map(_Answer, contents, texts_of(df[question]), references)
    found: dict[tuple[str, _Item], _Answer] = {}
    for name, item, answer in zip(names, items, answers, strict=True):
        found.setdefault((name, item), answer)
    return found


def check_frame(df: object, needed: Sequence[str]) -> None:
    """See that `df` is a frame with the needed columns, each column once, and no gaps in what names its rows.

    Raises:
        InputError: it is not.
    """
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise InputError(f"df: takes a frame of answers, such as compare returns, not {type(df).__name__}")
    if not df.columns.is_unique:
        raise InputError(f"df: has the column {df.columns[df.columns.duplicated()][0]!r} twice")
    if lacking := [name for name in needed if name not in df]:
        raise InputError(f"df: lacks the columns {', '.join(map(repr, lacking))}")
    for name in ("profile", "prompt_id"):
        if name in needed and df[name].isna().any():
            raise InputError(f"df: column {name!r} is empty in some row; fill it or drop the row")


def _wanted(pairs: Iterable[tuple[str, str]] | None, profiles: Sequence[str]) -> list[tuple[str, str]]:
    if pairs is None:
        return list(combinations(profiles, 2))
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InputError(f"pairs= takes pairs of profiles, such as [('a', 'b')], not {pairs!r}")
    wanted = [tuple(pair) if isinstance(pair, tuple | list) else () for pair in pairs]
    for pair in wanted:
        if len(pair) != 2 or pair[0] == pair[1]:  # noqa: PLR2004 - a pair
            raise InputError(f"pairs= takes pairs of two different profiles, such as [('a', 'b')], not {pair!r}")
        for name in pair:
            if name not in profiles:
                raise InputError(f"pairs=: {name!r} is no profile of df; there are: {', '.join(profiles) or 'none'}")
    return [(a, b) for a, b in dict.fromkeys(wanted)]


def _pair(
    rows: Mapping[tuple[str, _Item], _Answer], item: _Item, a: str, b: str, reference: str | None
) -> Pair | Unscored:
    one, other = rows.get((a, item)), rows.get((b, item))
    if one is None or one.content is None:
        return Unscored(f"{a!r} has no answer to this prompt and sample")
    if other is None or other.content is None:
        return Unscored(f"{b!r} has no answer to this prompt and sample")
    if one.question is None:
        return Unscored("there is no question")
    if reference is not None and one.reference is None:
        return Unscored(f"no reference in column {reference!r}")
    return Pair(question=one.question, a=one.content, b=other.content, reference=one.reference)
