"""One limited unit (requests, or a kind of tokens): what was booked in the last minute, and the even spacing.

Two rules together. A weighted log of the last 60 seconds guarantees the limit: whatever window a provider counts in,
no 60 seconds hold more than it. GCRA in front of it spaces requests evenly, so that a provider that judges by the
second sees no burst either (ITU-T I.371, "generic cell rate algorithm").

The log is kept in coarse buckets, so that it stays small however much is sent. Amounts are whole numbers: what is
booked and taken back leaves nothing behind. Knows no queue, no provider and no clock but the times it is given.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from math import floor, inf
from typing import Any

WINDOW_S = 60.0
_BUCKET_S = 0.25
# Requests reach the provider a little later than they leave, some more than others.
_MARGIN_S = 0.4
_HELD_S = WINDOW_S + _MARGIN_S


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one unit may go.

    Attributes:
        per_minute: the limit, above 0.
        burst_s: how much may go at once, in seconds' worth of the limit.
        share: the part of that burst which is left after 429s, 0 to 1; 0 for single requests, evenly spaced.
    """

    per_minute: float
    burst_s: float
    share: float

    def seconds(self, amount: float) -> float:
        """Return how long `amount` takes at an even rate."""
        return amount * WINDOW_S / self.per_minute


@dataclass(slots=True)
class Meter:
    """What was booked of one unit.

    Attributes:
        buckets: numbers of the quarter seconds in which something was booked, rising.
        amounts: how much in each, above 0.
        total: the sum of them.
        even: when everything booked would be done at an even rate (GCRA's theoretical arrival time).
        since: when `even` last began afresh, because there was nothing left to be done.
        largest: the largest single amount that the provider has accepted.
    """

    buckets: array[int] = field(default_factory=lambda: array("q"))
    amounts: array[int] = field(default_factory=lambda: array("q"))
    total: int = 0
    even: float = 0.0
    since: float = 0.0
    largest: int = 0

    @classmethod
    def of(cls, state: list[Any], log: bytes) -> Meter:
        """Return the meter whose `state` and `log` these were."""
        buckets, amounts = array("q"), array("q")
        buckets.frombytes(log[: len(log) // 2])
        amounts.frombytes(log[len(log) // 2 :])
        return cls(buckets, amounts, sum(amounts), *state)

    def state(self) -> list[Any]:
        """Return what to keep beside the log, as JSON types."""
        return [self.even, self.since, self.largest]

    def log(self) -> bytes:
        """Return the log, as this machine writes numbers: reading it takes a tenth of the time that JSON takes."""
        return self.buckets.tobytes() + self.amounts.tobytes()

    def forget(self, now: float) -> None:
        """Drop what has left the window."""
        left = bisect_right(self.buckets, floor((now - _HELD_S) / _BUCKET_S) - 1)
        if left:
            self.total -= sum(self.amounts[:left])
            del self.buckets[:left], self.amounts[:left]

    def book(self, amount: int, now: float, pace: Pace | None) -> None:
        """Count `amount` at `now`; without a pace nothing is spaced."""
        self.put(now, amount)
        if pace is not None:
            if self.even <= now:
                self.even = self.since = now
            self.even += pace.seconds(amount)

    def change(self, booked_at: float, change: int, now: float, pace: Pace | None) -> None:
        """Count more, or less, than was booked at `booked_at`."""
        if booked_at > now - _HELD_S:
            self.put(booked_at, change)
        # What comes back of an older spell is no credit: nothing was left to be done in between.
        if pace is not None and (change > 0 or booked_at >= self.since):
            # A usage that cannot be true must not stop the account for days: the log keeps what a minute may hold.
            self.even = min(self.even + pace.seconds(change), now + WINDOW_S)

    def move(self, booked_at: float, left_at: float, amount: int, now: float) -> None:
        """Count what was booked at `booked_at` at `left_at` instead."""
        before = self.total
        self.put(booked_at, -amount)
        if left_at > now - _HELD_S:
            # What is no longer there, or never was, cannot be moved; nothing is counted twice.
            self.put(left_at, before - self.total)

    def put(self, at: float, change: int) -> None:
        """Add to the bucket of `at`, or take from it as much as is there."""
        bucket = floor(at / _BUCKET_S)
        place = bisect_left(self.buckets, bucket)
        if place == len(self.buckets) or self.buckets[place] != bucket:
            if change <= 0:
                return
            self.buckets.insert(place, bucket)
            self.amounts.insert(place, 0)
        change = max(change, -self.amounts[place])
        self.amounts[place] += change
        self.total += change
        if self.amounts[place] == 0:
            del self.buckets[place], self.amounts[place]

    def put_until(self, leaves: float, amount: int) -> None:
        """Count `amount` until about `leaves`."""
        self.put(leaves - _HELD_S, amount)


class Ahead:
    """What a meter will allow while those in the queue go one after the other. The meter itself stays as it is.

    What is taken here counts for more than a minute, so nothing beyond a minute from the first is worth asking.
    """

    __slots__ = ("_burst_s", "_even", "_left", "_meter", "_per_minute", "_spacing_s", "_total")

    def __init__(self, meter: Meter, pace: Pace) -> None:
        self._meter = meter
        self._per_minute = pace.per_minute
        self._spacing_s = WINDOW_S / pace.per_minute
        # A provider that has taken so much in one request takes it in several too.
        self._burst_s = min(WINDOW_S, pace.share * max(pace.burst_s, meter.largest * self._spacing_s))
        self._even = meter.even
        self._total = meter.total
        self._left = 0

    def earliest(self, amount: int, start: float) -> float:
        """Return the first moment, not before `start`, at which `amount` may go; inf where that is out of sight.

        Calls go forward in time.
        """
        # One that is larger than the burst waits for evenness: whoever allows its size at all allows it then.
        at = max(start, self._even - max(0.0, self._burst_s - amount * self._spacing_s))
        # More than a minute's worth never fits beside anything: it goes alone.
        room = max(0.0, self._per_minute - amount)
        meter = self._meter
        while self._total > room:
            if self._left == len(meter.buckets):
                return inf
            self._total -= meter.amounts[self._left]
            at = max(at, (meter.buckets[self._left] + 1) * _BUCKET_S + _HELD_S)
            self._left += 1
        return at

    def take(self, amount: int, at: float) -> None:
        """Let `amount` go at `at`, which `earliest` has found."""
        self._total += amount
        self._even = max(self._even, at) + amount * self._spacing_s
