"""Rows and columns as an HTML table that a screen reader can follow and a narrow screen can scroll.

Everything in a cell is escaped here. Knows nothing of what the columns mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.markup import escape
from distilkit.notebook.report.figures import UNKNOWN, clipped, is_missing, plural, prose

if TYPE_CHECKING:
    import pandas as pd

Line = Mapping[str, Any]

_MOST_ROWS = 60
_LONGEST_NAME = 80
_LONGEST_CELL = 300


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a page's table.

    Attributes:
        title: its heading.
        write: from a line to the text of a cell.
        beneath: from a line to a smaller text under it, or None.
        is_text: whether it is aligned as text, not as numbers.
        is_long: whether it is broken into lines.
    """

    title: str
    write: Callable[[Line], str]
    beneath: Callable[[Line], str] | None = None
    is_text: bool = False
    is_long: bool = False


def cell(name: str, write: Callable[[object], str]) -> Callable[[Line], str]:
    """Return what writes one column of a frame; a column that is not there is not known."""
    return lambda line: write(line.get(name))


def text(name: str, absent: str = UNKNOWN) -> Callable[[Line], str]:
    """Return what writes a column of texts, with `absent` for those that are missing."""
    return lambda line: absent if is_missing(line.get(name)) else str(line[name])


def lines_of(frame: pd.DataFrame) -> list[Line]:
    """Return a frame's rows by column name."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def table(caption: str, columns: Sequence[Column], lines: Sequence[Line]) -> str:
    """Return a table whose first column names the rows; of many rows the first sixty, and how many are left out."""
    head = "".join(f'<th scope="col"{_kind(each)}>{prose(each.title)}</th>' for each in columns)
    body = "\n".join(_row(columns, line) for line in lines[:_MOST_ROWS])
    more = len(lines) - _MOST_ROWS
    left_out = f'<p class="how">{plural(more, "more row")} left out.</p>' if more > 0 else ""
    named = escape(clipped(caption, 120))
    return (
        f'<div class="scroll" role="region" aria-label="{named}" tabindex="0"><table>\n<caption>{named}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>{left_out}"
    )


def notes(lines: Iterable[Line], name: str = "profile") -> str:
    """Return the lines' notes as a list, "" where there are none."""
    told = [(line.get(name), line["note"]) for line in lines if not is_missing(line.get("note"))]
    shown = told[:_MOST_ROWS]
    items = "".join(
        f"<li><b>{escape(clipped(str(whose), _LONGEST_NAME))}</b>: {prose(clipped(str(note), 500))}</li>"
        for whose, note in shown
    )
    return f'<ul class="notes">{items}</ul>' if items else ""


def _row(columns: Sequence[Column], line: Line) -> str:
    first, *others = columns
    cells = "".join(f"<td{_kind(each)}>{_content(each, line)}</td>" for each in others)
    return f'<tr><th scope="row">{_content(first, line)}</th>{cells}</tr>'


def _content(column: Column, line: Line) -> str:
    longest = _LONGEST_CELL if column.is_long else _LONGEST_NAME
    shown = prose(clipped(column.write(line), longest))
    if shown == UNKNOWN:
        shown = f'<span class="unknown">{UNKNOWN}</span>'
    beneath = "" if column.beneath is None else prose(clipped(column.beneath(line), _LONGEST_NAME))
    return f"{shown}<small>{beneath}</small>" if beneath else shown


def _kind(column: Column) -> str:
    kinds = [name for name, it_is in (("text", column.is_text), ("long", column.is_long)) if it_is]
    return f' class="{" ".join(kinds)}"' if kinds else ""
