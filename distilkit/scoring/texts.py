"""Scorers of texts: the same, found within, or by a pattern.

Each takes the answer from `content`, never from `thinking`. Knows nothing of models or of what becomes of a score.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.scoring.normalizing import Normalize, normalizer
from distilkit.scoring.normalizing import text as normal_text
from distilkit.scoring.outcome import Scorer, Value
from distilkit.scoring.references import CONTENT, against, answers, check_column

if TYPE_CHECKING:
    import pandas as pd


def exact(column: str = "answer", *, normalize: Normalize = "text") -> Scorer:
    """Score whether the answer is the text in `column`, or one of a list of texts there.

    Numbers are compared as text (`18.0` is not `18`; see `number`), but a reference that became a float because its
    column has gaps (`18.0` for `18`) is read as the whole number it was. Rows whose reference is missing score `<NA>`.

    Args:
        column: the reference: a text, or a list of texts of which any is right.
        normalize: what is overlooked, on both sides. `"text"`: Unicode NFKC, case, runs of white space, and white space
            and periods at the end. `"squad"`: case, ASCII punctuation, the articles a, an and the, and runs of white
            space (Rajpurkar et al. 2016). `"none"`: nothing. Or a function from a text to the text that is compared; a
            row over which it raises scores `<NA>` with the reason.

    Raises:
        InputError: `column` or `normalize` is none of these.
    """
    check_column(column, "exact")
    normal = normalizer(normalize)
    judged = against(column, lambda content, reference: normal(content) == normal(reference))
    return Scorer(name="exact", function=judged, needs=(CONTENT, column), binary=True)


def contains(column: str = "answer", *, normalize: Normalize = "text") -> Scorer:
    """Score whether the text in `column`, or one of a list of texts there, stands somewhere in the answer.

    Whole words and whole numbers only: `no` is not in `unknown`, `42` neither in `1428` nor in `42.5`.
    Rows whose reference is missing or empty score `<NA>`.

    Args:
        column: the reference: a text, or a list of texts of which any is right.
        normalize: what is overlooked, on both sides, as in `exact`.

    Raises:
        InputError: `column` or `normalize` is none of these.
    """
    check_column(column, "contains")
    normal = normalizer(normalize)
    judged = against(column, lambda content, reference: is_within(normal(content), normal(reference)))
    return Scorer(name="contains", function=judged, needs=(CONTENT, column), binary=True)


def regex(pattern: str | re.Pattern[str], column: str | None = None) -> Scorer:
    """Score whether `pattern` is found in the answer; with `column`, whether what it found is the text there.

    What was found is the last match: its first group where the pattern has one, else all of it; compared as `exact`
    does. Found nothing scores False. The pattern is tried by Python's `re`; one that backtracks can take minutes.

    Raises:
        InputError: the pattern is not a regular expression.
    """
    compiled = _compile(pattern)
    if column is None:
        return Scorer(name="regex", function=_finds(compiled), needs=(CONTENT,), binary=True)
    check_column(column, "regex")

    def same(content: str, reference: str) -> bool:
        last = None
        for last in compiled.finditer(content):  # noqa: B007 - the last match is wanted, without keeping the others
            pass
        found = None if last is None else last[1] if compiled.groups else last[0]
        return found is not None and normal_text(found) == normal_text(reference)

    return Scorer(name="regex", function=against(column, same), needs=(CONTENT, column), binary=True)


def is_within(text: str, sought: str) -> bool | None:
    """Return whether a text holds another as whole words; None where nothing is sought. Both are normal already."""
    if not sought:
        return None
    start = text.find(sought)
    while start >= 0:
        if _stands_alone(text, start, start + len(sought)):
            return True
        start = text.find(sought, start + 1)
    return False


def _finds(pattern: re.Pattern[str]) -> Callable[[pd.DataFrame], list[Value]]:
    return lambda frame: [pattern.search(content) is not None for content in answers(frame)]


# Only ASCII letters and digits ask for an edge: Chinese and Thai write their words without one.
_WORD = frozenset(string.ascii_letters + string.digits + "_")
_NUMBER_BEFORE = re.compile(r"\d[.,]\Z")
_NUMBER_AFTER = re.compile(r"[.,]\d")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether what stands from `start` to `end` is no part of a longer word or number."""
    before, first, last, after = text[max(start - 2, 0) : start], text[start], text[end - 1], text[end : end + 2]
    if (first in _WORD and before[-1:] in _WORD) or (first in string.digits and _NUMBER_BEFORE.search(before)):
        return False
    return not ((last in _WORD and after[:1] in _WORD) or (last in string.digits and _NUMBER_AFTER.match(after)))


def _compile(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError, RecursionError, OverflowError) as error:
        raise InputError(f"regex({pattern!r:.200}): not a regular expression: {error}") from None
    if isinstance(compiled.pattern, bytes):
        raise InputError(f"regex({pattern!r:.200}): a pattern of bytes finds no text; write it without the b")
    return compiled
