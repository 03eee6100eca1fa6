"""Full disks, read-only folders, locks: what was stored is still read, and writing says why it cannot."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from distilkit.errors import StoreError
from distilkit.store import Entry, Store, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if not _ROOT_ON_LINUX:
        pytest.skip("needs root on Linux, to mount a small tmpfs")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False, capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def _fill(place: Path) -> None:
    """Take all the room there is."""
    with (place / "filler").open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def test_a_disk_that_fills_up_refuses_cleanly_and_goes_on_when_there_is_room(
    small_disk: Path, make_entry: Callable[..., Entry]
) -> None:
    with Store(small_disk / "store") as store:
        store.put_many([make_entry(0)])
        _fill(small_disk)
        stored = 1
        # Which of them is refused is not known before.
        with pytest.raises(StoreError, match="database or disk is full; free some space"):  # noqa: PT012
            for stored in range(1, 10_000):
                store.put_many([make_entry(stored, "x" * 3_000)])
        assert store.get(make_entry(0).key) == make_entry(0).record
        assert len(store) == stored
        with pytest.raises(StoreError, match="full"):
            store.put_many([make_entry(9_999, os.urandom(20_000).hex())])

        (small_disk / "filler").unlink()
        store.put_many([make_entry(9_999)])

        assert len(store) == stored + 1
        assert [row.answers for row in store.spend_rows()] == [stored + 1]
        assert store.verify() == []


def test_every_put_that_waits_hears_of_the_full_disk(small_disk: Path, make_entry: Callable[..., Entry]) -> None:
    async def put_all(store: Store) -> list[Any]:
        async with Writer(store) as writer:
            puts = (writer.put(make_entry(number, "x" * 30_000 + os.urandom(3_000).hex())) for number in range(1_000))
            return await asyncio.gather(*puts, return_exceptions=True)

    with Store(small_disk / "store") as store:
        results = asyncio.run(put_all(store))
        refused = [result for result in results if result is not None]
        assert refused
        assert {type(error) for error in refused} == {StoreError}
        assert "disk is full" in str(refused[0])
        assert len(store) == len(results) - len(refused)
        assert store.verify() == []


@pytest.mark.parametrize("end", ["store.close()", "os.kill(os.getpid(), 9)"])
def test_a_store_on_a_full_disk_opens_for_reading(
    small_disk: Path, make_entry: Callable[..., Entry], child: Callable[..., subprocess.Popen[str]], end: str
) -> None:
    process = child(
        f"""
import os
store = Store(sys.argv[1])
store.put_many([make_entry(number) for number in range(20)])
{end}
""",
        small_disk / "store",
    )
    process.wait(30)
    _fill(small_disk)

    with Store(small_disk / "store") as store:
        assert len(store.get_many([make_entry(number).key for number in range(20)])) == 20
        # Where room is left in the log of the killed one, the store may even open for writing.
        if end == "store.close()":
            assert store.readonly
        if store.readonly:
            assert "full" in store.reason
            with pytest.raises(StoreError, match=r"read-only.*full.*open it again"):
                store.put_many([make_entry(1)])


@pytest.mark.parametrize("end", ["store.close()", "os.kill(os.getpid(), 9)"])
def test_a_store_on_a_read_only_disk_opens_for_reading(
    small_disk: Path, make_entry: Callable[..., Entry], child: Callable[..., subprocess.Popen[str]], end: str
) -> None:
    process = child(
        f"""
import os
store = Store(sys.argv[1])
store.put_many([make_entry(number) for number in range(20)])
{end}
""",
        small_disk / "store",
    )
    process.wait(30)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with Store(small_disk / "store") as store:
        assert len(store.get_many([make_entry(number).key for number in range(20)])) == 20
        assert store.readonly
        assert "read" in store.reason
        assert store.verify() == []
        assert repr(store).endswith("20 answers, read-only)")
        with pytest.raises(StoreError, match="the store is read-only"):
            store.put_many([make_entry(1)])
    with pytest.raises(StoreError, match="cannot be made"):
        Store(small_disk / "new")


def test_answers_left_in_the_log_of_a_read_only_copy_are_not_passed_over(
    small_disk: Path, make_entry: Callable[..., Entry]
) -> None:
    """Without the shared memory file, SQLite cannot read the log there; reading only the rest would lose answers."""
    with Store(small_disk / "store") as store:
        store.put_many([make_entry(1)])
        (small_disk / "copy").mkdir()
        for name in ("cache.db", "cache.db-wal"):
            shutil.copy(small_disk / "store" / name, small_disk / "copy" / name)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(StoreError, match=r"last answers are still in cache.db-wal; copy the folder"):
        Store(small_disk / "copy", readonly=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_opens_for_reading(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    with Store(tmp_path / "store") as store:
        store.put_many([make_entry(1)])
    (tmp_path / "store" / "cache.db").chmod(0o400)
    (tmp_path / "store").chmod(0o500)
    try:
        with Store(tmp_path / "store") as store:
            assert store.readonly
            assert store.get(make_entry(1).key) is not None
    finally:
        (tmp_path / "store").chmod(0o700)


def test_a_writer_that_holds_the_lock_is_waited_for_and_then_named(
    tmp_path: Path, make_entry: Callable[..., Entry]
) -> None:
    with Store(tmp_path, patience_s=0.1) as store, closing(sqlite3.connect(tmp_path / "cache.db")) as other:
        store.put_many([make_entry(1)])
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match=r"another process has held the store for 0.1 s"):
            store.put_many([make_entry(2)])
        assert store.get(make_entry(1).key) is not None

        other.execute("ROLLBACK")
        store.put_many([make_entry(2)])
        assert len(store) == 2


def test_a_commit_that_fails_leaves_no_transaction_open(
    store: Store, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As diskcache leaves it: its rollback fails after SQLite's own, and the message that counts is the first."""
    cache = store._current().commits._cache
    full = sqlite3.OperationalError("database or disk is full")
    second = sqlite3.OperationalError("cannot rollback - no transaction is active")

    @contextmanager
    def failing() -> Iterator[None]:
        cache._sql("BEGIN IMMEDIATE")
        cache._txn_id = threading.get_ident()
        yield
        cache._txn_id = None
        try:
            raise full
        except sqlite3.OperationalError:
            raise second  # noqa: B904 - as diskcache does

    monkeypatch.setattr(cache, "transact", failing)
    with pytest.raises(StoreError, match="database or disk is full; free some space"):
        store.put_many([make_entry(1)])
    monkeypatch.undo()

    store.put_many([make_entry(2)])

    assert [entry.key for entry in store.entries()] == [make_entry(2).key]


def test_several_processes_open_a_new_store_at_once(
    tmp_path: Path, child: Callable[..., subprocess.Popen[str]]
) -> None:
    code = "Store(sys.argv[1]).put_many([make_entry(sys.argv[2])])"
    processes = [child(code, tmp_path / "store", number) for number in range(6)]

    for process in processes:
        assert process.wait(60) == 0, process.stderr.read()
    with Store(tmp_path / "store") as store:
        assert len(store) == 6
        assert store.verify() == []
