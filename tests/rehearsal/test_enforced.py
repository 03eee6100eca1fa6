"""Who is let in, and whose limits those are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.profiles import RateLimit
from distilkit.rehearsal.enforced import Door, check_enforced, doors_of
from distilkit.sim import Dials

SIXTY = RateLimit(requests_per_minute=60)


def let_in(door: Door, *moments: float) -> list[bool]:
    return [door.admit(moment, 1, 1)[0] == 0 for moment in moments]


def test_a_minute_that_is_full_says_when_it_has_room() -> None:
    door = Door(RateLimit(requests_per_minute=2))

    assert let_in(door, 0, 10) == [True, True]
    assert door.admit(20, 1, 1)[0] == pytest.approx(40)
    assert door.busiest_minute["requests"] == 2


@settings(deadline=None)
@given(st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1_000))
def test_a_minute_later_there_is_room_again_but_for_a_rounding(start: float) -> None:
    assert let_in(Door(RateLimit(requests_per_minute=1)), start, start + 60 - 1e-9) == [True, True]
    assert let_in(Door(RateLimit(requests_per_minute=1)), start, start + 60 - 1e-3) == [True, False]


@pytest.mark.parametrize(
    ("limits", "second"),
    [
        (RateLimit(tokens_per_minute=30), False),
        (RateLimit(input_tokens_per_minute=30), True),
        (RateLimit(input_tokens_per_minute=15), False),
        (RateLimit(output_tokens_per_minute=15), False),
        (RateLimit(), True),
    ],
)
def test_tokens_are_counted_together_or_apart(limits: RateLimit, second: bool) -> None:  # noqa: FBT001 - the expected value
    door = Door(limits)

    assert [door.admit(moment, 10, 10)[0] == 0 for moment in (0, 1)] == [True, second]


def test_profiles_of_one_scope_share_a_door(make_profile: Any) -> None:
    one, two = (make_profile(name, limits=SIXTY, limits_scope="account") for name in ("one", "two"))

    doors = doors_of([one, two, make_profile("three", limits=SIXTY)], None)

    assert doors["one"] is doors["two"]
    assert doors["one"] is not doors["three"]


def test_without_limits_there_is_nothing_to_share(make_profile: Any) -> None:
    doors = doors_of([make_profile(name, limits_scope="account") for name in ("one", "two")], None)

    assert doors["one"] is not doors["two"]


@pytest.mark.parametrize(
    ("enforced", "limits"),
    [
        (None, RateLimit(requests_per_minute=60, tokens_per_minute=900)),
        (RateLimit(requests_per_minute=5), RateLimit(requests_per_minute=5)),
        ({"requests_per_minute": 5}, RateLimit(requests_per_minute=5, tokens_per_minute=900)),
        ({"p": {"tokens_per_minute": None}}, RateLimit(requests_per_minute=60)),
        ({"p": RateLimit()}, RateLimit()),
        ({"q": RateLimit()}, RateLimit(requests_per_minute=60, tokens_per_minute=900)),
    ],
)
def test_what_is_enforced_is_as_told_or_as_declared(make_profile: Any, enforced: Any, limits: RateLimit) -> None:
    declared = RateLimit(requests_per_minute=60, tokens_per_minute=900)
    profiles = [make_profile(name, limits=declared) for name in ("p", "q")]

    assert doors_of(profiles, enforced)["p"].limits == limits


def test_a_simulated_model_enforces_its_own_limits(make_profile: Any) -> None:
    dialled = make_profile(provider="sim", sim=Dials(requests_per_minute=5), limits=SIXTY)
    plain = make_profile(provider="sim", sim=Dials(), limits=SIXTY)

    assert doors_of([dialled], None)["p"].limits == RateLimit(requests_per_minute=5)
    assert doors_of([plain], None)["p"].limits == SIXTY
    assert doors_of([dialled], SIXTY)["p"].limits == SIXTY


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (60, "takes a RateLimit"),
        ({}, "takes a RateLimit"),
        ({"requests_per_minute": 0}, "whole number from 1"),
        ({"requests_per_minute": "60"}, "whole number from 1"),
        ({"rpm": 60}, "'rpm' is no profile"),
        ({"p": 60}, r"limits_enforced\['p'\]"),
        ({"p": {"rpm": 60}}, "requests_per_minute"),
        ({"p": {"tokens_per_minute": True}}, r"limits_enforced\['p'\]\['tokens_per_minute'\]"),
    ],
)
def test_what_is_no_limit_is_refused_by_name(wrong: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_enforced(wrong, ["p"])
