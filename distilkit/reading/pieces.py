"""What a scanner hands out, and what becomes of the whitespace round the tags that are taken out.

Blocks of thinking are stripped and joined by a blank line. Content loses the whitespace that stood between it and a
tag taken out, except where that would glue two words together; content without tags is untouched. Knows no tags.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Channel = Literal["thinking", "content"]


class Piece(NamedTuple):
    """Some text that belongs to one channel."""

    channel: Channel
    text: str


class Sink:
    """Takes text in order, gives pieces in order. Whitespace is held back until it is known to matter."""

    __slots__ = (
        "_channel",
        "_content_gap",
        "_last",
        "_new_block",
        "_pieces",
        "_skip",
        "_texts",
        "_thinking_gap",
        "thought",
        "wrapped",
    )

    def __init__(self) -> None:
        self.thought = False  # some thinking was handed out
        self.wrapped = False  # the answer stood in a tag of its own, which takes its trailing whitespace with it
        self._pieces: list[Piece] = []
        self._channel: Channel = "content"  # the piece that is being put together
        self._texts: list[str] = []
        self._last = ""  # the content's last character
        self._skip = False  # a tag was just taken out
        self._new_block = False
        self._content_gap: list[str] = []
        self._thinking_gap: list[str] = []

    def take(self) -> list[Piece]:
        """Return what was handed in since the last time; neighbours are of different channels."""
        self._end_piece()
        pieces, self._pieces = self._pieces, []
        return pieces

    def thinking(self, text: str) -> None:
        """Take some thinking."""
        if self._new_block:
            text = text.lstrip()
            if not text:
                return
            self._new_block = False
            if self.thought:
                self._put("thinking", ["\n\n"])
        body = text.rstrip()
        if body:
            if self._thinking_gap:
                self._put("thinking", self._thinking_gap)
                self._thinking_gap = []
            self._put("thinking", [body])
            self.thought = True
        if len(body) < len(text):
            self._thinking_gap.append(text[len(body) :])

    def content(self, text: str) -> None:
        """Take some of the answer."""
        if self._skip:
            if not self._last or self._last.isspace() or self._content_gap:
                text = text.lstrip()
            if not text:
                return
            self._skip = False
        body = text.rstrip() if self.wrapped else text
        if body:
            self._put_content_gap()
            self._put("content", [body])
            self._last = body[-1]
        if len(body) < len(text):
            self._content_gap.append(text[len(body) :])

    def space(self, text: str) -> None:
        """Take whitespace before anything else was seen: content, unless a tag follows."""
        if self._skip:
            self.content(text)
        else:
            self._content_gap.append(text)

    def tag(self) -> None:
        """A tag was taken out."""
        self._skip = True
        self._new_block = True
        self._thinking_gap.clear()
        if not self._last:
            self._content_gap.clear()

    def finish(self, *, answer_closed: bool) -> None:
        """Decide about the whitespace at the end."""
        if not answer_closed:
            self._put_content_gap()

    def _put_content_gap(self) -> None:
        if self._content_gap:
            self._put("content", self._content_gap)
            self._content_gap = []

    def _put(self, channel: Channel, texts: list[str]) -> None:
        if channel != self._channel:
            self._end_piece()
            self._channel = channel
        self._texts += texts

    def _end_piece(self) -> None:
        if self._texts:
            self._pieces.append(Piece(self._channel, "".join(self._texts)))
            self._texts = []
