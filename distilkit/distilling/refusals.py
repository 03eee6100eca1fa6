"""The check for refusals: an answer that begins by saying that it will not or cannot do what was asked.

Rather misses a refusal than takes an answer for one: only the beginning counts, and only phrases that say what is not
done. Knows texts in nine languages; what a provider says by `finish_reason` is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from distilkit.distilling.reasons import Flags
from distilkit.distilling.refusal_words import BEGINNINGS, STILL_AN_ANSWER

# What may stand before the first word: white space, quotation marks, Markdown.
_BEFORE = re.compile(r"[\s\"'“”„«»*_>#]*")
_LOOKED_AT = 800  # no pattern reaches further
_SHOWN = 200
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。\uff01\uff1f\n]")


def refusals(contents: Sequence[str | None]) -> Flags:
    """Flag the answers that begin with a refusal; the evidence is the sentence, cut after 200 characters.

    English, German, Dutch, French, Spanish, Italian, Portuguese, Chinese and Japanese.

    >>> refusals(["I'm sorry, but I can't help with that.", "I can't help but laugh: it is 4.", None])
    ["I'm sorry, but I can't help with that.", None, None]
    """
    return [None if content is None else _refusal(content) for content in contents]


def _refusal(text: str) -> str | None:
    start = _BEFORE.match(text, 0, _LOOKED_AT)
    begin = start.end() if start else 0
    head = text[begin : begin + _LOOKED_AT].replace("’", "'")
    for beginning in BEGINNINGS:
        found = beginning.match(head)
        if found:
            end = _SENTENCE_END.search(head, found.end() - 1)
            stop = end.end() if end else len(head)
            if STILL_AN_ANSWER.search(head, found.end(), stop):
                return None
            return _cut(text[begin : begin + stop].strip())
    return None


def _cut(sentence: str) -> str:
    sentence = " ".join(sentence.split())
    return sentence if len(sentence) <= _SHOWN else sentence[:_SHOWN] + "…"
