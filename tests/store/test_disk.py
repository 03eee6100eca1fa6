"""Damaged and tampered rows: a miss and one warning; no code run, no file read or deleted."""

from __future__ import annotations

import pickle
import random
import sqlite3
import warnings
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from distilkit.errors import StoreError
from distilkit.store import Entry, Store, StoreWarning
from distilkit.store.codec import Damaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Canary:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[object, ...]:
        return open, (self.path, "w")


@pytest.fixture
def folder(tmp_path: Path, make_entry: Callable[..., Entry]) -> Path:
    with Store(tmp_path / "store") as store:
        store.put_many([make_entry(number) for number in range(3)])
    return tmp_path / "store"


def _is_missed(folder: Path, key: str, others: list[str]) -> None:
    """Look at one damaged entry every way there is."""
    with Store(folder) as store:
        with pytest.warns(StoreWarning, match=r"1 damaged entry.*store verify") as caught:
            found = store.get_many([key, *others])
        assert len(caught) == 1
        assert found.keys() == set(others)
        with pytest.warns(StoreWarning):
            assert key not in store
        with pytest.warns(StoreWarning):
            assert {entry.key for entry in store.entries()} == set(others)
        assert [damage.key for damage in store.verify()] == [key]


_KINDS = {
    "pickle mode": "UPDATE Cache SET mode = 4 WHERE key = ?",
    "binary file": "UPDATE Cache SET mode = 2, value = NULL, filename = '{canary}' WHERE key = ?",
    "text file": "UPDATE Cache SET mode = 3, value = NULL, filename = '{canary}' WHERE key = ?",
    "pickled file": "UPDATE Cache SET mode = 4, value = NULL, filename = '{canary}' WHERE key = ?",
    "a file name beside the value": "UPDATE Cache SET filename = '{canary}' WHERE key = ?",
    "no mode": "UPDATE Cache SET mode = NULL WHERE key = ?",
    "no value": "UPDATE Cache SET value = NULL WHERE key = ?",
    "text value": "UPDATE Cache SET value = 'text' WHERE key = ?",
    "number value": "UPDATE Cache SET value = 7 WHERE key = ?",
    "cut value": "UPDATE Cache SET value = substr(value, 1, 100) WHERE key = ?",
    "empty value": "UPDATE Cache SET value = x'' WHERE key = ?",
    "another's value": "UPDATE Cache SET value = (SELECT value FROM Cache c WHERE c.key < 'g' AND c.key != Cache.key)"
    " WHERE key = ?",
    "text that is none": "UPDATE Cache SET filename = CAST(x'ff' AS TEXT) WHERE key = ?",
}


@pytest.mark.parametrize("statement", _KINDS.values(), ids=_KINDS)
def test_a_tampered_row_is_a_miss_and_one_warning(
    folder: Path, tmp_path: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None], statement: str
) -> None:
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    key, *others = (make_entry(number).key for number in range(3))
    tamper(folder, statement.format(canary=canary), (key,))

    _is_missed(folder, key, others)

    assert canary.read_text() == "untouched"


def test_a_pickle_in_a_row_is_not_run(
    folder: Path, tmp_path: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    canary = tmp_path / "canary"
    key, *others = (make_entry(number).key for number in range(3))
    tamper(folder, "UPDATE Cache SET mode = 4, value = ? WHERE key = ?", (pickle.dumps(Canary(canary)), key))

    _is_missed(folder, key, others)

    assert not canary.exists()


def test_a_pickled_key_is_not_run(
    folder: Path, tmp_path: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    canary = tmp_path / "canary"
    tamper(folder, "UPDATE Cache SET raw = 0, key = ? WHERE key = ?", (pickle.dumps(Canary(canary)), make_entry(0).key))

    with Store(folder) as store:
        assert make_entry(0).key not in store
        assert len(list(store.entries())) == 2
        assert [damage.why for damage in store.verify()] == ["is a row of a kind that distilkit does not write"]
        store.put_many([make_entry(0)])
        assert make_entry(0).key in store

    assert not canary.exists()


def test_asking_again_heals_the_row_and_deletes_no_file(
    folder: Path, tmp_path: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    entry = make_entry(0)
    tamper(folder, "UPDATE Cache SET mode = 2, filename = ? WHERE key = ?", (str(canary), entry.key))

    with Store(folder) as store:
        store.put_many([entry])
        assert store.get(entry.key) == entry.record
        assert store.verify() == []

    assert canary.read_text() == "untouched"


def test_diskcache_itself_finds_no_pickle_and_no_file(tmp_path: Path) -> None:
    """The guard is in the `Disk`, so it holds for whoever opens the folder with it."""
    from distilkit.store import disk

    canary = tmp_path / "canary"
    canary.write_text("untouched")
    with closing(disk.open_cache(tmp_path / "store", 1)) as cache:
        with pytest.raises(TypeError):
            cache["k"] = {"not": "bytes"}
        with pytest.raises(TypeError):
            cache[1, 2] = b"a key that would be pickled"
        cache["k"] = b"v"
        assert cache["k"] == b"v"
        cache._sql("UPDATE Cache SET mode = 2, filename = ?", (str(canary),))
        with pytest.raises(Damaged):
            cache.get("k")
        with pytest.raises(TypeError):
            cache.get("k", read=True)
        del cache["k"]
        cache["k"] = b"v"
        cache._sql("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Canary(tmp_path / "run")),))
        with pytest.raises(Damaged):
            cache.get("k")
        cache._sql("UPDATE Cache SET raw = 0, key = ?", (pickle.dumps(Canary(tmp_path / "run")),))
        with pytest.raises(Damaged):
            list(cache)

    assert canary.read_text() == "untouched"
    assert not (tmp_path / "run").exists()


def test_a_hundred_trials_of_flipped_bits_return_no_wrong_answer(
    tmp_path: Path, make_entry: Callable[..., Entry]
) -> None:
    """Four bits of one value, anywhere in it, a hundred times: always a miss, never another answer."""
    entries = [make_entry(number, "some words " * number) for number in range(100)]
    with Store(tmp_path) as store:
        store.put_many(entries)
    rng = random.Random(7)
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        for entry in entries:
            ((value,),) = db.execute("SELECT value FROM Cache WHERE key = ?", (entry.key,))
            flipped = bytearray(value)
            for place in rng.sample(range(len(flipped) * 8), 4):
                flipped[place // 8] ^= 1 << place % 8
            db.execute("UPDATE Cache SET value = ? WHERE key = ?", (bytes(flipped), entry.key))

    with Store(tmp_path) as store, pytest.warns(StoreWarning, match="100 damaged entries") as caught:
        assert store.get_many([entry.key for entry in entries]) == {}
    assert len(caught) == 1


def test_bits_flipped_anywhere_in_the_file_return_no_wrong_answer(
    tmp_path: Path, make_entry: Callable[..., Entry]
) -> None:
    """The database's own structure too: a right answer, a miss, or an error that names the folder; nothing else."""
    entries = {entry.key: entry.record for entry in (make_entry(number) for number in range(40))}
    with Store(tmp_path / "store") as store:
        store.put_many([make_entry(number) for number in range(40)])
    whole = (tmp_path / "store" / "cache.db").read_bytes()
    rng = random.Random(11)
    missed = 0
    for _ in range(100):
        torn = bytearray(whole)
        for place in rng.sample(range(len(torn) * 8), 4):
            torn[place // 8] ^= 1 << place % 8
        (tmp_path / "store" / "cache.db").write_bytes(torn)
        try:
            with warnings.catch_warnings(), Store(tmp_path / "store", readonly=True) as store:
                warnings.simplefilter("ignore", StoreWarning)
                found = store.get_many(list(entries))
                listed = [entry.key for entry in store.entries()]
                store.verify()
        except StoreError as error:
            assert str(tmp_path / "store") in str(error)  # noqa: PT017 - an error is one of three good ends
            missed += 1
        else:
            assert found.items() <= entries.items()
            assert entries.keys() >= set(listed)
            missed += len(found) < 40
        for leftover in (tmp_path / "store").glob("cache.db-*"):
            leftover.unlink()
    assert missed > 10


def test_a_torn_page_costs_its_own_rows_only(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    entries = [make_entry(number, "x" * 500) for number in range(200)]
    with Store(tmp_path) as store:
        store.put_many(entries)
        ((page,),) = store._reader.query("SELECT rootpage FROM sqlite_master WHERE name = 'Cache_expire_time'")
        del page
        ((last,),) = store._reader.query("PRAGMA page_count")
    with (tmp_path / "cache.db").open("r+b") as file:
        file.seek((last - 1) * 4096)
        file.write(b"\xff" * 4096)

    with Store(tmp_path, readonly=True) as store, pytest.warns(StoreWarning, match="damaged") as caught:
        found = store.get_many([entry.key for entry in entries])

    assert len(caught) == 1
    assert 150 < len(found) < 200


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"something else entirely" * 1000)

    with pytest.raises(StoreError, match=r"cannot be read: file is not a database; move cache.db away"):
        Store(tmp_path)


_SETTINGS = "CREATE TABLE Settings (key TEXT, value); INSERT INTO Settings VALUES "


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x)",
        _SETTINGS + "('sqlite_writable_schema', 1)",
        _SETTINGS + "('sqlite_mmap_size', 'evil')",
        _SETTINGS + "('close', 1)",
        _SETTINGS + "(x'00', 1)",
        _SETTINGS + "('eviction_policy', 'least-recently-used')",
    ],
)
def test_somebody_elses_database_is_refused_untouched(tmp_path: Path, statement: str) -> None:
    """diskcache would run its settings as pragmas, and begin to evict from another program's cache."""
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db, db:
        db.executescript(statement)
    before = (tmp_path / "cache.db").read_bytes()

    with pytest.raises(StoreError, match=r"is not a store of distilkit.*name another folder"):
        Store(tmp_path)

    assert (tmp_path / "cache.db").read_bytes() == before


def test_another_programs_diskcache_is_refused(tmp_path: Path) -> None:
    import diskcache

    with diskcache.Cache(str(tmp_path)) as cache:
        cache["k"] = "v"

    with pytest.raises(StoreError, match="is not a store of distilkit"):
        Store(tmp_path)


def test_an_entry_of_a_newer_version_says_upgrade(
    folder: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from distilkit.store import codec

    entry = make_entry(0)
    monkeypatch.setattr(codec, "VERSION", 2)
    newer = codec.seal(entry.key, {"in a shape": "unknown"}, None)
    monkeypatch.undo()
    tamper(folder, "UPDATE Cache SET value = ? WHERE key = ?", (newer, entry.key))

    with Store(folder) as store:
        with pytest.warns(StoreWarning, match="1 entry written by a newer distilkit.*upgrade"):
            assert store.get(entry.key) is None
        assert [damage.why for damage in store.verify()] == ["was written by a newer distilkit; upgrade to read it"]


def test_a_whole_blob_that_is_no_record_is_a_miss(
    folder: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    from distilkit.store import codec

    key = make_entry(0).key
    for content in ([], {}, "text", {"raw": 1}, None):
        tamper(folder, "UPDATE Cache SET value = ? WHERE key = ?", (codec.seal(key, content, content), key))
        with Store(folder) as store, pytest.warns(StoreWarning, match="1 damaged"):
            assert store.get(key) is None


def test_verify_finds_an_answer_under_the_wrong_key(
    folder: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    """Sealed for this key, so the checksum is right; but it answers another request."""
    from distilkit.store import codec, entry

    other, key = make_entry(7), make_entry(0).key
    blob = codec.seal(key, other.record.as_dict(), entry.as_asked(other))
    tamper(folder, "UPDATE Cache SET value = ? WHERE key = ?", (blob, key))

    with Store(folder) as store:
        assert [str(damage) for damage in store.verify()] == [f"{key}: holds the answer to another request"]


def test_verify_finds_rows_that_are_nobodys(folder: Path, tamper: Callable[..., None]) -> None:
    tamper(folder, "INSERT INTO Cache (key, raw, mode, value) VALUES ('stray', 1, 1, x'00')")
    tamper(folder, "INSERT INTO Cache (key, raw, mode, value) VALUES (x'ff', 1, 1, x'00')")

    with Store(folder) as store:
        assert [damage.key for damage in store.verify()] == ["stray", "row 6"]
        assert len(store) == 3


def test_a_key_that_is_no_text_does_not_stop_a_listing(
    folder: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    """Shown with a replacement sign, it stands where its text does not belong: naive paging would meet it for ever."""
    tamper(folder, "UPDATE Cache SET key = CAST(x'66ff' AS TEXT) WHERE key = ?", (make_entry(0).key,))

    with Store(folder) as store:
        assert len(list(store.entries())) == 2
        assert len(store.verify()) == 1


def test_the_warning_names_the_line_that_read(
    folder: Path, make_entry: Callable[..., Entry], tamper: Callable[..., None]
) -> None:
    tamper(folder, "UPDATE Cache SET value = x'01' WHERE key = ?", (make_entry(0).key,))

    with Store(folder) as store, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        store.get_many([make_entry(0).key])
        for _ in store.entries():
            pass

    assert [warning.filename for warning in caught] == [__file__] * 2


def test_a_row_that_its_index_gives_another_key_is_damaged(
    folder: Path, make_entry: Callable[..., Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flipped bit can make the key of a row a number while its index still finds it."""
    with Store(folder) as store:
        row = (7, 1, None, b"bytes")
        monkeypatch.setattr(store._reader, "_select", lambda _: iter([row, row]))

        with pytest.warns(StoreWarning, match="2 damaged entries"):
            assert store.get_many([make_entry(0).key, make_entry(1).key]) == {}
        with pytest.warns(StoreWarning, match="damaged"):
            assert list(store.entries()) == []
