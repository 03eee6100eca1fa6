"""The file of verdicts: making it, and opening it to write or only to read. Knows SQLite; knows no verdict."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from distilkit.errors import StoreError

SCHEMA = (
    "CREATE TABLE sets (name TEXT PRIMARY KEY, number INTEGER NOT NULL, made_at REAL NOT NULL)",
    """CREATE TABLE verdicts (
        name TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, valid INTEGER NOT NULL, chosen INTEGER NOT NULL,
        reasons TEXT NOT NULL, evidence TEXT NOT NULL, about TEXT NOT NULL, PRIMARY KEY (name, place)
    ) WITHOUT ROWID""",
)
_VERSION = 1
_APPLICATION = 0x646B_7631
_PATIENCE_S = 30.0
_PRAGMAS = ("trusted_schema=0", "cell_size_check=1", "mmap_size=0")


def to_write(path: Path) -> sqlite3.Connection:
    """Open the file or make it, for its owner alone.

    Raises:
        OSError, sqlite3.Error: it cannot be made or written.
        StoreError: it is somebody else's, or of a newer version.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
    try:
        _prepare(db, path)
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        db.execute("PRAGMA synchronous=FULL").fetchall()
        _fill(db)
    except BaseException:
        db.close()
        raise
    return db


def to_read(path: Path) -> sqlite3.Connection:
    """Open the file so that nothing is written through this connection; also where the folder cannot be written.

    Raises:
        OSError, sqlite3.Error: it cannot be read.
        StoreError: it is somebody else's, or of a newer version.
    """
    try:
        return _reading(path, "mode=ro")
    except sqlite3.OperationalError:
        # On a read-only disk SQLite cannot make the shared memory that goes with its log. Where the log is empty it is
        # not needed.
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        return _reading(path, "mode=ro&immutable=1")


def _reading(path: Path, mode: str) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=_PATIENCE_S, isolation_level=None)
    try:
        db.execute("PRAGMA query_only=1").fetchall()
        _prepare(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    # A flipped bit in a text must not stop the reading of the others.
    db.text_factory = lambda text: str(text, "utf-8", "replace")
    for pragma in _PRAGMAS:
        db.execute(f"PRAGMA {pragma}").fetchall()
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION and (application or version or _has_tables(db)):
        raise StoreError(f"{path}: is not distilkit's file of verdicts; move it away")
    if version > _VERSION:
        raise StoreError(f"{path}: was made by a newer version of distilkit; use that one")


def _fill(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if not _has_tables(db):
            for statement in SCHEMA:
                db.execute(statement)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        # Half of it would be taken for somebody else's.
        if db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        raise


def _has_tables(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' LIMIT 1").fetchone() is not None
