"""Whether a provider is down: what a run does about failures that are not about one call.

A retry is paid for out of a budget that answers fill, so an outage does not multiply traffic; when failures come in a
row, or the budget is empty, the profile is down: calls wait, and one at a time asks whether it is back. An outage so
costs time, not rows. Arithmetic over times it is given; knows no calls and no clock.
"""

from __future__ import annotations

from distilkit.profiles.profile import Retry

# So many failures in a row, of whatever calls, are not bad luck any more.
_IN_A_ROW = 10
# Retries that may be sent for each call that was sent, answered or not: at most 1.2 requests a row in an outage.
_RETRIES_A_CALL = 0.2
_LONGEST_S = 60.0


class Outage:
    """What one run has learned of one profile's health.

    Attributes:
        has_answered: whether any call was answered in this run.
        is_down: whether calls wait, and one at a time asks.
    """

    def __init__(self, retry: Retry) -> None:
        self._most_asks = retry.max_attempts
        self._deadline_s = retry.deadline_s
        self._free_retries = retry.max_attempts - 1
        self._first_s = min(max(retry.backoff_s, 0.05), _LONGEST_S)
        self.has_answered = self.is_down = False
        self._asking = False
        self._failures = 0
        self._earned = 0.0
        self._retries = 0
        self._delay_s = self._first_s
        self._resume_at = float("-inf")
        self._down_since = float("-inf")
        self._asks = 0
        self._refused_since: float | None = None

    def is_hopeless(self, now: float) -> bool:
        """Return whether waiting has become pointless: it never answered, or has been down for the whole deadline."""
        if self._refused_since is not None and now - self._refused_since >= self._deadline_s:
            return True
        if not self.is_down:
            return False
        never = not self.has_answered and self._asks >= self._most_asks
        return never or now - self._down_since >= self._deadline_s

    def wait_s(self, now: float) -> float:
        """Return the seconds until it is worth asking to go; 0 where a call may go now."""
        if not self.is_down:
            return 0.0
        # While one asks, the others wait for what it hears.
        return self._first_s if self._asking else max(0.0, self._resume_at - now)

    def begin(self, *, is_retry: bool) -> bool:
        """Count a request that goes out, and return whether it is the one that asks if the provider is back."""
        if self.is_down:
            self._asking = True
        elif is_retry:
            self._retries += 1
        else:
            self._earned += _RETRIES_A_CALL
        return self.is_down

    def answered(self) -> None:
        """Count a reply that shows that the provider works: an answer, or a refusal of this very request."""
        self._earned += 1
        self._failures = 0
        self._refused_since = None
        self._delay_s = self._first_s
        self.is_down = self._asking = False

    def refused(self, now: float) -> None:
        """Count a 429: where nothing else comes for the whole deadline, there is nothing to wait for."""
        if self._refused_since is None:
            self._refused_since = now

    def failed(self, now: float, *, asked: bool) -> None:
        """Count a failure that is not about the call itself; `asked` is what `begin` returned."""
        self._failures += 1
        if self.is_down and asked:
            self._asks += 1
            self._delay_s = min(self._delay_s * 2, _LONGEST_S)
        self._asking = self._asking and not asked
        exhausted = self._failures >= _IN_A_ROW or self._retries >= max(self._free_retries, self._earned)
        if exhausted and not self.is_down:
            self.is_down, self._down_since, self._asks = True, now, 0
            self._resume_at = now + self._delay_s
        elif asked:
            self._resume_at = now + self._delay_s

    def left(self, *, asked: bool) -> None:
        """Forget a request that was cancelled before it was known how it ends."""
        self._asking = self._asking and not asked
