"""One profile's column as HTML: who, how far, the thinking folded, the answer, and what it took.

From a column to strings in which everything that was said is escaped. Looks as an answer in the viewer does. Knows no
widget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from distilkit.markup import escape
from distilkit.notebook.playground.column import Column
from distilkit.notebook.style import LINE, QUIET, block, counted, folded, named, quiet, seconds, text
from distilkit.notebook.viewer.cells import Look, Room, answer_html, long_text
from distilkit.notebook.viewer.panel import Answer

_LOOK = "font-size:13px;line-height:1.45"
# Of a text that still grows the end is what one reads; all of it, ten times a second, is more than a browser takes.
_TAIL = 8_000
_WHOLE = 4_000
_FOLDED = 600_000
_SHOWN = (
    "content",
    "thinking",
    "thinking_kind",
    "finish_reason",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "latency_s",
    "error_kind",
    "error",
)
_WAYS_OUT = {
    "authentication": "The key was refused. %distilkit profiles shows where each key comes from.",
    "budget": "The budget of the profile file is used up; raise it there, or wait for the next day or month.",
    "connection": "Is the network there, and the address right? dk.check() asks each profile and says more.",
    "content_filter": "The provider would not answer this. Word it differently, or ask another model.",
    "context_length": "Prompt and answer are longer than the model takes. Shorten them, or ask another model.",
    "invalid_request": "The provider refused the request as it is; the parameters above are the first to look at.",
    "model_not_found": "dk.models() lists what the provider has.",
    "provider_error": "The trouble is the provider's. Send again in a while.",
    "rate_limit": "Send again in a while; a rate_limit in the profile file keeps below the provider's.",
    "timeout": "Send again, or give the profile a longer timeout in the profile file.",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A column's three parts as HTML, apart, so that what does not change is not drawn anew under a reader's eyes."""

    head: str
    thinking: str
    said: str


def drawn(column: Column, across: int) -> Drawn:
    """Return a column as HTML.

    Args:
        column: what there is of it.
        across: how many columns share the page's room.
    """
    return Drawn(head=_head(column), thinking=_part(_thinking(column)), said=_part(_said(column, across)))


def _part(inner: str) -> str:
    return block("playground-answer", inner, _LOOK) if inner else ""


def _head(column: Column) -> str:
    line = f"border-bottom:{LINE};padding-bottom:.3em;margin-bottom:.4em;overflow-wrap:anywhere"
    state = f'<div style="{QUIET}">{escape(state_words(column))}</div>'
    return block(
        "playground-head", f'<div style="{line}"><strong>{escape(named(column.name))}</strong>{state}</div>', _LOOK
    )


def state_words(column: Column) -> str:
    """Return how far a column is, in a few words."""
    if column.state == "answered":
        stored = column.row is not None and column.row["from_store"]
        return "✓ from the store, nothing was paid" if stored else "✓ answered"
    if column.state == "failed":
        return "⚠ not asked" if column.is_refused else "⚠ failed"
    if column.state == "stopped":
        return "■ stopped"
    words = {"asked": "asked, nothing has come yet", "thinking": "thinking…", "answering": "answering…"}
    return words[column.state] + (f" · {int(column.seconds):,} s" if column.seconds >= 1 else "")


def _thinking(column: Column) -> str:
    values = column.row
    thought = column.thinking if values is None else values["thinking"]
    if not thought:
        return ""
    kind = values["thinking_kind"] if values is not None else None
    title = f"Thinking{f' ({kind})' if kind in {'summary', 'truncated'} else ''}, {counted(len(thought), 'character')}"
    if column.state == "thinking":
        # Open while it is all there is.
        return _opened(title, _growing(thought))
    return folded(title, f'<div style="{QUIET}">{long_text(thought, Room(open=100_000, folded=0))}</div>')


def _opened(title: str, inner: str) -> str:
    return folded(title, f'<div style="{QUIET}">{inner}</div>').replace("<details", "<details open", 1)


def _growing(said: str) -> str:
    if len(said) <= _TAIL:
        return text(said)
    return quiet(f"{counted(len(said) - _TAIL, 'character')} before this") + text(said[-_TAIL:])


def _said(column: Column, across: int) -> str:
    values = column.row
    if values is None:
        return _growing(column.content) if column.content else ""
    room = Room(open=_WHOLE, folded=_FOLDED // max(across, 1))
    if column.state == "stopped":
        came = long_text(values["content"], room) if values["content"] else ""
        what = "What had come is kept" if came or values["thinking"] else "Nothing had come"
        return came + _foot(f"{what} · tokens unknown · cost unknown · {seconds(column.seconds)}")
    if column.is_refused:
        return text(values["error"]) + _foot("Nothing was sent, and nothing paid.")
    answer = replace(answer_of(column.name, values), thinking=None)
    way = _WAYS_OUT.get(values["error_kind"] or "")
    return answer_html(answer, Look(room=room)) + (_foot(way) if way else "")


def _foot(said: str) -> str:
    return f'<div style="margin-top:.4em">{quiet(said)}</div>'


def answer_of(name: str, values: Any) -> Answer:
    """Return a row as the viewer takes it."""
    return Answer(profile=name, sample=0, scores={}, **{field: values[field] for field in _SHOWN})
