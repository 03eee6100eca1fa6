"""Verdicts beside the answers: whole sets, from several processes, through a kill, and never anybody else's file."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from distilkit.errors import InputError, StoreError
from distilkit.store import verdicts
from distilkit.store.verdicts import DATABASE, Verdict

KEY = "0" * 64


def some(count: int, **more: Any) -> list[Verdict]:
    return [Verdict(key=KEY, valid=True, chosen=False, about={"prompt_id": nth, **more}) for nth in range(count)]


def test_a_set_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    row = Verdict(
        key=KEY,
        valid=False,
        chosen=False,
        reasons="refusal",
        evidence='{"refusal": "no"}',
        about={"prompt_id": "\ud800"},
    )

    verdicts.write(tmp_path, "one", [row, *some(2)])

    assert verdicts.read(tmp_path, "one") == [row, *some(2)]


def test_a_set_of_the_same_name_takes_the_place_of_the_old(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "one", some(5))
    verdicts.write(tmp_path, "other", some(1))
    verdicts.write(tmp_path, "one", some(2))

    assert len(verdicts.read(tmp_path, "one")) == 2
    assert [(each.name, each.rows, each.valid) for each in verdicts.sets(tmp_path)] == [("one", 2, 2), ("other", 1, 1)]


def test_without_a_name_the_last_one_is_meant(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "b", some(1))
    verdicts.write(tmp_path, "a", some(2))

    assert len(verdicts.read(tmp_path)) == 2


def test_an_empty_set_is_one(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "none", [])

    assert verdicts.read(tmp_path, "none") == []


def test_a_set_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none is"):
        verdicts.read(tmp_path)
    verdicts.write(tmp_path, "one", [])
    with pytest.raises(InputError, match="there are: one"):
        verdicts.read(tmp_path, "two")


@pytest.mark.parametrize("name", ["", " ", "a\nb", None, 3, "\ud800"])
def test_what_cannot_name_a_set_is_refused(tmp_path: Path, name: Any) -> None:
    with pytest.raises(InputError, match="name="):
        verdicts.write(tmp_path, name, [])


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    verdicts.write(tmp_path / "new", "one", some(1))

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir()} == {0o600}


def test_half_a_set_is_never_kept(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "one", some(3))

    def breaks() -> Any:
        yield from some(2)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        verdicts.write(tmp_path, "one", breaks())

    assert len(verdicts.read(tmp_path, "one")) == 3


def test_a_process_killed_while_it_writes_leaves_the_old_set(tmp_path: Path, child: Any) -> None:
    verdicts.write(tmp_path, "one", some(3))
    process = child(
        "import sys, time\n"
        "from pathlib import Path\n"
        "from distilkit.store import verdicts\n"
        "def rows():\n"
        "    for nth in range(1000):\n"
        "        yield verdicts.Verdict(key='0' * 64, valid=True, chosen=True)\n"
        "    print('halfway', flush=True)\n"
        "    time.sleep(600)\n"
        "verdicts.write(Path(sys.argv[1]), 'one', rows())\n",
        tmp_path,
    )
    assert process.stdout.readline() == "halfway\n"
    process.kill()
    process.wait()

    assert len(verdicts.read(tmp_path, "one")) == 3
    verdicts.write(tmp_path, "one", some(1))
    assert len(verdicts.read(tmp_path, "one")) == 1


def test_two_processes_write_at_once_and_both_sets_are_kept(tmp_path: Path, child: Any) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from distilkit.store import verdicts\n"
        "rows = [verdicts.Verdict(key='0' * 64, valid=True, chosen=True)] * 200\n"
        "for nth in range(20):\n"
        "    verdicts.write(Path(sys.argv[1]), sys.argv[2], rows)\n"
    )
    processes = [child(code, tmp_path, name) for name in ("a", "b")]

    assert [process.wait(60) for process in processes] == [0, 0]
    assert {each.name: each.rows for each in verdicts.sets(tmp_path)} == {"a": 200, "b": 200}


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    verdicts.write(tmp_path, "one", some(2))
    tmp_path.chmod(0o500)
    try:
        assert len(verdicts.read(tmp_path, "one")) == 2
    finally:
        tmp_path.chmod(0o700)


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db, db:
        db.execute("CREATE TABLE theirs (a)")

    with pytest.raises(StoreError, match="is not distilkit's file of verdicts"):
        verdicts.write(tmp_path, "one", some(1))


def test_a_file_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all" * 100)

    with pytest.raises(StoreError, match="are made again by"):
        verdicts.write(tmp_path, "one", some(1))
    with pytest.raises(StoreError, match="are made again by"):
        verdicts.read(tmp_path, "one")


def test_a_newer_versions_file_is_left_alone(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "one", some(1))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db, db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreError, match="newer version"):
        verdicts.read(tmp_path, "one")


def test_a_damaged_row_is_an_error_that_names_it(tmp_path: Path) -> None:
    verdicts.write(tmp_path, "one", some(1))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db, db:
        db.execute("UPDATE verdicts SET about = 'x'")

    with pytest.raises(StoreError, match="000000000000 is damaged"):
        verdicts.read(tmp_path, "one")
