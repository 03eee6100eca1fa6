"""Which requests a table tells of."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.plot.sent import requests_of


def answers(**columns: list[Any]) -> pd.DataFrame:
    """Return rows as `compare` does, one a second, with the columns given in place of the usual ones."""
    count = len(next(iter(columns.values()))) if columns else 2
    usual: dict[str, Any] = {
        "profile": pd.array(["a"] * count, dtype="string"),
        "served_by": pd.array(["a"] * count, dtype="string"),
        "input_tokens": pd.array([10] * count, dtype="Int64"),
        "output_tokens": pd.array([5] * count, dtype="Int64"),
        "latency_s": pd.array([0.0] * count, dtype="Float64"),
        "attempts": pd.array([1] * count, dtype="Int64"),
        "from_store": pd.array([False] * count, dtype="boolean"),
        "error_kind": pd.array([None] * count, dtype="string"),
        "created_at": pd.to_datetime(range(100, 100 + count), unit="s", utc=True),
        "key": [f"key-{n}" for n in range(count)],
    }
    return pd.DataFrame({**usual, **columns})


def test_a_timelines_429_took_no_tokens() -> None:
    table = pd.DataFrame(
        {
            "at_s": pd.array([3.0, 4.0], dtype="Float64"),
            "profile": "a",
            "input_tokens": 10,
            "output_tokens": 5,
            "status": pd.array([200, 429], dtype="Int64"),
        }
    )

    sent = requests_of(table)

    assert sent["at_s"].tolist() == [0.0, 1.0]
    assert sent["tokens"].tolist() == [15.0, 0.0]
    assert sent["refused"].tolist() == [False, True]


def test_a_lost_request_is_a_request() -> None:
    table = pd.DataFrame(
        {"at_s": [0.0], "profile": "a", "input_tokens": [7], "output_tokens": [0], "status": pd.array([None], "Int64")}
    )

    assert requests_of(table)[["tokens", "refused"]].to_numpy().tolist() == [[7.0, False]]


def test_an_answer_was_asked_for_its_latency_earlier() -> None:
    """The second answer was asked for first."""
    sent = requests_of(answers(latency_s=[0.5, 5.0]))

    assert sent.index.tolist() == [1, 0]
    assert sent["at_s"].tolist() == [0.0, 3.5]


def test_rows_from_the_store_were_not_sent_in_this_run() -> None:
    assert len(requests_of(answers(from_store=[True, False, False]))) == 2


def test_a_frame_wholly_from_the_store_shows_the_runs_that_filled_it() -> None:
    assert len(requests_of(answers(from_store=[True, True]))) == 2


def test_what_was_never_sent_is_no_request() -> None:
    assert len(requests_of(answers(attempts=[0, 1]))) == 1


def test_a_duplicate_was_sent_once() -> None:
    assert len(requests_of(answers(key=["same", "same"]))) == 1


def test_a_strategys_row_counts_for_the_profile_that_answered() -> None:
    frame = answers(served_by=["member", pd.NA]).assign(profile="strategy")

    assert requests_of(frame)["profile"].tolist() == ["member", "strategy"]


def test_unknown_tokens_stay_unknown() -> None:
    sent = requests_of(answers(output_tokens=pd.array([5, None], dtype="Int64").tolist()))

    assert sent["tokens"].isna().tolist() == [False, True]


def test_rows_with_one_index_are_told_apart() -> None:
    frame = pd.concat([answers(key=["a", "b"]), answers(key=["c", "d"])])

    assert len(requests_of(frame)) == 4


def test_no_rows_are_no_requests() -> None:
    assert len(requests_of(answers().head(0))) == 0


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ((pd.DataFrame(), pd.DataFrame()), "not tuple; pass the second table of rehearse"),
        (pd.DataFrame({"profile": ["a"]}), "lacks the columns input_tokens, output_tokens; pass"),
        (
            pd.DataFrame({"profile": ["a"], "input_tokens": [1], "output_tokens": [1]}),
            "lacks the columns at_s and status, or created_at",
        ),
    ],
)
def test_a_table_of_neither_kind_is_refused_with_the_way_out(table: Any, match: str) -> None:
    with pytest.raises(InputError, match=match):
        requests_of(table)
