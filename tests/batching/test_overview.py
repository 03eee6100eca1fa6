"""`batches` and `cancel_batch`: what is shown, and giving a batch up."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.batching.overview import COLUMNS, batches, cancel_batch
from distilkit.errors import InputError, ProviderError
from distilkit.store import Store
from distilkit.store.batchfile import BatchFile
from distilkit.store.batchrows import Intent
from distilkit.store.board import Board


@pytest.fixture
def open_batch(ask: Any, clock: Any, profile: Any, provider: Any) -> None:
    """Leave a batch of two requests open."""
    sleep, provider.ends_after = clock.sleep, 10**6

    async def stop(seconds: float) -> None:
        if seconds >= 2:
            raise KeyboardInterrupt
        await sleep(seconds)

    clock.sleep = stop
    with pytest.raises(KeyboardInterrupt):
        ask(["one", "two"], profile())
    clock.sleep = sleep


def test_a_store_without_batches_shows_an_empty_frame_of_the_same_types(store: Any) -> None:
    Store(store).close()

    frame = batches(store)

    assert len(frame) == 0
    assert dict(frame.dtypes.astype(str)) == COLUMNS


@pytest.mark.usefixtures("open_batch")
def test_an_open_batch_is_shown_with_what_it_holds(store: Any) -> None:
    row = batches(store).iloc[0]

    assert (row["id"], row["provider"], row["profile"], row["state"], row["requests"]) == (
        "batch_0",
        "openai",
        "p",
        "submitted",
        2,
    )
    assert 0.002 < row["held_usd"] < 0.02
    assert row["ends_by"] - row["submitted_at"] == pd.Timedelta(days=1)


def test_an_ended_batch_holds_nothing(ask: Any, profile: Any, store: Any) -> None:
    ask(["one"], profile())

    row = batches(store).iloc[0]

    assert (row["state"], row["held_usd"], row["done"]) == ("completed", 0.0, 1)


@pytest.mark.usefixtures("open_batch")
def test_a_cancelled_batch_is_collected_by_the_next_run(ask: Any, profile: Any, provider: Any, store: Any) -> None:
    provider.unrun = {"two"}

    shown = cancel_batch("batch_0", store=store, profiles=[profile()])
    frame = ask(["one", "two"], profile()).frame

    assert shown["note"].tolist() == ["asked to be cancelled"]
    assert frame["content"].notna().tolist() == [True, False]
    assert "cancelled before this was run" in frame["error"][1]
    assert batches(store)["state"].tolist() == ["cancelled"]


@pytest.mark.usefixtures("open_batch")
def test_a_batch_that_the_provider_does_not_know_is_given_up(ask: Any, profile: Any, provider: Any, store: Any) -> None:
    provider.jobs.clear()
    provider.handed_over.clear()
    provider.ends_after = 0

    assert cancel_batch("batch_0", store=store, profiles=[profile()])["state"].tolist() == ["gone"]
    assert ask(["one"], profile()).frame["content"].tolist() == ["answer to one"]


@pytest.mark.usefixtures("open_batch")
def test_a_batch_whose_provider_cannot_be_asked_is_forgotten_by_hand(provider: Any, store: Any) -> None:
    provider.faults.append((500, {}))

    assert cancel_batch("batch_0", store=store, forget=True)["state"].tolist() == ["forgotten"]
    assert [fault for fault, _ in provider.faults] == [500], "nobody was asked"
    assert batches(store)["held_usd"].isna().all() or (batches(store)["held_usd"] == 0).all()


@pytest.mark.usefixtures("open_batch")
def test_a_provider_that_refuses_leaves_it_open(profile: Any, provider: Any, store: Any) -> None:
    provider.faults.append((500, {}))

    with pytest.raises(ProviderError):
        cancel_batch("batch_0", store=store, profiles=[profile()])
    assert batches(store)["state"].tolist() == ["submitted"]


def test_a_batch_that_nobody_named_is_given_up_unless_somebody_is_at_it(profile: Any, store: Any) -> None:
    intent = Intent(token="tok", profile="p", section="p", provider="openai", model="m", created_at=1e9)
    with Board(store) as board:
        with BatchFile(store) as file:
            file.begin(intent, board.owner)
            file.note("tok", state="submitting")
        with pytest.raises(InputError, match="stop that run first"):
            cancel_batch("tok", store=store, profiles=[profile()])

    assert cancel_batch("tok", store=store, profiles=[profile()])["state"].tolist() == ["forgotten"]


def test_an_unknown_name_says_where_the_names_are(store: Any) -> None:
    Store(store).close()

    with pytest.raises(InputError, match=r"dk\.batches\(\) lists them"):
        cancel_batch("nope", store=store)


def test_an_ended_batch_is_not_cancelled(ask: Any, profile: Any, store: Any) -> None:
    ask(["one"], profile())

    with pytest.raises(InputError, match="is completed already"):
        cancel_batch("batch_0", store=store)
