"""Dollars of batches: half the price, and budgets that hold over runs, days and processes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from distilkit.batching.money import worst_usd
from distilkit.engine.purse import worst_of
from distilkit.provider.batches import batch_line, batch_price
from distilkit.store.board import Board


def test_the_worst_case_is_half_of_a_single_request_s(profile: Any, calls: Any) -> None:
    call = calls(["one"], profile())[0]

    single = worst_of(call, None, None)

    assert single is not None
    assert worst_usd(call) == single.dollars / 2


def test_a_run_hands_over_no_more_than_its_budget_allows(ask: Any, profile: Any, calls: Any, provider: Any) -> None:
    worst = worst_usd(calls(["prompt 0"], profile())[0])

    frame = ask([f"prompt {nth}" for nth in range(5)], profile(), budget=float(worst * 3)).frame

    assert provider.handed_over.total() == 3
    assert frame["error_kind"].fillna("").tolist() == ["", "", "", "budget", "budget"]
    assert "raise the budget" in frame["error"][3]


def test_what_open_batches_hold_counts_against_a_daily_budget(
    ask: Any, profile: Any, calls: Any, provider: Any, clock: Any
) -> None:
    worst = worst_usd(calls(["prompt 0"], profile())[0])
    sleep, provider.ends_after = clock.sleep, 10**6

    async def stop(seconds: float) -> None:
        if seconds >= 2:
            raise KeyboardInterrupt
        await sleep(seconds)

    clock.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        ask(["prompt 0", "prompt 1"], profile())
    clock.sleep, provider.ends_after = sleep, 0

    frame = ask(["prompt 2", "prompt 3"], profile(), budget={"daily": float(worst * 3)}).frame

    assert frame["error_kind"].fillna("").tolist() == ["", "budget"]


def test_what_ordinary_runs_hold_counts_too(ask: Any, profile: Any, calls: Any, store: Any) -> None:
    worst = worst_usd(calls(["prompt 0"], profile())[0])
    with Board(store) as board:
        with board.transaction() as page:
            page.claim("k", profile="p", scope="p", section="p", run="r", dollars=worst, now=0.0)

        frame = ask(["prompt 0", "prompt 1"], profile(), budget={"daily": float(worst * 2)}).frame

    assert frame["error_kind"].fillna("").tolist() == ["", "budget"]


def test_a_limit_of_another_section_does_not_count(ask: Any, profile: Any) -> None:
    frame = ask(["one"], profile(), budget={"providers": {"q": {"run": 0}}}).frame

    assert frame["content"].notna().all()


def test_an_unknown_price_stays_unknown(ask: Any, profile: Any) -> None:
    row = ask(["one"], profile(price=None)).frame

    assert row["billed_usd"].isna().all()
    assert row["content"].notna().all()


def test_litellm_s_own_figures_for_batches_are_taken_and_half_where_it_has_none(profile: Any) -> None:
    line = batch_line(profile(model="gpt-4o-mini", price=None))

    assert line is not None
    assert Decimal(line["input_cost_per_token"]) == Decimal("0.000000075")
    assert Decimal(line["output_cost_per_token"]) == Decimal("0.0000003")
    assert Decimal(line["cache_read_input_token_cost"]) == Decimal("0.0000000375")


def test_a_stated_price_is_halved_in_every_part(profile: Any) -> None:
    from dataclasses import replace

    price = batch_price(replace(profile().price, cached_input_per_million=Decimal("2.5")))

    assert price is not None
    assert (price.input_per_million, price.output_per_million, price.cached_input_per_million) == (
        5,
        10,
        Decimal("1.25"),
    )
