from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from distilkit.calls import Request
from distilkit.errors import InputError, StoreError
from distilkit.store import Entry, Imported, Store, StoreWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HARD = ["plain", "a\r\nb", "nul \0", "half \ud83d", "ü \U0001f600 \u2028", ""]


@pytest.fixture
def filled(store: Store, make_entry: Callable[..., Entry]) -> Store:
    store.put_many([make_entry(number, content) for number, content in enumerate(_HARD)])
    return store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "other") as opened:
        yield opened


@pytest.mark.parametrize("name", ["answers.jsonl", "answers.jsonl.gz"])
def test_what_is_exported_comes_back_entry_for_entry(filled: Store, other: Store, tmp_path: Path, name: str) -> None:
    assert filled.export(tmp_path / name) == len(_HARD)

    assert other.import_from(tmp_path / name) == Imported(added=len(_HARD), already=0)
    assert list(other.entries()) == list(filled.entries())


@pytest.mark.parametrize("name", ["answers.jsonl", "answers.jsonl.gz"])
def test_the_same_entries_give_the_same_bytes(
    filled: Store, other: Store, make_entry: Callable[..., Entry], tmp_path: Path, name: str
) -> None:
    for number, content in reversed(list(enumerate(_HARD))):
        other.put_many([make_entry(number, content)])

    filled.export(tmp_path / f"1-{name}")
    other.export(tmp_path / f"2-{name}")

    assert (tmp_path / f"1-{name}").read_bytes() == (tmp_path / f"2-{name}").read_bytes()
    if name.endswith(".gz"):
        assert (tmp_path / f"1-{name}").read_bytes()[4:8] == bytes(4)  # no time in the header


def test_every_line_is_utf8_and_json(filled: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "answers.jsonl")

    lines = (tmp_path / "answers.jsonl").read_bytes().decode("utf-8").split("\n")

    assert lines[-1] == ""
    assert [json.loads(line)["key"] for line in lines[:-1]] == sorted(entry.key for entry in filled.entries())
    assert "ü \U0001f600" in "".join(lines)


def test_some_keys_only(filled: Store, make_entry: Callable[..., Entry], tmp_path: Path) -> None:
    keys = [make_entry(number).key for number in (3, 1)]

    assert filled.export(tmp_path / "some.jsonl", keys) == 2

    lines = (tmp_path / "some.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["key"] for line in lines] == sorted(keys)


def test_a_key_that_is_not_stored_is_named(filled: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"1 of the keys are not stored, the first: {'0' * 64}"):
        filled.export(tmp_path / "some.jsonl", ["0" * 64])

    assert not (tmp_path / "some.jsonl").exists()


def test_loading_twice_adds_nothing_and_costs_nothing(filled: Store, other: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "a.jsonl")
    other.import_from(tmp_path / "a.jsonl")

    assert other.import_from(tmp_path / "a.jsonl") == Imported(added=0, already=len(_HARD))
    assert other.spend_rows() == []
    assert len(filled.spend_rows()) == 1


def test_what_is_stored_already_stays(
    store: Store, other: Store, make_entry: Callable[..., Entry], tmp_path: Path
) -> None:
    store.put_many([make_entry(1, "theirs"), make_entry(2, "new")])
    other.put_many([make_entry(1, "mine")])
    store.export(tmp_path / "a.jsonl")

    assert other.import_from(tmp_path / "a.jsonl") == Imported(added=1, already=1)
    assert other.get(make_entry(1).key) == make_entry(1, "mine").record


def test_loading_heals_a_damaged_entry(
    filled: Store, make_entry: Callable[..., Entry], tamper: Callable[..., None], tmp_path: Path
) -> None:
    filled.export(tmp_path / "a.jsonl")
    tamper(filled.folder, "UPDATE Cache SET value = x'01' WHERE key = ?", (make_entry(2).key,))

    assert filled.import_from(tmp_path / "a.jsonl") == Imported(added=1, already=len(_HARD) - 1)
    assert filled.verify() == []


def test_the_same_line_twice_is_merely_a_duplicate(filled: Store, other: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl").write_bytes((tmp_path / "a.jsonl").read_bytes() * 2 + b"\n  \n")

    assert other.import_from(tmp_path / "a.jsonl") == Imported(added=len(_HARD), already=len(_HARD))


def _with(line: bytes, **changes: object) -> bytes:
    return json.dumps({**json.loads(line), **changes}).encode()


def _recorded(line: bytes, **changes: object) -> bytes:
    return _with(line, record={**json.loads(line)["record"], **changes})


def _rekeyed(line: bytes, **changes: object) -> bytes:
    request = Request.from_dict({**json.loads(line)["request"], **changes})
    return _with(line, request=request.as_dict(), key=request.key())


_BROKEN = {
    "torn": (lambda line: line[:-20], "is not JSON"),
    "binary": (lambda line: b"\xff\xfe" + line, "is not JSON"),
    "another file": (lambda _: b'{"prompt": "hi"}', "is no entry of a store"),
    "a list": (lambda _: b"[1]", "is no entry of a store"),
    "newer": (lambda line: _with(line, distilkit=2), "format 2, not 1; upgrade"),
    "key changed": (lambda line: _with(line, key="0" * 64), "key does not belong to the request"),
    "key no text": (lambda line: _with(line, key=7), "key does not belong to the request"),
    "question changed": (
        lambda line: line.replace(b"question", b"QUESTION"),
        "key does not belong to the request: one of them was changed",
    ),
    "record lost": (lambda line: _with(line, record=None), "the entry lacks a field"),
    "record empty": (lambda line: _with(line, record={}), "the entry lacks a field"),
    "request lost": (lambda line: _with(line, request={"model": "m"}), "the entry lacks a field"),
    "request odd": (lambda line: _with(line, request={"x": 1}), "the entry lacks a field"),
    "request null": (lambda line: _with(line, request=None), "the entry lacks a field"),
    "cost odd": (lambda line: _with(line, cost_usd="much"), "the entry lacks a field"),
    "cost NaN": (lambda line: _with(line, cost_usd="NaN"), "cost_usd is NaN"),
    "model odd": (lambda line: _rekeyed(line, model=["m"]), "the entry lacks a field.*model is list"),
    "created milliseconds": (
        lambda line: _recorded(line, created_at=1.7e12),
        "created_at of the record must be a Unix",
    ),
    "created text": (lambda line: _recorded(line, created_at="today"), "created_at of the record must be a Unix"),
    "attempts odd": (lambda line: _recorded(line, attempts="x"), "attempts of the record must be a whole number"),
    "price odd": (lambda line: _recorded(line, price=["1"]), "price of the record must be a mapping"),
    "latency NaN": (lambda line: _recorded(line, latency_s=float("nan")), "latency_s of the record must be a number"),
    "provider odd": (lambda line: _recorded(line, provider=7), "provider of the record must be a text"),
    "deep": (lambda _: b"[" * 200_000, "is not JSON"),
}


@pytest.mark.parametrize(("change", "message"), _BROKEN.values(), ids=_BROKEN)
def test_a_wrong_line_is_named_and_nothing_is_taken_in(
    filled: Store, other: Store, tmp_path: Path, change: Any, message: str
) -> None:
    filled.export(tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_bytes().splitlines()
    lines[3] = change(lines[3])
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))

    with pytest.raises(InputError, match=rf"a\.jsonl:4: .*{message}"):
        other.import_from(tmp_path / "a.jsonl")

    assert len(other) == 0


def test_a_torn_archive_is_named(filled: Store, other: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "a.jsonl.gz")
    whole = (tmp_path / "a.jsonl.gz").read_bytes()
    for torn in (whole[:-10], whole[:15], b"not gzip"):
        (tmp_path / "a.jsonl.gz").write_bytes(torn)
        with pytest.raises(InputError, match=r"a\.jsonl\.gz.*cannot be read"):
            other.import_from(tmp_path / "a.jsonl.gz")

    assert len(other) == 0


def test_flipped_bits_in_an_archive_are_an_error(filled: Store, other: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "a.jsonl.gz")
    whole = (tmp_path / "a.jsonl.gz").read_bytes()
    for place in range(12, len(whole), 7):
        (tmp_path / "a.jsonl.gz").write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(InputError, match=r"a\.jsonl\.gz"):
            other.import_from(tmp_path / "a.jsonl.gz")

    assert len(other) == 0


def test_a_file_that_is_not_there_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read: No such file"):
        store.import_from(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match=r"cannot be written: No such file.*another file"):
        store.export(tmp_path / "no folder" / "a.jsonl")


def test_an_export_takes_the_place_of_the_old_file_at_once(filled: Store, tmp_path: Path) -> None:
    """Whoever is reading the old one reads it to its end."""
    (tmp_path / "a.jsonl").write_text("old")

    with (tmp_path / "a.jsonl").open() as reader:
        filled.export(tmp_path / "a.jsonl")
        assert reader.read() == "old"

    assert len((tmp_path / "a.jsonl").read_bytes().splitlines()) >= len(_HARD)


def test_a_failing_export_leaves_the_old_file(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_text("old")

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match="the disk is full"):
        filled.export(tmp_path / "a.jsonl")

    assert (tmp_path / "a.jsonl").read_text() == "old"
    assert not list(tmp_path.glob(".*"))


def test_damaged_entries_are_left_out_with_a_warning(
    filled: Store, make_entry: Callable[..., Entry], tamper: Callable[..., None], tmp_path: Path
) -> None:
    tamper(filled.folder, "UPDATE Cache SET value = x'01' WHERE key = ?", (make_entry(2).key,))

    with pytest.warns(StoreWarning, match="1 damaged entry"):
        assert filled.export(tmp_path / "a.jsonl") == len(_HARD) - 1


def test_a_read_only_store_exports_and_does_not_load(filled: Store, tmp_path: Path) -> None:
    filled.export(tmp_path / "a.jsonl")

    with Store(filled.folder, readonly=True) as store:
        assert store.export(tmp_path / "b.jsonl") == len(_HARD)
        with pytest.raises(StoreError, match="read-only"):
            store.import_from(tmp_path / "a.jsonl")


def test_no_secret_of_the_environment_is_exported(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry has no place for one: what is exported is the request, the record, and two names."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-key-123")
    filled.export(tmp_path / "a.jsonl.gz")

    text = gzip.decompress((tmp_path / "a.jsonl.gz").read_bytes())

    assert b"canary-key-123" not in text
    assert set(json.loads(text.splitlines()[0])) == {
        *("distilkit", "key", "request", "profile", "section", "cost_usd", "record")
    }


def test_an_odd_figure_of_a_stored_answer_is_left_out_of_an_export(
    store: Store, other: Store, make_entry: Callable[..., Entry], tmp_path: Path
) -> None:
    entry = make_entry(1)
    store.put_many([replace(entry, record=replace(entry.record, latency_s=float("nan"), attempts="x"))])

    store.export(tmp_path / "a.jsonl")
    other.import_from(tmp_path / "a.jsonl")

    assert other.get(entry.key) == replace(entry.record, latency_s=None, attempts=None)


def test_a_model_with_half_a_surrogate_pair_is_stored_and_counted(
    store: Store, make_entry: Callable[..., Entry]
) -> None:
    store.put_many([make_entry(1, model="sim/\ud800")])

    assert store.stats().models == {"sim/?": 1}
    assert next(store.entries()).request.model == "sim/\ud800"
