"""Handing over: within limits, never twice, and what became of it is found out where the reply says nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web

from distilkit.batching.overview import batches
from distilkit.provider.batches import formats
from distilkit.store.board import Board

MAKERS = ["openai", "azure", "anthropic", "mistral"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_batch_that_was_made_though_the_reply_was_an_error_is_found_and_not_made_again(
    ask: Any, profile: Any, provider: Any, kind: str
) -> None:
    provider.drop_after_making = 1

    ran = ask(["one", "two"], profile(kind))

    assert ran.frame["content"].tolist() == ["answer to one", "answer to two"]
    assert provider.handed_over.total() == 2


@pytest.mark.parametrize("name", ["..", "\x1b[31m", "\ud800", "x" * 5_000])
def test_a_batch_whose_name_cannot_be_used_is_not_handed_over_again(
    ask: Any, profile: Any, provider: Any, name: str
) -> None:
    provider.name = name

    first = ask(["one"], profile())
    provider.name = None
    second = ask(["one"], profile())

    assert "its name cannot be used" in first.frame["error"][0]
    assert second.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1
    assert all(path.partition("?")[0].count("/batches") for _, path in provider.seen if "file" not in path)


@pytest.mark.parametrize("hours", [-14, 14])
@pytest.mark.parametrize("kind", ["openai", "mistral"])
def test_a_marked_batch_is_found_though_the_clocks_are_hours_apart(
    ask: Any, profile: Any, provider: Any, clock: Any, kind: str, hours: int
) -> None:
    clock.now += hours * 3_600
    provider.drop_after_making = 1

    assert ask(["one"], profile(kind)).frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def test_it_is_found_among_many_pages_of_batches(ask: Any, profile: Any, provider: Any) -> None:
    for nth in range(7):
        ask([f"earlier {nth}"], profile("mistral"))
    provider.drop_after_making = 1

    ran = ask(["one"], profile("mistral"))

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert provider.more_than_once == []


def test_a_batch_without_a_mark_is_known_by_its_results_among_others_of_its_size(
    ask: Any, profile: Any, provider: Any, store: Any
) -> None:
    ask(["stranger"], profile("anthropic"))
    for path in store.glob("batches.db*"):
        path.unlink()  # so that the batch is somebody else's
    provider.drop_after_making = 1

    ran = ask(["one"], profile("anthropic"))

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert provider.more_than_once == []
    assert batches(store)["id"].tolist() == ["batch_1"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_batch_that_was_not_made_is_made_once_that_is_certain(
    ask: Any, profile: Any, provider: Any, clock: Any, kind: str
) -> None:
    provider.refuse.append((500, {}))
    before = clock.now

    ran = ask(["one"], profile(kind))

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1
    assert clock.now - before >= 120


def test_where_nobody_can_tell_whether_it_was_made_the_next_run_finds_out(
    ask: Any, profile: Any, provider: Any, store: Any
) -> None:
    provider.drop_after_making = 1
    listing = provider._list
    provider._list = lambda *_: web.json_response({"error": {"message": "no"}}, status=401)

    first = ask(["one"], profile())
    provider._list = listing
    state = batches(store)["state"].tolist()
    second = ask(["one"], profile())

    assert first.frame["error_kind"].tolist() == ["authentication"]
    assert "run again" in first.frame["error"].iloc[0]
    assert state == ["submitting"]
    assert second.frame["content"].tolist() == ["answer to one"]
    assert provider.handed_over.total() == 1


def test_a_refusal_for_too_many_is_waited_for_as_long_as_the_provider_asks(
    ask: Any, profile: Any, provider: Any, clock: Any
) -> None:
    provider.refuse.append((429, {"retry-after": "77"}))

    ran = ask(["one"], profile())

    assert ran.frame["content"].tolist() == ["answer to one"]
    assert 77 in clock.slept


def test_what_is_refused_for_good_is_a_row_with_the_reason_and_nothing_stays_noted(
    ask: Any, profile: Any, provider: Any, store: Any, canary: str
) -> None:
    provider.refuse.append((400, {}))

    ran = ask(["one"], profile())

    assert ran.frame["error_kind"].tolist() == ["invalid_request"]
    assert "fault 400" in ran.frame["error"].iloc[0]
    assert canary not in ran.frame["error"].iloc[0]
    assert len(batches(store)) == 0


def test_a_file_that_is_not_taken_is_handed_over_again(ask: Any, profile: Any, provider: Any) -> None:
    provider.upload_faults.extend([(503, {}), (500, {})])

    assert ask(["one"], profile()).frame["content"].tolist() == ["answer to one"]


def test_more_requests_than_one_batch_may_hold_are_several(
    ask: Any, profile: Any, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(formats._FORMATS, "openai", replace(formats.OPENAI, most_requests=2))

    ran = ask(["one", "two", "three", "four", "five"], profile())

    assert [len(job.bodies) for job in provider.jobs.values()] == [2, 2, 1]
    assert ran.frame["content"].notna().all()


def test_more_bytes_than_one_batch_may_hold_are_several(
    ask: Any, profile: Any, provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(formats._FORMATS, "openai", replace(formats.OPENAI, most_bytes=600))

    ran = ask(["one", "two", "three", "x" * 900], profile())

    assert all(len(file) <= 600 for file in provider.files.values())
    assert len(provider.jobs) > 1
    assert ran.frame["error_kind"].isna().tolist() == [True, True, True, False]
    assert "longer than a whole batch" in ran.frame["error"].iloc[3]


def test_what_another_run_has_in_flight_is_left_to_it_and_taken_when_it_lets_go(
    ask: Any, profile: Any, provider: Any, store: Any, calls: Any, clock: Any
) -> None:
    theirs = calls(["one"], profile())[0]
    board = Board(store)
    with board.transaction() as page:
        claim = page.claim(theirs.key, profile="p", scope="p", section="p", run="r", dollars=Decimal(0), now=0.0)
    handed_over: list[int] = []
    sleep = clock.sleep

    async def watched(seconds: float) -> None:
        handed_over.append(provider.handed_over.total())
        if len(handed_over) == 8:
            with board.transaction() as page:
                page.release(claim)
        await sleep(seconds)

    clock.sleep = watched
    ran = ask(["one"], profile())
    board.close()

    assert set(handed_over[:8]) == {0}
    assert ran.frame["content"].tolist() == ["answer to one"]
