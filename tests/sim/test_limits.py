"""Limits hold in every sixty seconds, not in every minute of the clock."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.sim.limits import Minute, go_duration
from distilkit.sim.spec import LIMIT_STYLES, LimitStyle


def test_requests_beyond_the_limit_wait_until_the_first_is_a_minute_old() -> None:
    minute = Minute(2, None)
    minute.admit(100.0, 1)
    minute.admit(110.0, 1)

    assert minute.admit(120.0, 1).wait_s == 40.0
    assert minute.admit(159.9, 1).wait_s == pytest.approx(0.1)
    assert minute.admit(160.0, 1).wait_s == 0


def test_tokens_wait_for_as_many_as_are_needed() -> None:
    minute = Minute(None, 100)
    for at, tokens in ((0.0, 30), (10.0, 30), (20.0, 30)):
        minute.admit(at, tokens)

    assert minute.admit(25.0, 10).wait_s == 0
    assert minute.admit(30.0, 40).wait_s == 40.0
    assert minute.admit(30.0, 40).short_of == "tokens"


def test_the_scarcer_of_both_decides() -> None:
    minute = Minute(1, 100)
    minute.admit(0.0, 100)

    assert minute.admit(10.0, 1).short_of == "requests"


def test_a_refused_request_counts_for_nothing() -> None:
    minute = Minute(1, None)
    minute.admit(0.0, 1)
    for at in range(1, 60):
        minute.admit(float(at), 1)

    assert minute.admit(60.0, 1).wait_s == 0


def test_what_is_larger_than_the_limit_goes_alone() -> None:
    minute = Minute(None, 100)

    assert minute.admit(0.0, 500).wait_s == 0
    assert minute.admit(1.0, 1).wait_s == 59.0
    assert minute.admit(60.0, 1).wait_s == 0
    assert minute.admit(61.0, 500).wait_s == 59.0


def test_no_limit_is_no_limit_and_no_headers() -> None:
    minute = Minute(None, None)

    verdicts = [minute.admit(0.0, 10**6) for _ in range(1000)]

    assert {verdict.wait_s for verdict in verdicts} == {0}
    assert minute.headers(verdicts[-1]) == {}
    assert minute.most == {"requests": 1000, "tokens": 10**9, "input_tokens": 10**9, "output_tokens": 0}


def test_headers_are_those_of_openai() -> None:
    minute = Minute(3, 1000)
    minute.admit(0.0, 100)

    assert minute.headers(minute.admit(0.25, 150)) == {
        "x-ratelimit-limit-requests": "3",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "1m0s",
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "750",
        "x-ratelimit-reset-tokens": "1m0s",
    }


def test_a_refusal_says_when_to_come_back() -> None:
    minute = Minute(1, None)
    minute.admit(0.0, 1)

    headers = minute.headers(minute.admit(20.5, 1))

    assert headers["retry-after"] == "40"
    assert headers["retry-after-ms"] == "39500"
    assert headers["x-ratelimit-reset-requests"] == "39.5s"
    assert headers["x-ratelimit-remaining-requests"] == "0"


def test_input_and_output_tokens_have_limits_of_their_own() -> None:
    minute = Minute(input_tokens_per_minute=100, output_tokens_per_minute=10)
    minute.admit(0.0, 50, 8)

    assert minute.admit(1.0, 10, 3).short_of == "output_tokens"
    assert minute.admit(1.0, 60, 1).short_of == "input_tokens"
    headers = minute.headers(minute.admit(1.0, 50, 2))
    assert headers["x-ratelimit-remaining-input-tokens"] == "0"
    assert headers["x-ratelimit-limit-output-tokens"] == "10"
    assert "x-ratelimit-limit-requests" not in headers


def test_what_one_limit_refuses_does_not_count_in_another() -> None:
    minute = Minute(10, output_tokens_per_minute=10)
    minute.admit(0.0, 0, 10)
    minute.admit(0.0, 0, 10)

    assert minute.most["requests"] == 1


@pytest.mark.parametrize("style", LIMIT_STYLES)
def test_a_refusal_may_leave_unsaid_when_to_come_back(style: LimitStyle) -> None:
    minute = Minute(1, style=style, burst_s=0, retry_after=False)
    minute.admit(0.0, 1)

    headers = minute.headers(minute.admit(1.0, 1))

    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert "retry-after" not in headers
    assert "retry-after-ms" not in headers


def test_the_most_is_of_any_sixty_seconds_whatever_the_style() -> None:
    minute = Minute(10, style="fixed")
    for at in (59.0, 61.0):
        for _ in range(10):
            minute.admit(at, 3, 4)

    assert minute.most == {"requests": 20, "tokens": 140, "input_tokens": 60, "output_tokens": 80}


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0ms"), (0.0071, "8ms"), (0.9999, "1s"), (42.5, "42.5s"), (60, "1m0s"), (61.25, "1m1.25s")],
)
def test_durations_are_written_as_go_writes_them(seconds: float, written: str) -> None:
    assert go_duration(seconds) == written


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 60)), max_size=80),
    requests=st.none() | st.integers(1, 5),
    tokens=st.none() | st.integers(60, 200),
)
def test_no_sixty_seconds_ever_exceed_a_limit(
    gaps: list[tuple[float, int]], requests: int | None, tokens: int | None
) -> None:
    minute, now, let_in = Minute(requests, tokens), 0.0, []
    for gap, wanted in gaps:
        now += gap
        if minute.admit(now, wanted).wait_s == 0:
            let_in.append((now, wanted))

    for start, _ in let_in:
        inside = [wanted for at, wanted in let_in if start <= at < start + 59.999]
        assert requests is None or len(inside) <= requests
        assert tokens is None or sum(inside) <= tokens


@settings(max_examples=60, deadline=None)
@given(
    before=st.lists(st.tuples(st.floats(0, 10), st.integers(1, 60)), min_size=1, max_size=20), wanted=st.integers(1, 99)
)
def test_waiting_as_long_as_told_is_enough(before: list[tuple[float, int]], wanted: int) -> None:
    minute, now = Minute(4, 100), 0.0
    for gap, tokens in before:
        now += gap
        minute.admit(now, tokens)

    wait_s = minute.admit(now, wanted).wait_s

    assert wait_s == 0 or minute.admit(now + wait_s + 0.001, wanted).wait_s == 0
