"""Retries: which, how many, how long."""

from __future__ import annotations

from random import Random

import pytest

from distilkit.engine.retry import explain, wait_before_retry
from distilkit.errors import KINDS, ErrorKind, ProviderError
from distilkit.profiles.profile import Retry

RETRY = Retry(max_attempts=3, backoff_s=1, backoff_factor=2, max_wait_s=60)


def failure(kind: ErrorKind = "provider_error", retry_after_s: float | None = None, **more: bool) -> ProviderError:
    return ProviderError("it failed", kind=kind, provider="sim", retry_after_s=retry_after_s, **more)


def wait(error: ProviderError, attempt: int = 1, retry: Retry = RETRY) -> float | None:
    return wait_before_retry(error, attempt=attempt, retry=retry, random=Random(0))


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_can_pass_is_tried_again(kind: ErrorKind) -> None:
    passing = {"rate_limit", "timeout", "connection", "provider_error"}

    assert (wait(failure(kind)) is not None) == (kind in passing)


def test_an_exhausted_quota_is_not_tried_again() -> None:
    assert wait(failure("rate_limit", retryable=False)) is None


def test_the_last_attempt_is_the_last() -> None:
    assert wait(failure(), attempt=2) is not None
    assert wait(failure(), attempt=3) is None


@pytest.mark.parametrize("seed", range(50))
def test_the_providers_time_is_never_undercut(seed: int) -> None:
    waited = wait_before_retry(failure("rate_limit", 7.5), attempt=1, retry=RETRY, random=Random(seed))

    assert waited is not None
    assert 7.5 < waited < 10


def test_waits_grow_and_stay_below_the_cap() -> None:
    patient = Retry(max_attempts=1_000, backoff_s=1, backoff_factor=2, max_wait_s=60)
    waits = [wait(failure(), attempt=attempt, retry=patient) for attempt in (1, 2, 3, 10, 999)]

    assert all(value is not None for value in waits)
    assert waits == sorted(waits)  # the same random number each time
    assert max(value for value in waits if value is not None) <= 60


def test_a_provider_that_asks_for_an_hour_ends_the_call_and_says_so() -> None:
    error = failure("rate_limit", 3_600)

    assert wait(error) is None
    assert "3600 s, until 1970-01-01 01:00 UTC" in explain(error, attempt=1, retry=RETRY, now=0)


def test_the_row_says_how_often_it_was_tried() -> None:
    assert "3 attempts" in explain(failure(), attempt=3, retry=RETRY, now=0)
    assert explain(failure("invalid_request"), attempt=1, retry=RETRY, now=0) == "it failed"
