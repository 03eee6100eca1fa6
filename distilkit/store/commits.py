"""The one thread that writes: whole transactions, through diskcache, answers and their spend together.

Knows rows of bytes and sums of dollars; does not know what they mean. An error leaves the database as it was.
"""

from __future__ import annotations

import math
import sqlite3
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, TypeVar

from distilkit.errors import StoreError
from distilkit.store import codec, ledger
from distilkit.store.codec import Damaged
from distilkit.store.entry import Row, StoreWarning
from distilkit.store.ledger import SpendRow
from distilkit.store.opening import BROKEN

_T = TypeVar("_T")

_CLOSING_PATIENCE_S = 1.0
_LOOK_S = 0.1


class Commits:
    """Writes one transaction after the other, in a thread of its own.

    One thread, because SQLite writes one transaction at a time anyhow, because diskcache opens a connection a
    thread, and because a connection can be closed only by the thread it belongs to.

    Raises:
        StoreError: the database cannot be opened for writing.
    """

    def __init__(self, folder: Path, patience_s: float) -> None:
        self.folder = folder
        self._patience_s = patience_s
        self._asked_at = math.inf  # since when another process is waited for
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="distilkit-store")
        try:
            self._cache = self._thread.submit(self._open).result()
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    def close(self) -> None:
        """Finish what was begun, then close the database.

        Where another process holds it, the writing thread does so by itself once that lets go, and nobody waits here.
        """
        closed = self._thread.submit(self._cache.close)
        while not closed.done() and time.monotonic() - self._asked_at < _CLOSING_PATIENCE_S:
            wait([closed], timeout=_LOOK_S)
        self._thread.shutdown(wait=closed.done())

    def submit(self, task: Callable[[], _T]) -> Future[_T]:
        """Run a task in the writing thread.

        Raises:
            StoreError: the store is closed, or the interpreter is going down.
        """
        try:
            return self._thread.submit(task)
        except RuntimeError as error:
            raise StoreError(f"{self.folder}: nothing can be written any more: {error}") from error

    def put(self, rows: Sequence[Row], spend: Sequence[SpendRow]) -> None:
        """Store rows and add to the ledger, all or nothing; called in the writing thread.

        Raises:
            StoreError: nothing of it was stored; the text says why.
        """

        def change(cache: Any) -> int:
            for row in rows:
                cache.set(row.key, row.blob, tag=row.model)
            return ledger.add(cache, spend)

        damaged = self._transact(change)
        if damaged:
            text = f"{self.folder}: {damaged} damaged totals of the ledger were begun anew; what they held is lost"
            warnings.warn(text, StoreWarning, stacklevel=2)

    def add_new(self, rows: Sequence[Row]) -> int:
        """Store those rows whose key is not there yet, all or nothing, and return how many; adds no spend.

        A damaged entry counts as not there. Called in the writing thread; raises as `put` does.
        """

        def change(cache: Any) -> int:
            missing = [row for row in rows if not _holds(cache, row.key)]
            for row in missing:
                cache.set(row.key, row.blob, tag=row.model)
            return len(missing)

        return self._transact(change)

    def _open(self) -> Any:
        # diskcache costs 45 ms to import: paid where something is written, not by `import distilkit`.
        from distilkit.store import disk

        try:
            return disk.open_cache(self.folder, self._patience_s)
        except (*BROKEN, disk.Timeout, OSError) as error:
            raise self._refused(error) from error

    def _transact(self, change: Callable[[Any], _T]) -> _T:
        from distilkit.store.disk import Timeout

        try:
            self._asked_at = time.monotonic()
            with self._cache.transact():
                self._asked_at = math.inf  # the lock is ours: this ends by itself
                return change(self._cache)
        except (*BROKEN, Timeout, OSError) as error:
            self._asked_at = math.inf
            # Where COMMIT itself fails, diskcache leaves the transaction open; a new connection begins with none.
            self._cache.close()
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> StoreError:
        why = _first_cause(error)
        if isinstance(why, sqlite3.Error | OSError) and "locked" not in str(why):
            way_out = _WAYS_OUT.get(str(why), "see that the folder can be written")
            return StoreError(f"{self.folder}: cannot be written: {why}; {way_out}. What is stored stays readable")
        return StoreError(
            f"{self.folder}: another process has held the store for {self._patience_s:g} s; "
            "wait for it to finish, or end it, and run again"
        )


_WAYS_OUT = {
    "database or disk is full": "free some space on this disk and run again",
    "attempt to write a readonly database": "make the folder and its files writable, or name another store",
    "database disk image is malformed": "export what can be read (`distilkit store export`), import it elsewhere",
}


def _first_cause(error: BaseException) -> BaseException:
    """Return what went wrong first: diskcache's own rollback fails after SQLite has rolled back, and hides it."""
    while isinstance(error.__context__, sqlite3.Error | OSError):
        error = error.__context__
    return error


def _holds(cache: Any, key: str) -> bool:
    try:
        blob = cache.get(key)
        return blob is not None and codec.first_section(key, blob) is not None
    except Damaged:
        return False
