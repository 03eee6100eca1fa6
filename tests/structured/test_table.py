"""The columns a structured run adds, and how two rounds become one row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from distilkit.errors import InputError
from distilkit.frame import COLUMNS, to_frame
from distilkit.structured import EXTRA, StructuredRows, check_columns
from distilkit.structured.fitting import Parsed, Unfit
from distilkit.structured.table import JOINS, Later


class Pair(BaseModel):
    left: int


def row(**values: Any) -> tuple[Any, ...]:
    usual = {"prompt_id": 0, "profile": "p", "served_by": "p", "sample": 0, "content": "c", "from_store": False}
    return tuple({**dict.fromkeys(COLUMNS), **usual, "attempts": 1, **values}.values())


def frame(*verdicts: Any) -> pd.DataFrame:
    rows = [row(prompt_id=nth) for nth in range(len(verdicts))]
    return StructuredRows(list(range(len(rows))), to_frame(rows), verdicts).frame()


@pytest.mark.parametrize(
    "value", [{"a": 1}, [1, 2], [[1, 2], [3, 4]], [], Pair(left=1), "text", 3, True, 0, ["x"] * 3, {}]
)
def test_a_value_stands_in_its_cell_as_it_is(value: Any) -> None:
    found = frame(Parsed(value), Parsed(value), None)

    assert found["parsed"].tolist()[:2] == [value, value]
    assert found["parsed"][2] is pd.NA
    assert found["parsed"].dtype == object


def test_the_columns_have_their_types() -> None:
    found = frame(Parsed({}), Unfit("no"), None)

    assert list(found.columns) == [*COLUMNS, *EXTRA]
    assert found["schema_error"].tolist() == [pd.NA, "no", pd.NA]
    assert isinstance(found["schema_error"].dtype, pd.StringDtype)
    assert {name: str(dtype) for name, dtype in found.dtypes.items() if name in EXTRA} == EXTRA


def test_half_a_surrogate_pair_can_be_written() -> None:
    frame(Unfit("a.\ud83d: no"))["schema_error"].str.encode("utf-8")


def test_columns_of_the_callers_that_clash_are_refused() -> None:
    check_columns(["answer"])

    with pytest.raises(InputError, match="parsed, schema_error; rename them"):
        check_columns(["schema_error", "answer", "parsed"])


def test_two_answers_are_one_row() -> None:
    first = to_frame(
        [row(cost_usd=1.0, cached_tokens=None, tried="p: timeout; p: answered", attempts=2, ttft_s=0.1), row()]
    )
    second = to_frame([row(cost_usd=2.0, cached_tokens=3, content="d", served_by="q", from_store=True, ttft_s=0.9)])

    merged = JOINS["repaired"](first, Later([0], second, "repaired"))

    found = merged.iloc[0]
    assert (found["content"], found["served_by"], found["cost_usd"], found["attempts"]) == ("d", "q", 3.0, 3)
    assert found["cached_tokens"] is pd.NA
    assert found["ttft_s"] == 0.1
    assert found["tried"] == "p: timeout; p: answered; repaired; q: answered"
    assert merged.dtypes.tolist() == first.dtypes.tolist()
    pd.testing.assert_series_equal(merged.iloc[1], first.iloc[1])
    assert first["content"].tolist() == ["c", "c"]


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True)])
def test_a_row_is_from_the_store_where_both_answers_are(first: bool, second: bool) -> None:  # noqa: FBT001 - the cases
    merged = JOINS["repaired"](
        to_frame([row(from_store=first)]), Later([0], to_frame([row(from_store=second)]), "repaired")
    )

    assert merged["from_store"].tolist() == [first and second]


@pytest.mark.parametrize(("bill", "total"), [({}, 1.0), ({"cost_usd": 2.0, "billed_usd": 2.0, "input_tokens": 5}, 3.0)])
def test_a_failed_repair_counts_where_it_was_paid_for(bill: dict[str, Any], total: float) -> None:
    first = to_frame([row(cost_usd=1.0, billed_usd=1.0, input_tokens=1)])
    second = to_frame([row(content=None, served_by=None, error_kind="content_filter", error="no", **bill)])

    found = JOINS["repair failed"](first, Later([0], second, "repair failed")).iloc[0]

    assert (found["cost_usd"], found["billed_usd"], found["content"]) == (total, total, "c")
    assert found["error_kind"] is pd.NA
    assert found["tried"] == "p: answered; repair failed; p: content_filter"


def test_an_answer_in_words_takes_the_place_of_a_refusal() -> None:
    first = to_frame([row(content=None, served_by=None, error_kind="invalid_request", error="no")])
    second = to_frame([row(content="d", cost_usd=2.0, latency_s=1.0)])

    found = JOINS["asked in words"](first, Later([0], second, "asked in words")).iloc[0]

    assert (found["content"], found["cost_usd"], found["latency_s"], found["attempts"]) == ("d", 2.0, 1.0, 2)
    assert found["error_kind"] is pd.NA
    assert found["error"] is pd.NA
