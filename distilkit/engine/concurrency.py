"""How many requests may be in flight to a provider that declares no limits: found out by trying.

Grows while answers come, halves on a 429 (AIMD, as TCP does: Chiu and Jain, 1989). Belongs to one run; knows no clock.
"""

from __future__ import annotations

_FIRST = 4


class Concurrency:
    """A number of requests in flight that adapts.

    Args:
        most: what it never exceeds, 1 or more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(min(_FIRST, most))
        self._cut_at: float | None = None

    @property
    def limit(self) -> int:
        """How many may be in flight, 1 or more."""
        return int(self._limit)

    def may_start(self, in_flight: int) -> bool:
        """Return whether one more may start beside those in flight."""
        return in_flight < self.limit

    def answered(self, in_flight: int) -> None:
        """Count an answer; `in_flight` includes its request. Below the limit it shows nothing about more.

        Until the first 429 each answer makes room for one more, so that a round of them doubles the limit; after it, a
        round adds one.
        """
        if in_flight >= self.limit:
            more = 1 if self._cut_at is None else 1 / self.limit
            self._limit = min(float(self._most), self._limit + more)

    def throttled(self, sent_at: float, now: float) -> None:
        """Halve the limit after a 429 to a request sent at `sent_at`; once for all that were under way together."""
        if self._cut_at is None or sent_at > self._cut_at:
            self._limit = float(max(1, self.limit // 2))
            self._cut_at = now
