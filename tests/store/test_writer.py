from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Never

import pytest

from distilkit.calls import Record
from distilkit.errors import StoreError
from distilkit.store import Entry, Store, Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _count_transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record how many entries each transaction held."""
    sizes = []
    submit = store.submit

    def counted(entries: list[Entry]) -> Any:
        sizes.append(len(entries))
        return submit(entries)

    monkeypatch.setattr(store, "submit", counted)
    return sizes


def test_a_put_returns_when_the_entry_is_on_the_disk(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    async def main() -> None:
        with Store(tmp_path) as store, Store(tmp_path, readonly=True) as other:
            async with Writer(store) as writer:
                for number in range(20):
                    await writer.put(make_entry(number))
                    assert make_entry(number).key in other

    asyncio.run(main())


def test_under_load_many_entries_share_a_transaction(
    store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = _count_transactions(store, monkeypatch)

    async def main() -> None:
        async with Writer(store) as writer:
            await asyncio.gather(*(writer.put(make_entry(number)) for number in range(1_201)))

    asyncio.run(main())

    assert len(store) == sum(sizes) == 1_201
    assert max(sizes) == 500
    assert len(sizes) == 3


def test_the_loop_goes_on_while_a_transaction_waits(store: Store, make_entry: Callable[..., Entry]) -> None:
    """The writing thread is held; the loop is not."""
    gate = threading.Event()

    async def main() -> None:
        store._current().commits.submit(gate.wait)
        async with Writer(store) as writer:
            put = asyncio.create_task(writer.put(make_entry(1)))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not put.done()
            gate.set()
            await put

    asyncio.run(main())
    assert len(store) == 1


def test_one_entry_that_cannot_be_stored_does_not_stop_the_others(
    store: Store, make_entry: Callable[..., Entry]
) -> None:
    bad = replace(make_entry(5), record=Record(provider="p", raw=object()))

    async def main() -> list[Any]:
        async with Writer(store) as writer:
            entries = [make_entry(number) for number in range(5)] + [bad] + [make_entry(6)]
            return await asyncio.gather(*map(writer.put, entries), return_exceptions=True)

    results = asyncio.run(main())

    assert [str(result)[:16] for result in results if result is not None] == [f"the entry {bad.key[:6]}"]
    assert len(store) == 6
    assert sum(row.answers for row in store.spend_rows()) == 6


def test_a_cancelled_put_is_stored_all_the_same(store: Store, make_entry: Callable[..., Entry]) -> None:
    """The answer was paid for; whoever waited for it has gone."""
    gate = threading.Event()

    async def main() -> None:
        store._current().commits.submit(gate.wait)
        async with Writer(store) as writer:
            puts = [asyncio.create_task(writer.put(make_entry(number))) for number in range(3)]
            await asyncio.sleep(0)
            for put in puts[:2]:
                put.cancel()
            gate.set()
            await asyncio.wait_for(puts[2], timeout=20)
        results = await asyncio.gather(*puts, return_exceptions=True)
        assert [type(result) for result in results] == [asyncio.CancelledError, asyncio.CancelledError, type(None)]

    asyncio.run(main())
    assert len(store) == 3


def test_entries_are_stored_even_when_the_loop_goes_down(store: Store, make_entry: Callable[..., Entry]) -> None:
    """Nobody closed the writer; `asyncio.run` cancels its task."""
    gate = threading.Event()

    async def main() -> None:
        store._current().commits.submit(gate.wait)
        writer = Writer(store)
        puts = [asyncio.create_task(writer.put(make_entry(0)))]
        await asyncio.sleep(0.01)
        puts += [asyncio.create_task(writer.put(make_entry(number))) for number in range(1, 4)]
        await asyncio.sleep(0.01)

    asyncio.run(main())
    gate.set()
    store._current().commits.submit(lambda: None).result()
    assert len(store) == 4


def test_aclose_waits_for_what_was_handed_over(store: Store, make_entry: Callable[..., Entry]) -> None:
    async def main() -> None:
        writer = Writer(store)
        puts = [asyncio.create_task(writer.put(make_entry(number))) for number in range(700)]
        await asyncio.sleep(0)
        await writer.aclose()
        assert len(store) == 700
        await asyncio.gather(*puts)
        with pytest.raises(StoreError, match="writer is closed"):
            await writer.put(make_entry(1))
        await writer.aclose()

    asyncio.run(main())


def test_a_read_only_store_refuses_every_put(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    Store(tmp_path).close()

    async def main() -> list[Any]:
        with Store(tmp_path, readonly=True) as store:
            async with Writer(store) as writer:
                return await asyncio.gather(*(writer.put(make_entry(n)) for n in range(3)), return_exceptions=True)

    results = asyncio.run(main())

    assert [type(result) for result in results] == [StoreError] * 3
    assert len({id(result) for result in results}) == 3
    assert all("read-only" in str(result) for result in results)


def test_after_an_error_the_writer_goes_on(
    store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = store._current().commits
    put = commits.put

    def fail_once(*_: object) -> Never:
        monkeypatch.setattr(commits, "put", put)
        raise RuntimeError("anything at all")

    monkeypatch.setattr(commits, "put", fail_once)

    async def main() -> None:
        async with Writer(store) as writer:
            with pytest.raises(StoreError, match="anything at all"):
                await writer.put(make_entry(1))
            await writer.put(make_entry(2))

    asyncio.run(main())
    assert [entry.key for entry in store.entries()] == [make_entry(2).key]


def test_a_reply_that_is_no_answer_is_paid_for_and_never_served(store: Store, make_entry: Callable[..., Entry]) -> None:
    async def main() -> None:
        async with Writer(store) as writer:
            await writer.put(make_entry(1, answer=False))

    asyncio.run(main())

    assert store.get(make_entry(1).key) is None
    assert [row.answers for row in store.spend_rows()] == [1]
