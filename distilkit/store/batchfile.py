"""Which requests are in a batch at their provider: what must survive the process, the machine and the board.

An intent is on the disk before anything is sent, and a key is in one open batch at most: so no request is handed over
twice, by whichever process. Knows SQLite and one folder; knows no provider, and not which process lives.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from distilkit.errors import StoreError
from distilkit.store import folders
from distilkit.store.batchrows import CLOSED, SCHEMA, Intent, Open, Waiting, from_blob, less, to_blob, total
from distilkit.store.ownfile import OwnFile

DATABASE = "batches.db"
FILE = OwnFile("list of batches", application=0x646B_6262, version=1, schema=SCHEMA, pragmas=["auto_vacuum=1"])

_AT_ONCE = 500  # keys in one question; SQLite allows some thousands
_COLUMNS = (
    "token, id, profile, section, provider, model, state, file, requests, done, failed, held, created_at, "
    "attempted_at, submitted_at, ends_by, ended_at, owner, note"
)
_CLOSED_WORDS = ", ".join(f"'{state}'" for state in sorted(CLOSED))


def is_there(folder: Path) -> bool:
    """Say whether a store's folder knows of batches at all; asked before requests, so it costs next to nothing."""
    return os.path.exists(f"{folder}{os.sep}{DATABASE}")  # noqa: PTH110 - a path takes longer to join than to ask


class BatchFile:
    """The batches of a store's folder. Safe to use from several threads and processes; not across a fork.

    Raises:
        StoreError: it cannot be made, read or written, or is somebody else's. It is never begun anew by itself: what
            it knows was paid for.
    """

    def __init__(self, folder: Path) -> None:
        folders.create(folder)
        self.path = folder / DATABASE
        self._lock = threading.RLock()
        with self._errors():
            self._db = FILE.to_write(self.path, from_any_thread=True)

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, intent: Intent, owner: int) -> None:
        """Note that a batch is planned, before anything of it is sent."""
        values = (intent.token, intent.profile, intent.section, intent.provider, intent.model, intent.created_at, owner)
        with self._writing() as db:
            db.execute(
                "INSERT INTO batches (token, profile, section, provider, model, state, requests, held, created_at, "
                "owner, note) VALUES (?, ?, ?, ?, ?, 'planned', 0, '0', ?, ?, '')",
                values,
            )

    def add(self, token: str, requests: Sequence[Waiting]) -> None:
        """Put requests into a planned batch: all, or none where one of them is in an open batch already.

        Raises:
            StoreError: one of them is.
        """
        rows = [(token, each.key, _dollars(each.held), to_blob(each)) for each in requests]
        with self._writing() as db:
            db.executemany("INSERT INTO requests (token, key, held, about) VALUES (?, ?, ?, ?)", rows)
            (before,) = db.execute("SELECT held FROM batches WHERE token = ?", (token,)).fetchone()
            held = total([before, *(_dollars(each.held) for each in requests)])
            db.execute(
                "UPDATE batches SET requests = requests + ?, held = ? WHERE token = ?",
                (len(rows), _dollars(held), token),
            )

    def take_out(self, token: str, keys: Sequence[str]) -> None:
        """Take requests out of a planned batch, as if they had never been in it."""
        with self._writing() as db:
            db.executemany("DELETE FROM requests WHERE token = ? AND key = ?", [(token, key) for key in keys])
            rest = [held for (held,) in db.execute("SELECT held FROM requests WHERE token = ?", (token,))]
            values = (len(rest), _dollars(total(rest)), token)
            db.execute("UPDATE batches SET requests = ?, held = ? WHERE token = ?", values)

    def note(self, token: str, **fields: Any) -> None:
        """Note something of a batch: any of `Open`'s fields but its token and counts of requests."""
        names = ", ".join(f"{name} = ?" for name in fields)
        with self._writing() as db:
            db.execute(f"UPDATE batches SET {names} WHERE token = ?", (*fields.values(), token))  # noqa: S608 - our names

    def finish(self, token: str, keys: Iterable[str]) -> None:
        """Note that the results of these requests are kept, or that there will be none: they may be sent again."""
        let_go: list[str | None] = []
        with self._writing() as db:
            for key in keys:
                which = (token, key)
                row = db.execute("SELECT held FROM requests WHERE token = ? AND key = ? AND done = 0", which).fetchone()
                if row is not None:
                    db.execute("UPDATE requests SET done = 1, about = x'' WHERE token = ? AND key = ?", which)
                    let_go.append(row[0])
            (before,) = db.execute("SELECT held FROM batches WHERE token = ?", (token,)).fetchone()
            db.execute("UPDATE batches SET held = ? WHERE token = ?", (_dollars(less(before, let_go)), token))

    def end(self, token: str, state: str, at: float, note: str = "") -> None:
        """Close a batch: its requests may be sent again where they were not answered."""
        if state not in CLOSED:
            raise AssertionError(f"{state} is no end")
        with self._writing() as db:
            db.execute("DELETE FROM requests WHERE token = ?", (token,))
            db.execute(
                "UPDATE batches SET state = ?, ended_at = ?, note = ?, held = '0', owner = NULL WHERE token = ?",
                (state, at, note, token),
            )

    def forget(self, token: str) -> None:
        """Know nothing of a batch any more: nothing of it was ever sent."""
        with self._writing() as db:
            db.execute("DELETE FROM requests WHERE token = ?", (token,))
            db.execute("DELETE FROM batches WHERE token = ?", (token,))

    def take(self, token: str, owner: int, alive: Callable[[int], bool]) -> bool:
        """Become the one who looks after an open batch, unless somebody who lives does."""
        with self._writing() as db:
            row = db.execute("SELECT owner, state FROM batches WHERE token = ?", (token,)).fetchone()
            if row is None or row[1] in CLOSED or (row[0] not in (None, owner) and alive(row[0])):
                return False
            db.execute("UPDATE batches SET owner = ? WHERE token = ?", (owner, token))
            return True

    def let_go(self, owner: int) -> None:
        """Look after nothing any more."""
        with self._writing() as db:
            db.execute("UPDATE batches SET owner = NULL WHERE owner = ?", (owner,))

    def batch(self, token: str) -> Open | None:
        """Return one batch, or None."""
        return next(iter(self._batches("WHERE token = ?", (token,))), None)

    def named(self, name: str) -> Open | None:
        """Return the batch of this name, the provider's or our own, or None; the last one where there are several."""
        return next(iter(self._batches("WHERE id = ? OR token = ? ORDER BY created_at DESC", (name, name))), None)

    def batches(self) -> list[Open]:
        """Return every batch there was, the newest first."""
        return self._batches("ORDER BY created_at DESC, rowid DESC")

    def open(self) -> list[Open]:
        """Return the batches that are not ended, the oldest first."""
        return self._batches(f"WHERE state NOT IN ({_CLOSED_WORDS}) ORDER BY created_at")

    def holding(self, keys: Iterable[str]) -> dict[str, str]:
        """Return, of those keys that are in an open batch and wait for their result, the batch's token."""
        found: dict[str, str] = {}
        for some in _parts(keys):
            marks = ", ".join("?" * len(some))
            question = f"SELECT key, token FROM requests WHERE done = 0 AND key IN ({marks})"  # noqa: S608 - nothing but marks
            found.update(self._read(question, some))
        return found

    def waiting(self, token: str, keys: Sequence[str] | None = None) -> list[Waiting]:
        """Return the requests of a batch that wait for their result, of some keys or of all."""
        if keys is None:
            rows = self._read("SELECT key, held, about FROM requests WHERE token = ? AND done = 0", (token,))
            return [self._waiting(*row) for row in rows]
        found = []
        for some in _parts(keys):
            marks = ", ".join("?" * len(some))
            question = f"SELECT key, held, about FROM requests WHERE token = ? AND done = 0 AND key IN ({marks})"  # noqa: S608 - nothing but marks
            found += [self._waiting(*row) for row in self._read(question, (token, *some))]
        return found

    def keys(self, token: str) -> dict[str, bool]:
        """Return the keys of a batch, and whether each is done."""
        return {key: bool(done) for key, done in self._read("SELECT key, done FROM requests WHERE token = ?", (token,))}

    def ids(self) -> set[str]:
        """Return the providers' names of all batches that are known here."""
        return {name for (name,) in self._read("SELECT id FROM batches WHERE id IS NOT NULL", ())}

    def _waiting(self, key: str, held: str | None, about: bytes) -> Waiting:
        try:
            return from_blob(key, None if held is None else Decimal(held), about)
        except (ValueError, ArithmeticError, KeyError, TypeError) as error:
            raise StoreError(f"{self.path}: the request {key[:12]} in it is damaged: {error!r}") from None

    def _batches(self, rest: str, values: tuple[Any, ...] = ()) -> list[Open]:
        return [Open.of(row) for row in self._read(f"SELECT {_COLUMNS} FROM batches {rest}", values)]  # noqa: S608 - ours

    def _read(self, question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock, self._errors():
            return self._db.execute(question, tuple(values)).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    with suppress(sqlite3.Error):
                        self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            way = "put that right and run again; where no batch is open at a provider, the file may be moved away"
            raise StoreError(
                f"{self.path}: which requests are in batches cannot be read or kept: {error}; {way}"
            ) from error


def _dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _parts(keys: Iterable[str]) -> Iterator[tuple[str, ...]]:
    rest = iter(keys)
    while some := tuple(islice(rest, _AT_ONCE)):
        yield some
