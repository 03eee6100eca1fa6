"""The tree of errors: one base to catch, and fields that survive the way from worker to driver."""

from __future__ import annotations

import copy
import pickle
from types import MappingProxyType
from typing import Any

import pytest

from distilkit import errors
from distilkit.errors import KINDS, ConfigError, DistilkitError, ErrorKind, InputError, ProviderError, StoreError

FIELDS = ("message", "kind", "provider", "status", "retry_after_s", "retryable", "body", "headers")


def fields(error: ProviderError) -> dict[str, Any]:
    return {name: getattr(error, name) for name in FIELDS}


@pytest.mark.parametrize("error", [ConfigError, InputError, StoreError, ProviderError])
def test_one_except_catches_them_all(error: type[Exception]) -> None:
    assert issubclass(error, DistilkitError)


def test_a_wrong_argument_is_also_a_value_error() -> None:
    assert issubclass(InputError, ValueError)
    assert not issubclass(ConfigError, ValueError)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    branches = [
        name for name, value in vars(errors).items() if isinstance(value, type) and DistilkitError in value.__bases__
    ]

    drawn = [line.split()[1] for line in (errors.__doc__ or "").splitlines() if "── " in line]
    assert sorted(drawn) == sorted(branches)


@pytest.mark.parametrize("travel", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])  # noqa: S301 - our own bytes
def test_a_provider_error_travels_whole(travel: Any) -> None:
    error = ProviderError(
        "too many requests",
        kind="rate_limit",
        provider="anthropic",
        status=429,
        retry_after_s=1.5,
        retryable=False,
        body="slow down",
        headers=MappingProxyType({"x-ratelimit-remaining-tokens": "0"}),
    )

    arrived = travel(error)

    assert type(arrived) is ProviderError
    assert fields(arrived) == fields(error)
    assert str(arrived) == "too many requests"


@pytest.mark.parametrize("error", [ConfigError("a.yaml:3: x"), InputError("samples"), StoreError("folder")])
def test_the_others_travel_too(error: DistilkitError) -> None:
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(arrived) is type(error)
    assert arrived.args == error.args


@pytest.mark.parametrize("kind", KINDS)
def test_only_causes_that_pass_by_themselves_are_worth_another_attempt(kind: ErrorKind) -> None:
    error = ProviderError("no", kind=kind, provider="openai")

    assert error.retryable == (kind in {"rate_limit", "timeout", "connection", "provider_error"})


def test_whoever_raises_it_may_know_better() -> None:
    """An exhausted quota comes as a rate limit and never passes."""
    assert not ProviderError("quota", kind="rate_limit", provider="openai", retryable=False).retryable


def test_an_error_without_a_reply_has_no_headers() -> None:
    assert ProviderError("no", kind="connection", provider="openai").headers == {}


def test_the_kinds_are_those_of_the_column() -> None:
    assert KINDS == (
        "rate_limit",
        "context_length",
        "invalid_request",
        "timeout",
        "model_not_found",
        "authentication",
        "content_filter",
        "connection",
        "budget",
        "provider_error",
        "unknown",
    )
