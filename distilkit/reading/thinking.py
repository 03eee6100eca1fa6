"""Splits a whole text into thinking and answer, with the scanner that also serves streams.

What counts as thinking: a block in one of the known tags (`tags`) that leads the text, or several of them; with
`ThinkingRules.anywhere` a block at any place. Never a tag in a code fence or in inline code. A block that never closes
was cut by the token limit: all of it is thinking, and there is no answer. Knows nothing of providers or messages.
"""

from __future__ import annotations

from typing import NamedTuple

from distilkit.profiles.profile import ThinkingRules
from distilkit.reading.pieces import Piece
from distilkit.reading.scanner import DEFAULT_RULES, SplitKind, Splitter
from distilkit.reading.tags import STARTS

__all__ = ["DEFAULT_RULES", "Piece", "Split", "SplitKind", "Splitter", "split"]


class Split(NamedTuple):
    """A text, split.

    Attributes:
        content: the answer; "" where the thinking never ended.
        thinking: the blocks, stripped, joined by a blank line; None where there is none.
        kind: `raw`, `truncated` (a block never closed) or `absent`.
    """

    content: str
    thinking: str | None
    kind: SplitKind


def split(text: str, rules: ThinkingRules = DEFAULT_RULES) -> Split:
    """Split `text` into thinking and answer. Never raises; text without thinking comes back unchanged.

    >>> split("<think>Two and two.</think>It is 4.")
    Split(content='It is 4.', thinking='Two and two.', kind='raw')
    >>> split("<think>Two and")
    Split(content='', thinking='Two and', kind='truncated')
    """
    if not (rules.anywhere or rules.missing_opening_tag or text[:1].isspace() or text[:1] in STARTS):
        return Split(text, None, "absent")
    splitter = Splitter(rules)
    pieces = splitter.feed(text) + splitter.close()
    thinking = "".join(piece.text for piece in pieces if piece.channel == "thinking")
    content = "".join(piece.text for piece in pieces if piece.channel == "content")
    return Split(content, thinking or None, splitter.kind)
