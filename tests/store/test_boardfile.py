"""A damaged file is moved aside once, by whoever finds it; what a board does then is in test_board.py."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from distilkit.store import boardfile


def test_a_damaged_file_is_moved_aside_with_its_log(tmp_path: Path) -> None:
    for name in ("board.db", "board.db-wal", "board.db-shm"):
        (tmp_path / name).write_bytes(b"damaged")

    assert boardfile.move_aside(tmp_path, boardfile.place_of(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == ["board.db.damaged"]


def test_a_file_that_another_process_has_begun_anew_stays(tmp_path: Path) -> None:
    (tmp_path / "board.db").write_bytes(b"damaged")
    damaged = boardfile.place_of(tmp_path)
    assert boardfile.move_aside(tmp_path, damaged)
    boardfile.connect(tmp_path).close()

    assert not boardfile.move_aside(tmp_path, damaged)
    assert (tmp_path / "board.db").exists()
    assert (tmp_path / "board.db.damaged").read_bytes() == b"damaged"


def test_nothing_is_moved_where_nothing_is_damaged(tmp_path: Path) -> None:
    assert not boardfile.move_aside(tmp_path, None)
    assert not boardfile.move_aside(tmp_path, boardfile.place_of(tmp_path))


def test_a_copy_in_memory_has_what_stands_in_the_file(tmp_path: Path) -> None:
    with closing(boardfile.connect(tmp_path)) as db:
        db.execute("INSERT INTO states VALUES (x'61', x'62')")
        copy = boardfile.in_memory(db)

    assert copy.execute("SELECT * FROM states").fetchall() == [(b"a", b"b")]
    copy.close()


def test_a_copy_of_what_cannot_be_read_is_empty(tmp_path: Path) -> None:
    closed = boardfile.connect(tmp_path)
    closed.close()

    with closing(boardfile.in_memory(closed)) as copy:
        assert copy.execute("SELECT * FROM states").fetchall() == []
