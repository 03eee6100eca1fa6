"""Tokens and dollars before a run, and spent so far."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.profiles.profile import Price, Profile
from distilkit.sim import Dials

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
