"""A run as text: one line, or a block with a bar for each profile that fits a terminal's width. No colours.

Knows widths and words; knows no stream and no clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from distilkit.progress import words
from distilkit.progress.look import Bar, Look
from distilkit.progress.tally import Tally

MOST_BARS = 12
_NARROWEST = 20
_LONGEST_NAME, _LONGEST_BAR = 24, 20
_FULL, _EMPTY = "█", "░"
_DOT = " · "


def line(tally: Tally) -> str:
    """Return a run as one line: rows, where they came from, what went wrong, dollars, what waits, time."""
    look = tally.look()
    whole = look.whole
    parts = [f"{whole.done:,} of {whole.total:,} rows", *words.ends(whole)]
    if whole.answered or whole.spent_usd != 0:
        parts.append(words.money(whole, is_over=bool(look.note)))
    if (queue := words.queue(whole)) and not look.note:
        parts.append(queue)
    parts.append(words.time(look))
    if look.note:
        parts.append(words.shown(look.note))
    return "distilkit: " + _DOT.join(parts)


def text(tally: Tally, width: int, height: int = MOST_BARS + 2) -> str:
    """Return a run as a block of lines, none wider than `width` cells: a line over all, and one for each profile.

    Args:
        tally: the run.
        width: cells of the terminal.
        height: lines there is room for, 2 or more; further profiles are one line together.
    """
    look, wide = tally.look(), max(_NARROWEST, width)
    bars, rest = _shown(look, max(1, min(MOST_BARS, height - 1)))
    name_wide = min(_LONGEST_NAME, wide // 3, max((cells(words.shown(bar.name)) for bar in bars), default=0))
    lines = [_line(bar, name_wide, wide) for bar in bars]
    return "\n".join([_head(look, wide), *lines, *([fit(_rest(rest), [], wide)] if rest else [])])


def _head(look: Look, wide: int) -> str:
    rows = f"{look.whole.done:,} of {look.whole.total:,} rows"
    time = words.time(look).replace("about ", "~")
    if cells(rows + _DOT + time) > wide:
        time = words.short_left(look.whole)
    return fit(rows, [time, words.short_money(look.whole) if look.has_sent else "", words.shown(look.note)], wide)


def _shown(look: Look, most: int) -> tuple[Sequence[Bar], Sequence[Bar]]:
    """Return the profiles that get a line, and those that share the last: who is still at work comes first."""
    if len(look.bars) <= most:
        return look.bars, ()
    at_work = sorted(look.bars, key=lambda bar: bar.done >= bar.total)
    return at_work[: most - 1], at_work[most - 1 :]


def _rest(bars: Sequence[Bar]) -> str:
    done, total = sum(bar.done for bar in bars), sum(bar.total for bar in bars)
    return f"and {len(bars):,} more: {done:,} of {total:,} rows"


def _line(bar: Bar, name_wide: int, wide: int) -> str:
    bar_wide = min(_LONGEST_BAR, wide // 6)
    start = f"{padded(words.shown(bar.name), name_wide)} {_drawn(bar, bar_wide)} {bar.done:,}/{bar.total:,}"
    failed = f"{bar.failed:,} failed" if bar.failed else ""
    retried = f"{bar.retried:,} retried" if bar.retried else ""
    stored = f"{bar.from_store:,} from the store" if bar.from_store else ""
    paid = words.short_money(bar) if bar.answered else ""
    rates = [words.rate(one) for one in bar.rates if one.limit is not None]
    return fit(start, [failed, words.short_left(bar), words.short_queue(bar), paid, *rates, retried, stored], wide)


def _drawn(bar: Bar, wide: int) -> str:
    # Never full before the end, never empty after the first row.
    full = min(wide, bar.done * wide // max(1, bar.total))
    full = max(full, 1) if bar.done else 0
    return _FULL * full + _EMPTY * (wide - full)


def fit(start: str, parts: Sequence[str], wide: int) -> str:
    """Return a line with as many of the parts as there is room for; what matters more comes first."""
    shown = cut(start, wide)
    for part in filter(None, parts):
        if cells(shown) + cells(part) + len(_DOT) <= wide:
            shown += _DOT + part
    return shown


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    >>> cells("abc"), cells("日本"), cells("e\u0301")
    (3, 4, 1)
    """
    return sum(_cells(each) for each in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, wide: int) -> str:
    """Return the start of a text that takes at most so many cells."""
    if cells(text) <= wide:
        return text[: 2 * wide]  # marks that take no cell could go on for ever
    taken, kept = 0, []
    for each in text:
        taken += _cells(each)
        if taken > wide - 1:
            break
        kept.append(each)
    return "".join(kept[: 2 * wide]) + "…"


def padded(text: str, wide: int) -> str:
    """Return a text that takes exactly so many cells."""
    shown = cut(text, wide)
    return shown + " " * max(0, wide - cells(shown))
