from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from distilkit.errors import InputError
from distilkit.notebook.report.writing import check_target, write_whole


def test_a_file_is_written_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.html", "text", overwrite=False)

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.html": "text"}


def test_it_can_be_read_by_whom_new_files_can_be_read(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.html", "text", overwrite=False)
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "a.html").stat().st_mode) == 0o640


def test_a_file_that_came_in_between_is_not_replaced(tmp_path: Path) -> None:
    """It was not there when the target was checked; minutes of computing may lie between."""
    (tmp_path / "a.html").write_text("theirs")

    with pytest.raises(InputError, match="exists already"):
        write_whole(tmp_path / "a.html", "mine", overwrite=False)

    assert [file.read_text() for file in tmp_path.iterdir()] == ["theirs"]


def test_where_there_are_no_links_the_file_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    write_whole(tmp_path / "a.html", "one", overwrite=False)
    with pytest.raises(InputError, match="exists already"):
        write_whole(tmp_path / "a.html", "two", overwrite=False)

    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"a.html": "one"}


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.html"
    file.write_text("old")

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(InputError, match="No space left on device"):
        write_whole(file, "new", overwrite=True)

    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (3, "path= takes the path of a file"),
        (b"a.html", "path= takes the path of a file"),
        ("report.pdf", "must end in .html"),
        ("nowhere/a.html", "there is no folder"),
        ("folder.html", "is a folder"),
        ("there.html", "overwrite=True"),
        ("a\0.html", "cannot be written"),
        ("a" * 300 + ".html", "cannot be written"),
    ],
)
def test_a_target_that_could_not_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: Any, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "there.html").write_text("mine")

    with pytest.raises(InputError, match=message):
        check_target(target, overwrite=False)


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert check_target("~/a.html", overwrite=False) == tmp_path / "a.html"


def test_a_name_with_half_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="half of a character"):
        check_target(tmp_path / "\ud800.html", overwrite=False)
