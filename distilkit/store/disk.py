"""diskcache with its defaults replaced: bytes only, kept in the database, never evicted.

The one place that imports diskcache, which costs about 45 ms: imported when a store is opened for writing.
Knows nothing of what the bytes mean.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import diskcache

from distilkit.store.codec import Damaged
from distilkit.store.reader import MODE_BYTES, bytes_of

_NEVER = 1 << 62

# synchronous=NORMAL while opening, because diskcache commits each of its settings by itself; `open_cache` then raises
# it to FULL. trusted_schema=0: a prepared file must not run functions from its triggers.
SETTINGS: dict[str, Any] = {
    "statistics": 0,
    "tag_index": 0,
    "eviction_policy": "none",
    "size_limit": _NEVER,
    "cull_limit": 0,
    "sqlite_auto_vacuum": 0,
    "sqlite_cache_size": 8192,
    "sqlite_journal_mode": "wal",
    # A mapped file that is cut short by somebody else ends the process with a bus error.
    "sqlite_mmap_size": 0,
    "sqlite_synchronous": 1,
    "sqlite_trusted_schema": 0,
    "disk_min_file_size": _NEVER,
    "disk_pickle_protocol": 5,
}

Timeout: type[Exception] = diskcache.Timeout


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keeps bytes in the database; refuses pickles and files, whoever asks for them.

    diskcache believes what a row says of itself: a row in pickle mode runs code, and one with a file name reads or
    deletes that file. Here such a row is damaged, and that is all.
    """

    def put(self, key: object) -> tuple[str, bool]:
        """Take text as it is, and nothing else."""
        if type(key) is not str:
            raise TypeError(f"a key is text, not {type(key).__name__}")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Give text back; never unpickle."""
        if not raw or type(key) is not str:
            raise Damaged("has a key that is no text")
        return key

    def store(self, value: object, read: object, key: object = None) -> tuple[int, int, None, memoryview]:
        """Take bytes, into the database."""
        del key
        if read or type(value) is not bytes:
            raise TypeError(f"a value is bytes, not {type(value).__name__}")
        return 0, MODE_BYTES, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """Give bytes back; open no file."""
        if read:
            raise TypeError("values are not files")
        return bytes_of(mode, filename, value)

    def remove(self, file_path: object) -> None:
        """Remove nothing: no row of ours has a file, so the name in this one was put there by somebody else."""


class _Cache(diskcache.Cache):  # type: ignore[misc]  # diskcache has no types
    """A cache that leaves no connection behind where it cannot be opened."""

    def __init__(self, folder: Path, patience_s: float) -> None:
        try:
            super().__init__(str(folder), timeout=patience_s, disk=BytesDisk, **SETTINGS)
        except BaseException:
            self.close()
            raise


def open_cache(folder: Path, patience_s: float) -> Any:
    """Open or create the database for writing; `patience_s` is how long to wait for another process that writes.

    With synchronous=FULL every commit is on the disk itself when it is acknowledged: it outlives power loss, and
    all the more a kill.

    Raises:
        sqlite3.Error, diskcache.Timeout, OSError: it cannot be written.
    """
    cache = _Cache(folder, patience_s)
    cache.reset("sqlite_synchronous", 2)
    return cache
