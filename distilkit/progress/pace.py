"""How fast answers came lately: what holds a run up besides its own limits shows here and nowhere else.

Knows the times it is given; knows no events and no clock.
"""

from __future__ import annotations

from collections import deque
from math import inf

# How far back it looks, and how much there must be to see.
_LATELY_S = 60.0
_LEAST_S, _LEAST_ANSWERS = 10.0, 10
# Silence up to so long belongs to the pace before it.
_SILENCE_S = 5.0


class Pace:
    """The answers of the last minute under one account."""

    def __init__(self) -> None:
        self._answers: deque[float] = deque()
        self._since = -inf

    def add(self, now: float) -> None:
        """Count an answer."""
        if now >= self._since:
            self._answers.append(now)
        self._forget(now)

    def interrupt(self, wait_s: float, now: float) -> None:
        """Begin anew after a long wait: how fast it goes then is another matter."""
        if wait_s >= _SILENCE_S:
            self._since = now + wait_s
            self._answers.clear()

    def seconds(self, latency_s: float, now: float) -> float | None:
        """Return the seconds between two answers, or None where too little was seen.

        Args:
            latency_s: mean seconds an answer takes; answers come in waves of that length.
            now: the time.
        """
        self._forget(now)
        if len(self._answers) < _LEAST_ANSWERS:
            return None
        until = max(self._answers[-1], now - max(2 * latency_s, _SILENCE_S))
        seen_s = until - self._answers[0]
        enough = seen_s >= max(_LEAST_S, 2 * latency_s)
        return seen_s / (len(self._answers) - 1) if enough else None

    def _forget(self, now: float) -> None:
        while self._answers and self._answers[0] < now - _LATELY_S:
            self._answers.popleft()
