"""Faults strike as often as their rate says, repeatably, and a retry can succeed."""

from __future__ import annotations

from collections import Counter

import pytest

from distilkit.sim.fate import fate
from distilkit.sim.spec import Dials


def test_faults_come_at_their_rates() -> None:
    dials = Dials(drop_rate=0.1, error_rate=0.2, malformed_rate=0.1, empty_choices_rate=0.2, missing_usage_rate=0.3)
    fates = [fate(dials, f"request {number}", 0) for number in range(4000)]
    faults = Counter(one.fault for one in fates)

    for fault, rate in (("drop", 0.1), ("error", 0.2), ("malformed", 0.1), ("empty_choices", 0.2), (None, 0.4)):
        assert faults[fault] / 4000 == pytest.approx(rate, abs=0.03)
    assert sum(not one.has_usage for one in fates) / 4000 == pytest.approx(0.3, abs=0.03)


def test_no_faults_are_no_faults() -> None:
    assert {fate(Dials(), str(number), 0).fault for number in range(200)} == {None}


def test_rates_that_add_up_to_more_than_one_leave_nothing_good() -> None:
    dials = Dials(drop_rate=0.7, error_rate=0.7)

    assert {fate(dials, str(number), 0).fault for number in range(200)} == {"drop", "error"}


def test_the_attempts_at_a_request_have_fates_of_their_own_and_keep_them() -> None:
    dials = Dials(error_rate=0.5)
    faults = [fate(dials, "same", attempt).fault for attempt in range(20)]

    assert set(faults) == {"error", None}
    assert faults == [fate(dials, "same", attempt).fault for attempt in range(20)]
    assert faults != [fate(Dials(error_rate=0.5, seed=1), "same", attempt).fault for attempt in range(20)]


def test_latency_stays_within_its_jitter() -> None:
    latencies = [fate(Dials(latency_s=2.0, jitter=0.25), str(number), 0).latency_s for number in range(500)]

    assert 1.5 <= min(latencies) < 1.6
    assert 2.4 < max(latencies) <= 2.5
    assert fate(Dials(latency_s=2.0, jitter=0), "x", 0).latency_s == 2.0
