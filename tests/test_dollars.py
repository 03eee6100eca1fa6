"""Tokens and dollars before a run, and spent so far."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Record, Request
from distilkit.profiles import Price, Profile, Strategy
from distilkit.sim import Dials
from distilkit.store import Entry

PRICE = Price(input_per_million=Decimal(1_000_000), output_per_million=Decimal(2_000_000))


def simulated(name: str = "m", **more: Any) -> Profile:
    fields: dict[str, Any] = {"name": name, "provider": "sim", "model": name, "section": "sim", "price": PRICE, **more}
    return Profile(sim=Dials(latency_s=0), **fields)


def only(frame: pd.DataFrame) -> pd.Series[Any]:
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_range_runs_from_one_token_to_max_tokens(tmp_path: Path) -> None:
    row = only(dk.estimate(["hi", "ho"], simulated(params={"max_tokens": 50}), samples=2, store=tmp_path))

    assert (row["calls"], row["from_store"], row["to_send"]) == (4, 0, 4)
    assert (row["output_tokens_low"], row["output_tokens_high"]) == (4, 200)
    assert row["cost_usd_low"] == row["input_tokens"] + 2 * 4
    assert row["cost_usd_high"] == row["input_tokens"] + 2 * 200


def test_an_unlimited_answer_has_no_upper_bound(tmp_path: Path) -> None:
    row = only(dk.estimate(["hi"], simulated(), store=tmp_path))

    assert pd.isna(row["output_tokens_high"])
    assert pd.isna(row["cost_usd_high"])
    assert "max_tokens" in row["basis"]


def test_an_unknown_price_is_unknown(tmp_path: Path) -> None:
    row = only(dk.estimate(["hi"], simulated(price=None, params={"max_tokens": 5}), store=tmp_path))

    assert row["output_tokens_high"] == 5
    assert pd.isna(row["cost_usd_low"])


def test_a_known_model_is_priced_by_litellms_table(tmp_path: Path) -> None:
    row = only(dk.estimate(["hi"], "gpt-4o-mini", store=tmp_path))

    assert 0 < row["cost_usd_low"] < row["cost_usd_high"]


def test_stored_answers_cost_nothing_and_narrow_the_range(tmp_path: Path) -> None:
    asked = dk.sample_task(40)
    done = dk.compare(asked.head(20), simulated(), store=tmp_path)

    row = only(dk.estimate(asked, simulated(), store=tmp_path))

    assert (row["from_store"], row["to_send"]) == (20, 20)
    assert "stored answers" in row["basis"]
    per_answer = done["output_tokens"]
    assert 20 * per_answer.min() <= row["output_tokens_low"] <= row["output_tokens_high"] <= 20 * per_answer.max()


def test_what_is_all_stored_costs_nothing(tmp_path: Path) -> None:
    dk.compare(["hi"], simulated(), store=tmp_path)

    row = only(dk.estimate(["hi"], simulated(), store=tmp_path))

    assert (row["to_send"], row["cost_usd_low"], row["cost_usd_high"]) == (0, 0, 0)


def test_the_real_run_costs_what_the_estimate_said(tmp_path: Path) -> None:
    asked = dk.sample_task(30)
    profile = simulated(params={"max_tokens": 400})

    row = only(dk.estimate(asked, profile, store=tmp_path))
    spent = dk.compare(asked, profile, store=tmp_path)["billed_usd"].sum()

    assert row["cost_usd_low"] <= spent <= row["cost_usd_high"]


CHEAP = Price(input_per_million=Decimal(0), output_per_million=Decimal(1_000_000))


def either(*members: Profile) -> Strategy:
    return Strategy(name="either", policy="failover", profiles=members)


def test_a_strategy_may_cost_what_any_of_its_profiles_does(tmp_path: Path) -> None:
    small, large = simulated("small", price=CHEAP, params={"max_tokens": 10}), simulated(params={"max_tokens": 50})

    row = only(dk.estimate(["hi", "ho"], either(large, small), store=tmp_path))

    assert (row["profile"], row["calls"], row["to_send"]) == ("either", 2, 2)
    assert (row["output_tokens_low"], row["output_tokens_high"]) == (2, 100)
    assert (row["cost_usd_low"], row["cost_usd_high"]) == (2, row["input_tokens"] + 2 * 100)
    assert row["basis"] == "any of: m, small; 1 token to max_tokens"


def test_a_strategy_with_one_unknown_price_has_an_unknown_cost(tmp_path: Path) -> None:
    known, unknown = simulated("known", params={"max_tokens": 5}), simulated(price=None, params={"max_tokens": 5})

    row = only(dk.estimate(["hi"], either(known, unknown), store=tmp_path))

    assert row["output_tokens_high"] == 5
    assert pd.isna(row["cost_usd_low"])
    assert pd.isna(row["cost_usd_high"])


def test_a_strategy_with_one_unlimited_profile_has_no_upper_end(tmp_path: Path) -> None:
    row = only(dk.estimate(["hi"], either(simulated("a", params={"max_tokens": 5}), simulated("b")), store=tmp_path))

    assert (row["output_tokens_low"], row["cost_usd_low"]) == (1, row["input_tokens"] + 2)
    assert pd.isna(row["output_tokens_high"])
    assert pd.isna(row["cost_usd_high"])


def test_an_answer_of_any_of_its_profiles_answers_a_strategys_call(tmp_path: Path) -> None:
    one, two = simulated("one"), simulated("two")
    dk.compare(["a", "b"], one, store=tmp_path)
    dk.compare(["b", "c"], two, store=tmp_path)

    row = only(dk.estimate(["a", "b", "c", "d"], either(one, two), store=tmp_path))

    assert (row["calls"], row["from_store"], row["to_send"]) == (4, 3, 1)


def test_what_each_of_its_profiles_wrote_narrows_a_strategys_range(tmp_path: Path) -> None:
    asked, one, two = dk.sample_task(40), simulated("one"), simulated("two")
    done = [dk.compare(asked.head(20), profile, store=tmp_path) for profile in (one, two)]

    row = only(dk.estimate(asked, either(one, two), store=tmp_path))

    used = pd.concat(done)["output_tokens"]
    assert row["basis"] == "any of: one, two; 10 to 90 % of 20 stored answers"
    assert 20 * used.min() <= row["output_tokens_low"] <= row["output_tokens_high"] <= 20 * used.max()


def test_a_strategy_and_its_own_profile_are_two_rows(tmp_path: Path) -> None:
    profile = simulated(params={"max_tokens": 5})

    frame = dk.estimate(["a", "b"], [either(profile), profile], store=tmp_path)

    assert frame["profile"].tolist() == ["either", "m"]
    assert frame["calls"].tolist() == [2, 2]
    assert frame["cost_usd_high"][0] == frame["cost_usd_high"][1]


def test_estimating_sends_nothing(tmp_path: Path) -> None:
    dead = Profile(name="dead", provider="openai", model="m", section="dead", base_url="http://127.0.0.1:9/v1")

    assert only(dk.estimate(["hi"], dead, store=tmp_path))["to_send"] == 1


def test_wrong_samples_are_refused(tmp_path: Path) -> None:
    with pytest.raises(dk.InputError, match="samples="):
        dk.estimate(["hi"], simulated(), samples=0, store=tmp_path)


def test_spend_is_by_day_provider_and_profile(tmp_path: Path) -> None:
    assert len(dk.spend(tmp_path)) == 0
    billed = dk.compare(["a", "b"], [simulated("one"), simulated("two")], store=tmp_path)["billed_usd"].sum()
    dk.compare(["a", "b"], [simulated("one"), simulated("two")], store=tmp_path)
    dk.compare(["c"], simulated("free", price=None), store=tmp_path)

    spent = dk.spend(tmp_path).set_index("profile")

    assert spent["answers"].to_dict() == {"free": 1, "one": 2, "two": 2}
    assert spent["cost_usd"].sum() == pytest.approx(billed)
    assert spent["unknown"].to_dict() == {"free": 1, "one": 0, "two": 0}
    assert set(spent["provider"]) == {"sim"}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A store whose ledger has two days, two months and two sections."""
    request = Request(model="openai/m", messages=[{"role": "user", "content": "hi"}])
    moments = [datetime(2026, 3, 31, 23, 59, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)]
    entries = [
        Entry(
            key=request.key(),
            request=request,
            record=Record(provider="openai", raw={}, created_at=moment.timestamp()),
            profile=profile,
            section=section,
            cost_usd=cost,
        )
        for moment in moments
        for section, profile, cost in (("a", "x", Decimal("0.1")), ("a", "y", Decimal("0.2")), ("b", "z", None))
    ]
    with dk.Store(tmp_path) as store:
        store.put_many(entries)
    return tmp_path


def test_spend_can_be_added_up_by_month_and_provider(ledger: Path) -> None:
    spent = dk.spend(ledger, by=["month", "provider"])

    assert list(spent.columns) == ["month", "provider", "answers", "cost_usd", "unknown"]
    assert spent["month"].dt.strftime("%Y-%m-%d").tolist() == ["2026-03-01"] * 2 + ["2026-04-01"] * 2
    assert spent["provider"].tolist() == ["a", "b", "a", "b"]
    assert spent["answers"].tolist() == [2, 1, 2, 1]
    assert spent["cost_usd"].tolist() == [0.3, 0.0, 0.3, 0.0], "0.1 and 0.2 are added up before they are floats"
    assert spent["unknown"].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("by", "costs"),
    [("day", [0.3, 0.3]), ("month", [0.3, 0.3]), ("provider", [0.6, 0.0]), ("profile", [0.2, 0.4, 0.0])],
)
def test_spend_can_be_added_up_by_one_thing(ledger: Path, by: str, costs: list[float]) -> None:
    spent = dk.spend(ledger, by=by)

    assert list(spent.columns) == [by, "answers", "cost_usd", "unknown"]
    assert spent["cost_usd"].tolist() == costs
    assert spent.dtypes.astype(str).to_dict()["cost_usd"] == "Float64"


@pytest.mark.parametrize("by", ["total", ["total"]])
def test_all_that_was_spent_is_one_row(ledger: Path, by: str | list[str]) -> None:
    row = only(dk.spend(ledger, by=by))

    assert row.to_dict() == {"answers": 6, "cost_usd": 0.6, "unknown": 2}


def test_nothing_spent_has_all_the_columns(tmp_path: Path) -> None:
    assert only(dk.spend(tmp_path, by="total")).to_dict() == {"answers": 0, "cost_usd": 0.0, "unknown": 0}
    empty = dk.spend(tmp_path, by="month")
    assert list(empty.columns) == ["month", "answers", "cost_usd", "unknown"]
    assert len(empty) == 0
    assert pd.api.types.is_datetime64_any_dtype(empty["month"])


@pytest.mark.parametrize("by", ["week", ["day", "total"], [], "", 3, ["day", 3]])
def test_spend_by_anything_else_is_refused(tmp_path: Path, by: object) -> None:
    with pytest.raises(dk.InputError, match="by= must be 'total', or one or several of 'day', 'month', 'provider', "):
        dk.spend(tmp_path, by=by)  # type: ignore[arg-type] # wrong on purpose
