"""Markdown of what others said: names, models and texts that can neither form a link, a tag nor a table.

Knows Markdown and YAML; knows nothing of data sets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from distilkit.markup import escape, plain

UNKNOWN = "unknown"

_ACTIVE = re.compile(r"([\\`*_\[\]|~$#!^=])")
# What viewers make links of, though nobody wrote one.
_LINKS = (("://", "&#58;//"), ("www.", "www&#46;"), ("@", "&#64;"))
_ADDRESS = re.compile(r"https?://[\w.-]+(:\d+)?(/[\w./%~+,;=?&#-]*)?", re.ASCII)
_LONGEST = 400
_WHOLE_CENTS_FROM = 1


def said(text: object) -> str:
    r"""Return a text of others on one line, so that it stands in Markdown as it is and does nothing.

    >>> said("<b>[x](http://e) | *y*")
    '&lt;b&gt;\\[x\\](http&#58;//e) \\| \\*y\\*'
    """
    shown = _one_line(str(text))
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}…"
    # Quotes end attributes, and there are none around it.
    found = _ACTIVE.sub(r"\\\1", escape(shown).replace("&#x27;", "'").replace("&quot;", '"'))
    for active, harmless in _LINKS:
        found = found.replace(active, harmless)
    return found


def source(text: str) -> str:
    """Return where something is said: an address as a link, anything else as it stands."""
    return f"<{text}>" if _ADDRESS.fullmatch(text) else said(text)


def quoted(text: object) -> str:
    r"""Return a text as YAML, in double quotes, as JSON writes it: on one line, without what ends or breaks it.

    >>> quoted('a: "b"\n# c')
    '"a: \\"b\\" # c"'
    """
    written = json.dumps(_one_line(str(text)), ensure_ascii=False)
    # A viewer that does not know headers takes this for Markdown.
    return re.sub(r"[<>&\[\]`]", lambda found: f"\\u{ord(found[0]):04x}", written)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int] = ()) -> str:
    """Return a table of cells that are Markdown already; the columns `numbers` stand to the right."""
    right = {*numbers}
    marks = ["---:" if place in right else "---" for place in range(len(titles))]
    lines = [titles, marks, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def dollars(amount: float | None) -> str:
    """Return US dollars: cents from a dollar on, three digits below; None is unknown, never nothing.

    >>> dollars(1234.5), dollars(0.000123456), dollars(0), dollars(None)
    ('$1,234.50', '$0.000123', '$0', 'unknown')
    """
    if amount is None:
        return UNKNOWN
    short = Decimal(f"{amount:.3g}")
    return f"${amount:,.2f}" if short >= _WHOLE_CENTS_FROM else f"${short:f}"


def count(number: int | None) -> str:
    """Return a number with its thousands apart."""
    return UNKNOWN if number is None else f"{number:,}"


def _one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in plain(text)).split())
