"""What is answered between a run's look into the store and its handing over is served, and not paid for again."""

from __future__ import annotations

import asyncio
from typing import Any

from distilkit.batching import running
from distilkit.batching.overview import batches
from distilkit.frame import Rows
from distilkit.profiles import Budget
from distilkit.sending import Plan
from distilkit.store import Store


def test_what_another_run_was_answered_since_this_one_looked_is_not_handed_over(
    ask: Any, profile: Any, provider: Any, store: Any, calls: Any, clock: Any
) -> None:
    one, two = calls(["one", "two"], profile())
    ask(["one"], profile())
    rows = Rows([one, two])

    _sent(store, [one, two], rows, clock)

    assert provider.handed_over.total() == 2
    assert provider.more_than_once == []
    assert rows.frame()["from_store"].tolist() == [True, False]
    assert batches(store)["requests"].tolist() == [1, 1]


def test_where_all_was_answered_meanwhile_no_batch_is_made(
    ask: Any, profile: Any, provider: Any, store: Any, calls: Any, clock: Any
) -> None:
    ask(["one"], profile())
    planned = calls(["one"], profile())
    rows = Rows(planned)

    _sent(store, planned, rows, clock)

    assert rows.frame()["content"].tolist() == ["answer to one"]
    assert len(provider.jobs) == len(batches(store)) == 1


def test_a_run_that_asks_all_anew_hands_over_what_was_answered_before(
    ask: Any, profile: Any, provider: Any, store: Any, calls: Any, clock: Any
) -> None:
    ask(["one"], profile())
    planned = calls(["one"], profile())
    rows = Rows(planned)

    _sent(store, planned, rows, clock, fresh=True)

    assert rows.frame()["from_store"].tolist() == [False]
    assert provider.handed_over.total() == 2


def _sent(store: Any, planned: list[Any], rows: Rows, clock: Any, *, fresh: bool = False) -> None:
    """Send by batches what was not stored when one looked."""
    with Store(store) as kept:
        made = Plan(calls=planned, store=kept, budget=Budget(), send=None, fresh=fresh)
        work = running.send_batches(made, rows.settle, lambda _: None, wall=clock, sleep=clock.sleep)
        asyncio.run(asyncio.wait_for(work, 60))
