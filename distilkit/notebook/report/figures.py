"""Numbers as a page shows them: dollars, seconds, shares, intervals. What is not known is said, never shown as 0.

From values to plain text, which still has to be escaped, and from our own text to HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from distilkit.analysis.choosing.advice import dollars
from distilkit.markup import escape
from distilkit.notebook.style import NO_BREAK

UNKNOWN = "unknown"
# What a line must not break: a number from its unit, and a sign from its number.
_BOUND = re.compile(r"(?<=\d) (?=(?:s|kB|US dollars)\b|%)|(?<=[<>]) (?=\d)")
_LONGEST_FACT = 30


def is_missing(value: Any) -> bool:
    """Return whether a cell is `<NA>`, None, NaN or NaT."""
    import pandas as pd

    return value is None or bool(pd.api.types.is_scalar(value) and pd.isna(value))


def known(write: Callable[[float], str]) -> Callable[[object], str]:
    """Return what writes a number, and `unknown` where there is none."""

    def written(value: Any) -> str:
        return UNKNOWN if is_missing(value) else write(float(value))

    return written


money = known(lambda value: f"−{dollars(-value)}" if value < 0 else dollars(value))
seconds = known(lambda value: f"{value:.2f} s" if value < 10 else f"{value:,.0f} s")  # noqa: PLR2004 - digits that are worth showing
count = known(lambda value: f"{value:,.0f}")
share = known(lambda value: f"{100 * value:.1f} %" if 0 < abs(value) < 0.1 else f"{100 * value:.0f} %")  # noqa: PLR2004 - two figures
chance = known(lambda value: "> 99 %" if value > 0.99 else "< 1 %" if value < 0.01 else f"{100 * value:.0f} %")  # noqa: PLR2004 - draws cannot say more
score = known(lambda value: f"{value:.3f}" if abs(value) < 100 else f"{value:,.4g}")  # noqa: PLR2004 - grades of 100 and more need no digits
signed = known(lambda value: f"{value:+.3f}".replace("-", "−"))
p_value = known(lambda value: "< 0.001" if value < 0.001 else f"{value:.3f}")  # noqa: PLR2004 - the usual bound
ratio = known(lambda value: f"{value:,.3g}×")


def between(low: object, high: object, write: Callable[[object], str]) -> str:
    """Write an interval; "" where neither end is known, and an end that is not bounded as such.

    >>> between(0.25, 0.75, score)
    '0.250 to 0.750'
    """
    if is_missing(low) and is_missing(high):
        return ""
    ends = ["no bound" if is_missing(end) else write(end) for end in (low, high)]
    return " to ".join(ends)


def plural(number: int, one: str, many: str = "") -> str:
    """Write how many there are of something.

    >>> plural(1, "prompt"), plural(1200, "prompt")
    ('1 prompt', '1,200 prompts')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clipped(text: str, longest: int) -> str:
    r"""Return the start of a text on one line.

    >>> clipped("one\n two three", 9)
    'one two …'
    """
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def prose(said: object) -> str:
    r"""Return a text of ours as HTML: escaped, and no number parted from its unit at the end of a line.

    >>> prose("within 1.5 s (95 %) <b>")
    'within 1.5\xa0s (95\xa0%) &lt;b&gt;'
    """
    return escape(_BOUND.sub(NO_BREAK, str(said)))


def strung(facts: Iterable[str]) -> str:
    r"""Return short facts as HTML, on lines that break between two of them, behind the point.

    >>> strung(["12 tokens", "1.5 s"])
    '12\xa0tokens\xa0· 1.5\xa0s'
    """
    tied = [each.replace(" ", NO_BREAK) if len(each) <= _LONGEST_FACT else each for each in facts]
    return escape(f"{NO_BREAK}· ".join(tied))
