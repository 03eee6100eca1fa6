"""Three styles of a minute: what each lets through, and how long it asks to wait."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.sim.spec import LIMIT_STYLES, LimitStyle
from distilkit.sim.windows import Bucket, Fixed, Sliding, window

GAPS = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 150)), min_size=1, max_size=60)


def test_twice_the_limit_goes_around_the_end_of_a_fixed_minute() -> None:
    fixed = Fixed(10)

    fixed.take(59.0, 10)

    assert fixed.wait_s(59.5, 1) == 0.5
    assert (fixed.used(59.75), fixed.reset_s(59.75)) == (10, 0.25)
    assert fixed.wait_s(60.0, 10) == 0


def test_a_bucket_lets_its_burst_go_at_once_and_then_its_rate() -> None:
    bucket = Bucket(60, burst_s=10)

    bucket.take(0.0, 10)

    assert bucket.wait_s(0.0, 1) == 1
    assert bucket.wait_s(1.0, 1) == 0
    assert bucket.wait_s(0.0, 10) == bucket.reset_s(0.0) == 10


def test_a_bucket_smaller_than_one_gives_one_when_it_is_full() -> None:
    bucket = Bucket(6, burst_s=2)

    assert bucket.wait_s(0.0, 1) == 0
    bucket.take(0.0, 1)
    assert bucket.wait_s(0.0, 1) == 10


def test_what_is_larger_than_a_bucket_goes_from_a_full_one_and_is_paid_back() -> None:
    bucket = Bucket(60, burst_s=10)

    assert bucket.wait_s(0.0, 30) == 0
    bucket.take(0.0, 30)

    assert bucket.wait_s(0.0, 1) == 21
    assert bucket.wait_s(0.0, 30) == 30


@pytest.mark.parametrize("style", LIMIT_STYLES)
def test_what_is_larger_than_the_limit_goes_alone(style: LimitStyle) -> None:
    meter = window(100, style, 60.0)

    assert meter.wait_s(0.0, 500) == 0
    meter.take(0.0, 500)

    assert meter.wait_s(1.0, 1) > 0
    assert meter.wait_s(1.0, 500) > 0


@pytest.mark.parametrize("style", LIMIT_STYLES)
@settings(max_examples=60, deadline=None)
@given(gaps=GAPS, wanted=st.integers(1, 300), burst_s=st.sampled_from([0.0, 2.0, 10.0, 60.0]))
def test_waiting_as_long_as_told_is_enough(
    style: LimitStyle, gaps: list[tuple[float, int]], wanted: int, burst_s: float
) -> None:
    meter, now = window(100, style, burst_s), 0.0
    for gap, amount in gaps:
        now += gap
        if meter.wait_s(now, amount) == 0:
            meter.take(now, amount)

    wait_s = meter.wait_s(now, wanted)

    assert wait_s == 0 or meter.wait_s(now + wait_s + 1e-6, wanted) == 0


@pytest.mark.parametrize("burst_s", [2.0, 10.0, 60.0])
@settings(max_examples=60, deadline=None)
@given(gaps=GAPS)
def test_no_bucket_gives_more_than_its_burst_and_its_rate(gaps: list[tuple[float, int]], burst_s: float) -> None:
    bucket, seen, now = Bucket(600, burst_s), Sliding(None), 0.0
    for gap, drawn in gaps:
        now, amount = now + gap / 10, min(drawn, 20)
        if bucket.wait_s(now, amount) == 0:
            bucket.take(now, amount)
            seen.take(now, amount)

    assert seen.most <= 600 + 10 * burst_s + 0.001


@pytest.mark.parametrize("style", LIMIT_STYLES)
def test_nothing_used_is_whole_at_once(style: LimitStyle) -> None:
    meter = window(100, style, 60.0)

    assert (meter.used(5.0), meter.reset_s(5.0), meter.wait_s(5.0, 100)) == (0, 0, 0)


def test_the_most_of_any_sixty_seconds_is_remembered() -> None:
    seen = Sliding(None)
    for at, amount in ((0.0, 5), (59.0, 5), (60.0, 1), (200.0, 7)):
        seen.take(at, amount)

    assert seen.most == 10
