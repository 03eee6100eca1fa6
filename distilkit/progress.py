"""One line that says how a run is doing: in a terminal, in a notebook cell, or as plain lines in a log.

Subscribes to the engine's events. `observe` may be called from any thread and only counts; `tick` writes, at most a few
times a second, from the caller's thread, because that is where a notebook shows what is written. No model's text is
ever in the line. Knows no widget library.
"""

from __future__ import annotations

import sys
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol, TextIO

from distilkit.engine.events import Event


class Progress:
    """The line for one run.

    Args:
        total: rows expected.
        rows: by profile and key, the rows that one answer fills, where it is more than one.
        show: True for a line always, False for none, None for one where somebody is likely to be looking: a terminal
            or a notebook.
    """

    def __init__(
        self, total: int, *, show: bool | None, rows: Mapping[tuple[str, str | None], int] | None = None
    ) -> None:
        self._total = total
        self._rows = rows or {}
        self._done = 0
        self._counts: Counter[str] = Counter()
        self._waiting: dict[str | None, str] = {}
        self._billed: Decimal | None = Decimal(0)
        self._place = _place(show=show)
        self._started = self._written = time.monotonic()

    def observe(self, event: Event) -> None:
        """Count one event."""
        self._counts[event.kind] += event.count
        if event.kind in _ENDS:
            self._done += event.count * self._rows.get((event.profile, event.key), 1)
        if event.kind == "waiting":
            self._waiting[event.key] = event.reason or "its turn"
        elif event.key is not None:
            self._waiting.pop(event.key, None)
        if event.kind == "answered":
            known = self._billed is not None and event.billed_usd is not None
            self._billed = self._billed + event.billed_usd if known else None  # type: ignore[operator] # both known

    def tick(self) -> None:
        """Write the line, if it is time."""
        now = time.monotonic()
        if self._place is not None and now - self._written >= self._place.every_s:
            self._written = now
            self._write(self.line(), last=False)

    def finish(self, note: str = "") -> None:
        """Write the last line, which stays."""
        # A run served from the store in a moment needs no report.
        if self._place is not None and (note or self._counts["sent"] or self._counts["waiting"]):
            self._write(self.line() + (f" · {note}" if note else ""), last=True)

    def _write(self, line: str, *, last: bool) -> None:
        try:
            if self._place is not None:
                self._place.write(line, last=last)
        except (OSError, ValueError):
            # The terminal is gone; the run goes on without a line.
            self._place = None

    def line(self) -> str:
        """Return the line: rows done of all, where from, what went wrong, dollars, time."""
        counts, done = self._counts, self._done
        parts = [f"{done:,} of {self._total:,} rows"]
        parts += [f"{counts[kind]:,} {words}" for kind, words in _WORDS.items() if counts[kind]]
        if counts["answered"]:
            parts.append("cost unknown" if self._billed is None else f"${self._billed:.4f}")
        # A snapshot: the counting goes on in another thread.
        if waiting := list(self._waiting.values()):
            parts.append(f"{len(waiting):,} waiting: {_REASONS.get(waiting[0], waiting[0])}")
        parts.append(self._time(done))
        return "distilkit: " + " · ".join(parts)

    def _time(self, done: int) -> str:
        elapsed = time.monotonic() - self._started
        if not self._counts["sent"]:
            return f"starting, {elapsed:.0f} s"
        sent = self._counts["answered"] + self._counts["failed"]
        left = self._total - done
        if left <= 0 or not sent:
            return f"{elapsed:.0f} s"
        return f"{elapsed:.0f} s, about {left * elapsed / sent:.0f} s left"


class Alerts:
    """What deserves a warning at the end of a run, each text once."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}

    def observe(self, event: Event) -> None:
        """Take note of an alert."""
        if event.kind == "alert" and event.reason is not None:
            self._texts.setdefault(event.reason)

    def warn(self) -> None:
        """Warn, from the caller's thread."""
        for text in self._texts:
            warnings.warn(text, RunWarning, stacklevel=6)


class RunWarning(UserWarning):
    """What the caller of a run should know: a budget nearly used up, or that may be exceeded; limits not shared."""


class _Place(Protocol):
    """Where a line goes, and how often it may."""

    every_s: float

    def write(self, line: str, *, last: bool) -> None: ...


class _Terminal:
    """A line that replaces itself, by a carriage return and padding."""

    every_s = 0.25

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def write(self, line: str, *, last: bool) -> None:
        self._stream.write(f"\r{line.ljust(self._width)}{_END[last]}")
        self._stream.flush()
        self._width = len(line)


class _Log:
    """A line after the other, seldom."""

    every_s = 10.0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str, *, last: bool) -> None:  # noqa: ARG002 - a log's last line is like the others
        self._stream.write(f"{line}\n")
        self._stream.flush()


class Cell:
    """A notebook's cell: one output that is replaced, so that the saved notebook holds the last line alone."""

    every_s = 0.25

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher
        self._id = f"distilkit-{uuid.uuid4().hex}"
        self._shown = False

    def write(self, line: str, *, last: bool) -> None:  # noqa: ARG002 - it stays as it is
        """Show a line in the place of the last one."""
        self.replace({"text/plain": line})

    def replace(self, bundle: Mapping[str, str]) -> None:
        """Show texts by media type in the place of the last ones."""
        self._publisher.publish(dict(bundle), transient={"display_id": self._id}, update=self._shown)
        self._shown = True


_END = {False: "", True: "\n"}


# What settles a row.
_ENDS = frozenset({"from_store", "answered", "failed"})
_REASONS = {"rate_limit": "limits", "budget": "dollars in flight"}
_WORDS = {"answered": "answered", "from_store": "from the store", "failed": "failed", "retrying": "retried"}


def _place(*, show: bool | None) -> _Place | None:
    if show is False:
        return None
    if (shown_in := publisher()) is not None:
        return Cell(shown_in)
    if sys.stderr is None:  # closed, or a program without a console
        return None
    if sys.stderr.isatty():
        return _Terminal(sys.stderr)
    return _Log(sys.stderr) if show else None


def publisher() -> Any:
    """Return what shows outputs in a notebook's cell, or None elsewhere. Who runs a kernel has imported IPython."""
    if "ipykernel" not in sys.modules or (ipython := sys.modules.get("IPython")) is None:
        return None
    shell = ipython.get_ipython()
    return None if shell is None or not hasattr(shell, "kernel") else shell.display_pub


def in_kernel() -> bool:
    """Tell whether this process is a notebook's kernel; one that only talks to kernels has imported ipykernel too."""
    return publisher() is not None


def listeners(*observers: Callable[[Event], None] | None) -> Callable[[Event], None]:
    """Return one observer that tells all of them; None among them is passed over."""
    present = [observer for observer in observers if observer is not None]

    def tell(event: Event) -> None:
        for observer in present:
            observer(event)

    return tell
