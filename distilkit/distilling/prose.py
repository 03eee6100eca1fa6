"""Which parts of a Markdown text are no code: neither in a fence nor inline code.

A fence may stand at any depth and in a quotation, and one that never closes reaches to the end of the text. Inline code
ends on its line. Every character is looked at a fixed number of times. Knows nothing of what is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Part = tuple[int, int]
"""Where a part of a text starts, and the index after its end."""

_MARKS = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_BACKTICKS = re.compile("`+")


def prose(text: str) -> Iterator[Part]:
    """Yield the parts of a text that are no code, in order.

    >>> text = "use `<think>` here"
    >>> [text[start:end] for start, end in prose(text)]
    ['use ', ' here']
    """
    fence = ""
    for start, end in _lines(text):
        marks = _MARKS.match(text, start, end)
        if fence:
            # What follows the closing marks on their line is no code: a special token often stands there.
            if marks and marks[1].startswith(fence):
                fence = ""
                yield from _outside_inline(text, marks.end(), end)
        elif marks and not (marks[1].startswith("`") and "`" in text[marks.end() : end]):
            fence = marks[1]
        else:
            yield from _outside_inline(text, start, end)


def _lines(text: str) -> Iterator[Part]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _outside_inline(text: str, start: int, end: int) -> Iterator[Part]:
    """Yield what stands between pieces of inline code: each goes from marks to the next as many marks."""
    runs = [found.span() for found in _BACKTICKS.finditer(text, start, end)]
    closing = _closing(runs)
    nth, begin = 0, start
    while nth < len(runs):
        closes = closing[nth]
        if closes is None:  # marks that are only themselves
            nth += 1
            continue
        if begin < runs[nth][0]:
            yield begin, runs[nth][0]
        begin, nth = runs[closes][1], closes + 1
    if begin < end:
        yield begin, end


def _closing(runs: list[Part]) -> list[int | None]:
    """Return for each run of marks the next that is as long."""
    seen: dict[int, int] = {}
    found: list[int | None] = [None] * len(runs)
    for nth in range(len(runs) - 1, -1, -1):
        length = runs[nth][1] - runs[nth][0]
        found[nth] = seen.get(length)
        seen[length] = nth
    return found
