r"""Thinking within the text of an answer, `<think>…</think>`, so that it can be taken out again as it was.

Knows texts; knows no frame and no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from distilkit.distilling.formats.example import Unfit
from distilkit.errors import InputError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_:-]*")


@dataclass(frozen=True, slots=True)
class Tag:
    """What stands round the thinking.

    Attributes:
        opening: before it, followed by a line feed.
        closing: after it, between a line feed and an empty line.
    """

    opening: str = "<think>"
    closing: str = "</think>"

    @classmethod
    def of(cls, given: str | tuple[str, str]) -> Tag:
        """Return a tag from its name (`think`), or from its two ends, such as `("[THINK]", "[/THINK]")`.

        Raises:
            InputError: it is neither.
        """
        if isinstance(given, str):
            if not _NAME.fullmatch(given):
                raise InputError(
                    f"tag={given!r}: take a name such as 'think', or a pair such as ('[THINK]', '[/THINK]')"
                )
            return cls(f"<{given}>", f"</{given}>")
        ends = tuple(given) if isinstance(given, list | tuple) else ()
        if len(ends) != 2 or not all(isinstance(end, str) and end.strip() == end and end for end in ends):  # noqa: PLR2004 - two ends
            raise InputError(
                f"tag={given!r}: a pair of texts, before and after the thinking, without spaces round them"
            )
        if ends[0] == ends[1]:
            raise InputError(f"tag={given!r}: the two ends must differ")
        return cls(*ends)


def joined(thinking: str | None, answer: str, tag: Tag) -> str:
    r"""Return the answer with its thinking before it; an answer without thinking stays as it is.

    >>> joined("2 and 2", "4", Tag())
    '<think>\n2 and 2\n</think>\n\n4'

    Raises:
        Unfit: one of the texts holds an end of the tag itself, so that a reader would split it elsewhere.
    """
    for name, text in (("thinking", thinking or ""), ("answer", answer)):
        for end in (tag.closing, tag.opening):
            if end in text:
                raise Unfit(f"has {end} within its {name}, where it would be read as the tag; choose another tag=")
    if thinking is None:
        return answer
    return f"{tag.opening}\n{thinking}\n{tag.closing}\n\n{answer}"


def parted(text: str, tag: Tag) -> tuple[str | None, str]:
    r"""Return the thinking (None where there is no such block) and the answer.

    >>> parted("<think>\n2 and 2\n</think>\n\n4", Tag())
    ('2 and 2', '4')
    """
    if not text.startswith(f"{tag.opening}\n"):
        return None, text
    thinking, closed, answer = text.removeprefix(f"{tag.opening}\n").partition(f"\n{tag.closing}\n\n")
    return (thinking, answer) if closed else (None, text)
