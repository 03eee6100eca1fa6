r"""From bytes, cut anywhere, to events: server-sent events, a JSON object a line, and whole JSON in between.

Knows nothing of what an event says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
# JSON over several lines is looked at this often: a stream of lines that only look like its end must not take for ever.
_MOST_LOOKS = 50


class Event(NamedTuple):
    """One event: its name ("" without), and its data."""

    name: str
    data: str


class Events:
    r"""Reads events out of bytes as they arrive; comments, ids and unknown lines are passed over.

    JSON that stands in no field is an event of its own: Ollama sends one object a line, and Gemini ends a stream that
    it gives up with a bare error over several lines.

    >>> events = Events()
    >>> events.feed(b": hello\n\ndata: 1\n\nda"), events.feed(b"ta: 2\r\ndata: 3\r\n\r\n"), events.feed(b'{"a": 1}\n')
    ([Event(name='', data='1')], [Event(name='', data='2\n3')], [Event(name='', data='{"a": 1}')])
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []  # of a line whose end has not come
        self._started = False
        self._name = ""
        self._data: list[str] = []
        self._bare: list[str] = []
        self._looks = 0

    def feed(self, data: bytes) -> list[Event]:
        """Return the events whose end is in these bytes."""
        head, newline, tail = data.rpartition(b"\n")
        if not newline:
            self._rest.append(data)
            return []
        text = b"".join([*self._rest, head])
        self._rest = [tail]
        if not self._started:
            self._started, text = True, text.removeprefix(_BOM)
        # Not splitlines: it also splits at characters that stand unescaped within JSON strings.
        return [event for line in text.split(b"\n") for event in self._line(line)]

    def close(self) -> list[Event]:
        """Return what is left at the end: an event whose last line break is missing, or half of one."""
        found = [*self.feed(b"\n"), *self._dispatch()]
        if self._bare:
            found.append(Event("", "\n".join(self._bare)))
        return found

    def _line(self, raw: bytes) -> Iterator[Event]:
        line = raw.removesuffix(b"\r").decode("utf-8", "replace")
        if line.startswith("data:"):
            self._data.append(line[5:].removeprefix(" "))
        elif not line:
            yield from self._dispatch()
        elif line.startswith("event:"):
            self._name = line[6:].strip()
        elif line.startswith("error:"):  # llama.cpp
            yield Event("error", line[6:].strip())
        elif self._bare or line.lstrip().startswith(("{", "[")):
            yield from self._bare_line(line)

    def _dispatch(self) -> Iterator[Event]:
        if self._data:
            yield Event(self._name, "\n".join(self._data))
        self._name, self._data = "", []

    def _bare_line(self, line: str) -> Iterator[Event]:
        first = not self._bare
        self._bare.append(line)
        if first or (line in {"}", "]"} and self._looks < _MOST_LOOKS):
            self._looks += not first
            text = "\n".join(self._bare)
            if _is_json(text):
                self._bare = []
                yield Event("", text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
