"""`compare(..., batch=True)` from end to end, and what an ordinary `compare` does beside an open batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import distilkit as dk
from distilkit.errors import InputError


def test_compare_by_batches_answers_every_row_and_costs_half(profile: Any, provider: Any, store: Path) -> None:
    frame = dk.compare(["one", "two"], [profile()], batch=True, store=store, budget=1, progress=False)

    assert frame["content"].tolist() == ["answer to one", "answer to two"]
    assert frame["billed_usd"].sum() == pytest.approx(frame["cost_usd"].sum() / 2)
    assert len(provider.jobs) == 1
    assert provider.chats == []


def test_an_ordinary_run_is_served_what_a_batch_answered(profile: Any, provider: Any, store: Path) -> None:
    dk.compare(["one"], [profile()], batch=True, store=store, progress=False)

    frame = dk.compare(["one", "two"], [profile()], store=store, progress=False)

    assert frame["from_store"].tolist() == [True, False]
    assert len(provider.chats) == 1


def test_an_ordinary_run_sends_nothing_that_is_in_an_open_batch(
    profile: Any, provider: Any, store: Path, ask: Any, clock: Any
) -> None:
    provider.ends_after, sleep = 10**6, clock.sleep

    async def stop(seconds: float) -> None:
        if seconds >= 2:
            raise KeyboardInterrupt
        await sleep(seconds)

    clock.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        ask(["one"], profile())
    beside = dk.compare(["one", "two"], [profile()], store=store, progress=False)
    provider.ends_after = 0
    after = dk.compare(["one", "two"], [profile()], store=store, progress=False)

    assert beside["content"].notna().tolist() == [False, True]
    assert "run with batch=True" in beside["error"][0]
    assert after["content"].tolist() == ["answer to one", "answer to two"]
    assert len(provider.chats) == 1


def test_what_has_no_batches_is_refused_before_anything_is_sent(profile: Any, provider: Any, store: Path) -> None:
    with pytest.raises(InputError, match="local"):
        dk.compare(["one"], [profile(), profile("custom_openai", name="local")], batch=True, store=store)

    assert provider.seen == []


def test_a_simulated_profile_needs_no_key(store: Path) -> None:
    frame = dk.compare(["What is 2 + 2?"], "sim/small", batch=True, store=store, progress=False)

    assert frame["content"].notna().all()
