"""Who lives, within one process; what several processes see of each other is in test_board_kill.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from distilkit.store.owners import Owners


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.lock"


def test_a_number_belongs_to_one_owner(path: Path) -> None:
    owners = Owners.at(path)

    assert owners.take(1)
    assert not owners.take(1)
    assert owners.take(2)


def test_an_owner_lives_until_it_lets_go(path: Path) -> None:
    owners = Owners.at(path)
    owners.take(1)
    owners.take(2)

    assert owners.alive(1)
    owners.let_go(1)
    assert not owners.alive(1)
    assert owners.alive(2)


def test_a_process_opens_the_file_once(path: Path, tmp_path: Path) -> None:
    """Closing a second descriptor of it would free the locks of the first."""
    (tmp_path / "link").symlink_to(tmp_path)

    assert Owners.at(path) is Owners.at(tmp_path / "link" / path.name)


def test_the_last_owner_closes_the_file(path: Path) -> None:
    before = _open_files()
    owners = Owners.at(path)
    owners.take(1)
    owners.take(2)
    owners.let_go(1)
    assert len(_open_files()) == len(before) + 1
    owners.let_go(2)
    owners.let_go(2)

    assert _open_files() == before
    assert Owners.at(path) is not owners


def test_a_file_that_was_replaced_is_another_one(path: Path) -> None:
    first = Owners.at(path)
    first.take(1)
    path.unlink()

    assert Owners.at(path) is not first
    assert Owners.at(path).take(1)


@pytest.mark.parametrize("number", [0, -1, 1 << 62, 1 << 80])
def test_nobody_lives_at_a_byte_that_no_file_has(path: Path, number: int) -> None:
    assert not Owners.at(path).alive(number)


def test_the_door_can_be_gone_through_again(path: Path) -> None:
    owners = Owners.at(path)
    with owners.door(0):
        pass
    with owners.door(0):
        assert not owners.alive(1)


def _open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list a process's files")
    places = [str(one.readlink()) for one in folder.iterdir() if one.is_symlink()]
    return sorted(place for place in places if "board.lock" in place)
