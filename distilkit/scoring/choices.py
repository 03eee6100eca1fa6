"""The scorer of multiple choice: whether the letter an answer settles on is the right one.

Knows nothing of models or of what becomes of a score.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.scoring.letters import settled_letter
from distilkit.scoring.normalizing import text as normal_text
from distilkit.scoring.outcome import Scorer, Unscored, Value
from distilkit.scoring.references import (
    CONTENT,
    answers,
    cells,
    check_column,
    frame_column,
    guarded,
    plain_cell,
    references,
)
from distilkit.scoring.texts import is_within

if TYPE_CHECKING:
    import pandas as pd

_LETTERS = "ABCDEFGHIJ"
_FEWEST = 2
_WRITTEN = re.compile(r"[(\[\s]*([^\W_])[)\].:\s]*")

Options = dict[str, str]
"""The options of a question: letter to text."""


def choice(column: str = "answer", *, options: str | None = None, letters: str = _LETTERS) -> Scorer:
    r"""Score whether the letter that the answer settles on is the one in `column`.

    Looked at, the most telling first, until something is found: the last `\boxed{B}`; an answer, or its last line, that
    is a letter (`B`, `(b)`, `**B.**`), or one line that begins as an option does (`B) Paris`); the last sentence that
    says which it is (`the answer is (B)`, `Answer: b`, `I choose B`, `B is correct`); a first line that is a letter;
    letters marked as options (`(B)`, `option B`, `**B**`); capitals on their own, of which `A` and `I` before a small
    word are none.

    An answer that names no letter scores False: it was asked for one. So does one that names several at once
    (`A or B`), or marks several and does not say which it is. Of several sentences that say which it is, the last one
    counts.

    Args:
        column: the right letter (`B`, `b`, `(B)`), or a list of letters of which any is right. Rows where it is missing
            score `<NA>`, and so do those where it is no letter of the question, with the reason: numbers are not
            counted from 0 or from 1 on a guess.
        options: a column with each question's options, as a list of texts or as a mapping from letter to text. Then an
            answer in words counts too (the whole answer, or the only option named in it), and so does a reference in
            words.
        letters: the letters options may have, in order; also digits.

    Raises:
        InputError: `letters` are fewer than two, given twice, or neither letters nor digits; a column is no name.
    """
    check_column(column, "choice")
    known = _check_letters(letters)
    if options is None:
        needs: tuple[str, ...] = (CONTENT, column)
    else:
        needs = (CONTENT, column, check_column(options, "choice"))
    return Scorer(name="choice", function=_judging(column, options, known), needs=needs, binary=True)


def _judging(column: str, options: str | None, known: str) -> Callable[[pd.DataFrame], Iterable[Value]]:
    def values(frame: pd.DataFrame) -> Iterable[Value]:
        rows = zip(answers(frame), references(frame, column), _offered(frame, options, known), strict=True)
        return [guarded(_judged, content, one, _Question(offered, known, column)) for content, one, offered in rows]

    return values


@dataclass(frozen=True, slots=True)
class _Question:
    """What a row's question offers: its options if they are known, the letters there may be, the reference's column."""

    offered: Options | Unscored | None
    known: str
    column: str


def _judged(content: str, accepted: tuple[str, ...] | Unscored | None, question: _Question) -> Value:
    offered = question.offered
    if not isinstance(accepted, tuple):
        return accepted
    if isinstance(offered, Unscored):
        return offered
    there = "".join(offered) if offered else question.known
    right = [_letter(one, offered, there) for one in accepted]
    if None in right:
        wrong = accepted[right.index(None)]
        return Unscored(f"column {question.column!r} holds {wrong[:80]!r}, which is none of {', '.join(there)}")
    return settled_letter(content, there, partial(_named, offered) if offered else None) in right


def _letter(reference: str, offered: Options | None, there: str) -> str | None:
    """Return the letter a reference stands for, or None."""
    match = _WRITTEN.fullmatch(reference)
    if match and match[1].upper() in there:
        return match[1].upper()
    sought = normal_text(reference)
    return next((letter for letter, text in (offered or {}).items() if normal_text(text) == sought), None)


def _named(offered: Options, text: str) -> str | None:
    """Return the letter of the option that a text is, or, after a line break, the only one that stands in it."""
    within, normal = text.startswith("\n"), normal_text(text)
    options = {letter: normal_text(option) for letter, option in offered.items()}
    if not within:
        return next((letter for letter, option in options.items() if option and option == normal), None)
    found = {letter: option for letter, option in options.items() if is_within(normal, option)}
    # New York names no York.
    longest = [
        letter
        for letter, option in found.items()
        if not any(other != option and is_within(other, option) for other in found.values())
    ]
    return longest[0] if len(longest) == 1 else None


def _offered(frame: pd.DataFrame, options: str | None, known: str) -> list[Options | Unscored | None]:
    if options is None:
        return [None] * len(frame)
    there = frame_column(frame, options).notna().tolist()
    return [
        _options(plain_cell(cell), options, known) if has else None
        for cell, has in zip(cells(frame, options), there, strict=True)
    ]


def _options(cell: Any, column: str, known: str) -> Options | Unscored:
    if isinstance(cell, Mapping):
        pairs = {str(letter).strip().upper(): str(text) for letter, text in cell.items()}
        wrong = [letter for letter in pairs if len(letter) != 1]
        return Unscored(f"column {column!r} holds an option {wrong[0][:80]!r}, which is no letter") if wrong else pairs
    if not isinstance(cell, (list, tuple)):
        return Unscored(f"column {column!r} holds a {type(cell).__name__}, not a list of options")
    if len(cell) > len(known):
        return Unscored(f"column {column!r} holds {len(cell)} options, and letters= only {len(known)}")
    return dict(zip(known, map(str, cell), strict=False))


def _check_letters(letters: Any) -> str:
    known = letters.upper() if isinstance(letters, str) else ""
    if len(known) < _FEWEST or len(set(known)) < len(known) or not all(one.isalnum() for one in known):
        raise InputError(f"letters= must be two or more different letters or digits, such as 'ABCD', not {letters!r}")
    return known
