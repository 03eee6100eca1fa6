"""Which words of a text are not in another, in bounded time.

The standard library's SequenceMatcher over words and spaces. Texts that would take it long are left unmarked: it
tries every pair of equal words, so the pairs are counted first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Above this a reader does not compare word by word any more, and the matcher begins to be felt.
MOST_WORDS = 600
MOST_PAIRS = 10_000
_WORDS = re.compile(r"\w+|[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text.

    Attributes:
        text: as it stands there.
        differs: whether the other text has something else, or nothing, in its place.
    """

    text: str
    differs: bool


def compared(text: str, reference: str) -> list[Piece] | None:
    """Return a text in pieces that are also in the reference, or differ; None where it would take too long.

    Joined, the pieces are the text. Spaces alone are no difference.
    """
    longest = MOST_WORDS * 10
    if max(len(text), len(reference)) > longest:
        return None
    words, others = _WORDS.findall(text), _WORDS.findall(reference)
    if max(len(words), len(others)) > 2 * MOST_WORDS or _pairs(words, others) > MOST_PAIRS:
        return None
    return list(_merged(_pieces(words, others)))


def _pairs(words: list[str], others: list[str]) -> int:
    theirs = Counter(others)
    return sum(count * theirs[word] for word, count in Counter(words).items() if not word.isspace())


def _plain(words: list[str]) -> list[str]:
    """Return the words with every stretch of spaces as one space: a line break in its place is no difference."""
    return [" " if word.isspace() else word for word in words]


def _pieces(words: list[str], others: list[str]) -> Iterator[Piece]:
    plain = _plain(words)
    # Spaces are junk to the matcher: on their own they hold no two texts together, and make most of the pairs.
    matcher = SequenceMatcher(str.isspace, _plain(others), plain, autojunk=False)
    for kind, _, _, start, end in matcher.get_opcodes():
        stretch = "".join(words[start:end])
        if stretch:
            yield Piece(stretch, kind != "equal" and not stretch.isspace())


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    held: Piece | None = None
    for piece in pieces:
        if held is not None and held.differs is piece.differs:
            held = Piece(held.text + piece.text, held.differs)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held
