"""Waiting for a batch: trouble on the way never loses it, and only its end ends it."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.batching.overview import batches
from distilkit.profiles.profile import Retry
from distilkit.store.batchfile import BatchFile
from distilkit.store.batchrows import Intent
from distilkit.store.board import Board


def test_a_look_that_is_refused_is_repeated_when_the_provider_says(
    ask: Any, profile: Any, provider: Any, clock: Any
) -> None:
    provider.faults.extend([(429, {"retry-after": "41"}), (503, {}), (500, {})])

    assert ask(["one"], profile()).frame["content"].tolist() == ["answer to one"]
    assert 41 in clock.slept


def test_a_provider_that_stays_down_makes_rows_and_the_batch_stays_noted(ask: Any, profile: Any, provider: Any) -> None:
    patient = profile(retry=Retry(max_attempts=2, deadline_s=60))
    provider.faults.extend([(503, {})] * 50)
    first = ask(["one"], patient)
    provider.faults.clear()
    second = ask(["one"], patient)

    assert first.frame["error_kind"].tolist() == ["provider_error"]
    assert "batch_0" in first.frame["error"][0]
    assert second.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def test_a_batch_that_the_provider_does_not_know_is_not_handed_over_again(
    ask: Any, profile: Any, provider: Any, store: Any
) -> None:
    provider.faults.append((404, {}))

    first = ask(["one"], profile())

    assert "dk.cancel_batch('batch_0')" in first.frame["error"][0]
    assert batches(store)["state"].tolist() == ["submitted"]
    assert provider.handed_over.total() == 1


def test_a_key_that_is_refused_meanwhile_ends_the_waiting_and_not_the_batch(
    ask: Any, profile: Any, provider: Any
) -> None:
    provider.faults.append((401, {}))

    assert ask(["one"], profile()).frame["error_kind"].tolist() == ["authentication"]
    assert ask(["one"], profile()).frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def test_an_interrupted_run_goes_on_with_the_same_batch(ask: Any, profile: Any, provider: Any, clock: Any) -> None:
    sleep, provider.ends_after = clock.sleep, 10**6

    async def stop(seconds: float) -> None:
        if len(clock.slept) > 5:
            raise KeyboardInterrupt
        await sleep(seconds)

    clock.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        ask(["one", "two"], profile())
    clock.sleep, provider.ends_after = sleep, 0
    again = ask(["one", "two", "three"], profile())

    assert again.frame["content"].notna().all()
    assert sorted(len(job.bodies) for job in provider.jobs.values()) == [1, 2]
    assert provider.more_than_once == []


def test_a_batch_that_another_process_looks_after_is_waited_for(
    ask: Any, profile: Any, store: Any, calls: Any, clock: Any
) -> None:
    theirs, sleep = Board(store), clock.sleep
    call = calls(["one"], profile())[0]
    intent = Intent(token="t", profile="p", section="p", provider="openai", model="m", created_at=clock.now)
    from distilkit.store.batchrows import Waiting

    with BatchFile(store) as file:
        file.begin(intent, theirs.owner)
        file.add("t", [Waiting(key=call.key, request=call.request)])

    async def until(seconds: float) -> None:
        if len(clock.slept) == 5:
            with BatchFile(store) as file:
                file.end("t", "failed", clock.now)
        await sleep(seconds)

    clock.sleep = until
    ran = ask(["one"], profile())
    theirs.close()

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert len(clock.slept) > 5


def test_a_batch_that_was_collected_by_a_process_that_is_gone_is_closed(ask: Any, profile: Any, store: Any) -> None:
    ask(["one"], profile())
    with BatchFile(store) as file:
        intent = Intent(token="t", profile="p", section="p", provider="openai", model="m", created_at=1e9)
        file.begin(intent, 1)
        file.note("t", id="batch_7", state="submitted", submitted_at=1e9, owner=None)

    ask(["two"], profile())

    assert batches(store).set_index("id").loc["batch_7", "state"] == "completed"


def test_what_was_planned_by_a_process_that_is_gone_is_forgotten(
    ask: Any, profile: Any, store: Any, clock: Any
) -> None:
    intent = Intent(token="t", profile="p", section="p", provider="openai", model="m", created_at=clock.now)
    with BatchFile(store) as file:
        file.begin(intent, 77)

    ask(["one"], profile())

    assert batches(store)["id"].tolist() == ["batch_0"]
