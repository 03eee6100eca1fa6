from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.store import Store
from distilkit.store.rows import Row

if TYPE_CHECKING:
    from distilkit.profiles.profile import Profile

_GOOD = {"prompt": "Hi", "content": "Hello"}
_WRONG = [
    ({"prompt": "Hi"}, "has no content; leave a failed call out"),
    ({"content": "Hello"}, "neither prompt nor messages"),
    ({"prompt": "", "content": "Hello"}, "neither prompt nor messages"),
    ({**_GOOD, "content": float("nan")}, "has no content"),
    ({**_GOOD, "content": pd.NA}, "has no content"),
    ({**_GOOD, "content": 42}, "content is int, not text"),
    ({**_GOOD, "promt": "x"}, r"'promt' is no column of a recorded answer; did you mean prompt\?"),
    ({**_GOOD, "input_token": 1}, r"did you mean input_tokens\?"),
    ({**_GOOD, "zzz": 1}, "known are prompt, messages"),
    ({**_GOOD, 7: 1}, "7 is no column"),
    ({**_GOOD, "input_tokens": "many"}, "input_tokens is 'many': a number of at least 0"),
    ({**_GOOD, "input_tokens": -1}, "at least 0"),
    ({**_GOOD, "input_tokens": 1.5}, "a whole number"),
    ({**_GOOD, "cost_usd": "inf"}, "cost_usd is 'inf'"),
    ({**_GOOD, "latency_s": [1]}, r"latency_s is \[1\]"),
    ({**_GOOD, "created_at": "yesterday"}, "Unix time in seconds, or ISO 8601"),
    ({**_GOOD, "params": "{"}, "params is not JSON"),
    ({**_GOOD, "params": [1]}, "params is list: a mapping"),
    ({**_GOOD, "params": {"stop": {1}}}, "must be JSON"),
    ({**_GOOD, "messages": []}, "at least one"),
    ({**_GOOD, "messages": ["Hi"]}, "messages are objects"),
    ({**_GOOD, "messages": {"role": "user"}}, "messages is dict: a list"),
]


@pytest.mark.parametrize(("row", "message"), _WRONG)
def test_a_wrong_row_is_named(store: Store, profile: Profile, row: dict[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"row 2: .*{message}"):
        store.add_recorded([_GOOD, row], profile=profile)

    assert len(store) == 0


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT, np.float32("nan"), ""])
def test_a_field_that_says_nothing_is_unknown(nothing: object) -> None:
    row = Row(1, {"input_tokens": nothing, "thinking": nothing, "created_at": nothing, "params": nothing})

    assert row.count("input_tokens") is None
    assert row.value("thinking") is None
    assert row.moment("created_at") is None
    assert row.parsed("params", dict, "a mapping") is None


def test_an_empty_answer_is_an_answer() -> None:
    assert Row(1, {"content": ""}).text("content") == ""


@pytest.mark.parametrize("value", [12, "12", 12.0, "12.0", np.int64(12), np.float32(12), Decimal(12)])
def test_a_count_is_read_from_whatever_holds_it(value: object) -> None:
    count = Row(1, {"input_tokens": value}).count("input_tokens")

    assert count == 12
    assert type(count) is int


def test_dollars_are_read_as_written() -> None:
    assert Row(1, {"cost_usd": 0.1}).number_of("cost_usd") == Decimal("0.1")
    assert Row(1, {"cost_usd": "0.10000000000000000001"}).number_of("cost_usd") == Decimal("0.10000000000000000001")


_MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "value",
    [
        _MOMENT,
        str(_MOMENT),
        "2026-01-02T03:04:05Z",
        "2026-01-02 03:04:05",
        "2026-01-02T05:04:05+02:00",
        datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - without a zone it is UTC
        pd.Timestamp("2026-01-02T03:04:05Z"),
    ],
)
def test_a_time_is_read_from_whatever_holds_it(value: object) -> None:
    assert Row(1, {"created_at": value}).moment("created_at") == _MOMENT


def test_a_frame_of_pandas_goes_in_as_records(store: Store, profile: Profile) -> None:
    frame = pd.DataFrame(
        {
            "prompt": ["a", "b"],
            "content": ["1", "2"],
            "output_tokens": pd.array([5, pd.NA], "Int64"),
            "cost_usd": [0.5, None],
        }
    )

    assert store.add_recorded(frame.to_dict("records"), profile=profile) == 2
    assert sorted(str(entry.record.price) for entry in store.entries()) == ["None", "{'cost_usd': '0.5'}"]


@pytest.mark.parametrize("column", ["input_tokens", "latency_s", "cost_usd", "created_at"])
@pytest.mark.parametrize("value", ["1e3000000", "1e-3000000", 10**5000, "9" * 5000, 2**70, "inf", True], ids="abcdefg")
def test_a_number_beyond_all_measure_is_refused_at_once(column: str, value: object) -> None:
    row = Row(7, {column: value})

    with pytest.raises(InputError, match=f"^row 7: {column} is .{{1,80}}(too large|too small|at least 0)"):
        row.moment(column)
    with pytest.raises(InputError, match=r"^row 7: "):
        row.count(column)


@pytest.mark.parametrize("value", ["0e3000000", "0.0", 0])
def test_nothing_is_nothing_however_it_is_written(value: object) -> None:
    assert Row(1, {"input_tokens": value}).count("input_tokens") == 0


@pytest.mark.parametrize("value", [1_760_000_000_000, "1760000000000", "1900-01-01", "9999-12-31T00:00:00Z"])
def test_a_moment_is_in_seconds_and_in_our_time(value: object) -> None:
    with pytest.raises(InputError, match=r"row 1: created_at is .*not milliseconds.*between 1970 and 2255"):
        Row(1, {"created_at": value}).moment("created_at")


def test_more_tokens_or_seconds_than_there_can_be_are_refused() -> None:
    with pytest.raises(InputError, match="below"):
        Row(1, {"input_tokens": 10**12}).count("input_tokens")
    with pytest.raises(InputError, match="a number of seconds"):
        Row(1, {"latency_s": 10**9}).seconds("latency_s")


def test_json_that_is_too_deep_is_refused() -> None:
    with pytest.raises(InputError, match="messages is not JSON"):
        Row(1, {"messages": "[" * 100_000}).parsed("messages", list, "a list")
