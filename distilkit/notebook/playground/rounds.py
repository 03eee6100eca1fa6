"""The history: what was asked, and how each round ended. Knows neither widgets nor HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from distilkit.errors import ConfigError, InputError
from distilkit.notebook.playground.column import STOPPED, Column, kind_of
from distilkit.notebook.playground.rows import frame_of, values_without_answer
from distilkit.notebook.playground.wish import Wish
from distilkit.notebook.style import counted, dollars

if TYPE_CHECKING:
    import pandas as pd

_WORDS = (("answered", "answered"), ("failed", "failed"), ("stopped", "stopped"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One prompt, and the profiles it was sent to.

    Attributes:
        number: from 1, its place in the history.
        wish: what was asked.
        began: seconds on the owner's clock.
        columns: one for each profile, by name.
    """

    number: int
    wish: Wish
    began: float
    columns: dict[str, Column] = field(default_factory=dict)

    @classmethod
    def of(cls, number: int, wish: Wish, began: float) -> Round:
        """Return a round in which nothing has come yet."""
        return cls(number=number, wish=wish, began=began, columns={name: Column(name) for name in wish.targets})

    @property
    def is_running(self) -> bool:
        """Whether more may come."""
        return any(column.is_running for column in self.columns.values())

    def count(self, now: float) -> None:
        """Note the time on the owner's clock for those that have not ended."""
        for column in self.columns.values():
            if column.is_running:
                column.seconds = now - self.began

    def end(self, name: str, error: Exception | None, config: Any, at: float) -> None:
        """Note that no more comes of a profile.

        Args:
            name: the profile.
            error: what ended it, None where it was stopped.
            config: where its row is looked up.
            at: Unix time in seconds.
        """
        column = self.columns[name]
        if not column.is_running:
            return
        kind, message = ("unknown", STOPPED) if error is None else (kind_of(error), _told(error))
        values = values_without_answer(self.wish, name, config, kind=kind, message=message, at=at)  # type: ignore[arg-type] # both are kinds
        if isinstance(error, ConfigError | InputError):  # told before anything is sent
            values["billed_usd"] = 0.0
        column.end("stopped" if error is None else "failed", values)

    def told(self) -> str:
        """Return how far it is, in one line that changes only when a profile ends."""
        columns = list(self.columns.values())
        counts = Counter("running" if column.is_running else column.state for column in columns)
        ended = [f"{counts[state]:,} {word}" for state, word in _WORDS if counts[state]]
        if counts["running"]:
            going = f"{counts['running']:,} of {counted(len(columns), 'profile')} still answering"
            return f"Round {self.number:,}: {', '.join([going, *ended])}"
        return f"Round {self.number:,}: {', '.join(ended)} · {self._paid(columns)}"

    def _paid(self, columns: Sequence[Column]) -> str:
        """Return what it cost; with a call of unknown cost, the rest is only the least."""
        billed = [column.row["billed_usd"] for column in columns if column.row is not None]
        known = [each for each in billed if each is not None]
        if not known:
            return "paid: unknown"
        return f"{dollars(sum(known))} paid" + (" and an unknown rest" if len(known) < len(billed) else "")


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def frame_of_rounds(rounds: Sequence[Round]) -> pd.DataFrame:
    """Return a row for each profile of each round that has ended."""
    rows = [
        (each.number, each.wish, column.row)
        for each in rounds
        for column in each.columns.values()
        if column.row is not None
    ]
    return frame_of(rows)
