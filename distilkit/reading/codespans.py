"""Whether a place in a Markdown text stands inside a code fence or inline code, one piece of text after the other.

Inline code ends with its line at the latest; a fence ends at a line that starts with as many of its characters. Knows
nothing of tags or channels.
"""

from __future__ import annotations

from typing import Literal

MARKS = "`~"
"""The characters code is fenced with."""

_FENCE = 3


class CodeSpans:
    """The state between two pieces of text.

    Attributes:
        inside: what the next character stands in; "" for ordinary text. A run of marks counts only when it has ended:
            `settle` says so.
        run: how many marks have just been passed that nothing is decided about.
    """

    __slots__ = ("_blank", "_char", "_length", "_may_be_fence", "_run_blank", "_run_char", "inside", "run")

    def __init__(self) -> None:
        self.inside: Literal["", "inline", "fence"] = ""
        self._char = ""  # what the open code was opened with, and how many of them
        self._length = 0
        self._may_be_fence = False
        self._blank = True  # nothing but whitespace on this line so far
        self._run_char = ""  # the run of marks that is being read
        self.run = 0
        self._run_blank = False

    def text(self, text: str) -> None:
        """Pass over text without marks."""
        newline = text.rfind("\n")
        self._blank = (newline >= 0 or self._blank) and not text[newline + 1 :].strip()

    def marks(self, char: str, count: int) -> None:
        """Pass over `count` marks, which may go on in the next piece."""
        if not self.run:
            self._run_char, self._run_blank = char, self._blank
            self._blank = False
        self.run += count

    def settle(self, following: str) -> bool:
        """Decide about a run that ends before `following` ("" at the end); True where it closed code."""
        if not self.run or following == self._run_char:
            return False
        char, count, at_start = self._run_char, self.run, self._run_blank
        self.run = 0
        if not self.inside:
            self._open(char, count, at_start=at_start)
            return False
        return self._close(char, count, at_start=at_start)

    def _open(self, char: str, count: int, *, at_start: bool) -> None:
        fence = at_start and count >= _FENCE
        if char == "~" and not fence:
            return
        # Three backticks at the start of a line are inline code if another follows on that line.
        self.inside = "fence" if char == "~" else "inline"
        self._char, self._length, self._may_be_fence = char, count, fence

    def _close(self, char: str, count: int, *, at_start: bool) -> bool:
        if char != self._char:
            return False
        if self.inside == "inline":
            closes = count == self._length
            self._may_be_fence = False
        else:
            closes = at_start and count >= self._length
        if closes:
            self.inside = ""
        return closes

    def end_line(self) -> bool:
        """Pass over a newline; True where what looked like inline code turns out to be none."""
        self._blank = True
        if self.inside != "inline":
            return False
        self.inside = "fence" if self._may_be_fence else ""
        return not self.inside

    def in_fence_at_end(self) -> bool:
        """Say whether the text ended inside a fence."""
        return self.inside == "fence" or (self.inside == "inline" and self._may_be_fence)
