"""Whether, and after how long, a failed request is sent again. Pure arithmetic; nothing here sleeps or sends."""

from __future__ import annotations

from random import Random

from distilkit.errors import ProviderError
from distilkit.profiles.profile import Retry

# A provider that names a time is not asked a moment early: clocks differ by a little.
_MARGIN_S = 0.05


def wait_before_retry(error: ProviderError, *, attempt: int, retry: Retry, random: Random) -> float | None:
    """Return the seconds to wait before attempt `attempt + 1`, or None when there must be none.

    The provider's own Retry-After is kept, plus a little; without one the wait doubles (by `backoff_factor`) from
    `backoff_s`, shortened at random by up to a half so that many callers do not return together. A Retry-After above
    `max_wait_s` ends the call: the row then says when to come back.
    """
    if not error.retryable or attempt >= retry.max_attempts:
        return None
    if error.retry_after_s is not None:
        if error.retry_after_s > retry.max_wait_s:
            return None
        return error.retry_after_s + _MARGIN_S + random.uniform(0, 0.1) * min(error.retry_after_s, 10)
    # The exponent is bounded so that a thousand attempts do not overflow.
    backoff: float = retry.backoff_s * retry.backoff_factor ** min(attempt - 1, 32)
    return min(backoff, retry.max_wait_s) * random.uniform(0.5, 1.0)


def explain(error: ProviderError, *, attempt: int, retry: Retry) -> str:
    """Return the error's text for the row, with what a reader can do about the waiting."""
    if error.retryable and error.retry_after_s is not None and error.retry_after_s > retry.max_wait_s:
        return f"{error.message}; the provider asks to wait {error.retry_after_s:.0f} s, more than max_wait_s"
    if error.retryable and attempt > 1:
        return f"{error.message} (gave up after {attempt} attempts)"
    return error.message
