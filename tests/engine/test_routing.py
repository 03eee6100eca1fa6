"""Whom a strategy asks first, and whom next."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.routing import Candidate, Turn, may_fail_over, order
from distilkit.errors import KINDS, ErrorKind
from distilkit.profiles import Strategy
from distilkit.profiles.strategy import POLICIES, Policy

NAMES = ("a", "b", "c")


def strategy(policy: Policy, weights: dict[str, float] | None = None) -> Strategy:
    weights = weights or (dict.fromkeys(NAMES, 1.0) if policy == "weighted" else {})
    more: dict[str, Any] = {}
    if policy == "cheapest_good_enough":
        more = {"quality": 0.8, "evidence": {name: {"quality": 0.9, "cost_per_item_usd": 1} for name in NAMES}}
    return Strategy(name="s", policy=policy, profiles=tuple(weights) or NAMES, weights=weights, **more)


def candidates(field: str, *values: Any) -> list[Candidate]:
    return [Candidate(name=name, **{field: value}) for name, value in zip(NAMES, values, strict=True)]


def ordered(policy: Policy, among: Sequence[Candidate]) -> str:
    return "".join(order(strategy(policy), among, Turn())[0])


def picks(of: Strategy, times: int, among: Sequence[Candidate] | None = None, turn: Turn | None = None) -> list[str]:
    turn, found = turn or Turn(), []
    for _ in range(times):
        names, turn = order(of, among or [Candidate(name=name) for name in of.names], turn)
        found.append(names[0])
    return found


def test_failover_keeps_the_order_of_the_list() -> None:
    assert ordered("failover", candidates("in_flight", 9, 0, 5)) == "abc"


def test_round_robin_asks_each_in_turn() -> None:
    assert "".join(picks(strategy("round_robin"), 7)) == "abcabca"


def test_the_fallbacks_of_round_robin_are_those_whose_turn_comes_next() -> None:
    of, turn = strategy("round_robin"), Turn()
    _, turn = order(of, candidates("in_flight", 0, 0, 0), turn)

    assert order(of, candidates("in_flight", 0, 0, 0), turn)[0] == ["b", "c", "a"]


@pytest.mark.parametrize(
    "weights", [{"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 5, "b": 1, "c": 4}, {"a": 0.1, "b": 0.7, "c": 0.2}]
)
def test_weights_are_exact_shares(weights: dict[str, float]) -> None:
    total = sum(weights.values())

    shares = Counter(picks(strategy("weighted", weights), 1_000))

    assert shares == {name: round(1_000 * weight / total) for name, weight in weights.items()}


def test_what_is_owed_is_counted_in_small_whole_numbers() -> None:
    """A tenth in binary would take numbers of 55 bits, and still not be a tenth."""
    of, turn = strategy("weighted", {"a": 0.1, "b": 0.7, "c": 0.2}), Turn()
    for _ in range(1_000):
        _, turn = order(of, [Candidate(name=name) for name in NAMES], turn)

        assert sum(turn.current.values()) == 0
        assert max(map(abs, turn.current.values())) <= 10


def test_a_large_share_does_not_come_in_one_block() -> None:
    """The published sequence of smooth weighted round robin for 5, 1, 1."""
    assert "".join(picks(strategy("weighted", {"a": 5, "b": 1, "c": 1}), 7)) == "aabacaa"


@given(st.lists(st.integers(1, 50), min_size=1, max_size=6), st.integers(1, 200))
@settings(max_examples=100, deadline=None)
def test_shares_are_never_off_by_more_than_the_number_of_profiles(weights: list[int], times: int) -> None:
    named = {f"p{place}": float(weight) for place, weight in enumerate(weights)}

    shares = Counter(picks(strategy("weighted", named), times))

    for name, weight in named.items():
        assert abs(shares[name] - times * weight / sum(weights)) <= len(weights)


def test_whoever_was_away_comes_back_to_its_share_alone() -> None:
    of, turn = strategy("weighted", {"a": 2, "b": 1, "c": 1}), Turn()
    for _ in range(100):
        _, turn = order(of, candidates("available", False, True, True), turn)

    assert Counter(picks(of, 100, turn=turn))["a"] == 50


def test_the_others_share_what_one_that_is_away_would_have_had() -> None:
    of = strategy("weighted", {"a": 6, "b": 3, "c": 1})

    assert Counter(picks(of, 400, candidates("available", False, True, True))) == {"b": 300, "c": 100}


def test_the_cheapest_is_asked_first_and_unknown_prices_last() -> None:
    assert ordered("least_cost", candidates("cost_usd", None, Decimal("0.02"), Decimal("0.01"))) == "cba"


def good_enough(**evidence: tuple[float, float | None]) -> Strategy:
    """A strategy of quality and dollars by name."""
    known: Any = {name: {"quality": quality, "cost_per_item_usd": usd} for name, (quality, usd) in evidence.items()}
    return Strategy(name="s", policy="cheapest_good_enough", profiles=tuple(evidence), quality=0.8, evidence=known)


def test_the_cheapest_good_enough_is_asked_first_and_what_is_not_never() -> None:
    of = good_enough(a=(0.95, 0.03), b=(0.79, 0.001), c=(0.8, 0.02))

    assert order(of, candidates("in_flight", 0, 0, 0), Turn())[0] == ["c", "a"]


def test_a_good_one_of_unknown_cost_is_asked_last() -> None:
    of = good_enough(a=(0.9, None), b=(0.9, 2.0), c=(0.9, 1.0))

    assert order(of, candidates("in_flight", 0, 0, 0), Turn())[0] == ["c", "b", "a"]


def test_where_the_cheapest_good_one_is_away_the_next_is_asked() -> None:
    of = good_enough(a=(0.95, 0.03), b=(0.79, 0.001), c=(0.8, 0.02))

    assert order(of, candidates("available", True, True, False), Turn())[0] == ["a"]


def test_the_fastest_is_asked_first() -> None:
    assert ordered("fastest", candidates("latency_s", 3.0, 1.0, 2.0)) == "bca"


def test_what_is_not_measured_is_tried_first_once() -> None:
    of, among = strategy("fastest"), candidates("latency_s", 3.0, None, None)

    first, turn = order(of, among, Turn())
    second, turn = order(of, among, turn)
    third, _ = order(of, among, turn)

    assert (first, second, third) == (["b", "c", "a"], ["c", "a", "b"], ["a", "b", "c"])


def test_what_was_tried_and_measured_may_be_tried_again_when_its_measure_is_old() -> None:
    of = strategy("fastest")
    _, turn = order(of, candidates("latency_s", 3.0, None, 2.0), Turn())
    _, turn = order(of, candidates("latency_s", 3.0, 9.0, 2.0), turn)

    assert order(of, candidates("latency_s", 3.0, None, 2.0), turn)[0][0] == "b"


def test_while_none_is_measured_the_requests_are_spread() -> None:
    tried = Turn(tried=NAMES)

    assert order(strategy("fastest"), candidates("in_flight", 1, 0, 0), tried)[0][0] == "b"


def test_the_least_busy_is_measured_by_what_it_can_take() -> None:
    among = [
        Candidate(name="a", in_flight=4, most_in_flight=5),
        Candidate(name="b", in_flight=9, most_in_flight=100),
        Candidate(name="c", in_flight=1, most_in_flight=2),
    ]

    assert ordered("least_busy", among) == "bca"


def test_the_most_headroom_is_asked_first_and_no_limit_before_all() -> None:
    assert ordered("most_headroom", candidates("headroom", 10.0, 500.0, None)) == "cba"


@pytest.mark.parametrize("policy", POLICIES)
def test_equals_stay_in_the_order_of_the_list(policy: Policy) -> None:
    assert ordered(policy, [Candidate(name=name) for name in NAMES]) == "abc"


@pytest.mark.parametrize("policy", POLICIES)
def test_who_is_not_available_is_not_asked(policy: Policy) -> None:
    assert "a" not in ordered(policy, candidates("available", False, True, True))


@pytest.mark.parametrize("policy", POLICIES)
def test_who_is_held_back_for_long_is_asked_last(policy: Policy) -> None:
    assert ordered(policy, candidates("wait_s", 61.0, 60.0, 0.0)) == "bca"


@pytest.mark.parametrize("policy", POLICIES)
def test_where_all_are_held_back_the_policy_decides(policy: Policy) -> None:
    assert ordered(policy, candidates("wait_s", 61.0, 90.0, 61.0)) == "abc"


@pytest.mark.parametrize("policy", POLICIES)
def test_where_none_is_available_nobody_is_asked_and_no_turn_is_used(policy: Policy) -> None:
    turn = Turn({"a": 1, "b": -1}, ("c",))

    assert order(strategy(policy), candidates("available", False, False, False), turn) == ([], turn)


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        name=st.sampled_from(NAMES),
        available=st.booleans(),
        latency_s=st.none() | st.floats(0, 100),
        in_flight=st.integers(0, 10),
        most_in_flight=st.integers(0, 10),
        headroom=st.none() | st.floats(0, 1e6),
        cost_usd=st.none() | st.decimals(0, 1, allow_nan=False),
        wait_s=st.floats(0, 120),
    ),
    unique_by=lambda each: each.name,
    max_size=3,
)


@given(st.sampled_from(POLICIES), CANDIDATES, st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_every_available_candidate_is_named_once(policy: Policy, among: list[Candidate], before: int) -> None:
    turn = Turn()
    for _ in range(before):
        _, turn = order(strategy(policy), among, turn)

    names, _ = order(strategy(policy), among, turn)

    assert sorted(names) == sorted(each.name for each in among if each.available)


@given(st.dictionaries(st.text(), st.integers()), st.lists(st.text()))
@settings(deadline=None)
def test_a_turn_survives_being_written_as_json(current: dict[str, int], tried: list[str]) -> None:
    turn = Turn(current, tuple(tried))

    assert Turn.load(json.loads(json.dumps(turn.dump()))) == turn


def test_a_strategy_goes_on_where_its_written_turn_stands() -> None:
    of, among = strategy("weighted", {"a": 5, "b": 1, "c": 1}), [Candidate(name=name) for name in NAMES]
    found, blob = [], None
    for _ in range(7):
        names, turn = order(of, among, Turn.load(blob))
        found.append(names[0])
        blob = json.loads(json.dumps(turn.dump()))

    assert "".join(found) == "aabacaa"


@pytest.mark.parametrize("blob", [None, {}, [], {"current": 3}, {"current": {"a": "much"}}, {"tried": 1}])
def test_a_turn_that_cannot_be_read_is_a_fresh_one(blob: Any) -> None:
    assert Turn.load(blob) == Turn()


def test_a_turn_forgets_profiles_that_left_the_strategy() -> None:
    _, turn = order(strategy("round_robin"), candidates("in_flight", 0, 0, 0), Turn({"gone": 4, "a": 0}))

    assert set(turn.current) == set(NAMES)


STAYING: tuple[ErrorKind, ...] = ("invalid_request", "content_filter", "budget")


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_requests_own_faults_are_not_taken_elsewhere(kind: ErrorKind) -> None:
    assert may_fail_over(kind) == (kind not in STAYING)
