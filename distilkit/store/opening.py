"""Opening the store's database for reading: wherever it lies, and only if it is ours.

Knows SQLite and diskcache's settings; knows nothing of what is stored.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from distilkit.errors import StoreError

DATABASE = "cache.db"
"""diskcache's name for its file."""

BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged database raises; the second where SQLite's message quotes the damaged bytes."""

_TABLES = frozenset({"Cache", "Settings"})
_SETTINGS = frozenset(
    {
        *("count", "size", "hits", "misses", "statistics", "tag_index"),
        *("eviction_policy", "size_limit", "cull_limit", "disk_min_file_size", "disk_pickle_protocol"),
        *("sqlite_auto_vacuum", "sqlite_cache_size", "sqlite_journal_mode", "sqlite_mmap_size"),
        *("sqlite_synchronous", "sqlite_trusted_schema"),
    }
)
_WORDS = ("wal", "none")  # the journal, and what is evicted


def refuse_foreign(folder: Path, patience_s: float) -> None:
    """Refuse a folder whose database is somebody else's; an empty one, or none, is fine.

    Raises:
        StoreError: it is, or it cannot be read.
    """
    file = folder / DATABASE
    if file.exists() and file.stat().st_size:
        connect(folder, patience_s).close()


def connect(folder: Path, patience_s: float) -> sqlite3.Connection:
    """Open a store's database so that it cannot be written through this connection.

    Raises:
        StoreError: there is none, it is somebody else's, or it cannot be read.
    """
    file = folder / DATABASE
    if not file.exists():
        raise StoreError(
            f"{folder}: there is no store here; name the folder of one, or open it for writing to make one"
        )
    try:
        return _open(file, "mode=ro", patience_s)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise unreadable(folder, error) from error
        # On a read-only or full disk SQLite cannot make the shared memory that goes with its log. Where the log is
        # empty it is not needed: nobody can be writing, and the file is all there is.
        log = file.with_name(f"{DATABASE}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"{folder}: the store cannot be read where it lies ({error}), and its last answers are still in "
                f"{log.name}; copy the folder to a disk with space that can be written, and open it there"
            ) from error
    except BROKEN as error:
        raise unreadable(folder, error) from error
    try:
        return _open(file, "mode=ro&immutable=1", patience_s)
    except BROKEN as error:
        raise unreadable(folder, error) from error


def _open(file: Path, mode: str, patience_s: float) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{file.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=patience_s,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        # A flipped bit in a key must not stop a listing: it is no key of ours then.
        db.text_factory = lambda text: str(text, "utf-8", "replace")
        for pragma in ("query_only=1", "trusted_schema=0", "cell_size_check=1", "mmap_size=0"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        _refuse_foreign(db, file)
    except BaseException:
        db.close()
        raise
    return db


def _refuse_foreign(db: sqlite3.Connection, file: Path) -> None:
    """Refuse a database that we did not make: diskcache would run what it finds in the settings as pragmas."""
    made = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    tables = {name for (name,) in db.execute(made)}
    odd = sorted(tables - _TABLES)
    if "Settings" in tables:
        odd += [str(name) for name, value in db.execute("SELECT key, value FROM Settings") if not _is_ours(name, value)]
    elif tables:
        odd += ["no settings"]
    if odd:
        raise StoreError(
            f"{file}: is not a store of distilkit, or damaged (found: {', '.join(odd)}); name another folder"
        )


def _is_ours(name: object, value: object) -> bool:
    return name in _SETTINGS and (isinstance(value, int) or value in _WORDS)


def unreadable(folder: Path, error: Exception) -> StoreError:
    """Say that the database cannot be read, and what to do."""
    return StoreError(
        f"{folder}: the store cannot be read: {error}; move {DATABASE} away and start anew, "
        "or bring back a copy or an export (`distilkit store import`)"
    )
