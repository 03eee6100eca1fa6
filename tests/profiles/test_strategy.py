"""A strategy made in Python: what it takes, and what it refuses."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from distilkit.errors import InputError
from distilkit.profiles import Profile, Route, Strategy
from distilkit.profiles.strategy import POLICIES

MINE = Profile(name="mine", provider="sim", model="m", section="mine")


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


@pytest.mark.parametrize("policy", sorted(set(POLICIES) - {"weighted"}))
def test_every_policy_but_one_needs_no_weights(policy: str) -> None:
    assert made(policy=policy).policy == policy


def test_numpys_numbers_are_numbers() -> None:
    weights: dict[str, Any] = {"a": np.float32(0.7), "b": np.int64(3)}
    strategy = made(policy="weighted", weights=weights, max_failures=np.int64(2), recovery_timeout_s=np.float64(9))

    assert strategy.weights == weights
    assert strategy.max_failures == 2
    assert strategy.recovery_timeout_s == 9


def test_it_survives_pickling() -> None:
    strategy = made(profiles=["a", MINE])

    assert pickle.loads(pickle.dumps(strategy)) == strategy  # noqa: S301 - our own


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
