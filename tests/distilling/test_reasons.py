"""The reasons of a row as columns: in one order, added to those that are there, never without evidence."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from distilkit.distilling.reasons import REASONS, evidence_of, reasons_of, with_verdicts
from distilkit.errors import InputError

FRAME = pd.DataFrame({"content": ["a", "b", "c"]}, index=[7, 8, 9])


def test_a_row_without_a_reason_is_valid() -> None:
    judged = with_verdicts(FRAME, {"truncated": [None, "cut", None]})

    assert judged["valid"].tolist() == [True, False, True]
    assert judged["reasons"].tolist() == ["", "truncated", ""]
    assert judged["evidence"].tolist() == ["", '{"truncated": "cut"}', ""]
    assert judged.index.equals(FRAME.index)
    assert str(judged["valid"].dtype) == "boolean"


def test_reasons_are_named_in_their_order_whatever_the_order_of_the_checks() -> None:
    judged = with_verdicts(FRAME, {reason: ["x"] * 3 for reason in reversed(REASONS)})

    assert judged["reasons"].tolist() == [", ".join(REASONS)] * 3
    assert list(json.loads(judged["evidence"].iloc[0])) == list(REASONS)


def test_new_reasons_are_added_to_those_there_and_new_evidence_wins() -> None:
    first = with_verdicts(FRAME, {"refusal": ["no", None, "never"]})

    both = with_verdicts(first, {"empty_answer": [None, "blank", None], "refusal": ["sorry", None, None]})

    assert both["reasons"].tolist() == ["refusal", "empty_answer", "refusal"]
    assert [evidence_of(text) for text in both["evidence"]] == [
        {"refusal": "sorry"},
        {"empty_answer": "blank"},
        {"refusal": "never"},
    ]


def test_verdicts_come_back_from_a_file_that_knows_no_types() -> None:
    first = with_verdicts(FRAME, {"refusal": ["no", None, None]})
    read = first.assign(reasons=first["reasons"].replace("", None), evidence=first["evidence"].replace("", None))

    assert list(reasons_of(read)) == [("refusal",), (), ()]
    assert with_verdicts(read, {})["valid"].tolist() == [False, True, True]


def test_half_a_surrogate_pair_is_written_so_that_every_file_takes_it() -> None:
    judged = with_verdicts(FRAME, {"refusal": ["no \ud800 é", None, None]})

    assert judged["evidence"].iloc[0].encode()
    assert evidence_of(judged["evidence"].iloc[0]) == {"refusal": "no \ud800 é"}


@pytest.mark.parametrize("text", [None, "", "no JSON", "[1]", "[" * 100_000])
def test_a_cell_that_is_no_evidence_says_nothing(text: str | None) -> None:
    assert evidence_of(text) == {}


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(InputError, match="'dull' is no reason"):
        with_verdicts(FRAME, {"dull": [None] * 3})


def test_a_check_that_lost_a_row_is_refused() -> None:
    with pytest.raises(InputError, match="gave 2 entries for 3 rows"):
        with_verdicts(FRAME, {"refusal": [None, None]})
