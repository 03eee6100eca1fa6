"""Ordinary runs beside open batches send nothing that is in one."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from distilkit.batching import around
from distilkit.calls import Answer, Failure
from distilkit.profiles import Budget
from distilkit.sending import Plan
from distilkit.store import Store
from distilkit.store.openbatches import OpenBatches


@pytest.fixture
def left_open(ask: Any, clock: Any, provider: Any) -> Any:
    """Hand over prompts in a batch that goes on, and end the run."""

    def leave(prompts: list[str], profile: Any) -> None:
        sleep, provider.ends_after = clock.sleep, 10**6

        async def stop(seconds: float) -> None:
            if seconds >= 2:
                raise KeyboardInterrupt
            await sleep(seconds)

        clock.sleep = stop
        with pytest.raises(KeyboardInterrupt):
            ask(prompts, profile)
        clock.sleep = sleep

    return leave


def _unbatched(store: Any, planned: list[Any], clock: Any) -> tuple[Plan, dict[str, Any]]:
    settled: dict[str, Any] = {}
    with Store(store) as kept:
        plan = Plan(calls=planned, store=kept, budget=Budget(), send=None)
        work = around.unbatched(
            plan,
            lambda call, outcome: settled.update({call.prompt: outcome}),
            lambda _: None,
            wall=clock,
            sleep=clock.sleep,
        )
        return asyncio.run(work), settled


def test_without_batches_the_plan_is_as_it_was(store: Any, calls: Any, profile: Any, clock: Any) -> None:
    planned = calls(["one"], profile())

    plan, settled = _unbatched(store, planned, clock)

    assert plan.calls == planned
    assert settled == {}
    assert not (store / "batches.db").exists()


def test_what_is_in_an_open_batch_is_a_row_that_says_where_and_the_rest_is_sent(
    left_open: Any, store: Any, calls: Any, profile: Any, clock: Any
) -> None:
    left_open(["one"], profile())

    plan, settled = _unbatched(store, calls(["one", "two"], profile()), clock)

    assert [call.prompt for call in plan.calls] == ["two"]
    assert isinstance(settled["one"], Failure)
    assert settled["one"].kind == "unknown"
    assert "in batch batch_0 since" in settled["one"].message
    assert "dk.cancel_batch('batch_0')" in settled["one"].message


def test_a_batch_that_has_ended_is_collected_on_the_way(
    left_open: Any, store: Any, calls: Any, profile: Any, clock: Any, provider: Any
) -> None:
    left_open(["one"], profile())
    provider.ends_after = 0

    plan, settled = _unbatched(store, calls(["one", "two"], profile()), clock)

    assert [call.prompt for call in plan.calls] == ["two"]
    assert isinstance(settled["one"], Answer)
    assert settled["one"].billed_usd == Decimal("0.006")


def test_nothing_is_waited_for(left_open: Any, store: Any, calls: Any, profile: Any, clock: Any) -> None:
    left_open(["one"], profile())
    clock.slept.clear()

    _unbatched(store, calls(["one"], profile()), clock)

    assert clock.slept == []


def test_the_text_at_the_last_moment_before_sending_says_where_a_request_is(
    left_open: Any, store: Any, calls: Any, profile: Any
) -> None:
    one, two = calls(["one", "two"], profile())
    with OpenBatches(store) as beside:
        before = beside.where(one.key)
        left_open(["one"], profile())
        after, other = beside.where(one.key), beside.where(two.key)

    assert before is None
    assert after is not None
    assert "in batch batch_0" in after
    assert other is None


def test_dollars_that_open_batches_hold_count_as_spent_today(left_open: Any, store: Any, profile: Any) -> None:
    today = date(2026, 1, 31)
    with OpenBatches(store) as beside:
        before = beside.held_rows(today)
        left_open(["one"], profile())
        (row,) = beside.held_rows(today)

    assert before == []
    assert (row.day, row.section, row.profile, row.answers) == (today, "p", "p", 0)
    # Half of 20 dollars a million for 100 tokens of output, and a little for what is asked.
    assert Decimal("0.001") < row.cost_usd < Decimal("0.01")
