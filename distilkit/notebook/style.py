"""The look that everything in a notebook shares: how texts, numbers and folds are written as HTML.

Inline styles alone, in colours that follow the page's own (`currentColor`, opacity, half-transparent grey), so that it
reads the same in light and dark, in a saved notebook and where no style sheet is. Knows nothing of what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from distilkit.markup import escape

# What MathJax must leave alone: `$5 and $6` is no formula.
AS_WRITTEN = "mathjax_ignore tex2jax_ignore"
LINE = "1px solid rgba(128,128,128,.35)"
# What is piled up on a letter is cut off at the edge of its own text, and does not paint over others'.
TEXT = "white-space:pre-wrap;overflow-wrap:anywhere;overflow:hidden;margin:0"
QUIET = "opacity:.75;font-size:90%"
# A mark is underlined too: nothing is said by colour alone.
MARK = "background:rgba(255,170,0,.28);color:inherit;text-decoration:underline;text-underline-offset:.2em"
NO_BREAK = "\N{NO-BREAK SPACE}"
UNKNOWN = "unknown"
_LONGEST_NAME = 200
# In characters: what is longer, such as a comment, breaks as any text does.
_LONGEST_FACT = 30
# Marks over and under a letter; no language piles up more than four.
_MARKS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARKS}{{4}}){_MARKS}+")


def block(name: str, inner: str, style: str = "") -> str:
    """Return a part of the page with a class of ours, in which nothing is typeset. `inner` is HTML already."""
    return f'<div class="distilkit-{name} {AS_WRITTEN}"{_styled(style)}>{inner}</div>'


def text(said: object, style: str = "") -> str:
    """Return a text of a model or a person, with its lines; its direction is its own and turns nothing around it."""
    return f'<div dir="auto" style="{TEXT};{style}">{escape(said)}</div>'


def named(name: object) -> str:
    r"""Return a name as it is shown: on one line, its start where it is longer than any name is.

    >>> named("a\nb"), len(named("x" * 1000))
    ('a b', 200)
    """
    line = " ".join(_PILE.sub(r"\1", str(name)[: 4 * _LONGEST_NAME]).split(maxsplit=_LONGEST_NAME))
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1]}…"


def label(name: object) -> str:
    """Return a name as HTML for what is beside a control: JupyterLab typesets formulas there, whatever class that has.

    For widgets that are made with `description_allow_html=True`.

    >>> label("$x$ <b>")
    '<span class="mathjax_ignore tex2jax_ignore">$x$ &lt;b&gt;</span>'
    """
    return f'<span class="{AS_WRITTEN}">{escape(named(name))}</span>'


def quiet(said: object) -> str:
    """Return a remark: smaller, and a little fainter."""
    return f'<div style="{QUIET};overflow-wrap:anywhere;overflow:hidden">{escape(said)}</div>'


def facts(told: Iterable[str], style: str = "") -> str:
    r"""Return short facts as a remark: a line breaks between two of them, behind the point, and not within one.

    >>> facts(["12 tokens", "1.5 s"]).count("\xa0")
    3
    """
    return f"<div{_styled(style)}>{quiet(' '.join(_tied(told)))}</div>"


def folded(title: str, inner: str) -> str:
    """Return a part that opens by a click or by Enter, in a static file too. `inner` is HTML already."""
    return (
        f'<details style="margin:.3em 0"><summary style="{QUIET};cursor:pointer">{escape(title)}</summary>'
        f'<div style="border-left:2px solid rgba(128,128,128,.35);padding-left:.6em">{inner}</div></details>'
    )


def dollars(amount: Any) -> str:
    """Return US dollars with the digits worth reading, or `cost unknown`.

    >>> dollars(0.0000125), dollars(0.0125), dollars(1234.5), dollars(0), dollars(None)
    ('$0.0000125', '$0.0125', '$1,234.50', '$0', 'cost unknown')
    """
    if amount is None:
        return f"cost {UNKNOWN}"
    if amount == 0:
        return "$0"
    if abs(amount) >= 1:
        return f"${amount:,.2f}"
    return f"${_three_digits(float(amount))}"


def _three_digits(amount: float) -> str:
    """Write a number below 1 with three digits that count, and no exponent."""
    written = f"{amount:.12f}" if abs(amount) < 1e-12 else f"{float(f'{amount:.3g}'):.12f}"  # noqa: PLR2004 - digits
    return written.rstrip("0").rstrip(".")


def seconds(duration: Any) -> str:
    """Return a time, or `time unknown`.

    >>> seconds(0.0421), seconds(3.14159), seconds(75.2), seconds(None)
    ('0.04 s', '3.1 s', '75 s', 'time unknown')
    """
    if duration is None:
        return f"time {UNKNOWN}"
    digits = 0 if duration >= 10 else 1 if duration >= 1 else 2  # noqa: PLR2004 - digits worth reading
    return f"{duration:,.{digits}f} s"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "prompt"), counted(1200, "prompt")
    ('1 prompt', '1,200 prompts')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _tied(told: Iterable[str]) -> Iterator[str]:
    """Tie the words of each short text together, and the point to the one it follows."""
    parts = [part.replace(" ", NO_BREAK) if len(part) <= _LONGEST_FACT else part for part in told]
    yield from (f"{part}{NO_BREAK}·" for part in parts[:-1])
    yield from parts[-1:]


def _styled(style: str) -> str:
    return f' style="{style}"' if style else ""
