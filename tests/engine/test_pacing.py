"""Pacing: what a provider that counts any 60 seconds would see."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.pacing import Pacer
from distilkit.profiles.profile import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def drive(limits: RateLimit, sizes: list[float]) -> list[tuple[float, float]]:
    """Send one request after the other as early as the pacer allows; return (time, tokens)."""
    clock = Clock()
    pacer = Pacer(limits, clock)
    sent = []
    for size in sizes:
        reservation = pacer.reserve(size)
        clock.now += max(0.0, pacer.wait_s(reservation))
        sent.append((clock.now, size))
    return sent


def most_in_a_minute(sent: list[tuple[float, float]]) -> float:
    """Return the largest sum over any 60 seconds that end with a request."""
    times = [at for at, _ in sent]
    sums = [0.0]
    for _, size in sent:
        sums.append(sums[-1] + size)
    return max(sums[i + 1] - sums[bisect_right(times, at - 60 + 1e-9)] for i, at in enumerate(times))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=200), st.integers(300, 2_000))
@settings(max_examples=100, deadline=None)
def test_no_minute_holds_more_tokens_than_the_limit(sizes: list[int], limit: int) -> None:
    sent = drive(RateLimit(tokens_per_minute=limit), [float(size) for size in sizes])

    assert most_in_a_minute(sent) <= limit


@given(st.integers(1, 200), st.integers(1, 40), st.one_of(st.none(), st.integers(1, 50)))
@settings(max_examples=100, deadline=None)
def test_no_minute_holds_more_requests_than_the_limit(count: int, limit: int, burst: int | None) -> None:
    sent = drive(RateLimit(requests_per_minute=limit, burst_size=burst), [0.0] * count)

    assert most_in_a_minute([(at, 1) for at, _ in sent]) <= limit


def test_both_limits_hold_together() -> None:
    sizes = [float(10 + (i * 37) % 190) for i in range(400)]

    sent = drive(RateLimit(requests_per_minute=60, tokens_per_minute=5_000), sizes)

    assert most_in_a_minute(sent) <= 5_000
    assert most_in_a_minute([(at, 1) for at, _ in sent]) <= 60


def test_the_limit_is_used_almost_whole() -> None:
    sizes = [float(10 + (i * 37) % 190) for i in range(2_000)]

    sent = drive(RateLimit(tokens_per_minute=20_000), sizes)

    least = (sum(sizes) - 20_000) / 20_000 * 60
    assert sent[-1][0] - sent[0][0] <= least * 1.05 + 60


def test_requests_are_spread_over_the_minute_not_sent_in_its_first_second() -> None:
    sent = drive(RateLimit(requests_per_minute=60), [0.0] * 10)

    assert sent[-1][0] - sent[0][0] == pytest.approx(8.0)  # one second's burst, then one a second


def test_a_declared_burst_goes_out_at_once() -> None:
    sent = drive(RateLimit(requests_per_minute=60, burst_size=10), [0.0] * 11)

    assert sent[10][0] == sent[0][0]


def test_a_request_above_the_limit_goes_alone() -> None:
    sent = drive(RateLimit(tokens_per_minute=100), [50.0, 1_000.0, 50.0])

    assert sent[1][0] - sent[0][0] >= 60
    assert sent[2][0] - sent[1][0] >= 60


def test_first_come_is_first_served_also_for_the_large() -> None:
    sent = drive(RateLimit(tokens_per_minute=100), [90.0, 95.0, 1.0, 1.0])

    assert [at for at, _ in sent] == sorted(at for at, _ in sent)
    assert sent[2][0] >= sent[1][0]


def test_a_correction_gives_back_what_was_not_used() -> None:
    clock = Clock()
    pacer = Pacer(RateLimit(tokens_per_minute=100), clock)
    first = pacer.reserve(100)
    pacer.correct(first, 10)

    assert pacer.wait_s(pacer.reserve(80)) < 60


def test_a_correction_upwards_is_counted_too() -> None:
    clock = Clock()
    pacer = Pacer(RateLimit(tokens_per_minute=100), clock)
    pacer.correct(pacer.reserve(10), 90)

    assert pacer.wait_s(pacer.reserve(20)) >= 60


def test_a_pause_holds_back_those_already_waiting() -> None:
    clock = Clock()
    pacer = Pacer(RateLimit(), clock)
    waiting = pacer.reserve()
    assert pacer.wait_s(waiting) <= 0

    pacer.pause(30)

    assert pacer.wait_s(waiting) == 30
    assert pacer.wait_s(pacer.reserve()) == 30


def test_without_limits_nothing_waits() -> None:
    sent = drive(RateLimit(), [1e9] * 50)

    assert all(earlier[0] == later[0] for earlier, later in pairwise(sent))
