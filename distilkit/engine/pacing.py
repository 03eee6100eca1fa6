"""When the next request may go out, so that no minute ever exceeds what the provider allows.

Two rules together. A weighted log of the last 60 seconds guarantees the limit: whatever window a provider counts in,
no 60 seconds hold more than it. GCRA in front of it spaces requests evenly, so that a provider that judges by the
second sees no burst either (ITU-T I.371, "generic cell rate algorithm").

Pure arithmetic over an injected clock: `reserve` books and returns a wait, the caller sleeps. Bookings are strictly
first come, first served, so a large request is never starved by small ones. Knows no provider and no event loop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from distilkit.profiles.profile import RateLimit

_WINDOW_S = 60.0
# How much may go out at once where the profile does not say: one second's worth.
_BURST_S = 1.0


@dataclass(slots=True)
class _Booking:
    at: float
    amount: float
    counted: bool = True


class _Meter:
    """One limited unit (requests, or tokens): what was booked in the last minute, and the even spacing."""

    def __init__(self, per_minute: float, burst: float | None = None) -> None:
        self.per_minute = per_minute
        self._spacing = _WINDOW_S / per_minute
        self._burst_s = _BURST_S if burst is None else burst * self._spacing
        self._log: deque[_Booking] = deque()
        self._booked = 0.0
        self._even = float("-inf")  # GCRA's theoretical arrival time

    def earliest(self, amount: float, start: float) -> float:
        """Return the first moment, not before `start`, at which `amount` fits."""
        # More than a minute's worth never fits beside anything: it goes alone.
        need = min(amount, self.per_minute)
        at = max(start, self._even - self._burst_s)
        # Bookings never go back in time, so what is forgotten here will not be asked for again.
        while self._log and (self._log[0].at <= at - _WINDOW_S or self._booked + need > self.per_minute):
            oldest = self._log.popleft()
            oldest.counted = False
            self._booked -= oldest.amount
            at = max(at, oldest.at + _WINDOW_S)
        return at

    def book(self, amount: float, at: float) -> _Booking:
        """Count `amount` at `at`, which `earliest` has found."""
        booking = _Booking(at, amount)
        self._log.append(booking)
        self._booked += amount
        self._even = max(self._even, at) + amount * self._spacing
        return booking

    def correct(self, booking: _Booking, amount: float) -> None:
        """Count `amount` in place of what was booked."""
        change = amount - booking.amount
        booking.amount = amount
        if booking.counted:
            self._booked += change
        self._even += change * self._spacing


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place in the queue: when it may go out (the clock's seconds), and what to correct when usage is known."""

    at: float
    tokens: _Booking | None


class Pacer:
    """The limits of one scope.

    Args:
        limits: what the provider allows.
        clock: seconds that never run backwards.
    """

    def __init__(self, limits: RateLimit, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._requests = _meter(limits.requests_per_minute, limits.burst_size)
        self._tokens = _meter(_token_limit(limits), None)
        self._last = float("-inf")
        self._paused_until = float("-inf")

    @property
    def counts_tokens(self) -> bool:
        """Whether a token limit is declared, so that estimating is worth its time."""
        return self._tokens is not None

    def reserve(self, tokens: float = 0) -> Reservation:
        """Book one request of `tokens` tokens (input and expected output) after all bookings made so far."""
        start = max(self._clock(), self._last, self._paused_until)
        at = start
        # Each meter can only push the moment later, so two passes settle it.
        for _ in range(2):
            if self._requests is not None:
                at = self._requests.earliest(1, at)
            if self._tokens is not None:
                at = self._tokens.earliest(tokens, at)
        if self._requests is not None:
            self._requests.book(1, at)
        booking = self._tokens.book(tokens, at) if self._tokens is not None else None
        self._last = at
        return Reservation(at, booking)

    def correct(self, reservation: Reservation, tokens: float) -> None:
        """Replace the estimate of a reservation by what was used."""
        if self._tokens is not None and reservation.tokens is not None:
            self._tokens.correct(reservation.tokens, tokens)

    def pause(self, seconds: float) -> None:
        """Hold back everything in this scope, waiting reservations included, for `seconds` from now."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def wait_s(self, reservation: Reservation) -> float:
        """Return the seconds until `reservation` may go out; 0 or less for now. Ask again after sleeping."""
        return max(reservation.at, self._paused_until) - self._clock()


def _meter(per_minute: int | None, burst: int | None) -> _Meter | None:
    return None if per_minute is None else _Meter(per_minute, burst)


def _token_limit(limits: RateLimit) -> int | None:
    """Return the one limit to count all tokens against: the combined one, else the smaller of the stated halves."""
    if limits.tokens_per_minute is not None:
        return limits.tokens_per_minute
    halves = [limits.input_tokens_per_minute, limits.output_tokens_per_minute]
    stated = [half for half in halves if half is not None]
    # Counting everything against the smaller half is stricter than either, and never wrong.
    return min(stated) if stated else None
