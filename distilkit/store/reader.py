"""Reading the store's database over a connection that cannot write: in bulk, by key, on a full or read-only disk.

Knows diskcache's table and the entries' bytes; imports no diskcache and changes nothing.
"""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from distilkit.calls import Record, Request
from distilkit.store import codec
from distilkit.store.codec import Damaged
from distilkit.store.entry import Entry, Tally, to_entry
from distilkit.store.opening import BROKEN, DATABASE, connect, unreadable

MODE_BYTES = 1
"""diskcache's mode of a value that is kept in the database as it is (its `MODE_RAW`)."""

_STORED = "min(CAST(store_time AS REAL)), max(CAST(store_time AS REAL))"
# SQLite's ten thousands of host parameters are not needed: beyond some hundred keys a statement it gets no faster.
_KEYS_A_STATEMENT = 500
_ENTRIES_A_PAGE = 100
# Answers have hexadecimal keys; the ledger's begin with "spend:", behind all of them.
_ANSWERS = "key >= '0' AND key < 'g' AND raw = 1"


_Found = tuple[str, Any, Any, Any]  # key, mode, filename, value


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in a store.

    Attributes:
        entries: how many answers.
        bytes: what the files take on disk.
        oldest: Unix time in seconds when the first of the answers was stored; None in an empty store.
        newest: the same for the last.
        models: how many answers each model gave, by LiteLLM's model string.
    """

    entries: int
    bytes: int
    oldest: float | None
    newest: float | None
    models: dict[str, int]

    def __str__(self) -> str:
        lines = [f"{self.entries:,} answers, {self.bytes / 1e6:,.1f} MB"]
        if self.oldest is not None and self.newest is not None:
            first, last = (datetime.fromtimestamp(moment, UTC).date() for moment in (self.oldest, self.newest))
            lines.append(f"stored from {first} to {last} (UTC)")
        return "\n".join([*lines, *(f"{count:>9,}  {model}" for model, count in self.models.items())])


class Reader:
    """One connection for reading; used by one thread at a time, whichever it is.

    Raises:
        StoreError: there is no database, or it is none of ours, or it cannot be opened.
    """

    def __init__(self, folder: Path, patience_s: float) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._db = connect(folder, patience_s)
        self.query("SELECT 1 FROM Cache LIMIT 1")

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self._db.close()

    def query(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a statement.

        Raises:
            StoreError: the database cannot be read.
        """
        with self.lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except BROKEN as error:
                raise unreadable(self.folder, error) from error

    def count(self) -> int:
        """Return how many answers there are, damaged ones included."""
        return int(self.query(f"SELECT count(*) FROM Cache WHERE {_ANSWERS}")[0][0])  # noqa: S608 - a constant

    def records(self, keys: Iterable[str]) -> dict[str, Record]:
        """Return the records of those keys that are stored and whole; warns once of those that are damaged."""
        found: dict[str, Record] = {}
        tally = Tally()
        with self.lock, _unhurried():
            for key, mode, filename, value in self._rows(keys):
                try:
                    found[key] = _to_record(codec.first_section(key, bytes_of(mode, filename, value)))
                except Damaged as damage:
                    tally.add(key, damage)
        tally.warn(self.folder)
        return found

    def requests(self) -> Iterator[tuple[str, Request]]:
        """Run through every stored question, without reading the answers."""
        for page in self._pages():
            for key, *row in page:
                try:
                    asked = codec.second_section(key, bytes_of(*row))
                    request = Request.from_dict(asked["request"])
                except (Damaged, KeyError, TypeError):  # `verify` is for finding these
                    continue
                yield key, request

    def entries(self, keys: Sequence[str] | None = None) -> Iterator[Entry]:
        """Run through the entries by ascending key: of `keys`, or all; warns once of those that are damaged."""
        tally = Tally()
        for page in self._pages(keys):
            for key, *row in page:
                try:
                    yield whole_entry(key, bytes_of(*row))
                except Damaged as damage:
                    tally.add(key, damage)
        tally.warn(self.folder, frames=3)

    def stats(self) -> Stats:
        """Count what is there, without reading the answers."""
        rows = self.query(
            f"SELECT tag, count(*), {_STORED} FROM Cache WHERE {_ANSWERS} GROUP BY tag"  # noqa: S608 - constants of ours alone
        )
        files = (self.folder / f"{DATABASE}{ending}" for ending in ("", "-wal"))
        return Stats(
            entries=sum(row[1] for row in rows),
            bytes=sum(file.stat().st_size for file in files if file.exists()),
            oldest=min((row[2] for row in rows if row[2] is not None), default=None),
            newest=max((row[3] for row in rows if row[3] is not None), default=None),
            models={str(row[0]): row[1] for row in sorted(rows, key=lambda row: -row[1])},
        )

    def _pages(self, keys: Sequence[str] | None = None) -> Iterator[list[_Found]]:
        """Read a page, let go of the lock and the database, hand the page out: who reads slowly holds up nobody."""
        names = self.keys() if keys is None else iter(sorted(keys))
        while wanted := list(islice(names, _ENTRIES_A_PAGE)):
            with self.lock:
                page = sorted(self._rows(wanted), key=itemgetter(0))
            yield page

    def keys(self) -> Iterator[str]:
        """Run through the keys of the answers, in ascending order."""
        statement = f"SELECT key FROM Cache WHERE {_ANSWERS} AND key > ? ORDER BY key LIMIT 5000"  # noqa: S608 - constants of ours alone
        last = ""
        while page := self.query(statement, (last,)):
            yield from (key for (key,) in page)
            # A damaged key is not where its text belongs, and could be met for ever.
            if page[-1][0] <= last:
                break
            last = page[-1][0]

    def _rows(self, keys: Iterable[str]) -> Iterator[_Found]:
        """Find rows by key; the caller holds the lock. A row that SQLite cannot read stands there with mode None."""
        names = iter(dict.fromkeys(keys))
        while wanted := list(islice(names, _KEYS_A_STATEMENT)):
            open_keys = set(wanted)
            try:
                for row in self._select(wanted):
                    if row[0] in open_keys:
                        open_keys.remove(row[0])
                        yield row
                    else:  # found by its index, yet with another key in the row itself
                        yield repr(row[0]), None, None, None
            except BROKEN as error:
                self._check_local(error)
                yield from self._one_by_one(key for key in wanted if key in open_keys)

    def _one_by_one(self, keys: Iterable[str]) -> Iterator[_Found]:
        """Read what can be read beside a damaged page."""
        for key in keys:
            try:
                found = self._select([key]).fetchone()
            except BROKEN as error:
                self._check_local(error)
                yield key, None, None, None
            else:
                if found:
                    yield found if found[0] == key else (key, None, None, None)

    def _select(self, keys: list[str]) -> sqlite3.Cursor:
        marks = ",".join("?" * len(keys))
        return self._db.execute(
            f"SELECT key, mode, filename, value FROM Cache WHERE raw = 1 AND key IN ({marks})",  # noqa: S608 - constants of ours alone
            keys,
        )

    def _check_local(self, error: Exception) -> None:
        """Pass over one page or one text that is damaged; anything else (locked, the disk fails) is for the caller."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise unreadable(self.folder, error) from error


def bytes_of(mode: object, filename: object, value: object) -> bytes:
    """Return a row's bytes.

    Raises:
        Damaged: the row is not of the kind written here.
    """
    if mode != MODE_BYTES or filename is not None:
        raise Damaged("is a row of a kind that distilkit does not write")
    if type(value) is not bytes:
        raise Damaged(f"holds {type(value).__name__}, not bytes")
    return value


def whole_entry(key: str, blob: bytes) -> Entry:
    """Read both sections of an entry.

    Raises:
        Damaged: it is not what was stored.
    """
    return to_entry(key, codec.first_section(key, blob), codec.second_section(key, blob))


@contextmanager
def _unhurried() -> Iterator[None]:
    """Hold the garbage collector while thousands of records are built.

    It would walk through all of them again and again and find nothing: that took a third of the time of reading.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _to_record(fields: Any) -> Record:
    try:
        return Record.from_dict(fields)
    except (TypeError, AttributeError) as error:
        raise Damaged(f"lacks a field: {error}") from None
