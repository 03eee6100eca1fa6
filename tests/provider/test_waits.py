"""How long to wait, in all the ways it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.provider.waits import parse_wait, retry_after_s

NOW = 1_750_000_000.0


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, tz=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20", 20),
        ("0.5", 0.5),
        ("0", 0),
        ("-3", 0),
        ("1s", 1),
        ("6m0s", 360),
        ("119ms", 0.119),
        ("1m26.4s", 86.4),
        ("23h47m36.648s", 85_656.648),
        ("57.2s", 57.2),
        (format_datetime(at(30), usegmt=True), 30),
        (at(30).isoformat(), 30),
        (at(30).isoformat().replace("+00:00", "Z"), 30),
        (str(NOW + 30), 30),
        (str(int((NOW + 30) * 1000)), 30),
        (at(-30).isoformat(), 0),
        ("999999", 86_400),
        ("900000h", 86_400),
    ],
)
def test_every_known_form_is_read(text: str, seconds: float | None) -> None:
    assert parse_wait(text, now=NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "-inf", "1e999", "1x", "s", "12:", "9" * 100, "٣", "1m2"])
def test_garbage_is_ignored(text: str) -> None:
    if text == "٣":  # Python reads any alphabet's digits
        assert parse_wait(text, now=NOW) == 3
    else:
        assert parse_wait(text, now=NOW) is None


@given(st.text(max_size=80) | st.from_regex(r"[0-9hms.:TZ+ -]{0,30}"), st.sampled_from(["", "ms"]))
def test_no_text_makes_it_raise_and_no_wait_is_longer_than_a_day(text: str, unit: str) -> None:
    wait = parse_wait(text, now=NOW, unit=unit)

    assert wait is None or 0 <= wait <= 86_400


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "x-ratelimit-reset"]), st.text()), st.text())
def test_no_reply_makes_it_raise(headers: dict[str, str], message: str) -> None:
    wait = retry_after_s(headers, None, message, now=NOW)

    assert wait is None or 0 <= wait <= 86_400


def test_milliseconds_are_the_finer_word() -> None:
    assert retry_after_s({"retry-after": "2", "retry-after-ms": "1500"}, None, "", now=NOW) == 1.5


def test_geminis_wait_stands_in_the_body() -> None:
    body = {"error": {"details": [{"@type": "Help"}, {"@type": "RetryInfo", "retryDelay": "57.2s"}, 3]}}

    assert retry_after_s({}, body, "", now=NOW) == 57.2


def test_the_time_a_model_takes_to_load_is_a_wait() -> None:
    assert retry_after_s({}, {"error": "Model a/b is loading", "estimated_time": 20.5}, "", now=NOW) == 20.5


def test_openrouters_wait_is_a_moment_in_the_body() -> None:
    body = {"error": {"metadata": {"headers": {"X-RateLimit-Reset": str(int((NOW + 12) * 1000))}}}}

    assert retry_after_s({}, body, "", now=NOW) == pytest.approx(12)


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 20s.", 20),
        ("Please try again in 6m0s. Visit", 360),
        ("please retry after 7 seconds", 7),
        ("Please try again in 119ms.", 0.119),
        ("Try again in 2 minutes", 120),
        ("it failed", None),
        ("a model of 7 seconds", None),
    ],
)
def test_a_wait_in_words_is_read(message: str, seconds: float | None) -> None:
    assert retry_after_s({}, None, message, now=NOW) == (seconds and pytest.approx(seconds))
