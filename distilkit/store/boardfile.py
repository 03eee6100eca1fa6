"""The file of a board: making it, opening it, and moving a damaged one aside.

Knows SQLite and one folder; knows nothing of owners, or of what a board is used for.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from distilkit.errors import StoreError
from distilkit.store.page import SCHEMA, DamageError

DATABASE = "board.db"
ASIDE = "board.db.damaged"

Place = tuple[int, int]
"""A file's device and inode."""

_VERSION = 1
_APPLICATION = 0x646B_6231
_TABLES = ("CREATE TABLE owners (number INTEGER PRIMARY KEY AUTOINCREMENT)", "CREATE TABLE boot (at REAL)", *SCHEMA)
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_MISUSE = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.NotSupportedError,
    sqlite3.ProgrammingError,
)
_OPENING_S = 5.0  # to wait for a transaction of another process while opening
_LOG_BYTES = 4 << 20  # what the log keeps of the disk after a burst


def place_of(folder: Path) -> Place | None:
    """Return which file is the folder's board now; None where there is none."""
    try:
        # Asked before every transaction, and a path takes longer to join than the system to answer.
        status = os.stat(f"{folder}{os.sep}{DATABASE}")  # noqa: PTH116 - see above
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_damage(error: BaseException) -> bool:
    """Say whether an error means that the file is not what it should be."""
    return _code(error) in _DAMAGE


def is_busy(error: BaseException) -> bool:
    """Say whether an error means that another process is in a transaction."""
    return _code(error) in _BUSY


def is_misuse(error: BaseException) -> bool:
    """Say whether an error means that something was asked of SQLite that it cannot do anywhere."""
    return isinstance(error, _MISUSE)


def _code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def in_memory(like: sqlite3.Connection | None = None) -> sqlite3.Connection:
    """Make an empty database, or one with what stands in another as far as that can be read."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        if like is not None:
            like.backup(db)
        _fill(db)
    except sqlite3.Error:
        db.close()
        return in_memory()
    return db


def move_aside(folder: Path, damaged: Place | None) -> bool:
    """Keep a damaged file under another name, and say so; not where another process has begun a new one already."""
    if damaged is None or place_of(folder) != damaged:
        return False
    (folder / DATABASE).replace(folder / ASIDE)
    for end in ("-wal", "-shm"):
        (folder / f"{DATABASE}{end}").unlink(missing_ok=True)
    return True


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing, while nobody else writes."""
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException:
        # After some errors SQLite has rolled back by itself.
        if db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        raise


def connect(folder: Path) -> sqlite3.Connection:
    """Open the folder's database or make it; call it while nobody else opens or moves it.

    Raises:
        OSError: the folder cannot be written.
        sqlite3.Error: SQLite cannot open it; `is_damage` says whether it is damaged.
        StoreError: it is somebody else's, or of a newer version, or cannot be shared where it lies.
    """
    file = folder / DATABASE
    # Made here, for its owner alone; SQLite gives the files beside it the same permissions. One that exists is not
    # opened: closing it again would free the locks that SQLite has on it for another board of this process.
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(file, timeout=_OPENING_S, isolation_level=None, check_same_thread=False)
    # A flipped bit in the description of a table must not stop the reading of it: the description is compared.
    db.text_factory = lambda text: str(text, "utf-8", "replace")
    try:
        # Nothing here has to outlive the machine, only the process: the disk is not waited for.
        for pragma in ("trusted_schema=0", "cell_size_check=1", "mmap_size=0", "synchronous=0"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        _refuse_foreign(db, file)
        (journal,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
        if journal != "wal":
            raise StoreError(f"{file}: processes cannot share memory on this file system")  # noqa: TRY301 - closes it
        db.execute(f"PRAGMA journal_size_limit={_LOG_BYTES}").fetchall()
        _fill(db)
    except UnicodeDecodeError as error:
        db.close()
        # SQLite's message quotes the damaged bytes.
        raise DamageError(f"the description of its tables is none: {error}") from error
    except BaseException:
        db.close()
        raise
    return db


def _refuse_foreign(db: sqlite3.Connection, file: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION and (application or version or _tables(db)):
        raise StoreError(f"{file}: is not a board of distilkit; move it away")
    if version > _VERSION:
        raise StoreError(f"{file}: was made by a newer version of distilkit; use that one")


def _fill(db: sqlite3.Connection) -> None:
    with writing(db):
        found = _tables(db)
        if not found:
            for statement in _TABLES:
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.execute(f"PRAGMA user_version = {_VERSION}")
        elif found != set(_TABLES):
            raise DamageError("it lacks a table, or has one too many")


def _tables(db: sqlite3.Connection) -> set[str]:
    return {sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")}
