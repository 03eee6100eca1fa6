"""Three ways in which a provider counts one thing against a limit per minute: any sixty seconds, a minute, a bucket.

Arithmetic over the times it is given, in seconds, never going back; knows no clock, and not what is counted.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from distilkit.sim.spec import LimitStyle

WINDOW_S = 60.0
# Levels are sums of fractions: whoever waited as long as told must not be refused for a rounding.
_ROUNDING_S = 1e-6


class Window(Protocol):
    """What went lately, of one thing, against one limit.

    An amount above the limit goes when nothing else counts any more; a provider that refused it for good would be the
    truer one, but a rehearsal has to come to an end.
    """

    def wait_s(self, now: float, amount: float) -> float:
        """Return the seconds until `amount` may go, 0 where it may go now."""

    def take(self, now: float, amount: float) -> None:
        """Count an amount that goes now."""

    def used(self, now: float) -> float:
        """Return how much counts now."""

    def reset_s(self, now: float) -> float:
        """Return the seconds until nothing counts any more, if nothing more comes."""


def window(limit: int, style: LimitStyle, burst_s: float) -> Window:
    """Return an empty window of a style; `burst_s` is read for a bucket only."""
    match style:
        case "sliding":
            return Sliding(limit)
        case "fixed":
            return Fixed(limit)
        case "bucket":
            return Bucket(limit, burst_s)


class Sliding:
    """Any sixty seconds; without a limit, only a log of them.

    Attributes:
        most: the most that any sixty seconds have seen.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._log: deque[tuple[float, float]] = deque()
        self._used = 0.0
        self.most = 0.0

    def wait_s(self, now: float, amount: float) -> float:
        """Return the seconds until enough of the oldest amounts have left, at most all of them."""
        wait_s, used = 0.0, self.used(now)
        for at, each in self._log:
            if self._limit is None or used + amount <= self._limit:
                break
            used -= each
            wait_s = at + WINDOW_S - now
        return wait_s

    def take(self, now: float, amount: float) -> None:
        """Count an amount that goes now."""
        self._log.append((now, amount))
        self._used = self.used(now) + amount
        self.most = max(self.most, self._used)

    def used(self, now: float) -> float:
        """Return what went within the last sixty seconds."""
        while self._log and self._log[0][0] <= now - WINDOW_S:
            self._used -= self._log.popleft()[1]
        return self._used

    def reset_s(self, now: float) -> float:
        """Return the seconds until the last of it is a minute old."""
        return self._log[-1][0] + WINDOW_S - now if self._log else 0.0


class Fixed:
    """A minute of the server's clock, counted from nothing when the next begins: twice the limit can go around it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ends = 0.0
        self._used = 0.0

    def wait_s(self, now: float, amount: float) -> float:
        """Return the seconds until the next minute, or 0 where there is room in this one."""
        used = self.used(now)
        return self._ends - now if used and used + amount > self._limit else 0.0

    def take(self, now: float, amount: float) -> None:
        """Count an amount that goes now."""
        self._used = self.used(now) + amount

    def used(self, now: float) -> float:
        """Return what went in this minute."""
        if now >= self._ends:
            self._ends, self._used = (now // WINDOW_S + 1) * WINDOW_S, 0.0
        return self._used

    def reset_s(self, now: float) -> float:
        """Return the seconds until the next minute."""
        return self._ends - now if self.used(now) else 0.0


class Bucket:
    """A bucket that fills at the limit's rate and holds `burst_s` seconds of it; more waits until it is full."""

    def __init__(self, limit: int, burst_s: float) -> None:
        self._per_s = limit / WINDOW_S
        self._size = self._per_s * burst_s
        # How much is missing from a full bucket; more than its size after an amount that was larger.
        self._missing = 0.0
        self._at = 0.0

    def wait_s(self, now: float, amount: float) -> float:
        """Return the seconds until the bucket holds the amount, or is full."""
        wait_s = (self.used(now) + min(amount, self._size) - self._size) / self._per_s
        return wait_s if wait_s > _ROUNDING_S else 0.0

    def take(self, now: float, amount: float) -> None:
        """Count an amount that goes now."""
        self._missing = self.used(now) + amount

    def used(self, now: float) -> float:
        """Return what has gone and is not filled up yet."""
        self._missing = max(0.0, self._missing - (now - self._at) * self._per_s)
        self._at = now
        return self._missing

    def reset_s(self, now: float) -> float:
        """Return the seconds until the bucket is full."""
        return self.used(now) / self._per_s
