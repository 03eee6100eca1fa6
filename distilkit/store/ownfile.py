"""An SQLite file of our own beside the answers: making it, and opening it to write or only to read.

Knows SQLite; knows nothing of what such a file is for.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from distilkit.errors import StoreError

_PATIENCE_S = 30.0
_PRAGMAS = ("trusted_schema=0", "cell_size_check=1", "mmap_size=0")


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A kind of file.

    Attributes:
        what: what it is, in an error: "file of verdicts".
        application: the number by which SQLite knows it.
        version: of the tables.
        schema: the statements that make them.
        pragmas: what is set beside the usual before anything is read.
    """

    what: str
    application: int
    version: int
    schema: Sequence[str]
    pragmas: Sequence[str] = ()

    def to_write(self, path: Path, *, from_any_thread: bool = False) -> sqlite3.Connection:
        """Open the file or make it, for its owner alone; what is written survives a power cut.

        Raises:
            OSError, sqlite3.Error: it cannot be made or written.
            StoreError: it is somebody else's, or of a newer version.
        """
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        alone = not from_any_thread
        db = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=alone)
        try:
            self._prepare(db, path)
            db.execute("PRAGMA journal_mode=WAL").fetchall()
            db.execute("PRAGMA synchronous=FULL").fetchall()
            self._fill(db)
        except BaseException:
            db.close()
            raise
        return db

    def to_read(self, path: Path) -> sqlite3.Connection:
        """Open the file so that nothing is written through this connection; also where the folder cannot be written.

        Raises:
            OSError, sqlite3.Error: it cannot be read.
            StoreError: it is somebody else's, or of a newer version.
        """
        try:
            return self._reading(path, "mode=ro")
        except sqlite3.OperationalError:
            # On a read-only disk SQLite cannot make the shared memory that goes with its log. Where the log is empty it
            # is not needed.
            log = path.with_name(f"{path.name}-wal")
            if log.exists() and log.stat().st_size:
                raise
            return self._reading(path, "mode=ro&immutable=1")

    def _reading(self, path: Path, mode: str) -> sqlite3.Connection:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=_PATIENCE_S, isolation_level=None)
        try:
            db.execute("PRAGMA query_only=1").fetchall()
            self._prepare(db, path)
        except BaseException:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection, path: Path) -> None:
        for pragma in (*_PRAGMAS, *self.pragmas):
            db.execute(f"PRAGMA {pragma}").fetchall()
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if application != self.application and (application or version or _has_tables(db)):
            raise StoreError(f"{path}: is not distilkit's {self.what}; move it away")
        if version > self.version:
            raise StoreError(f"{path}: was made by a newer version of distilkit; use that one")

    def _fill(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        try:
            if not _has_tables(db):
                for statement in self.schema:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {self.application}")
                db.execute(f"PRAGMA user_version = {self.version}")
            db.execute("COMMIT")
        except BaseException:
            # Half of it would be taken for somebody else's.
            if db.in_transaction:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
            raise


def _has_tables(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' LIMIT 1").fetchone() is not None
