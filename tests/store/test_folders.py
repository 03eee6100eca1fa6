from __future__ import annotations

import stat
from pathlib import Path

import pytest

from distilkit.errors import StoreError
from distilkit.store import Store, folders

MOUNTS = r"""
/dev/vda / ext4 rw 0 0
tmpfs /tmp tmpfs rw 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/ann/scratch xfs rw 0 0
//box/share /mnt/two\040words cifs rw 0 0
ann@host: /mnt/far fuse.sshfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/store", "ext4"),
        ("/home/ann/store", "nfs4"),
        ("/home/ann/scratch/store", "xfs"),
        ("/homes/store", "ext4"),
        ("/mnt/two words/store", "cifs"),
        ("/mnt/far", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_the_innermost_mount(folder: Path, kind: str) -> None:
    assert folders.filesystem(Path(folder), MOUNTS) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p"])
def test_a_network_folder_is_refused_before_anything_is_made(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path}/net {kind} rw 0 0\n")
    monkeypatch.setattr(folders, "MOUNTS", mounts)

    with pytest.raises(StoreError, match=rf"{kind}.*DISTILKIT_STORE.*export"):
        Store(tmp_path / "net" / "store")

    assert not (tmp_path / "net").exists()


def test_where_there_is_no_mount_table_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOUNTS", tmp_path / "none")

    Store(tmp_path / "store").close()


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    Store(tmp_path / "a" / "store").close()

    assert stat.S_IMODE((tmp_path / "a" / "store").stat().st_mode) == 0o700


def test_a_folder_that_is_there_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir(mode=0o750)
    before = (tmp_path / "shared").stat().st_mode

    Store(tmp_path / "shared").close()

    assert (tmp_path / "shared").stat().st_mode == before


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISTILKIT_STORE", str(tmp_path / "named"))

    with Store() as store:
        assert store.folder == tmp_path / "named"


def test_else_it_lies_with_the_users_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISTILKIT_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert folders.default_folder() == tmp_path / "distilkit" / "store"

    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders.default_folder() == tmp_path / ".local/share/distilkit/store"


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("mine")

    with pytest.raises(StoreError, match="store: the store's folder cannot be made"):
        Store(tmp_path / "store")

    assert (tmp_path / "store").read_text() == "mine"
