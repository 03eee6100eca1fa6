"""The board within one process: whole transactions, its own claims, and what it does where the file is no good."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from distilkit.errors import StoreError
from distilkit.store import Entry, Store, StoreWarning
from distilkit.store import boardfile as file_of_board
from distilkit.store.board import Board, BusyError, Claim, Page
from distilkit.store.page import DamageError


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path) as opened:
        yield opened


def claim(page: Page, key: str = "k") -> Claim | None:
    return page.claim(key, profile="p", scope="s", section="x", run="r", dollars=Decimal(0), now=1.0)


def write(board: Board, name: str = "a", state: bytes = b"1") -> None:
    with board.transaction() as page:
        page.write(name, state)


def read(board: Board, name: str = "a") -> bytes | None:
    with board.transaction() as page:
        return page.read(name)


def write_everything_and_raise(board: Board, error: Exception) -> None:
    with board.transaction() as page:
        page.write("a", b"2")
        claim(page)
        page.failed("k", "timeout", "", "{}", "p", 1.0)
        raise error


def change(folder: Path, statement: str, *values: float) -> None:
    with closing(sqlite3.connect(folder / "board.db", isolation_level=None)) as db:
        db.execute(statement, values)


def test_two_boards_of_a_folder_see_the_same(tmp_path: Path, board: Board) -> None:
    write(board)

    with Board(tmp_path) as other:
        assert read(other) == b"1"
        assert board.shared
        assert board.reason == ""


def test_what_was_written_outlives_the_board(tmp_path: Path) -> None:
    with Board(tmp_path) as board:
        write(board)

    with Board(tmp_path) as board:
        assert read(board) == b"1"


def test_boards_in_memory_share_nothing() -> None:
    with Board(None) as one, Board(None) as other:
        write(one)

        assert read(one) == b"1"
        assert read(other) is None
        assert not one.shared


@pytest.mark.parametrize("shared", [True, False])
def test_an_error_in_a_transaction_undoes_all_of_it(tmp_path: Path, shared: bool) -> None:  # noqa: FBT001 - a parameter
    with Board(tmp_path if shared else None) as board:
        write(board)

        with pytest.raises(KeyError):
            write_everything_and_raise(board, KeyError())

        with board.transaction() as page:
            assert page.read("a") == b"1"
            assert page.claims() == []
            assert page.failures(["k"]) == {}


def test_transactions_are_not_nested(board: Board) -> None:
    with board.transaction() as page:
        page.write("a", b"outer")
        with pytest.raises(StoreError, match="nested"), board.transaction():
            pass

    assert read(board) == b"outer"


def test_a_state_that_is_none_is_refused_and_harms_nothing(board: Board) -> None:
    write(board)

    with pytest.raises(StoreError, match="NOT NULL"):
        write(board, "a", None)

    assert read(board) == b"1"
    assert board.shared


def test_each_board_has_its_own_number(tmp_path: Path, board: Board) -> None:
    with Board(tmp_path) as other:
        assert other.owner != board.owner
        assert other.alive(board.owner)
        assert board.alive(other.owner)
        closed = other.owner
    assert not board.alive(closed)


def test_numbers_are_not_given_again(tmp_path: Path, board: Board) -> None:
    given = []
    for _ in range(3):
        with Board(tmp_path) as other:
            given.append(other.owner)

    assert len({board.owner, *given}) == 4


def test_in_memory_only_the_board_itself_lives() -> None:
    with Board(None) as board:
        assert board.alive(board.owner)
        assert not board.alive(board.owner + 1)


def test_two_boards_of_a_process_exclude_each_other(tmp_path: Path, board: Board) -> None:
    with board.transaction() as page:
        mine = claim(page)
    with Board(tmp_path) as other, other.transaction() as page:
        assert claim(page) is None
        assert page.claims() == [mine]


def test_closing_lets_go_of_the_own_claims_only(tmp_path: Path, board: Board) -> None:
    other = Board(tmp_path)
    with board.transaction() as page:
        kept = claim(page, "kept")
    with other.transaction() as page:
        claim(page, "let go")
    other.close()

    with board.transaction() as page:
        assert page.claims() == [kept]
        assert claim(page, "let go") is not None


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    board = Board(tmp_path)
    board.close()
    board.close()

    with pytest.raises(StoreError, match="closed"), board.transaction():
        pass
    with pytest.raises(StoreError, match="closed"):
        _ = board.owner
    assert "closed" in repr(board)


def test_closing_does_not_bring_back_a_folder_that_was_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    board = Board(folder)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    board.close()

    assert not folder.exists()


def test_it_cannot_be_closed_within_a_transaction(board: Board) -> None:
    with board.transaction() as page:
        with pytest.raises(StoreError, match="going on"):
            board.close()
        page.write("a", b"1")

    assert read(board) == b"1"


def test_eight_threads_count_exactly(tmp_path: Path) -> None:
    with Board(tmp_path, patience_s=30) as board:
        write(board, "count", b"0")

        def count() -> None:
            for _ in range(50):
                with board.transaction() as page:
                    page.write("count", b"%d" % (int(page.read("count")) + 1))

        threads = [threading.Thread(target=count) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert read(board, "count") == b"400"


def test_a_thread_does_not_wait_for_another_beyond_its_patience(board: Board) -> None:
    inside, done = threading.Event(), threading.Event()

    def sit() -> None:
        with board.transaction():
            inside.set()
            done.wait(60)

    thread = threading.Thread(target=sit)
    thread.start()
    inside.wait(60)
    try:
        with pytest.raises(BusyError, match="thread"), board.transaction():
            pass
    finally:
        done.set()
        thread.join(60)
    write(board)
    assert read(board) == b"1"


def test_its_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with Board(folder) as board:
        write(board)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}

    assert set(modes) >= {"board.db", "board.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_store_opens_beside_a_board(tmp_path: Path, make_entry: Callable[..., Entry]) -> None:
    with Board(tmp_path) as board, Store(tmp_path) as store:
        write(board)
        store.put_many([make_entry(1)])
        assert store.verify() == []
        assert not store.readonly

    with Store(tmp_path, readonly=True) as store:
        assert len(store) == 1


@pytest.mark.parametrize("content", [b"no database at all", b"\0" * 8192, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_file_is_kept_and_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "board.db").write_bytes(content)

    with pytest.warns(StoreWarning, match=r"damaged.*begun anew"):
        board = Board(tmp_path)

    with board:
        write(board)
        assert read(board) == b"1"
        assert board.shared
    assert (tmp_path / "board.db.damaged").read_bytes() == content


def test_of_damaged_files_the_newest_is_kept(tmp_path: Path) -> None:
    for content in (b"the older", b"the newer"):
        (tmp_path / "board.db").write_bytes(content)
        with pytest.warns(StoreWarning, match="damaged"):
            Board(tmp_path).close()

    assert (tmp_path / "board.db.damaged").read_bytes() == b"the newer"


def test_an_empty_file_is_a_board_that_nobody_has_begun(tmp_path: Path) -> None:
    (tmp_path / "board.db").touch()

    with Board(tmp_path) as board:
        write(board)
        assert board.shared


def test_damage_that_shows_in_a_transaction_is_put_right(tmp_path: Path, board: Board) -> None:
    write(board)
    owner = board.owner

    with pytest.warns(StoreWarning, match="damaged"), pytest.raises(BusyError, match="begun anew"):
        write_everything_and_raise(board, DamageError("as SQLite says it"))

    assert read(board) is None
    assert board.shared
    assert board.owner == owner
    assert (tmp_path / "board.db.damaged").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims SET profile = x'ff'",
        "UPDATE claims SET run = 5",
        "UPDATE claims SET dollars = 'many'",
    ],
)
def test_values_that_no_board_writes_are_damage(tmp_path: Path, board: Board, statement: str) -> None:
    with board.transaction() as page:
        claim(page)
    change(tmp_path, statement)

    with pytest.warns(StoreWarning, match="damaged"), pytest.raises(BusyError), board.transaction() as page:
        page.claims()

    with board.transaction() as page:
        assert page.claims() == []


def test_an_odd_table_is_damage(tmp_path: Path) -> None:
    Board(tmp_path).close()
    change(tmp_path, "DROP TABLE claims")

    with pytest.warns(StoreWarning, match="damaged"):
        board = Board(tmp_path)
    with board, board.transaction() as page:
        assert claim(page) is not None


def test_boards_meet_again_after_one_of_them_began_anew(tmp_path: Path, board: Board) -> None:
    """A board whose file was moved aside by another process goes over to the new one."""
    with Board(tmp_path) as other:
        owners = board.owner, other.owner
        with pytest.warns(StoreWarning), pytest.raises(BusyError):
            write_everything_and_raise(board, DamageError("as SQLite says it"))
        write(board)

        assert read(other) == b"1"
        assert (board.owner, other.owner) == owners
        with other.transaction() as page:
            mine = claim(page)
        with board.transaction() as page:
            assert page.claims() == [mine]


def test_a_number_that_lives_is_not_given_again_by_a_new_file(tmp_path: Path, board: Board) -> None:
    for file in tmp_path.glob("board.db*"):
        file.unlink()

    with Board(tmp_path) as other:
        assert other.owner != board.owner


def test_a_file_that_was_deleted_is_made_again(tmp_path: Path, board: Board) -> None:
    for file in tmp_path.glob("board.*"):
        file.unlink()
    write(board)

    with Board(tmp_path) as other:
        assert read(other) == b"1"
        assert other.owner != board.owner
        assert other.alive(board.owner)


def test_where_a_file_stands_for_the_folder_it_is_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with Board(tmp_path / "file") as board:
        write(board)
        assert read(board) == b"1"
        assert not board.shared
        assert "folder cannot be made" in board.reason
        assert "not shared" in repr(board)


def test_where_a_folder_stands_for_the_file_it_is_in_memory(tmp_path: Path) -> None:
    (tmp_path / "board.db").mkdir()

    with Board(tmp_path) as board:
        write(board)
        assert not board.shared
        assert "unable to open" in board.reason


def test_a_network_folder_is_not_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/home {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr("distilkit.store.folders.MOUNTS", mounts)

    with Board(tmp_path) as board:
        assert not board.shared
        assert "nfs4" in board.reason
    assert not (tmp_path / "board.db").exists()


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    change(tmp_path, "CREATE TABLE theirs (a)")
    before = (tmp_path / "board.db").read_bytes()

    with Board(tmp_path) as board:
        write(board)
        assert not board.shared
        assert "not a board of distilkit" in board.reason
    assert (tmp_path / "board.db").read_bytes() == before


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Board(tmp_path).close()
    change(tmp_path, "PRAGMA user_version = 2")
    before = (tmp_path / "board.db").read_bytes()

    with Board(tmp_path) as board:
        write(board)
        assert not board.shared
        assert "newer version" in board.reason
    assert (tmp_path / "board.db").read_bytes() == before


@pytest.mark.parametrize(
    ("pragma", "reason"), [("max_page_count = 1", "full"), ("query_only = 1", "readonly")], ids=["full", "read-only"]
)
def test_on_a_full_or_read_only_disk_it_goes_on_in_memory(board: Board, pragma: str, reason: str) -> None:
    with board.transaction() as page:
        page.write("a", b"1")
        mine = claim(page)
    board._boarded.db.execute(f"PRAGMA {pragma}").fetchall()

    with pytest.raises(BusyError, match="ask again"):
        write(board, "b", b"x" * 100_000)

    write(board, "b", b"x" * 100_000)
    assert not board.shared
    assert reason in board.reason
    assert read(board) == b"1"
    with board.transaction() as page:
        assert page.claims() == [mine]


def test_times_of_another_boot_are_forgotten_and_failures_are_not(tmp_path: Path) -> None:
    with Board(tmp_path) as board, board.transaction() as page:
        page.write("a", b"1")
        page.failed("k", "timeout", "", "{}", "p", 1.0)
    change(tmp_path, "UPDATE boot SET at = ?", time.time() - time.monotonic() - 3600)

    with Board(tmp_path) as board, board.transaction() as page:
        assert page.read("a") is None
        assert set(page.failures(["k"])) == {"k"}


def test_a_clock_that_was_set_does_not_make_a_live_board_forget(tmp_path: Path, board: Board) -> None:
    write(board)
    change(tmp_path, "UPDATE boot SET at = 0")

    with Board(tmp_path) as other:
        assert read(other) == b"1"


def test_the_log_does_not_keep_the_disk_after_a_burst(tmp_path: Path, board: Board) -> None:
    for number in range(40):
        write(board, f"{number}", bytes(400_000))
    for _ in range(3):
        board._boarded.db.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        write(board)

    assert (tmp_path / "board.db-wal").stat().st_size <= 2 * file_of_board._LOG_BYTES
