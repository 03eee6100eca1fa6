"""The file of batches: making and opening it. Knows SQLite; knows nothing of what a batch is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from distilkit.errors import StoreError
from distilkit.store.batchrows import SCHEMA

_VERSION = 1
_APPLICATION = 0x646B_6262
_PATIENCE_S = 30.0


def connect(path: Path) -> sqlite3.Connection:
    """Open the file or make it, for its owner alone.

    Raises:
        OSError, sqlite3.Error: it cannot be made or read.
        StoreError: it is somebody else's, or of a newer version.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("trusted_schema=0", "cell_size_check=1", "mmap_size=0", "auto_vacuum=1"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        _refuse_foreign(db, path)
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        # What is noted here must be there after a power cut: it is noted before money is spent.
        db.execute("PRAGMA synchronous=FULL").fetchall()
        _fill(db)
    except BaseException:
        db.close()
        raise
    return db


def _refuse_foreign(db: sqlite3.Connection, path: Path) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION and (application or version or _has_tables(db)):
        raise StoreError(f"{path}: is not distilkit's list of batches; move it away")
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
