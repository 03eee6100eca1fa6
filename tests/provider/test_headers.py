"""Which headers are kept, and what they tell of limits, in every provider's words."""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.provider.headers import Told, kept, told

NOW = 1_750_000_000.0
UNITS = {"requests", "tokens", "input_tokens", "output_tokens"}


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(NOW + seconds, tz=UTC).isoformat().replace("+00:00", "Z")


def openai(limit: str, remaining: str, reset: str, unit: str = "requests") -> dict[str, str]:
    return {
        f"x-ratelimit-limit-{unit}": limit,
        f"x-ratelimit-remaining-{unit}": remaining,
        f"x-ratelimit-reset-{unit}": reset,
    }


def anthropic(limit: str, remaining: str, reset: str, unit: str) -> dict[str, str]:
    return {
        f"anthropic-ratelimit-{unit}-limit": limit,
        f"anthropic-ratelimit-{unit}-remaining": remaining,
        f"anthropic-ratelimit-{unit}-reset": reset,
    }


def test_only_what_is_worth_keeping_is_kept() -> None:
    given_headers = {
        "X-RateLimit-Remaining-Tokens": "5",
        "x-ratelimitbysize-limit-minute": "7",
        "anthropic-ratelimit-requests-limit": "9",
        "Retry-After": "1",
        "Request-Id": "r",
        "Set-Cookie": "session=1",
        "Authorization": "Bearer x",
        "openai-organization": "my-company",
        "Date": "today",
    }

    assert kept(given_headers) == {
        "x-ratelimit-remaining-tokens": "5",
        "x-ratelimitbysize-limit-minute": "7",
        "anthropic-ratelimit-requests-limit": "9",
        "retry-after": "1",
        "request-id": "r",
        "date": "today",
    }


@pytest.mark.parametrize("provider", ["openai", "azure", "custom_openai"])
def test_openais_words_are_read(provider: str) -> None:
    headers = openai("500", "499", "119ms") | openai("200000", "150000", "15s", "tokens")

    assert told(headers, provider, now=NOW) == [
        Told("requests", 500, 499, pytest.approx(0.119)),
        Told("tokens", 200_000, 150_000, 15),
    ]


def test_anthropics_words_are_read_input_and_output_apart() -> None:
    headers = anthropic("50", "49", moment(2), "requests")
    headers |= anthropic("40000", "39000", moment(1.5), "input-tokens")
    headers |= anthropic("8000", "0", moment(60), "output-tokens")
    headers |= anthropic("48000", "39000", moment(60), "tokens")

    assert told(headers, "anthropic", now=NOW) == [
        Told("requests", 50, 49, 2),
        Told("input_tokens", 40_000, 39_000, 1.5),
        Told("output_tokens", 8_000, 0, 60),
        Told("tokens", 48_000, 39_000, 60),
    ]


def test_groq_counts_requests_by_the_day() -> None:
    headers = openai("14400", "14370", "2.5s") | openai("18000", "17997", "7.66ms", "tokens")

    by_unit = {one.unit: one.per_minute for one in told(headers, "groq", now=NOW)}

    assert by_unit == {"requests": False, "tokens": True}


@pytest.mark.parametrize(("reset_s", "per_minute"), [(30, True), (60, True), (61, False), (20_000, False), (1, False)])
def test_a_limit_of_an_unnamed_window_is_a_minutes_where_its_reset_can_be(reset_s: float, *, per_minute: bool) -> None:
    headers = {
        "X-RateLimit-Limit": "20",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(int((NOW + reset_s) * 1000)),
    }

    assert told(headers, "openrouter", now=NOW) == [Told("requests", 20, 0, reset_s, per_minute)]


def test_without_a_reset_an_unnamed_window_is_unknown() -> None:
    assert told({"X-RateLimit-Limit": "20"}, "openrouter", now=NOW) == [Told("requests", 20, per_minute=False)]


def test_mistrals_words_are_read() -> None:
    by_size = {"ratelimitbysize-limit": "500000", "ratelimitbysize-remaining": "499996", "ratelimitbysize-reset": "30"}
    named = {
        "x-ratelimit-limit-req-minute": "720",
        "x-ratelimit-remaining-req-minute": "717",
        "x-ratelimit-limit-tokens-minute": "5000000",
        "x-ratelimit-tokens-query-cost": "52",
        "x-ratelimitbysize-remaining-month": "9999967994",
        "ratelimitbysize-query-cost": "4",
    }

    assert told(by_size, "mistral", now=NOW) == [Told("tokens", 500_000, 499_996, 30)]
    assert told(named, "mistral", now=NOW) == [
        Told("requests", 720, 717),
        Told("tokens", 5_000_000),
        Told("tokens", remaining=9_999_967_994, per_minute=False),
    ]


def test_azures_renewal_period_names_the_window() -> None:
    headers = openai("10", "9", "1s") | {"x-ratelimit-renewalperiod-requests": "10"}
    headers |= openai("900", "9", "1s", "tokens") | {"x-ratelimit-renewalperiod-tokens": "60"}

    assert [one.per_minute for one in told(headers, "azure", now=NOW)] == [False, True]


def test_azures_unknown_is_not_zero() -> None:
    assert told(openai("-1", "0", "0", "tokens"), "azure", now=NOW) == []


def test_coheres_counts_of_trials_and_months_are_no_limits_here() -> None:
    headers = {"x-endpoint-monthly-call-limit": "1000", "x-trial-endpoint-call-remaining": "3", "num_tokens": "5"}

    assert told(headers, "cohere_chat", now=NOW) == []


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"RateLimit": "limit=100, remaining=50, reset=30"}, Told("requests", 100, 50, 30)),
        ({"RateLimit": "limit=100, remaining=50, reset=300"}, Told("requests", 100, 50, 300, per_minute=False)),
        ({"RateLimit-Limit": "100", "RateLimit-Remaining": "7", "RateLimit-Reset": "9"}, Told("requests", 100, 7, 9)),
        ({"RateLimit-Limit": "100, 100;w=3600"}, Told("requests", 100, per_minute=False)),
        (
            {"RateLimit": '"default";r=50;t=30', "RateLimit-Policy": '"default";q=100;w=60'},
            Told("requests", 100, 50, 30),
        ),
        ({"RateLimit": '"a";r=5;t=3', "RateLimit-Policy": '"a";q=9;w=10'}, Told("requests", 9, 5, 3, per_minute=False)),
        ({"RateLimit-Policy": '"input_tokens";qu="input-tokens";q=9;w=60'}, Told("input_tokens", 9)),
        ({"RateLimit-Policy": '"tokens per minute";q=9;w=60'}, Told("tokens", 9)),
        ({"RateLimit": '"x";r=0;t=999999'}, Told("requests", None, 0, 86_400, per_minute=False)),
    ],
)
def test_ietfs_drafts_are_read(headers: dict[str, str], expected: Told) -> None:
    assert told(headers, "custom_openai", now=NOW) == [expected]


def test_a_quota_of_bytes_is_none_of_ours() -> None:
    assert told({"RateLimit-Policy": '"a";q=9;w=60;qu="content-bytes"'}, "custom_openai", now=NOW) == []


def test_a_reset_beyond_a_minute_is_no_minutes_limit() -> None:
    assert told(openai("200", "0", "6m0s"), "openai", now=NOW) == [Told("requests", 200, 0, 360, per_minute=False)]


@pytest.mark.parametrize("bad", ["-5", "nan", "inf", "1e9", "9" * 16, "many", "", "1_000", "٣", "5, 5", "0", "0.5"])
def test_a_limit_that_is_none_is_ignored(bad: str) -> None:
    assert told(openai(bad, "5", "1s"), "openai", now=NOW) == []


@pytest.mark.parametrize("bad", ["-5", "nan", "inf", "1e9", "9" * 16, "few", "5, 5"])
def test_a_bad_remainder_is_unknown(bad: str) -> None:
    assert told(openai("10", bad, "1s"), "openai", now=NOW) == [Told("requests", 10, None, 1)]


@pytest.mark.parametrize("bad", ["nan", "inf", "soon", "9" * 100])
def test_a_bad_reset_is_unknown(bad: str) -> None:
    assert told(openai("10", "5", bad), "openai", now=NOW) == [Told("requests", 10, 5)]


def test_no_more_remains_than_the_limit() -> None:
    assert told(openai("10", "50", "1s"), "openai", now=NOW) == [Told("requests", 10, 10, 1)]


def test_of_a_header_given_twice_the_first_counts() -> None:
    headers = {"X-RateLimit-Limit-Requests": "10", "x-ratelimit-limit-requests": "20"}

    assert told(headers, "openai", now=NOW) == [Told("requests", 10)]


def test_what_tells_neither_a_limit_nor_a_remainder_tells_nothing() -> None:
    assert told({"x-ratelimit-reset-requests": "1s", "retry-after": "5"}, "openai", now=NOW) == []


@pytest.mark.parametrize("text", ["9", '"', '"a";q=1,', ";", "\\", "limit=1 "])
def test_a_megabyte_is_ignored_and_takes_no_time(text: str) -> None:
    long = text * (1_000_000 // len(text))
    names = ["x-ratelimit-limit-requests", "x-ratelimit-reset-requests", "ratelimit", "ratelimit-policy", long]
    started = time.process_time()

    told(dict.fromkeys(names, long), "openai", now=NOW)

    assert time.process_time() - started < 1


WORDS = st.sampled_from(["x-ratelimit", "ratelimit", "anthropic-ratelimit", "limit", "remaining", "reset", "policy"])
PLACES = st.sampled_from(["requests", "tokens", "input-tokens", "minute", "day", "bysize", "renewalperiod"])
NAMES = st.lists(WORDS | PLACES, min_size=1, max_size=4).map("-".join)
VALUES = st.one_of(
    st.text(max_size=40),
    st.from_regex(r'("?[a-z]{0,4}"?;?[qrtw]?=?-?[0-9.e]{0,20},? ?){0,4}', fullmatch=True),
    st.from_regex(r"-?[0-9]{0,18}(h|ms|s|m|Z|e9)?", fullmatch=True),
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=8), st.sampled_from(["openai", "groq", "anthropic", "", "openrouter"]))
def test_no_header_makes_it_raise_or_tell_nonsense(headers: dict[str, str], provider: str) -> None:
    for one in told(headers, provider, now=NOW):
        assert one.unit in UNITS
        assert one.limit is not None or one.remaining is not None
        assert one.limit is None or (one.limit >= 1 and math.isfinite(one.limit))
        assert one.remaining is None or 0 <= one.remaining <= (one.limit or math.inf)
        assert one.reset_s is None or 0 <= one.reset_s <= 86_400
        assert not one.per_minute or one.reset_s is None or one.reset_s <= 60
