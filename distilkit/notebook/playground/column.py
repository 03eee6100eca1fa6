"""One profile's answer while it grows, and how it ended. Knows neither HTML nor a network.

Its owner holds a lock around whatever is called here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from distilkit.errors import ErrorKind
from distilkit.growing import SoFar
from distilkit.notebook.playground.rows import plain_values
from distilkit.streaming import Piece

State = Literal["asked", "thinking", "answering", "answered", "failed", "stopped"]
RUNNING: frozenset[State] = frozenset({"asked", "thinking", "answering"})
STOPPED = "stopped before the end; what had come by then is kept in this row"


class Column:
    """One profile's place in a round.

    Attributes:
        name: as it is shown.
        state: how far it is.
        row: what `df` shows of it, by the names of `COLUMNS`, None until it has ended.
        seconds: from asking until the end; until then the time so far, as the owner counts it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.state: State = "asked"
        self.row: Mapping[str, Any] | None = None
        self.seconds = 0.0
        self._so_far = SoFar()

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return self.state in RUNNING

    @property
    def thinking(self) -> str:
        """The thinking that has come."""
        return self._so_far.text("thinking")

    @property
    def content(self) -> str:
        """The answer that has come."""
        return self._so_far.text("content")

    def take(self, piece: Piece) -> None:
        """Take the next piece in; what comes after the end is not for here."""
        if not self.is_running:
            return
        self._so_far.take(piece.kind, piece.text, piece.row)
        if piece.kind == "restart":
            self.state = "asked"
        elif piece.kind == "thinking":
            self.state = "thinking"
        elif piece.kind == "content":
            self.state = "answering"
        elif piece.row is not None:
            self.state, self.row = "answered", plain_values(piece.row)

    @property
    def is_refused(self) -> bool:
        """Whether it was not asked at all: something is missing on this machine, or a field is wrong."""
        return self.state == "failed" and self.row is not None and self.row["billed_usd"] == 0

    def end(self, state: Literal["failed", "stopped"], row: Mapping[str, Any]) -> None:
        """Note that no more will come; what had come stands in the row.

        Args:
            state: how it ended.
            row: without the text.
        """
        if self.is_running:
            said = {"content": self.content or None, "thinking": self.thinking or None}
            self.state, self.row = state, {**row, **said}


def kind_of(error: BaseException) -> ErrorKind:
    """Return the `error_kind` of what ended a column."""
    kind: ErrorKind = getattr(error, "kind", "unknown")
    return kind
