"""Where the store lies, and whether it may lie there. Knows paths and mounts; knows nothing of what is stored."""

from __future__ import annotations

import os
import re
from pathlib import Path

from distilkit.errors import StoreError

MOUNTS = Path("/proc/self/mounts")

# SQLite's write-ahead log needs memory shared between processes, which these do not give: the file would be damaged.
_NETWORK = frozenset({"9p", "afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre", "ncpfs"})
_NETWORK_PREFIXES = ("nfs", "smb", "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.glusterfs", "fuse.gcsfuse")


def default_folder() -> Path:
    """Return `$DISTILKIT_STORE`, else `distilkit/store` in the user's data folder."""
    if named := os.environ.get("DISTILKIT_STORE"):
        return Path(named).expanduser()
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = data if data.is_absolute() else Path("~/.local/share").expanduser()
    return base / "distilkit" / "store"


def create(folder: Path) -> None:
    """Make the folder, readable by its owner alone; one that exists keeps its permissions.

    Raises:
        StoreError: it cannot be made, or is a file.
    """
    if folder.is_dir():
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"{folder}: the store's folder cannot be made: {reason}; set DISTILKIT_STORE or pass store= another folder"
        ) from error


def refuse_network(folder: Path) -> None:
    """Refuse a folder on a network file system.

    Raises:
        StoreError: it is on one, or there can be no such folder; the text says what to do.
    """
    if "\0" in str(folder):
        raise StoreError(f"store={str(folder)!r} holds a NUL character; pass store= another folder")
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux: nothing to go by
        return
    kind = filesystem(folder, mounts)
    if kind in _NETWORK or kind.startswith(_NETWORK_PREFIXES):
        raise StoreError(
            f"{folder}: is on a network file system ({kind}), where a store would be damaged; "
            "set DISTILKIT_STORE to a local folder, and carry answers over with `distilkit store export` and `import`"
        )


def filesystem(folder: Path, mounts: str) -> str:
    r"""Return the type of the file system a folder is on, from the text of Linux's mount table, or "".

    >>> filesystem(Path("/home/ann/runs"), "/dev/sda / ext4 rw 0 0\nsrv:/h /home nfs4 rw 0 0\n")
    'nfs4'
    """
    place = folder.resolve()
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004 - device, mount point, type
            continue
        point = Path(_unescape(fields[1]))
        # The last of equals is the one on top.
        if len(point.parts) >= best and place.is_relative_to(point):
            best, kind = len(point.parts), fields[2]
    return kind


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
