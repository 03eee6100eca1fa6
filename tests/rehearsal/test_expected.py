"""What a profile is expected to do: as told, else as it did, else a guess that says so."""

from __future__ import annotations

from statistics import fmean
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distilkit.calls import Record
from distilkit.reading import read
from distilkit.rehearsal.expected import Given, draw, expect


def test_nothing_known_is_a_guess_that_says_so(make_profile: Any) -> None:
    found = expect(make_profile(), [], Given())

    assert (found.latency_s, found.output_tokens) == (None, 300)
    assert found.basis == "assumed: 2 s + 50 tokens/s, 300 tokens"


def test_five_stored_answers_are_believed_and_four_are_not(make_profile: Any, make_record: Any) -> None:
    four = [make_record(output_tokens=length, latency_s=length / 10) for length in (10, 20, 30, 40)]

    assert expect(make_profile(), four, Given()).basis.startswith("assumed")
    found = expect(make_profile(), [*four, make_record(output_tokens=100, latency_s=10)], Given())
    assert (found.latency_s, found.output_tokens) == (4, 40)
    assert found.basis == "mean of 5 stored answers: 4 s, 40 tokens"


def test_what_is_given_wins(make_profile: Any, make_record: Any) -> None:
    stored = [make_record(output_tokens=40)] * 9

    found = expect(make_profile(), stored, Given(latency_s=0.5))

    assert (found.latency_s, found.output_tokens) == (0.5, 40)
    assert found.basis == "given: 0.5 s; mean of 9 stored answers: 40 tokens"


def test_answers_that_do_not_say_what_they_took_are_left_out(make_profile: Any, make_record: Any) -> None:
    stored = [make_record(output_tokens=None, latency_s=None)] * 9

    assert expect(make_profile(), stored, Given()).basis.startswith("assumed")


def test_a_draw_is_the_same_for_the_same_seed_and_call(make_profile: Any, make_calls: Any) -> None:
    first, other = make_calls(2, make_profile())
    expected = expect(make_profile(), [], Given())

    assert draw(expected, first, 0) == draw(expected, first, 0)
    assert draw(expected, first, 0) != draw(expected, first, 1)
    assert draw(expected, first, 0) != draw(expected, other, 0)


@pytest.mark.parametrize("mean", [20, 300])
def test_drawn_answers_have_the_expected_means(make_profile: Any, make_calls: Any, mean: int) -> None:
    expected = expect(make_profile(), [], Given(latency_s=3, output_tokens=mean))

    drawn = [draw(expected, call, 0) for call in make_calls(3_000, make_profile())]

    assert fmean(each.output_tokens for each in drawn) == pytest.approx(mean, rel=0.03)
    assert fmean(each.latency_s for each in drawn) == pytest.approx(3, rel=0.01)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 500), seed=st.integers(0, 9))
def test_max_tokens_cut_and_the_answer_says_so(make_profile: Any, make_calls: Any, limit: int, seed: int) -> None:
    expected = expect(make_profile(), [], Given())
    (free,), (bounded,) = make_calls(1, make_profile()), make_calls(1, make_profile(), max_tokens=limit)

    drawn = draw(expected, bounded, seed)

    assert 1 <= drawn.output_tokens <= limit
    completion = read(Record(provider="openai", raw=drawn.body))
    assert completion.output_tokens == drawn.output_tokens
    assert completion.input_tokens == drawn.input_tokens == draw(expected, free, seed).input_tokens
    assert completion.finish_reason in {"stop", "length"}
    assert drawn.output_tokens == limit or completion.finish_reason == "stop"


def test_long_answers_take_longer_where_only_a_rate_is_assumed(make_profile: Any, make_calls: Any) -> None:
    (call,) = make_calls(1, make_profile())

    drawn = [draw(expect(make_profile(), [], Given(output_tokens=mean)), call, 0) for mean in (10, 10_000)]

    assert 1.6 <= drawn[0].latency_s < 3
    assert drawn[1].latency_s > 50
