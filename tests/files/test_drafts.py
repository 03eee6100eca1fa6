"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from distilkit.errors import InputError
from distilkit.files.drafts import check_place, drafts


def test_all_files_appear_when_the_block_ends_well(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]

    with drafts(paths, overwrite=False) as files:
        for number, file in enumerate(files):
            file.write(b"%d" % number)
        assert not any(path.exists() for path in paths)

    assert [path.read_bytes() for path in paths] == [b"0", b"1"]
    assert len(list(tmp_path.iterdir())) == 2


def test_none_appears_when_it_raises(tmp_path: Path) -> None:
    def stopped() -> None:
        with drafts([tmp_path / "a", tmp_path / "b"], overwrite=True) as files:
            files[0].write(b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def late() -> None:
        with drafts([tmp_path / "a"], overwrite=False) as files:
            files[0].write(b"mine")
            (tmp_path / "a").write_text("theirs")

    with pytest.raises(InputError, match="exists already"):
        late()

    assert (tmp_path / "a").read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_is_as_readable_as_any_new_one(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with drafts([tmp_path / "a"], overwrite=False):
            pass
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_full_disk_is_said_with_the_file(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"path: .*a' cannot be written: No space left"),
        drafts([tmp_path / "a"], overwrite=False),
    ):
        raise OSError(28, "No space left on device")


def test_a_place_is_checked_beforehand(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")

    assert check_place(tmp_path / "new", overwrite=False) == tmp_path / "new"
    assert check_place(tmp_path / "there", overwrite=True) == tmp_path / "there"
    for path, told in [("there", "overwrite=True"), ("no/new", "no folder"), (".", "is a folder"), ("a\0", "null")]:
        with pytest.raises(InputError, match=told):
            check_place(f"{tmp_path}/{path}", overwrite=False)
