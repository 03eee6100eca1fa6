"""Send, Stop, the estimate beside them, the history and the status line. What they do is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ipywidgets as widgets

from distilkit.markup import escape, plain
from distilkit.notebook.playground.form import line
from distilkit.notebook.style import AS_WRITTEN, QUIET, block

_LOOK = "font-size:13px;line-height:1.45"


class Buttons:
    """What stands between the form and the answers.

    Attributes:
        send: the button that asks.
        stop: the button that stops.
        again: the button that fills the form with the round shown.
        history: which round is shown, by its number.
        lines: what stands on the page, from top to bottom.
    """

    def __init__(self) -> None:
        self.send = _button("Send", "ask every ticked profile", "primary")
        self.stop = _button("Stop", "stop asking; what has come is kept", "")
        self.stop.disabled = True
        self.again = _button("Use this prompt", "write this round's prompt and parameters into the fields above", "")
        self.history = widgets.Dropdown(
            description="History",
            options=[("nothing yet", 0)],
            style={"description_width": "initial"},
            layout=widgets.Layout(width="30em", max_width="calc(100% - 16px)", margin="2px 8px 2px 2px"),
        )
        self._estimate = widgets.HTML(layout=widgets.Layout(margin="2px 8px", flex="1 1 24em"))
        self._status = widgets.HTML(layout=widgets.Layout(margin="2px 2px"))
        self._past = line(self.history, self.again, margin="4px 0")
        self._past.layout.display = "none"
        self.lines = [line(self.send, self.stop, self._estimate, align_items="flex-start"), self._past, self._status]

    def tell(self, said: str) -> None:
        """Say this in the line that a screen reader reads aloud."""
        look = f'class="distilkit-playground-status {AS_WRITTEN}" style="{QUIET}"'
        _set(self._status, f'<div role="status" aria-live="polite" aria-atomic="true" {look}>{escape(said)}</div>')

    def foretell(self, html: str) -> None:
        """Show an estimate, safe HTML."""
        _set(self._estimate, block("playground-estimate", html, _LOOK))

    def running(self, *, now: bool) -> None:
        """Leave the buttons that make sense while answers come, or while none do."""
        if self.send.disabled != now:
            self.send.disabled = now
        if self.stop.disabled == now:
            self.stop.disabled = not now

    def list(self, rounds: Sequence[tuple[int, str]]) -> None:
        """Show the history, by number and title; the newest stands first, and is chosen."""
        self.history.options = [(plain(f"{number} · {title}"), number) for number, title in reversed(rounds)]
        self._past.layout.display = ""

    def each(self) -> Iterator[Any]:
        """Give every control, those that are on no page too."""
        yield from (self.send, self.stop, self.again, self.history, self._estimate, self._status, self._past)


def _set(part: Any, html: str) -> None:
    if part.value != html:
        part.value = html


def _button(description: str, tooltip: str, style: str) -> Any:
    layout = widgets.Layout(width="auto", flex="0 0 auto")
    return widgets.Button(description=description, tooltip=tooltip, button_style=style, layout=layout)
