"""What went out in the last minute under one account, and when more of it may go.

Arithmetic over the times it is given, and no more than an estimate: the limits themselves are kept by the engine.
Knows no events and no clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from distilkit.engine.meter import WINDOW_S
from distilkit.engine.needs import UNITS, Need


class Sent:
    """One request that went out.

    Attributes:
        at: when, in the clock's seconds.
        need: what it counts against the limits: booked at first, then what it used.
    """

    __slots__ = ("at", "need")

    def __init__(self, at: float, need: Need) -> None:
        self.at = at
        self.need = need


class Minute:
    """The requests of the last 60 s under one account."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque()

    def add(self, sent: Sent) -> None:
        """Count one more."""
        self.forget(sent.at)
        self._sent.append(sent)

    def forget(self, now: float) -> None:
        """Drop what is older than a minute."""
        while self._sent and self._sent[0].at <= now - WINDOW_S:
            self._sent.popleft()

    def used(self, now: float) -> Mapping[str, float]:
        """Return how much of each unit went out in the last 60 s."""
        self.forget(now)
        return {unit: sum(one.need.amount(unit) for one in self._sent) for unit in UNITS}

    def release_s(self, unit: str, amount: float, *, limit: float, burst_s: float, start_s: float, now: float) -> float:
        """Return after how many seconds the last of `amount` has gone out, if nothing but this limit is in the way.

        Args:
            unit: one of UNITS.
            amount: what is still to go.
            limit: what a minute may hold.
            burst_s: what may go at once, in seconds' worth of the limit.
            start_s: seconds for which nothing goes at all.
            now: the time.
        """
        if amount <= 0:
            return 0.0
        self.forget(now)
        pace_s = WINDOW_S / limit
        at_once_s = max(burst_s, pace_s) if unit == "requests" else burst_s
        even = max(start_s, self._even_s(unit, pace_s, now)) + amount * pace_s - at_once_s
        return max(start_s, even, self._window_s(unit, amount, limit, now))

    def _even_s(self, unit: str, pace_s: float, now: float) -> float:
        """Return after how many seconds all that went out would have, evenly spaced (GCRA)."""
        even = now - WINDOW_S
        for one in self._sent:
            even = max(even, one.at) + one.need.amount(unit) * pace_s
        return max(0.0, even - now)

    def _window_s(self, unit: str, amount: float, limit: float, now: float) -> float:
        """Return the same for a provider that counts the last 60 s and nothing else."""
        amounts = [(one.at, one.need.amount(unit)) for one in self._sent]
        over = amount - (limit - sum(each for _, each in amounts))
        if over <= 0:
            return 0.0
        # Each minute lets as much go as the minute before; what is left over waits for the oldest to leave.
        whole, rest = divmod(over, limit)
        left = 0.0
        for at, each in amounts:
            left += each
            if left >= rest:
                return at + WINDOW_S - now + whole * WINDOW_S
        return (whole + 1) * WINDOW_S
