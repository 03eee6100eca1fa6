"""The scorer of likeness: how near an answer's text is to a reference, from 0 to 1.

`rapidfuzz` computes it, many pairs at once, and is imported on first use. Knows no meaning, only letters and words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, get_args

from distilkit.errors import InputError
from distilkit.scoring.normalizing import Normalize, normalizer
from distilkit.scoring.outcome import Scorer, Unscored, Value
from distilkit.scoring.references import CONTENT, answers, check_column, guarded, references

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["ratio", "partial_ratio", "token_sort_ratio", "token_set_ratio", "jaro_winkler", "levenshtein"]
"""How likeness is measured; `similarity` says what each is."""

# Beyond this a pair takes seconds. Work grows with the product of both lengths, and where every part of the longer text
# is tried, with the shorter length once more.
_MOST_WORK = 4_000_000_000


def similarity(column: str = "answer", *, method: Method = "ratio", normalize: Normalize = "text") -> Scorer:
    """Score how alike the answer and the text in `column` are: 0 for nothing in common, 1 for the same.

    Letters and words are compared, not meanings. Of a list of references, the nearest counts. Rows whose reference is
    missing score `<NA>`, and so do pairs of texts so long that one would take seconds, with the reason.

    Args:
        column: the reference: a text, or a list of texts.
        method: `"ratio"`: 1 - (insertions and deletions needed) / (both lengths). `"levenshtein"`: 1 - (edits needed,
            substitutions too) / (the longer length); Levenshtein 1966. `"jaro_winkler"`: for short texts such as
            names, a common beginning counts more; Winkler 1990. `"partial_ratio"`: `ratio` with the best matching part
            of the longer text. `"token_sort_ratio"`: `ratio` of the words in alphabetical order. `"token_set_ratio"`:
            the same where words that one has and the other lacks count less.
        normalize: what is overlooked, on both sides, as in `exact`.

    Raises:
        InputError: an argument is none of these.
    """
    check_column(column, "similarity")
    if method not in get_args(Method):
        raise InputError(f"method= must be one of {', '.join(map(repr, get_args(Method)))}, not {method!r}")
    normal = normalizer(normalize)

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        rows = zip(answers(frame), references(frame, column), strict=True)
        ready = [_ready(content, accepted, normal, method) for content, accepted in rows]
        return _likeness(ready, method)

    return Scorer(name="similarity", function=values, needs=(CONTENT, column))


Pairs = list[tuple[str, str]]


def _ready(
    content: str, accepted: tuple[str, ...] | Unscored | None, normal: Callable[[str], str], method: Method
) -> Pairs | Unscored | None:
    """Return the pairs of normal texts of one row, or why there are none."""
    if not isinstance(accepted, tuple):
        return accepted
    kept: Pairs = []

    def paired() -> Value:
        answer = normal(content)
        kept.extend((answer, normal(reference)) for reference in accepted)
        if all(_work(*pair, method) <= _MOST_WORK for pair in kept):
            return None
        return Unscored(f"texts of {len(answer)} letters and more are too long for {method}; try another method")

    refused = guarded(paired)
    return refused if isinstance(refused, Unscored) else kept


def _work(one: str, other: str, method: Method) -> int:
    shorter, longer = sorted((len(one), len(other)))
    return longer * shorter * (shorter if method == "partial_ratio" else 1)


def _likeness(rows: list[Pairs | Unscored | None], method: Method) -> list[Value]:
    """Return one value a row; all pairs are compared in one go."""
    pairs = [pair for row in rows if isinstance(row, list) for pair in row]
    likes = iter(_compared(pairs, method))
    return [max(next(likes) for _ in row) if isinstance(row, list) else row for row in rows]


def _compared(pairs: Pairs, method: Method) -> list[float]:
    import numpy as np
    from rapidfuzz import process

    if not pairs:
        return []
    scorer, largest = _scorer(method)
    ones, others = zip(*pairs, strict=True)
    likes: list[float] = (process.cpdist(ones, others, scorer=scorer, dtype=np.float64) / largest).tolist()
    return likes


def _scorer(method: Method) -> tuple[Any, float]:
    """Return rapidfuzz's function and what it calls the same."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import JaroWinkler, Levenshtein

    if method == "jaro_winkler":
        return JaroWinkler.normalized_similarity, 1
    if method == "levenshtein":
        return Levenshtein.normalized_similarity, 1
    return getattr(fuzz, method), 100
