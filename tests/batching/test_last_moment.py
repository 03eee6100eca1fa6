"""A batch that takes a request while an ordinary run is under way is seen before that request is sent."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from distilkit.calls import Failure
from distilkit.profiles import Budget
from distilkit.sending import Plan, send_all
from distilkit.store import Store
from distilkit.store.batchfile import BatchFile
from distilkit.store.batchrows import Intent, Waiting


def _taken(folder: Path, call: Any, held: str) -> None:
    intent = Intent(token="t", profile="p", section="p", provider="openai", model="m", created_at=1e9)
    with BatchFile(folder) as file:
        file.begin(intent, 1)
        file.add("t", [Waiting(key=call.key, request=call.request, held=Decimal(held))])
        file.note("t", id="batch_7", state="submitted", submitted_at=1e9)


def _sent(folder: Path, calls: list[Any], budget: Any) -> dict[str, Any]:
    settled: dict[str, Any] = {}
    with Store(folder) as kept:
        plan = Plan(calls=calls, store=kept, budget=Budget.of(budget), send=None)
        asyncio.run(send_all(plan, lambda call, outcome: settled.update({call.prompt: outcome}), lambda _: None))
    return settled


def test_a_request_that_a_batch_took_meanwhile_is_not_sent(
    store: Path, calls: Any, profile: Any, provider: Any
) -> None:
    one, two = calls(["one", "two"], profile())
    _taken(store, one, "0.01")

    settled = _sent(store, [one, two], None)

    assert len(provider.chats) == 1
    assert isinstance(settled["one"], Failure)
    assert "in batch batch_7" in settled["one"].message


def test_what_open_batches_hold_counts_against_the_daily_budget_of_an_ordinary_run(
    store: Path, calls: Any, profile: Any, provider: Any
) -> None:
    one, two = calls(["one", "two"], profile())
    _taken(store, one, "5")

    settled = _sent(store, [two], {"daily": 5})

    assert provider.chats == []
    assert settled["two"].kind == "budget"
