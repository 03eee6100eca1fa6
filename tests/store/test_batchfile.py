"""What is noted of batches survives, is exact, and lets no request into two open batches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from distilkit.calls import Request
from distilkit.errors import StoreError
from distilkit.store import batchfile
from distilkit.store.batchfile import DATABASE, BatchFile, is_there
from distilkit.store.batchrows import Intent, Waiting

REQUEST = Request(model="openai/m", messages=[{"role": "user", "content": "Hi \ud83d"}], params={"max_tokens": 5})


def intent(name: str = "t") -> Intent:
    return Intent(token=name, profile="p", section="s", provider="openai", model="m", created_at=1.0)


def waiting(key: str, held: str | None = "0.5") -> Waiting:
    amount = None if held is None else Decimal(held)
    return Waiting(key=key, request=REQUEST, sent={"max_tokens": 5}, changed=("a dropped",), held=amount)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BatchFile]:
    with BatchFile(tmp_path) as opened:
        yield opened


def test_what_is_noted_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    with BatchFile(tmp_path) as file:
        file.begin(intent(), 7)
        file.add("t", [waiting("a"), waiting("b")])
        file.note("t", id="batch_1", state="submitted", submitted_at=2.0)

    with BatchFile(tmp_path) as file:
        noted = file.named("batch_1")

        assert noted is not None
        assert (noted.token, noted.requests, noted.held, noted.owner) == ("t", 2, Decimal("1.0"), 7)
        assert file.waiting("t") == [waiting("a"), waiting("b")]


def test_a_folder_without_batches_has_no_file_until_one_is_noted(tmp_path: Path) -> None:
    assert not is_there(tmp_path)
    BatchFile(tmp_path).close()
    assert is_there(tmp_path)
    assert (tmp_path / DATABASE).stat().st_mode & 0o077 == 0


def test_what_is_taken_out_was_never_in_it(file: BatchFile) -> None:
    file.begin(intent(), 1)
    file.add("t", [waiting("a", "0.1"), waiting("b", "0.2")])

    file.take_out("t", ["a", "unknown"])

    noted = file.batch("t")
    assert noted is not None
    assert (noted.requests, noted.held, list(file.keys("t"))) == (1, Decimal("0.2"), ["b"])


def test_tables_that_cannot_be_made_leave_a_file_that_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        torn = replace(batchfile.FILE, schema=(batchfile.FILE.schema[0], "CREATE NONSENSE"))
        patched.setattr(batchfile, "FILE", torn)
        with pytest.raises(StoreError, match="syntax error"):
            BatchFile(tmp_path)

    BatchFile(tmp_path).close()


def test_a_key_is_in_one_open_batch_at_most(file: BatchFile) -> None:
    file.begin(intent("t"), 1)
    file.begin(intent("u"), 1)
    file.add("t", [waiting("a")])

    with pytest.raises(StoreError):
        file.add("u", [waiting("b"), waiting("a")])

    assert file.holding(["a", "b"]) == {"a": "t"}


def test_what_is_done_may_go_into_another_batch(file: BatchFile) -> None:
    file.begin(intent("t"), 1)
    file.begin(intent("u"), 1)
    file.add("t", [waiting("a"), waiting("b")])
    file.finish("t", ["a"])

    file.add("u", [waiting("a")])

    assert file.holding(["a", "b"]) == {"a": "u", "b": "t"}
    assert file.keys("t") == {"a": True, "b": False}


def test_dollars_are_held_for_what_is_open_and_exactly(file: BatchFile) -> None:
    file.begin(intent(), 1)
    file.add("t", [waiting("a", "0.1"), waiting("b", "0.2")])
    file.finish("t", ["a"])
    file.finish("t", ["a"])  # a second time changes nothing

    noted = file.batch("t")
    assert noted is not None
    assert noted.held == Decimal("0.2")


def test_one_unknown_amount_makes_what_is_held_unknown(file: BatchFile) -> None:
    file.begin(intent(), 1)
    file.add("t", [waiting("a"), waiting("b", None)])

    noted = file.batch("t")
    assert noted is not None
    assert noted.held is None


def test_a_batch_that_ended_holds_nothing_and_stays_in_the_list(file: BatchFile) -> None:
    file.begin(intent(), 1)
    file.add("t", [waiting("a")])
    file.end("t", "completed", 9.0, "all well")

    (noted,) = file.batches()
    assert (noted.state, noted.requests, noted.held, noted.note) == ("completed", 1, Decimal(0), "all well")
    assert file.open() == []
    assert file.holding(["a"]) == {}


def test_somebody_who_lives_keeps_a_batch_and_somebody_dead_does_not(file: BatchFile) -> None:
    file.begin(intent(), 1)

    assert not file.take("t", 2, lambda owner: owner == 1)
    assert file.take("t", 2, lambda _: False)
    assert file.take("t", 2, lambda _: True)
    file.let_go(2)
    assert file.take("t", 3, lambda _: True)


def test_an_ended_batch_is_taken_by_nobody(file: BatchFile) -> None:
    file.begin(intent(), 1)
    file.end("t", "failed", 1.0)

    assert not file.take("t", 1, lambda _: True)


def test_a_damaged_list_is_never_begun_anew(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"SQLite format 3\0" + b"nonsense" * 1_000)

    with pytest.raises(StoreError, match="where no batch is open"):
        BatchFile(tmp_path)
    assert (tmp_path / DATABASE).stat().st_size > 0


def test_somebody_else_s_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()

    with pytest.raises(StoreError, match="not distilkit's list of batches"):
        BatchFile(tmp_path)


def test_a_newer_version_s_list_is_left_alone(tmp_path: Path) -> None:
    BatchFile(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(StoreError, match="newer version"):
        BatchFile(tmp_path)


def test_thousands_of_keys_are_looked_up(file: BatchFile) -> None:
    file.begin(intent(), 1)
    keys = [f"{nth:064x}" for nth in range(2_000)]
    file.add("t", [waiting(key) for key in keys])

    assert file.holding(keys) == dict.fromkeys(keys, "t")
    assert len(file.waiting("t", keys)) == 2_000
