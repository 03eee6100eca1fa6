"""The list headers of IETF's drafts: policies find the state they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.provider.ietf import Quota, count, quotas


def test_each_state_finds_its_policy_by_name() -> None:
    headers = {
        "ratelimit": '"minute";r=3;t=20, "day";r=900;t=4000',
        "ratelimit-policy": '"day";q=1000;w=86400, "minute";q=10;w=60',
    }

    assert quotas(headers) == [
        Quota("minute", "", 10, 3, 20, 60),
        Quota("day", "", 1000, 900, 4000, 86_400),
    ]


def test_an_older_state_finds_its_policy_by_its_limit() -> None:
    headers = {"ratelimit": "limit=10, remaining=3, reset=20", "ratelimit-policy": "10;w=60, 1000;w=3600"}

    assert quotas(headers) == [Quota("", "", 10, 3, 20, 60), Quota("1000", "", 1000, None, None, 3600)]


def test_signs_within_quotes_split_nothing() -> None:
    assert quotas({"ratelimit-policy": '"a,b;c=1";q=10;w=60'}) == [Quota("a,b;c=1", "", 10, None, None, 60)]


def test_a_name_without_quotes_will_do() -> None:
    assert quotas({"ratelimit": "default;r=1;t=2"}) == [Quota("default", "", None, 1, 2)]


@pytest.mark.parametrize("text", ["", ",", ";;", '"', '"a', "a;q", "a;r=-1;t=x", "=;=,=", "limit=, remaining="])
def test_garbage_tells_nothing(text: str) -> None:
    assert quotas({"ratelimit": text, "ratelimit-policy": text}) == []


@given(st.text(), st.text())
def test_no_text_makes_it_raise(one: str, other: str) -> None:
    quotas({"ratelimit": one, "ratelimit-policy": other, "ratelimit-limit": one})


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5), (" 5.5 ", 5.5), ("-1", None), ("1e3", None), ("٣", None), ("nan", None), ("", None)]
)
def test_only_plain_numbers_are_counts(text: str, number: float | None) -> None:
    assert count(text) == number
