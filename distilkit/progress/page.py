"""A run as HTML: a line over all, and a bar with its numbers for each profile.

Inline styles alone, in half-transparent colours over the page's own, so that it reads the same in light and dark.
Everything foreign is escaped; nothing is said by colour alone.
"""

from __future__ import annotations

from distilkit.markup import escape
from distilkit.progress import words
from distilkit.progress.look import Bar, Look
from distilkit.progress.tally import Tally

# Who is still at work comes first, where there are more.
MOST_BARS = 24
_QUIET = "opacity:.75;font-size:90%"
_NUMBERS = "font-variant-numeric:tabular-nums"
_TRACK = "display:flex;height:.6em;border-radius:.3em;overflow:hidden;background:rgba(128,128,128,.22)"
# Hatched and dotted too: the parts differ without their colours.
_PARTS = {
    "from_store": "background:repeating-linear-gradient(90deg,rgba(30,120,210,.55) 0 3px,rgba(30,120,210,.3) 3px 6px)",
    "answered": "background:rgba(30,120,210,.9)",
    "failed": "background:repeating-linear-gradient(135deg,rgba(205,60,40,.95) 0 3px,rgba(205,60,40,.4) 3px 6px)",
}
_SEPARATOR = '<span style="opacity:.5" aria-hidden="true">·</span> '


def html(tally: Tally) -> str:
    """Return a run as a part of a page."""
    look = tally.look()
    bars = sorted(look.bars, key=lambda bar: bar.done >= bar.total) if len(look.bars) > MOST_BARS else look.bars
    # Room for the time left is kept while anybody has one, so that all bars end alike.
    timed = len(bars) > 1 and any(words.left(bar) for bar in bars)
    drawn = "".join(_row(bar, timed=timed) for bar in bars[:MOST_BARS])
    rest = _rest(bars[MOST_BARS:]) if len(bars) > MOST_BARS else ""
    return (
        '<div class="distilkit-progress mathjax_ignore tex2jax_ignore" '
        f'style="max-width:72em;line-height:1.45;{_NUMBERS}">{_head(look)}{drawn}{rest}</div>'
    )


def _head(look: Look) -> str:
    whole = look.whole
    rows = f"<strong>{whole.done:,} of {whole.total:,} rows</strong>"
    texts = [words.time(look), words.money(whole) if look.has_sent else "", words.shown(look.note)]
    return f'<div style="margin-bottom:.35em">{_joined([rows, *map(escape, filter(None, texts))])}</div>'


def _joined(parts: list[str]) -> str:
    """Return texts, escaped already, side by side; a line breaks between two of them and not within."""
    kept = [f'<span style="display:inline-block;max-width:100%">{part}&nbsp;</span>' for part in parts]
    return _SEPARATOR.join(kept)


def _row(bar: Bar, *, timed: bool) -> str:
    name = words.shown(bar.name)
    return (
        '<div style="margin:.45em 0">'
        '<div style="display:flex;align-items:center;gap:.8em">'
        f'<div dir="auto" title="{escape(name)}" style="flex:0 0 11em;max-width:30%;overflow:hidden;'
        f'text-align:left;text-overflow:ellipsis;white-space:nowrap">{escape(name)}</div>'
        f'<div style="flex:1 1 auto;min-width:4em">{_bar(bar, name)}</div>'
        f'<div style="flex:0 0 auto;min-width:7em;text-align:right;white-space:nowrap">'
        f"{bar.done:,} of {bar.total:,}</div>{_left(bar) if timed else ''}</div>"
        f'<div style="{_QUIET};overflow-wrap:anywhere">{_said(bar)}</div></div>'
    )


def _bar(bar: Bar, name: str) -> str:
    parts = "".join(_part(kind, getattr(bar, kind), bar.total) for kind in _PARTS)
    return (
        f'<div role="progressbar" aria-label="{escape(name)}" aria-valuemin="0" aria-valuemax="{bar.total}" '
        f'aria-valuenow="{bar.done}" aria-valuetext="{bar.done:,} of {bar.total:,} rows" style="{_TRACK}">'
        f"{parts}</div>"
    )


def _part(kind: str, rows: int, total: int) -> str:
    if not rows:
        return ""
    # One failed row of a million can be seen.
    return f'<div style="flex:0 0 auto;width:{100 * rows / max(1, total):.3f}%;min-width:2px;{_PARTS[kind]}"></div>'


def _said(bar: Bar) -> str:
    texts = [*words.ends(bar), *words.going(bar)]
    if bar.answered or bar.spent_usd != 0:
        texts.append(words.money(bar))
    texts += [words.rate(one) for one in bar.rates if bar.done < bar.total]
    return _joined([escape(text) for text in texts]) or "not begun"


def _left(bar: Bar) -> str:
    """Return the column of the time left; it keeps its place while others have one."""
    return f'<div style="flex:0 0 10em;white-space:nowrap;{_QUIET}">{escape(words.left(bar))}</div>'


def _rest(bars: list[Bar] | tuple[Bar, ...]) -> str:
    done, total = sum(bar.done for bar in bars), sum(bar.total for bar in bars)
    return f'<div style="{_QUIET}">and {len(bars):,} more: {done:,} of {total:,} rows</div>'
