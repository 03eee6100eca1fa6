"""Some text to scan, and where the next of a few characters stands in it, found in time proportional to the text.

Knows nothing of what the characters mean.
"""

from __future__ import annotations


class Source:
    """Some text, read from left to right.

    Attributes:
        text: the characters.
        final: nothing follows.
        plain: marks of code are text.
    """

    __slots__ = ("_next", "final", "plain", "text")

    def __init__(self, text: str, *, final: bool = False, plain: bool = False) -> None:
        self.text = text
        self.final = final
        self.plain = plain
        self._next: dict[str, int] = {}

    def next(self, chars: str, at: int) -> int:
        """Return the index of the first of `chars` from `at` on, or the text's length. `at` never goes back.

        Each character is searched for from where it was last found: many blocks without a single backtick must not
        search the rest of the text for one each time.
        """
        known, best = self._next, len(self.text)
        for char in chars:
            found = known.get(char, -1)
            if found < at:
                found = self.text.find(char, at)
                found = known[char] = len(self.text) if found < 0 else found
            if found < best:  # noqa: PLR1730 - `min` would take longer than the rest of this loop
                best = found
        return best
