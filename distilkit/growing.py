"""An answer that grows: what has come of it, and a notebook's cell that shows it, at most ten times a second.

Everything a model said is escaped, and nothing in it is typeset or run. Knows no run and no profile.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from distilkit.markup import escape
from distilkit.progress import Cell, publisher
from distilkit.screen import facts

if TYPE_CHECKING:
    import pandas as pd

_EVERY_S = 0.1
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere;margin:0"
_QUIET = "opacity:.7;font-size:90%"


class SoFar:
    """What has come of an answer.

    Attributes:
        row: the finished row, or None until the end.
    """

    def __init__(self) -> None:
        self.row: pd.Series[Any] | None = None
        # Joined when they are asked for: joining at each piece takes time that grows with the square of the length.
        self._texts: dict[str, list[str]] = {}

    def text(self, kind: str) -> str:
        """Return the text of one kind, `thinking` or `content`."""
        return "".join(self._texts.get(kind, ()))

    def take(self, kind: str, text: str, row: pd.Series[Any] | None) -> None:
        """Take a piece in; a `restart` drops all text before it."""
        if kind == "restart":
            self._texts = {}
        elif text:
            self._texts.setdefault(kind, []).append(text)
        self.row = row


class Growing:
    """The output of one cell."""

    def __init__(self) -> None:
        place = publisher()
        self._cell = None if place is None else Cell(place)
        self._shown = 0.0

    def is_due(self) -> bool:
        """Say whether it is time to show more: nobody reads more than ten pictures a second."""
        return time.monotonic() - self._shown >= _EVERY_S

    def show(self, thinking: str, content: str) -> None:
        """Show what there is so far, if it is time."""
        if self.is_due():
            self._shown = time.monotonic()
            self._write(thinking, content, "…")

    def finish(self, thinking: str, content: str, row: pd.Series[Any] | None) -> None:
        """Show all of it, with tokens, dollars and time; None for a row that was not finished."""
        note = "not finished" if row is None else facts(row)
        self._write(thinking, content, note)
        if self._cell is None:  # IPython in a terminal shows nothing else of what shows itself
            sys.stdout.write(_plain(thinking, content, note) + "\n")

    def _write(self, thinking: str, content: str, note: str) -> None:
        if self._cell is not None:
            self._cell.replace(
                {"text/plain": _plain(thinking, content, note), "text/html": _html(thinking, content, note)}
            )


def _plain(thinking: str, content: str, note: str) -> str:
    thought = f"[thinking]\n{thinking}\n[answer]\n" if thinking else ""
    return f"{thought}{content}\n[{note}]"


def _html(thinking: str, content: str, note: str) -> str:
    # Thinking is open while it is all there is.
    state = "" if content else " open"
    thought = (
        f'<details{state} style="margin-bottom:.5em"><summary style="{_QUIET}">Thinking, '
        f'{len(thinking):,} characters</summary><div style="{_TEXT};{_QUIET}">{escape(thinking)}</div></details>'
    )
    return (
        '<div class="distilkit-stream mathjax_ignore tex2jax_ignore">'
        f'{thought if thinking else ""}<div style="{_TEXT}">{escape(content)}</div>'
        f'<div style="{_QUIET};margin-top:.5em">{escape(note)}</div></div>'
    )
