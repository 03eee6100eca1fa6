"""One limited unit: the log of a minute in coarse buckets, and even spacing."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.meter import Ahead, Meter, Pace

EVEN = Pace(per_minute=60, burst_s=0, share=0)
LOOSE = Pace(per_minute=60, burst_s=60, share=1)


@given(st.floats(0, 1e6))
@settings(deadline=None)
def test_an_amount_counts_for_a_minute_and_a_little_more(at: float) -> None:
    meter = Meter()
    meter.book(5, at, None)

    meter.forget(at + 60.4)
    assert meter.total == 5
    meter.forget(at + 60.65 + 1e-6)
    assert (meter.total, len(meter.buckets)) == (0, 0)


@given(st.lists(st.tuples(st.floats(0, 200), st.integers(1, 9)), min_size=1, max_size=40))
@settings(deadline=None)
def test_what_is_taken_back_leaves_nothing_behind(booked: list[tuple[float, int]]) -> None:
    meter = Meter()
    for at, amount in booked:
        meter.book(amount, at, EVEN)
    for at, amount in booked:
        meter.change(at, -amount, at, EVEN)

    assert (meter.total, len(meter.buckets), len(meter.amounts)) == (0, 0, 0)


def test_many_bookings_share_few_buckets() -> None:
    meter = Meter()
    for n in range(100_000):
        meter.book(1, n * 60 / 100_000, None)

    assert len(meter.buckets) == 240
    assert meter.total == 100_000


def test_bookings_that_arrive_out_of_order_are_kept_in_order() -> None:
    meter = Meter()
    for at in (3.0, 1.0, 2.0, 1.1):
        meter.book(1, at, None)

    assert list(meter.buckets) == [4, 8, 12]
    assert list(meter.amounts) == [2, 1, 1]


def test_a_meter_survives_being_written_down() -> None:
    meter = Meter()
    for at in (3.0, 61.0, 62.5):
        meter.book(7, at, EVEN)

    assert Meter.of(meter.state(), meter.log()) == meter


def test_single_requests_are_evenly_spaced() -> None:
    meter = Meter()
    meter.book(1, 100.0, EVEN)

    assert Ahead(meter, EVEN).earliest(1, 100.0) == 101.0


def test_a_burst_goes_at_once() -> None:
    ahead = Ahead(Meter(), Pace(per_minute=60, burst_s=5, share=1))
    moments = []
    for _ in range(6):
        moments.append(ahead.earliest(1, 100.0))
        ahead.take(1, moments[-1])

    assert moments == [100.0] * 5 + [101.0]


def test_after_429s_less_of_the_burst_is_left() -> None:
    meter = Meter()
    meter.book(3, 100.0, EVEN)

    assert Ahead(meter, Pace(per_minute=60, burst_s=4, share=1)).earliest(1, 100.0) == 100.0
    assert Ahead(meter, Pace(per_minute=60, burst_s=4, share=0.5)).earliest(1, 100.0) == 102.0


def test_a_provider_that_takes_much_in_one_request_takes_it_in_several() -> None:
    meter = Meter()
    meter.book(10, 100.0, EVEN)
    before = Ahead(meter, Pace(per_minute=60, burst_s=1, share=1)).earliest(1, 100.0)
    meter.largest = 12

    assert before == 110.0
    assert Ahead(meter, Pace(per_minute=60, burst_s=1, share=1)).earliest(1, 100.0) == 100.0


def test_what_does_not_fit_waits_until_enough_has_left() -> None:
    meter = Meter()
    for at in (100.0, 110.0, 120.0):
        meter.book(20, at, LOOSE)

    assert Ahead(meter, LOOSE).earliest(1, 121.0) == pytest.approx(160.65)
    assert Ahead(meter, LOOSE).earliest(21, 121.0) == pytest.approx(170.65)


def test_more_than_a_minute_allows_goes_alone() -> None:
    meter = Meter()
    meter.book(1, 100.0, LOOSE)

    ahead = Ahead(meter, LOOSE)

    assert ahead.earliest(1_000, 101.0) == pytest.approx(160.65)
    ahead.take(1_000, 160.65)
    assert ahead.earliest(1, 160.65) == inf


def test_looking_ahead_changes_nothing() -> None:
    meter, untouched = Meter(), Meter()
    for one in (meter, untouched):
        one.book(50, 100.0, EVEN)

    ahead = Ahead(meter, EVEN)
    ahead.earliest(40, 100.0)
    ahead.take(40, 200.0)

    assert meter == untouched


def test_what_comes_back_can_go_again_at_once() -> None:
    meter = Meter()
    meter.book(30, 100.0, EVEN)
    meter.change(100.0, -28, 101.0, EVEN)

    assert Ahead(meter, EVEN).earliest(1, 101.0) == 102.0


def test_what_comes_back_of_an_older_spell_is_no_credit() -> None:
    meter = Meter()
    meter.book(5, 100.0, EVEN)
    meter.book(5, 120.0, EVEN)
    meter.change(100.0, -5, 121.0, EVEN)

    assert Ahead(meter, EVEN).earliest(1, 121.0) == 125.0


def test_usage_beyond_the_estimate_slows_down() -> None:
    meter = Meter()
    meter.book(1, 100.0, EVEN)
    meter.change(100.0, 9, 101.0, EVEN)

    assert meter.total == 10
    assert Ahead(meter, EVEN).earliest(1, 101.0) == 110.0


def test_what_others_use_leaves_when_it_was_said_to() -> None:
    meter = Meter()
    meter.put_until(130.0, 8)

    meter.forget(129.9)
    assert meter.total == 8
    meter.forget(130.3)
    assert meter.total == 0
