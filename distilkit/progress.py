"""One line that says how a run is doing: in a terminal, in a notebook cell, or as plain lines in a log.

Subscribes to the engine's events. `observe` may be called from any thread and only counts; `tick` writes, at most a few
times a second, from the caller's thread, because that is where a notebook shows what is written. No model's text is
ever in the line. Knows no widget library.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from distilkit.engine.events import Event

_EVERY_S = 0.25
_EVERY_S_IN_A_LOG = 10.0


class Progress:
    """The line for one run.

    Args:
        total: rows expected.
        show: True for a line always, False for none, None for one where somebody is likely to be looking: a terminal
            or a notebook.
    """

    def __init__(self, total: int, *, show: bool | None) -> None:
        self._total = total
        self._counts: Counter[str] = Counter()
        self._billed: Decimal | None = Decimal(0)
        self._stream, self._live = _where(show=show)
        self._started = self._written = time.monotonic()
        self._width = 0

    def observe(self, event: Event) -> None:
        """Count one event."""
        self._counts[event.kind] += event.count
        if event.kind == "answered":
            known = self._billed is not None and event.billed_usd is not None
            self._billed = self._billed + event.billed_usd if known else None  # type: ignore[operator]

    def tick(self) -> None:
        """Write the line, if it is time."""
        now = time.monotonic()
        if now - self._written >= (_EVERY_S if self._live else _EVERY_S_IN_A_LOG):
            self._written = now
            self._write(self.line())

    def finish(self, note: str = "") -> None:
        """Write the last line, which stays."""
        # A run served from the store in a moment needs no report.
        if note or self._counts["sent"]:
            self._write(self.line() + (f" · {note}" if note else ""), end="\n")

    def line(self) -> str:
        """Return the line: rows done of all, where from, what went wrong, dollars, time."""
        counts = self._counts
        done = counts["from_store"] + counts["answered"] + counts["failed"]
        parts = [f"{done:,} of {self._total:,} answered"]
        parts += [f"{counts[kind]:,} {words}" for kind, words in _WORDS.items() if counts[kind]]
        if counts["answered"]:
            parts.append("cost unknown" if self._billed is None else f"${self._billed:.4f}")
        parts.append(self._time(done))
        return "distilkit: " + " · ".join(parts)

    def _time(self, done: int) -> str:
        elapsed = time.monotonic() - self._started
        sent = self._counts["answered"] + self._counts["failed"]
        left = self._total - done
        if left <= 0 or not sent:
            return f"{elapsed:.0f} s"
        return f"{elapsed:.0f} s, about {left * elapsed / sent:.0f} s left"

    def _write(self, line: str, end: str = "") -> None:
        if self._stream is None:
            return
        if self._live:
            # Carriage return and padding: the line replaces itself in terminals and notebooks alike.
            self._stream.write(f"\r{line.ljust(self._width)}{end}")
            self._width = len(line)
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()


_WORDS = {"from_store": "from the store", "failed": "failed", "retrying": "retried"}


def _where(*, show: bool | None) -> tuple[TextIO | None, bool]:
    """Return the stream to write to, or None, and whether a line there can replace itself."""
    if show is False:
        return None, False
    if "ipykernel" in sys.modules and not sys.stdout.isatty():
        return sys.stdout, True
    if sys.stderr.isatty():
        return sys.stderr, True
    return (sys.stderr, False) if show else (None, False)


def listeners(*observers: Callable[[Event], None] | None) -> Callable[[Event], None]:
    """Return one observer that tells all of them; None among them is passed over."""
    present = [observer for observer in observers if observer is not None]

    def tell(event: Event) -> None:
        for observer in present:
            observer(event)

    return tell
