"""A strategy made in Python: what it takes, and what it refuses."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from distilkit.errors import InputError
from distilkit.profiles import Evidence, Profile, Route, Strategy
from distilkit.profiles.strategy import POLICIES

MINE = Profile(name="mine", provider="sim", model="m", section="mine")

GOOD_ENOUGH: dict[str, Any] = {
    "policy": "cheapest_good_enough",
    "profiles": ["a", "b"],
    "quality": 0.8,
    "evidence": {"a": {"quality": 0.9, "cost_per_item_usd": 2}, "b": {"quality": 0.8, "cost_per_item_usd": 1}},
}


def made(**more: Any) -> Strategy:
    return Strategy(**{"name": "s", "policy": "failover", "profiles": ["a", "b"], **more})


def test_a_list_becomes_a_tuple() -> None:
    profiles: Any = ["a", MINE]
    strategy = made(profiles=profiles)
    profiles.append("c")

    assert strategy.profiles == ("a", MINE)
    assert strategy.names == ("a", "mine")


def test_the_callers_weights_are_copied() -> None:
    weights = {"a": 1, "b": 2}
    strategy = made(policy="weighted", weights=weights)
    weights["a"] = -1

    assert strategy.weights == {"a": 1, "b": 2}


def test_weights_of_profile_objects_go_by_their_names() -> None:
    assert made(policy="weighted", profiles=["a", MINE], weights={"a": 1, "mine": 2}).weights["mine"] == 2


@pytest.mark.parametrize("policy", sorted(set(POLICIES) - {"weighted", "cheapest_good_enough"}))
def test_every_other_policy_needs_neither_weights_nor_evidence(policy: str) -> None:
    assert made(policy=policy).policy == policy


def test_numpys_numbers_are_numbers() -> None:
    weights: dict[str, Any] = {"a": np.float32(0.7), "b": np.int64(3)}
    strategy = made(policy="weighted", weights=weights, max_failures=np.int64(2), recovery_timeout_s=np.float64(9))

    assert strategy.weights == weights
    assert strategy.max_failures == 2
    assert strategy.recovery_timeout_s == 9


@pytest.mark.parametrize("fields", [{}, GOOD_ENOUGH], ids=["failover", "cheapest_good_enough"])
def test_it_survives_pickling(fields: dict[str, Any]) -> None:
    strategy = made(**{"profiles": ["a", MINE], **fields})

    assert pickle.loads(pickle.dumps(strategy)) == strategy  # noqa: S301 - our own


def test_evidence_of_mappings_becomes_values_and_is_copied() -> None:
    given: dict[str, Any] = {"a": {"quality": np.float64(0.9), "n": np.int64(7)}, "b": Evidence(quality=0.8)}
    strategy = made(**{**GOOD_ENOUGH, "evidence": given})
    given["a"] = None

    assert strategy.evidence == {"a": Evidence(quality=0.9, n=7), "b": Evidence(quality=0.8)}


def test_those_it_may_ask_are_the_good_enough_the_cheapest_first() -> None:
    assert made().asked == ("a", "b")
    assert made(**GOOD_ENOUGH).asked == ("b", "a")
    assert made(**GOOD_ENOUGH | {"quality": 0.85}).asked == ("a",)


def test_a_quality_of_zero_is_a_quality() -> None:
    evidence = {"a": {"quality": -0.1}, "b": {"quality": 0.0}}

    assert made(**GOOD_ENOUGH | {"quality": 0, "evidence": evidence}).asked == ("b",)


def test_a_route_has_its_strategys_name() -> None:
    assert Route(strategy=made(), members=(MINE,)).name == "s"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "name= must be"),
        ({"name": " s"}, "name= must be"),
        ({"name": "s\n"}, "name= must be"),
        ({"name": "\x1b[31m"}, "name= must be"),
        ({"name": "s" * 201}, "name= must be"),
        ({"name": None}, "name= must be"),
        ({"policy": "random"}, "policy= must be one of failover, round_robin"),
        ({"policy": ["failover"]}, "policy= must be one of"),
        ({"profiles": []}, "profiles= is empty; name those"),
        ({"profiles": "a"}, "profiles= takes a list"),
        ({"profiles": MINE}, "profiles= takes a list"),
        ({"profiles": None}, "profiles= takes a list"),
        ({"profiles": {"a": 0.7, "b": 0.3}}, "profiles= takes a list"),
        ({"profiles": {"a", "b"}}, "profiles= takes a list"),
        ({"profiles": ["a", 3]}, "profiles= takes names and Profile objects, not int"),
        ({"profiles": ["a", "b", "a"]}, "'a' is in profiles= twice; for a larger share"),
        ({"profiles": ["mine", MINE]}, "'mine' is in profiles= twice"),
        ({"profiles": ["a", "s"]}, "one of its profiles has this name too"),
        ({"weights": {"a": 1, "b": 1}}, "weights= are for policy='weighted', not 'failover'"),
        ({"policy": "weighted"}, "weights= must have a share for each of a, b"),
        ({"policy": "weighted", "weights": {"a": 1}}, "weights= must have a share for each of a, b"),
        ({"policy": "weighted", "weights": {"a": 1, "b": 1, "c": 1}}, "and no other"),
        ({"policy": "weighted", "weights": [1, 2]}, "weights= takes a share for each name"),
        ({"policy": "weighted", "weights": {"a": 1, "b": 0}}, "positive numbers, not 0 for 'b'"),
        ({"policy": "weighted", "weights": {"a": 1, "b": float("inf")}}, "positive numbers"),
        ({"policy": "weighted", "weights": {"a": 1, "b": float("nan")}}, "positive numbers"),
        ({"policy": "weighted", "weights": {"a": 1, "b": True}}, "positive numbers"),
        ({"policy": "weighted", "weights": {"a": 1, "b": "2"}}, "positive numbers"),
        ({"quality": 0.8}, "quality= and evidence= are for policy='cheapest_good_enough', not 'failover'"),
        ({"evidence": {"a": {"quality": 1}}}, "quality= and evidence= are for policy='cheapest_good_enough'"),
        ({**GOOD_ENOUGH, "weights": {"a": 1, "b": 1}}, "weights= are for policy='weighted'"),
        ({**GOOD_ENOUGH, "quality": None}, "quality= must be the least mean score, such as 0.8, not None"),
        ({**GOOD_ENOUGH, "quality": True}, "quality= must be the least mean score"),
        ({**GOOD_ENOUGH, "quality": float("nan")}, "quality= must be the least mean score"),
        ({**GOOD_ENOUGH, "evidence": {}}, "evidence= must be there for each of a, b, and no other"),
        ({**GOOD_ENOUGH, "evidence": {"a": {"quality": 1}}}, "evidence= must be there for each of a, b"),
        ({**GOOD_ENOUGH, "evidence": [1]}, "evidence= takes what is known of each name"),
        ({**GOOD_ENOUGH, "quality": 0.95}, "no profile reaches quality 0.95; the best, 'a', has 0.9; lower it to 0.9"),
        *(
            ({**GOOD_ENOUGH, "evidence": {"a": wrong, "b": {"quality": 1}}}, f"evidence= of 'a': {told}")
            for wrong, told in [
                (0.9, "takes a mapping such as"),
                ({}, "quality is missing; add it"),
                ({"quality": "good"}, "quality must be a number, not 'good'"),
                ({"quality": True}, "quality must be a number"),
                ({"quality": float("inf")}, "quality must be a number"),
                ({"quality": 1, "qualty": 1}, "'qualty' is no field; known: quality, quality_low"),
                ({"quality": 0.5, "quality_low": 0.6}, "quality_low is 0.6, above quality, 0.5"),
                ({"quality": 1, "cost_per_item_usd": -1}, "cost_per_item_usd must be dollars from 0, not -1"),
                ({"quality": 1, "n": 0}, "n must be a whole number from 1, not 0"),
                ({"quality": 1, "n": 1.5}, "n must be a whole number from 1"),
            ]
        ),
        ({"max_failures": 0}, "max_failures= must be a whole number from 1"),
        ({"max_failures": 1.5}, "max_failures= must be a whole number from 1"),
        ({"max_failures": True}, "max_failures= must be a whole number from 1"),
        ({"recovery_timeout_s": 0}, "recovery_timeout_s= must be seconds above 0"),
        ({"recovery_timeout_s": "60"}, "recovery_timeout_s= must be seconds above 0"),
        ({"health_check_interval_s": -1}, "health_check_interval_s= must be seconds above 0 or None"),
    ],
)
def test_what_cannot_be_routed_by_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        made(**fields)

    assert told in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("huge", [10**400, -(10**400), 10**5000], ids=["400", "-400", "5000"])
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (lambda huge: {"recovery_timeout_s": huge}, "recovery_timeout_s= must be seconds"),
        (lambda huge: {"policy": "weighted", "weights": {"a": 1, "b": huge}}, "must be positive numbers"),
        (lambda huge: {**GOOD_ENOUGH, "quality": huge}, "quality= must be the least mean score"),
        (lambda huge: {**GOOD_ENOUGH, "evidence": {"a": {"quality": huge}}}, "quality must be a number"),
    ],
    ids=["seconds", "weights", "quality", "evidence"],
)
def test_a_number_that_no_float_holds_is_refused_by_name(fields: Any, told: str, huge: int) -> None:
    with pytest.raises(InputError, match=told):
        made(**fields(huge))
