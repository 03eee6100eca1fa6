"""The checks for length: answers of too many or too few tokens.

Tokens are counted as before sending, with OpenAI's o200k encoding: for other models an estimate, but the same for every
row. A text is only counted where its letters do not settle the matter. Knows texts; the caller says which.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from distilkit.distilling.reasons import Flags
from distilkit.engine.tokens import count_text
from distilkit.errors import InputError

# Any model whose encoding is o200k: one encoding for every row.
_MODEL = "gpt-4o"
# A letter after a space starts a token of its own, in every encoding that splits at words as o200k does.
_WORD = re.compile(r"\s[A-Za-z]")


def taught(contents: Sequence[str | None], thinkings: Sequence[str | None]) -> list[str | None]:
    """Return what a student would learn to write: the thinking, a blank line, the answer; None without an answer.

    This is what `too_long` is given where thinking is kept. `too_short` is given the answer alone: long thinking does
    not make up for an answer of one word.
    """
    rows = zip(contents, thinkings, strict=True)
    return [f"{thinking}\n\n{content}" if content and thinking else content for content, thinking in rows]


def too_long(texts: Sequence[str | None], most: int) -> Flags:
    """Flag the texts of more than `most` tokens; the evidence is how many there are. A missing text is not flagged.

    >>> too_long(["one two three", "one", None], 2)
    ['3 tokens, more than 2', None, None]

    Raises:
        InputError: `most` is no positive whole number.
    """
    _check("max_tokens", most)
    return [None if text is None else _over(text, most) for text in texts]


def too_short(texts: Sequence[str | None], least: int) -> Flags:
    """Flag the texts of fewer than `least` tokens; the evidence is how many there are. A missing text is not flagged.

    >>> too_short(["one two three", "one", None], 2)
    [None, '1 token, fewer than 2', None]

    Raises:
        InputError: `least` is no positive whole number.
    """
    _check("min_tokens", least)
    return [None if text is None else _under(text, least) for text in texts]


def _over(text: str, most: int) -> str | None:
    # A token is one byte at least, so a text of few bytes need not be counted.
    if len(text.encode("utf-8", "replace")) <= most:
        return None
    count = count_text(text, _MODEL)
    return f"{_tokens(count)}, more than {most}" if count > most else None


def _under(text: str, least: int) -> str | None:
    if _has_words(text, least):
        return None
    count = count_text(text, _MODEL)
    return f"{_tokens(count)}, fewer than {least}" if count < least else None


def _has_words(text: str, least: int) -> bool:
    return any(nth >= least for nth, _ in enumerate(_WORD.finditer(text), start=1))


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count} tokens"


def _check(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{name}= must be a whole number of tokens, 1 or more, not {value!r}")
