"""The check for what leaks: a thinking tag, a special token or a chat template's marker that is left in an answer.

Inside a code fence or inline code a marker is what the answer is about, and is none. Time grows with the length of the
text, whatever is in it. Knows texts; knows nothing of the models that wrote them.
"""

from __future__ import annotations

from collections.abc import Sequence

from distilkit.distilling.markers import CANDIDATE, marker_at, marker_at_an_end
from distilkit.distilling.prose import prose
from distilkit.distilling.reasons import Flags

# A tag with attributes may be long; its start says enough.
_SHOWN = 60


def tag_leaks(contents: Sequence[str | None]) -> Flags:
    """Flag the answers that hold a marker of a prompt format outside code.

    The evidence is the first marker and the index of its first character, as in `<|im_end|> at character 12`.

    >>> tag_leaks(["It is 4.<|im_end|>", "Close it with `</think>`.", None])
    ['<|im_end|> at character 8', None, None]
    """
    return [None if content is None else _leak(content) for content in contents]


def _leak(text: str) -> str | None:
    if CANDIDATE.search(text) is None:
        return None
    found = _first(text)
    if found is None:
        return None
    marker, at = found
    return f"{marker if len(marker) <= _SHOWN else marker[:_SHOWN] + '…'} at character {at}"


def _first(text: str) -> tuple[str, int] | None:
    outer = marker_at_an_end(text)
    for start, end in prose(text):
        for candidate in CANDIDATE.finditer(text, start, end):
            at = candidate.start()
            if outer and at == outer[1]:
                return outer
            marker = marker_at(text, at)
            if marker is not None:
                return marker, at
    return None
