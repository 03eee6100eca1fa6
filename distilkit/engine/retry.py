"""Whether, and after how long, a failed request is sent again. Pure arithmetic; nothing here sleeps or sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from distilkit.errors import ProviderError
from distilkit.profiles.profile import Retry

# A provider that names a time is not asked a moment early: clocks differ by a little.
_MARGIN_S = 0.05
MOST_MARGIN_S = _MARGIN_S + 1.0
"""Seconds that a wait may exceed the time a provider named."""


def wait_before_retry(error: ProviderError, *, attempt: int, retry: Retry, random: Random) -> float | None:
    """Return the seconds to wait before the next attempt, or None when there must be none.

    The provider's own Retry-After is kept, plus a little; without one the wait doubles (by `backoff_factor`) from
    `backoff_s`, shortened at random by up to a half so that many callers do not return together. A Retry-After above
    `max_wait_s` ends the call: the row then says when to come back.

    Args:
        error: what the last attempt ended with.
        attempt: attempts so far that count.
        retry: the profile's patience.
        random: for the shortening.
    """
    if not error.retryable or attempt >= retry.max_attempts:
        return None
    if error.retry_after_s is not None:
        return _asked_for(error.retry_after_s, random) if error.retry_after_s <= retry.max_wait_s else None
    return _backoff(attempt, retry, random)


def pause_for(error: ProviderError, throttled: int, retry: Retry, random: Random) -> float:
    """Return for how many seconds nothing more goes to an account after a 429; `throttled` counts those of this call.

    What stopped this request would stop the others too.
    """
    if error.retry_after_s:  # 0 says nothing of when: obeyed, it would be asked without end
        return _asked_for(error.retry_after_s, random)
    return _backoff(throttled, retry, random)


def _asked_for(seconds: float, random: Random) -> float:
    return seconds + _MARGIN_S + random.uniform(0, 0.1) * min(seconds, 10)


def _backoff(attempt: int, retry: Retry, random: Random) -> float:
    # The exponent is bounded so that a thousand attempts do not overflow.
    backoff: float = retry.backoff_s * retry.backoff_factor ** min(max(attempt - 1, 0), 32)
    return min(backoff, retry.max_wait_s) * random.uniform(0.5, 1.0)


def explain(error: ProviderError, *, attempt: int, retry: Retry, now: float) -> str:
    """Return the error's text for the row, with what a reader can do about the waiting; `now` is Unix time."""
    if error.retryable and error.retry_after_s is not None and error.retry_after_s > retry.max_wait_s:
        when = datetime.fromtimestamp(now, UTC) + timedelta(seconds=error.retry_after_s)
        return (
            f"{error.message}; the provider asks to wait {error.retry_after_s:.0f} s, until {when:%Y-%m-%d %H:%M} UTC, "
            "which is more than max_wait_s: run again then"
        )
    if error.retryable and attempt > 1:
        return f"{error.message} (gave up after {attempt} attempts)"
    return error.message
