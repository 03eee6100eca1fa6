"""What several processes see of each other on a board, and what is left of one that ends, however it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from distilkit.store.board import Board, BusyError, Claim, Page

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks and signals are POSIX's")

Child = Callable[..., "subprocess.Popen[str]"]

# The alarm ends a child that waits for ever, so that its test fails instead of hanging.
_BOARD = """
import os, signal, time
from pathlib import Path
from distilkit.store.board import Board, BusyError

folder = Path(sys.argv[1])
signal.alarm(100)

def claim(page, key="k"):
    return page.claim(key, profile="p", scope="s", section="x", run="r", dollars=Decimal(1), now=1.0)

def patiently(board, step):
    while True:
        try:
            with board.transaction() as page:
                return step(page)
        except BusyError:
            time.sleep(0.001)
"""

_CLAIMS_AND_STAYS = f"""{_BOARD}
board = Board(folder)
patiently(board, claim)
print(board.owner, flush=True)
time.sleep(600)
"""

_COUNTS = f"""{_BOARD}
def count(page):
    page.write("count", b"%d" % (int(page.read("count") or 0) + 1))

with Board(folder) as board:
    for _ in range(500):
        patiently(board, count)
"""

_SITS_IN_A_TRANSACTION = f"""{_BOARD}
board = Board(folder)
with board.transaction() as page:
    page.write("a", b"never kept")
    print("inside", flush=True)
    time.sleep(600)
"""

_STANDS_IN_THE_DOOR = f"""{_BOARD}
from distilkit.store.owners import Owners

with Owners.at(folder / "board.lock").door(0):
    print("inside", flush=True)
    time.sleep(600)
"""

_FORKS = f"""{_BOARD}
board = Board(folder)
mine = patiently(board, claim)
assert mine is not None
parent = board.owner

pid = os.fork()
if pid == 0:
    signal.alarm(100)
    assert board.owner != parent, "the child has the parent's number"
    assert board.alive(parent), "the child does not see the parent"
    assert patiently(board, claim) is None, "the child took the parent's claim"
    assert patiently(board, lambda page: claim(page, "child's")) is not None
    print("child", board.owner, flush=True)
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
assert board.owner == parent
print("parent", parent, flush=True)
time.sleep(600)
"""

_PARENT_CLOSES_FIRST = f"""{_BOARD}
board = Board(folder)
patiently(board, claim)
parent = board.owner
pid = os.fork()
if pid == 0:
    signal.alarm(100)
    patiently(board, lambda page: claim(page, "child's"))
    while board.alive(parent):
        time.sleep(0.001)
    for number in range(10**9):
        patiently(board, lambda page: page.write("number", b"%d" % number))
board.close()
print(pid, flush=True)
sys.stdout.close()
os._exit(0)
"""

_FORKS_WHILE_ANOTHER_THREAD_WRITES = f"""{_BOARD}
import threading
board = Board(folder, patience_s=5)

def count(page):
    page.write("count", b"%d" % (int(page.read("count") or 0) + 1))

threads = [threading.Thread(target=lambda: [patiently(board, count) for _ in range(200)]) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(10):
    pid = os.fork()
    if pid == 0:
        signal.alarm(100)
        for _ in range(10):
            patiently(board, count)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
for thread in threads:
    thread.join()
"""


def claim(page: Page, key: str = "k") -> Claim | None:
    return page.claim(key, profile="p", scope="s", section="x", run="r", dollars=Decimal(0), now=1.0)


def line(process: subprocess.Popen[str]) -> str:
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def test_a_claim_holds_while_its_process_lives_and_ends_with_it(tmp_path: Path, child: Child) -> None:
    process = child(_CLAIMS_AND_STAYS, tmp_path)
    owner = int(line(process))

    with Board(tmp_path, patience_s=10) as board:
        assert board.alive(owner)
        with board.transaction() as page:
            assert claim(page) is None
            assert [one.owner for one in page.claims()] == [owner]
        kill(process)
        assert not board.alive(owner)
        with board.transaction() as page:
            assert claim(page).owner == board.owner


def test_what_a_dead_process_claimed_is_let_go_by_whoever_looks(tmp_path: Path, child: Child) -> None:
    process = child(_CLAIMS_AND_STAYS, tmp_path)
    line(process)

    with Board(tmp_path, patience_s=10) as board:
        with board.transaction() as page:
            assert page.in_flight() == {"p": 1}
            assert page.held() == {("r", "x"): Decimal(1)}
        kill(process)
        with board.transaction() as page:
            assert page.held() == {}
            assert page.in_flight() == {}
            assert page.claims() == []


def test_four_processes_count_exactly(tmp_path: Path, child: Child) -> None:
    processes = [child(_COUNTS, tmp_path) for _ in range(4)]
    errors = [process.communicate(timeout=120)[1] for process in processes]

    assert errors == [""] * 4
    with Board(tmp_path) as board, board.transaction() as page:
        assert page.read("count") == b"2000"


def test_while_another_process_is_in_a_transaction_it_is_busy(tmp_path: Path, child: Child) -> None:
    with Board(tmp_path) as board:
        process = child(_SITS_IN_A_TRANSACTION, tmp_path)
        assert line(process) == "inside"
        with pytest.raises(BusyError, match="ask again"), board.transaction():
            pass

        kill(process)
        with board.transaction() as page:
            assert page.read("a") is None
        assert board.shared


@pytest.mark.parametrize("counted", [1, 50, 300])
def test_processes_killed_at_work_leave_a_whole_board(tmp_path: Path, child: Child, counted: int) -> None:
    with Board(tmp_path, patience_s=10) as board:
        processes = [child(_COUNTS, tmp_path) for _ in range(2)]
        while _count(board) < counted:
            assert [process.poll() for process in processes] == [None, None]
        for process in processes:
            kill(process)

        assert _count(board) >= counted
        assert board._boarded.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _count(board: Board) -> int:
    with board.transaction() as page:
        return int(page.read("count") or 0)


def test_a_forked_child_has_its_own_number_and_leaves_the_parents_alone(tmp_path: Path, child: Child) -> None:
    process = child(_FORKS, tmp_path)
    first, second = line(process), line(process)
    assert (first[:5], second[:6]) == ("child", "parent"), process.stderr.read()

    with Board(tmp_path, patience_s=10) as board:
        assert not board.alive(int(first.split()[1]))
        # The child has ended, and with it everything it had open: the parent's lock is still there.
        assert board.alive(int(second.split()[1]))
        with board.transaction() as page:
            assert claim(page) is None
            assert claim(page, "child's") is not None


def test_a_child_works_on_after_its_parent_has_closed_the_board(tmp_path: Path, child: Child) -> None:
    process = child(_PARENT_CLOSES_FIRST, tmp_path)
    pid = int(line(process))
    try:
        with Board(tmp_path, patience_s=10) as board:
            before = _number_after(board, None, pid)
            with board.transaction() as page:
                assert claim(page) is not None
                assert claim(page, "child's") is None
            assert _number_after(board, before, pid) is not None
            assert board.shared
    finally:
        os.kill(pid, signal.SIGKILL)


def _number_after(board: Board, before: bytes | None, pid: int) -> bytes | None:
    """Return what the child has written since; fails where it does not live any more."""
    while (number := _number(board)) == before:
        os.kill(pid, 0)
    return number


def _number(board: Board) -> bytes | None:
    with board.transaction() as page:
        return page.read("number")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_waits_for_the_transactions_of_other_threads(tmp_path: Path, child: Child) -> None:
    process = child(_FORKS_WHILE_ANOTHER_THREAD_WRITES, tmp_path)
    _, errors = process.communicate(timeout=120)

    assert process.returncode == 0, errors
    with Board(tmp_path) as board:
        assert _count(board) == 2 * 200 + 10 * 10


def test_processes_that_begin_at_once_make_one_board(tmp_path: Path, child: Child) -> None:
    processes = [child(_CLAIMS_AND_STAYS, tmp_path) for _ in range(6)]
    owners = [line(process) for process in processes]

    assert len(set(owners)) == 6, [process.stderr.read() for process in processes if process.poll() is not None]
    with Board(tmp_path, patience_s=10) as board:
        assert board.shared
        assert all(board.alive(int(owner)) for owner in owners)
        with board.transaction() as page:
            assert len(page.claims()) == 1


def test_processes_that_find_it_damaged_at_once_begin_anew_once(tmp_path: Path, child: Child) -> None:
    (tmp_path / "board.db").write_bytes(b"no database")
    processes = [child(_CLAIMS_AND_STAYS, tmp_path) for _ in range(6)]
    owners = [int(line(process)) for process in processes]

    assert (tmp_path / "board.db.damaged").read_bytes() == b"no database"
    with Board(tmp_path, patience_s=10) as board, board.transaction() as page:
        assert all(board.alive(owner) for owner in owners)
        assert len(page.claims()) == 1


def test_only_one_process_at_a_time_opens_a_board(
    tmp_path: Path, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = child(_STANDS_IN_THE_DOOR, tmp_path)
    assert line(process) == "inside"
    with monkeypatch.context() as patch:
        patch.setattr("distilkit.store.boarding._OPENING_S", 0.01)
        with Board(tmp_path) as board:
            assert not board.shared
            assert "another process has been opening it" in board.reason

    kill(process)
    with Board(tmp_path) as board:
        assert board.shared
