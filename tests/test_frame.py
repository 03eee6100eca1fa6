"""The table: always all columns, in order, of the same types, whatever came back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.calls import Answer, Call, Failure, Prompt, Record
from distilkit.errors import KINDS
from distilkit.frame import COLUMNS, Rows, to_frame
from distilkit.planning import plan
from distilkit.profiles.profile import Price, Profile

PRICE = Price(input_per_million=Decimal(1), output_per_million=Decimal(2))
PRICED = Profile(name="priced", provider="sim", model="m", section="s", price=PRICE)
UNPRICED = Profile(name="unpriced", provider="sim", model="m", section="s")


def calls(*names: Any, profiles: tuple[Profile, ...] = (PRICED,)) -> list[Call]:
    prompts = [Prompt(name, f"q{name}", [{"role": "user", "content": f"q{name}"}]) for name in names]
    return plan(prompts, profiles, params={}, samples=1)


def record(content: str = "yes", **more: Any) -> Record:
    choice = {"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 50}
    fields: dict[str, Any] = {"latency_s": 0.5, "created_at": 1_700_000_000.25, **more}
    return Record(provider="sim", raw={"choices": [choice], "usage": usage, "model": "m"}, **fields)


def answered(planned: list[Call], answer: Answer) -> pd.DataFrame:
    rows = Rows(planned)
    for call in {call.slot: call for call in planned}.values():
        rows.settle(call, answer)
    return rows.frame()


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


def test_an_empty_frame_has_every_column_with_its_type() -> None:
    frame = to_frame([])

    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0
    assert {name: dtype for name, dtype in dtypes(frame).items() if name != "prompt_id"} == {
        name: dtype for name, dtype in COLUMNS.items() if name != "prompt_id"
    }


def test_a_full_frame_has_the_same_types() -> None:
    frame = answered(calls(0, 1), Answer(record=record(), from_store=False, billed_usd=Decimal("0.0002")))

    assert dtypes(frame) == dtypes(to_frame([])) | {"prompt_id": "Int64"}
    row = frame.iloc[0]
    assert (row["input_tokens"], row["output_tokens"], row["cost_usd"]) == (100, 50, 0.0002)
    assert row["created_at"] == pd.Timestamp("2023-11-14 22:13:20.25", tz="UTC")


def test_what_is_not_known_is_missing_and_not_zero() -> None:
    bare = Record(provider="sim", raw={"choices": [{"message": {"content": "yes"}}]}, attempts=None)

    row = answered(calls(0), Answer(record=bare, from_store=False, billed_usd=None)).iloc[0]

    unknown = ["input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "billed_usd"]
    unknown += ["latency_s", "ttft_s", "attempts", "finish_reason", "thinking", "error_kind", "error", "created_at"]
    assert [name for name in unknown if not pd.isna(row[name])] == []


def test_a_failure_is_a_row_with_its_reason() -> None:
    planned = calls("a", "b")
    rows = Rows(planned)
    rows.settle(planned[0], Failure(kind="timeout", message="too slow", attempts=3, created_at=1.0))
    rows.settle(planned[1], Answer(record=record(), from_store=True))

    frame = rows.frame()

    assert frame["error_kind"].tolist()[0] == "timeout"
    assert frame["error"].isna().tolist() == [False, True]
    assert frame["attempts"].tolist() == [3, 1]
    assert pd.isna(frame["cost_usd"][0])


def test_a_paid_reply_that_is_no_answer_shows_what_it_cost() -> None:
    planned = calls("a")
    rows = Rows(planned)
    paid = Failure(kind="content_filter", message="stopped", attempts=1, record=record(), billed_usd=Decimal("0.0002"))
    rows.settle(planned[0], paid)

    row = rows.frame().iloc[0]

    assert (row["error_kind"], row["cost_usd"], row["billed_usd"]) == ("content_filter", 0.0002, 0.0002)


def test_from_the_store_costs_the_list_price_and_bills_nothing() -> None:
    row = answered(calls(0), Answer(record=record(), from_store=True)).iloc[0]

    assert (row["cost_usd"], row["billed_usd"], row["from_store"]) == (0.0002, 0.0, True)


def test_duplicates_share_an_answer_that_is_billed_once() -> None:
    prompts = [Prompt(n, "same", [{"role": "user", "content": "same"}]) for n in range(3)]
    planned = plan(prompts, [PRICED], params={}, samples=1)

    frame = answered(planned, Answer(record=record(), from_store=False, billed_usd=Decimal("0.0002")))

    assert frame["content"].tolist() == ["yes"] * 3
    assert frame["billed_usd"].tolist() == [0.0002, 0.0, 0.0]


def test_profiles_that_ask_the_same_keep_their_own_price() -> None:
    frame = answered(calls(0, profiles=(PRICED, UNPRICED)), Answer(record=record(), from_store=True))

    assert frame["profile"].tolist() == ["priced", "unpriced"]
    assert frame["cost_usd"][0] == 0.0002
    assert pd.isna(frame["cost_usd"][1])


def test_a_corrected_price_corrects_old_answers() -> None:
    stated = record(price={"input_cost_per_token": "0.5", "output_cost_per_token": "0"})

    frame = answered(calls(0, profiles=(UNPRICED, PRICED)), Answer(record=stated, from_store=True))

    assert frame["cost_usd"].tolist() == [50.0, 0.0002]


def test_unfinished_rows_are_left_out_and_order_is_the_plans() -> None:
    planned = calls(0, 1, 2, 3)
    rows = Rows(planned)
    for place in (3, 1):
        rows.settle(planned[place], Answer(record=record(), from_store=False))

    assert rows.finished == [1, 3]
    assert rows.frame()["prompt_id"].tolist() == [1, 3]


@pytest.mark.parametrize("text", ["\ud800", "\x00", "a" * 100_000, "=1+1", "<script>"])
def test_any_text_fits_in(text: str) -> None:
    frame = answered(calls(0), Answer(record=record(text), from_store=False))

    assert frame["content"][0] == text


def test_every_column_and_every_kind_of_error_is_documented() -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "columns.md").read_text()
    rows = [line.split("|")[1].strip(" `") for line in text.splitlines() if line.startswith("| `")]

    assert rows == list(COLUMNS)
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []


_ODD: dict[str, list[Any]] = {
    "created_at": [1e300, 1.7e12, "x", float("nan"), True, [1]],
    "latency_s": [float("nan"), float("inf"), -1.0, "x", [1]],
    "ttft_s": [float("nan"), "x"],
    "attempts": ["x", 1.5, 2**80, -1],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in _ODD.items() for value in values])
def test_a_figure_that_makes_no_sense_is_missing_and_the_answer_is_there(field: str, value: Any) -> None:
    frame = answered(calls(0, 1), Answer(record=record(**{field: value}), from_store=True))

    assert frame["content"].tolist() == ["yes", "yes"]
    assert frame[field].isna().all()
    assert dtypes(frame) == dtypes(to_frame([])) | {"prompt_id": "Int64"}


@pytest.mark.parametrize("price", [[1], "x", {"input_cost_per_token": [1], "output_cost_per_token": "1"}, {1: 2}])
def test_a_price_that_is_none_leaves_the_cost_unknown(price: Any) -> None:
    frame = answered(calls(0, profiles=(UNPRICED,)), Answer(record=record(price=price), from_store=True))

    assert frame["cost_usd"].isna().all()


def test_a_paid_reply_that_is_no_answer_may_have_odd_figures_too() -> None:
    planned = calls("a")
    rows = Rows(planned)
    rows.settle(planned[0], Failure(kind="content_filter", message="stopped", record=record(latency_s="x")))

    assert rows.frame()["latency_s"].isna().all()
