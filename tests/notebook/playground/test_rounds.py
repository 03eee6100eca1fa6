"""The history, and the frame of it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.errors import ConfigError, ProviderError
from distilkit.frame import COLUMNS
from distilkit.notebook.playground.rounds import Round, frame_of_rounds
from distilkit.notebook.playground.rows import OWN
from distilkit.streaming import Piece

AT = 1_750_000_000.0


@pytest.fixture
def asked(wish: Any) -> Any:
    """Make a round of these profiles."""

    def make(*names: str, number: int = 1, **more: Any) -> Round:
        return Round.of(number, wish(*names, **more), 0.0)

    return make


def refused(kind: Any = "connection") -> ProviderError:
    return ProviderError("no way", kind=kind, provider="sim")


def test_an_answered_row_is_the_row_of_compare(asked: Any, store: Any) -> None:
    row = dk.complete("What is 3 + 4?", "sim/small", store=store)
    one = asked("sim/small", number=4)
    one.columns["sim/small"].take(Piece("end", row=row))

    frame = frame_of_rounds([one])

    assert list(frame.columns) == [*COLUMNS, *OWN]
    assert {name: str(frame[name].dtype) for name in COLUMNS} == {**COLUMNS, "prompt_id": "Int64"}
    same = [name for name in COLUMNS if name != "prompt_id"]
    pd.testing.assert_series_equal(frame.iloc[0][same], row[same], check_names=False)
    assert frame.loc[0, ["prompt_id", "round"]].tolist() == [4, 4]


def test_a_failed_row_says_who_was_asked_what_and_why_not(asked: Any) -> None:
    one = asked("sim/small", system="Be brief.", params={"seed": 1})
    one.columns["sim/small"].take(Piece("content", "half"))

    one.end("sim/small", refused(), None, AT)
    row = frame_of_rounds([one]).iloc[0]

    assert row[["profile", "model", "error_kind", "error", "content"]].tolist() == [
        "sim/small",
        "sim/small",
        "connection",
        "no way",
        "half",
    ]
    assert row[["cost_usd", "billed_usd", "attempts", "output_tokens"]].isna().all()
    assert (row["system"], row["params"]) == ("Be brief.", '{"seed": 1}')
    assert row["created_at"].timestamp() == AT
    assert len(row["key"]) == 64


def test_one_that_cannot_even_be_planned_has_a_row_too_and_cost_nothing(asked: Any) -> None:
    one = asked("nope")

    one.end("nope", ConfigError("no such profile"), None, AT)
    row = frame_of_rounds([one]).iloc[0]

    assert row[["profile", "prompt", "error", "billed_usd"]].tolist() == [
        "nope",
        "What is 3 + 4?",
        "no such profile",
        0.0,
    ]
    assert row[["model", "key"]].isna().all()


def test_a_stopped_row_says_so(asked: Any) -> None:
    one = asked("sim/small")
    one.columns["sim/small"].take(Piece("content", "half"))

    one.end("sim/small", None, None, AT)
    row = frame_of_rounds([one]).iloc[0]

    assert (row["content"], row["error_kind"]) == ("half", "unknown")
    assert row["error"].startswith("stopped before the end")


def test_no_rounds_are_an_empty_frame_with_every_column() -> None:
    frame = frame_of_rounds([])

    assert frame.empty
    assert list(frame.columns) == [*COLUMNS, *OWN]


def test_the_analyses_take_the_frame_and_see_no_score_in_it(asked: Any, store: Any) -> None:
    rounds = [asked("sim/small", "nope", number=nth) for nth in (1, 2)]
    for one in rounds:
        one.columns["sim/small"].take(Piece("end", row=dk.complete("Hello", "sim/small", store=store)))
        one.end("nope", refused(), None, AT)

    summary = dk.summarize(frame_of_rounds(rounds)).set_index("profile")

    assert summary["rows"].to_dict() == {"sim/small": 2, "nope": 2}
    assert summary["errors"].to_dict() == {"sim/small": 0, "nope": 2}


def test_the_line_counts_and_changes_only_when_one_ends(asked: Any, store: Any) -> None:
    one = asked("sim/small", "b", "c")
    lines = [one.told()]
    one.columns["b"].take(Piece("content", "half"))
    lines.append(one.told())
    one.end("b", refused(), None, AT)
    lines.append(one.told())
    one.columns["sim/small"].take(Piece("end", row=dk.complete("Hello", "sim/small", store=store)))
    one.end("c", None, None, AT)
    lines.append(one.told())

    assert lines[:3] == [
        "Round 1: 3 of 3 profiles still answering",
        "Round 1: 3 of 3 profiles still answering",
        "Round 1: 2 of 3 profiles still answering, 1 failed",
    ]
    assert lines[3].startswith("Round 1: 1 answered, 1 failed, 1 stopped · $0.00")
    assert lines[3].endswith(" paid and an unknown rest")


def test_time_is_counted_until_the_end(asked: Any) -> None:
    one = asked("a", "b")

    one.count(2.0)
    one.end("a", None, None, AT)
    one.count(5.0)

    assert [column.seconds for column in one.columns.values()] == [2.0, 5.0]
