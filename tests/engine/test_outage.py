"""An outage costs time, not rows, and does not multiply traffic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.outage import Outage
from distilkit.profiles.profile import Retry

RETRY = Retry(max_attempts=5, backoff_s=1.0, deadline_s=600.0)


def fail(outage: Outage, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        outage.failed(now, asked=outage.begin(is_retry=False))


def test_failures_in_a_row_are_an_outage() -> None:
    outage = Outage(RETRY)
    fail(outage, 9)
    assert not outage.is_down

    fail(outage, 1)

    assert outage.is_down
    assert outage.wait_s(0.0) == 1.0


def test_an_answer_between_failures_is_no_outage() -> None:
    outage = Outage(RETRY)
    for _ in range(100):
        fail(outage, 9)
        outage.answered()

    assert not outage.is_down


def test_one_at_a_time_asks_whether_it_is_back() -> None:
    outage = Outage(RETRY)
    fail(outage, 10)

    assert outage.begin(is_retry=True)

    assert outage.wait_s(1.0) > 0


def test_each_failed_question_doubles_the_wait_up_to_a_minute() -> None:
    outage, now, waits = Outage(RETRY), 0.0, []
    fail(outage, 10)
    for _ in range(8):
        now += outage.wait_s(now)
        outage.failed(now, asked=outage.begin(is_retry=True))
        waits.append(outage.wait_s(now))

    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_an_answer_ends_the_outage_at_once() -> None:
    outage = Outage(RETRY)
    fail(outage, 10)
    outage.begin(is_retry=True)

    outage.answered()

    assert outage.wait_s(0.0) == 0


def test_a_cancelled_question_lets_the_next_one_ask() -> None:
    outage = Outage(RETRY)
    fail(outage, 10)
    asked = outage.begin(is_retry=True)
    assert outage.wait_s(1.0) > 0

    outage.left(asked=asked)

    assert outage.wait_s(1.0) == 0


def test_one_that_was_under_way_before_does_not_answer_for_the_question() -> None:
    outage = Outage(RETRY)
    early = outage.begin(is_retry=False)
    fail(outage, 10)
    outage.begin(is_retry=True)

    outage.failed(0.5, asked=early)

    assert outage.wait_s(1.0) > 0  # the question is still out


def test_what_never_answered_is_hopeless_after_as_many_questions_as_a_call_has_attempts() -> None:
    outage = Outage(RETRY)
    fail(outage, 10)
    for _ in range(5):
        assert not outage.is_hopeless(1.0)
        outage.failed(1.0, asked=outage.begin(is_retry=True))

    assert outage.is_hopeless(1.0)


def test_what_answered_before_has_until_the_deadline() -> None:
    outage = Outage(RETRY)
    outage.has_answered = True
    fail(outage, 10, now=100.0)
    for _ in range(20):
        outage.failed(101.0, asked=outage.begin(is_retry=True))

    assert not outage.is_hopeless(699.0)
    assert outage.is_hopeless(700.0)


@given(st.integers(75, 400), st.integers(1, 10), st.integers(1, 64))
@settings(max_examples=60, deadline=None)
def test_when_everything_fails_there_are_at_most_1_2_requests_a_row(rows: int, most: int, in_flight: int) -> None:
    """Every row is tried as often as its retries allow, with as many in flight as there are."""
    outage = Outage(Retry(max_attempts=most))
    waiting, flying, sent, now = [1] * rows, [], 0, 0.0
    while (waiting or flying) and not outage.is_hopeless(now):
        while waiting and len(flying) < in_flight and outage.wait_s(now) <= 0:
            attempt = waiting.pop()
            flying.append((attempt, outage.begin(is_retry=attempt > 1)))
            sent += 1
        if not flying:
            now += outage.wait_s(now)
            continue
        attempt, asked = flying.pop(0)
        outage.failed(now, asked=asked)
        if attempt < most:
            waiting.append(attempt + 1)

    assert sent <= 1.2 * rows


@pytest.mark.parametrize("fraction", [0.08, 0.3])
def test_faults_here_and_there_are_retried_without_an_outage(fraction: float) -> None:
    outage, every = Outage(RETRY), round(1 / fraction)
    for nth in range(10_000):
        asked = outage.begin(is_retry=False)
        if nth % every:
            outage.answered()
        else:
            outage.failed(0.0, asked=asked)
            outage.begin(is_retry=True)
            outage.answered()
        assert not outage.is_down
