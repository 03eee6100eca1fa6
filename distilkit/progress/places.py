"""Where a run's progress is shown: a notebook's cell, a terminal, or a log; and which of them this process has.

Knows how often a place may be written to; decides nothing else and counts nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

from distilkit.progress.page import html
from distilkit.progress.tally import Tally
from distilkit.progress.texts import cells, line, text


class Place(Protocol):
    """Where progress goes, and how often it may."""

    every_s: float

    def write(self, tally: Tally, *, last: bool) -> None:
        """Show how a run is doing in the place of what was shown before; what is `last` stays."""


class Cell:
    """A notebook's cell: one output that is replaced, so that the saved notebook holds the last line alone."""

    every_s = 0.25

    def __init__(self, publisher: Any) -> None:
        self._publisher = publisher
        self._id = f"distilkit-{uuid.uuid4().hex}"
        self._shown = False

    def write(self, tally: Tally, *, last: bool) -> None:
        """Show the bars, and at the end one line of text."""
        plain = {"text/plain": line(tally)}
        self.replace(plain if last else {**plain, "text/html": html(tally)})

    def replace(self, bundle: Mapping[str, str]) -> None:
        """Show texts by media type in the place of the last ones."""
        self._publisher.publish(dict(bundle), transient={"display_id": self._id}, update=self._shown)
        self._shown = True


class Terminal:
    """A terminal: a block of lines that is drawn over itself, and at the end one line."""

    every_s = 0.25

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn: list[str] = []

    def write(self, tally: Tally, *, last: bool) -> None:
        """Draw the block anew where the last one stands."""
        columns, rows = _size(self._stream)
        # The last column is left free: some terminals go to the next line as soon as it is filled.
        lines = [line(tally)] if last else text(tally, columns - 1, rows - 1).split("\n")
        block = "\n".join(f"{each}\x1b[K" for each in _written(lines, self._stream))
        self._stream.write(f"{_up(self._drawn, columns)}{block}\x1b[J{_END[last]}")
        self._stream.flush()
        self._drawn = [] if last else lines


def _up(drawn: list[str], columns: int) -> str:
    """Return what moves to the start of the block: of lines that a narrower window has broken, every part counts."""
    if not drawn:
        return "\r"
    height = sum(max(1, -(-cells(each) // columns)) for each in drawn)
    return "\r" + (f"\x1b[{height - 1}A" if height > 1 else "")


class OneLine:
    """A terminal that can do no more than go back to the start of the line."""

    every_s = 0.25

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = 0

    def write(self, tally: Tally, *, last: bool) -> None:
        """Write the line over the last one."""
        wide = _size(self._stream).columns - 1
        whole = line(tally)
        (shown,) = _written([whole if last else text(tally, wide).partition("\n")[0]], self._stream)
        self._stream.write(f"\r{shown.ljust(self._width)}{_END[last]}")
        self._stream.flush()
        self._width = len(shown)


class Log:
    """A file, a pipe, or a machine's console: a line after the other, and the longer it takes the fewer."""

    def __init__(self, stream: TextIO) -> None:
        self.every_s = 10.0
        self._stream = stream

    def write(self, tally: Tally, *, last: bool) -> None:  # noqa: ARG002 - a log's last line is like the others
        """Write one more line."""
        (shown,) = _written([line(tally)], self._stream)
        self._stream.write(f"{shown}\n")
        self._stream.flush()
        self.every_s = min(_LONGEST_S, self.every_s * 1.5)


_LONGEST_S = 300.0
_END = {False: "", True: "\n"}
_PLAIN = str.maketrans({"█": "#", "░": ".", "·": "-", "…": "~"})


def _written(lines: list[str], stream: TextIO) -> list[str]:
    """Return lines that a stream can write: in its encoding, with other signs for those it does not have."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        "\n".join(lines).encode(encoding)
    except UnicodeEncodeError:
        return [each.translate(_PLAIN).encode(encoding, "replace").decode(encoding) for each in lines]
    return lines


def _size(stream: TextIO) -> os.terminal_size:
    """Return the size of the terminal that is written to. Python's own looks where standard output goes."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return shutil.get_terminal_size()
    return size if size.columns and size.lines else shutil.get_terminal_size()


def place_for(*, show: bool | None) -> Place | None:
    """Return where progress goes: nowhere for False; for None only where somebody is likely to be looking."""
    if show is False:
        return None
    if (shown_in := publisher()) is not None:
        return Cell(shown_in)
    stream = sys.stderr
    if stream is None or getattr(stream, "closed", False):  # or a program without a console
        return None
    if not stream.isatty():
        return Log(stream) if show else None
    if os.environ.get("TERM") == "dumb":
        return Log(stream)
    return OneLine(stream) if os.name == "nt" else Terminal(stream)


def publisher() -> Any:
    """Return what shows outputs in a notebook's cell, or None elsewhere. Who runs a kernel has imported IPython."""
    if "ipykernel" not in sys.modules or (ipython := sys.modules.get("IPython")) is None:
        return None
    shell = ipython.get_ipython()
    return None if shell is None or not hasattr(shell, "kernel") else shell.display_pub


def in_kernel() -> bool:
    """Tell whether this process is a notebook's kernel; one that only talks to kernels has imported ipykernel too."""
    return publisher() is not None
