"""The ready-made scorers: an answer against a reference column, as text or as a number.

Each takes the answer from `content`, never from `thinking`. Knows nothing of models or of what becomes of a score.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.scoring.numerals import last_number, whole_number
from distilkit.scoring.outcome import Scorer, Unscored, Value

if TYPE_CHECKING:
    import pandas as pd

CONTENT = "content"


def exact(column: str = "answer") -> Scorer:
    """Score whether the answer is the text in `column`.

    Both are normalised first: Unicode NFKC, lower case, runs of white space folded to one space, and white space and
    periods at the end dropped. Numbers are compared as text (`18.0` is not `18`; see `number`), but a reference that
    became a float because its column has gaps (`18.0` for `18`) is read as the whole number it was.
    Rows whose reference is missing score `<NA>`.
    """
    return Scorer(name="exact", function=_against(column, _same), needs=(CONTENT, column), binary=True)


def contains(column: str = "answer") -> Scorer:
    """Score whether the text in `column` stands somewhere in the answer, both normalised as in `exact`.

    Whole words and whole numbers only: `no` is not in `unknown`, `42` neither in `1428` nor in `42.5`.
    Rows whose reference is missing or empty score `<NA>`.
    """
    return Scorer(name="contains", function=_against(column, _within), needs=(CONTENT, column), binary=True)


def regex(pattern: str | re.Pattern[str], column: str | None = None) -> Scorer:
    """Score whether `pattern` is found in the answer; with `column`, whether what it found is the text there.

    What was found is the last match: its first group where the pattern has one, else all of it; compared as in `exact`.
    Found nothing scores False.

    Raises:
        InputError: the pattern is not a regular expression.
    """
    compiled = _compile(pattern)
    if column is None:
        return Scorer(name="regex", function=lambda frame: _found(frame, compiled), needs=(CONTENT,), binary=True)

    def same(content: str, reference: str) -> bool:
        matches = list(compiled.finditer(content))
        found = (matches[-1][1] if compiled.groups else matches[-1][0]) if matches else None
        return found is not None and _same(found, reference)

    return Scorer(name="regex", function=_against(column, same), needs=(CONTENT, column), binary=True)


def number(column: str = "answer", *, tolerance: float | Decimal = 0) -> Scorer:
    """Score whether the number the answer ends with is the one in `column`.

    `last_number` says what counts as a number; a reference given as text (`#### 18`) is read in the same way.

    Args:
        column: the reference; a row where it is missing, or holds no number, scores `<NA>`.
        tolerance: the largest difference still right, in the answer's own unit. 0 asks for equal numbers, which 0.33
            and 1/3 are not.

    Raises:
        InputError: the tolerance is negative or not a number.
    """
    allowed = _tolerance(tolerance)

    def close(content: str, reference: str) -> Value:
        expected = last_number(reference)
        if expected is None:
            return Unscored(f"no number in column {column!r}: {reference[:80]!r}")
        return _close(content, expected, allowed)

    return Scorer(name="number", function=_against(column, close), needs=(CONTENT, column), binary=True)


def number_or_text(column: str = "answer", *, tolerance: float | Decimal = 0) -> Scorer:
    """Score as `number` where the reference is a number, and otherwise whether the answer's last line holds the text.

    For tasks that mix both. The last line with anything in it counts, so that a word weighed on the way to another
    answer is not taken for the answer; there, the text is looked for as in `contains`.

    Raises:
        InputError: the tolerance is negative or not a number.
    """
    allowed = _tolerance(tolerance)

    def right(content: str, reference: str) -> Value:
        expected = whole_number(reference)
        if expected is not None:
            return _close(content, expected, allowed)
        return _within(content.rstrip().rpartition("\n")[2], reference)

    return Scorer(name="number_or_text", function=_against(column, right), needs=(CONTENT, column), binary=True)


def _close(content: str, expected: Decimal, allowed: Decimal) -> bool:
    found = last_number(content)
    return found is not None and abs(found - expected) <= allowed


def _against(column: str, judge: Callable[[str, str], Value]) -> Callable[[pd.DataFrame], Iterable[Value]]:
    """Judge each answer against its reference, where there is one."""

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        references = frame[column]
        known = references.notna().tolist()
        triples = zip(frame[CONTENT].tolist(), references.tolist(), known, strict=True)
        return [judge(content, _text(reference, column)) if there else None for content, reference, there in triples]

    return values


def _found(frame: pd.DataFrame, pattern: re.Pattern[str]) -> list[Value]:
    return [pattern.search(content) is not None for content in frame[CONTENT].tolist()]


def _same(content: str, reference: str) -> bool:
    return _normal(content) == _normal(reference)


def _within(content: str, reference: str) -> bool | None:
    sought = _normal(reference)
    if not sought:
        return None
    return re.search(_edge_before(sought) + re.escape(sought) + _edge_after(sought), _normal(content)) is not None


# Only ASCII letters and digits ask for an edge: Chinese and Thai write their words without one.
def _edge_before(sought: str) -> str:
    if not re.match("[a-z0-9_]", sought):
        return ""
    return r"(?<![a-z0-9_])(?<!\d[.,])" if sought[0].isdigit() else "(?<![a-z0-9_])"


def _edge_after(sought: str) -> str:
    if not re.match("[a-z0-9_]", sought[-1]):
        return ""
    return r"(?![a-z0-9_]|[.,]\d)" if sought[-1].isdigit() else "(?![a-z0-9_])"


def _normal(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.rstrip(". ")


def _text(reference: Any, column: str) -> str:
    """Return a reference as the text it stood for."""
    if isinstance(reference, str):
        return reference
    if isinstance(reference, (list, tuple, dict, set)):
        raise InputError(
            f"column {column!r} holds a {type(reference).__name__}, not one reference a row; "
            "score with a function of the row instead, such as lambda row: row['content'] in row['answers']"
        )
    if isinstance(reference, float) and reference.is_integer():
        return str(int(reference))
    return str(reference)


def _compile(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InputError(f"regex({pattern!r}): not a regular expression: {error}") from None


def _tolerance(tolerance: float | Decimal) -> Decimal:
    try:
        allowed = Decimal(str(tolerance))
    except InvalidOperation:
        raise InputError(f"tolerance must be a number, not {tolerance!r}") from None
    if not (allowed.is_finite() and allowed >= 0):
        raise InputError(f"tolerance must be 0 or more, not {tolerance!r}")
    return allowed
