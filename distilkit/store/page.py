"""One transaction of a board: named states, claims, and the last failure of each key.

Knows tables and bytes; knows neither what a state means nor which process lives.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from distilkit.errors import StoreError
from distilkit.store.claims import Claim, LastFailure

SCHEMA = (
    "CREATE TABLE states (name BLOB PRIMARY KEY, state BLOB NOT NULL)",
    """CREATE TABLE claims (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB UNIQUE NOT NULL, profile BLOB NOT NULL, scope BLOB NOT NULL,
    section BLOB NOT NULL, run BLOB NOT NULL, dollars TEXT NOT NULL, owner INTEGER NOT NULL, since REAL NOT NULL)""",
    """CREATE TABLE failures (
    key BLOB PRIMARY KEY, kind BLOB NOT NULL, message BLOB NOT NULL, request BLOB NOT NULL, profile BLOB NOT NULL,
    at REAL NOT NULL)""",
)

_COLUMNS = "id, key, profile, scope, section, run, dollars, owner, since"
# One that was lost with a board must not take another's with it: the number may have been given again.
_THIS_ONE = "WHERE id = ? AND key = ? AND owner = ?"
_AT_ONCE = 500  # keys in one question; SQLite allows some thousands


class DamageError(sqlite3.DatabaseError):
    """The database can be read, and holds what no board has written."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class Page:
    """What a board's transaction reads and writes; of no use after it.

    Every method raises sqlite3.Error where the file cannot be read or written, which the transaction translates,
    and StoreError after the transaction.

    Args:
        db: in a transaction.
        owner: who claims.
        alive: says whether an owner lives.
    """

    def __init__(self, db: sqlite3.Connection, owner: int, alive: Callable[[int], bool]) -> None:
        self._db: sqlite3.Connection | None = db
        self._owner = owner
        self._alive = alive

    def end(self) -> None:
        """Be of no use any more; the transaction is over."""
        self._db = None

    def _run(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        return self._open().execute(statement, values)

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            raise StoreError("the board's transaction is over; begin another one")
        return self._db

    def read(self, name: str) -> bytes | None:
        """Return the state of this name, or None."""
        row = self._run("SELECT state FROM states WHERE name = ?", (_pack(name),)).fetchone()
        return None if row is None else _state(row[0])

    def write(self, name: str, blob: bytes) -> None:
        """Keep a state under this name, in the place of the one before."""
        statement = "INSERT INTO states VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state"
        self._run(statement, (_pack(name), blob))

    def delete(self, name: str) -> None:
        """Forget the state of this name, if there is one."""
        self._run("DELETE FROM states WHERE name = ?", (_pack(name),))

    def names(self, prefix: str = "") -> list[str]:
        """Return the names that begin like this, in order."""
        low = _pack(prefix)
        # No text holds the byte 0xff, so that everything with this prefix lies below.
        rows = self._run("SELECT name FROM states WHERE name >= ? AND name < ? ORDER BY name", (low, low + b"\xff"))
        return [_unpack(name) for (name,) in rows]

    def claim(
        self, key: str, *, profile: str, scope: str, section: str, run: str, dollars: Decimal, now: float
    ) -> Claim | None:
        """Claim a key, or return None where a live owner has claimed it, be it this one.

        Args:
            key: the request's key.
            profile: whom it asks.
            scope: the limits it falls under.
            section: the profile's provider section.
            run: which run sends it.
            dollars: to hold for it.
            now: seconds on the clock all boards of this machine share.
        """
        found = self._run("SELECT id, owner FROM claims WHERE key = ?", (_pack(key),)).fetchone()
        if found is not None:
            if self._lives(found[1]):
                return None
            self._run("DELETE FROM claims WHERE id = ?", (found[0],))
        texts = tuple(map(_pack, (key, profile, scope, section, run)))
        statement = f"INSERT INTO claims ({_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - ours
        number = self._run(statement, (*texts, str(dollars), self._owner, now)).lastrowid
        if number is None:
            raise StoreError("the board gave a claim no number")
        return Claim(number, key, profile, scope, section, run, dollars, self._owner, now)

    def release(self, claim: Claim) -> None:
        """Let go of a claim and what is held for it; one that is gone already is no error."""
        self._run(f"DELETE FROM claims {_THIS_ONE}", _this_one(claim))  # noqa: S608 - ours

    def hold(self, claim: Claim, dollars: Decimal) -> None:
        """Hold these dollars for a claim, instead of what was held for it."""
        self._run(f"UPDATE claims SET dollars = ? {_THIS_ONE}", (str(dollars), *_this_one(claim)))  # noqa: S608 - ours

    def claims(self) -> list[Claim]:
        """Return what is in flight, the oldest first; what a dead owner claimed is let go."""
        self._bury()
        rows = self._run(f"SELECT {_COLUMNS} FROM claims ORDER BY id")  # noqa: S608 - ours
        return [_to_claim(*row) for row in rows]

    def held(self) -> dict[tuple[str, str], Decimal]:
        """Sum the dollars held, by run and section; what a dead owner claimed is let go."""
        self._bury()
        sums: dict[tuple[str, str], Decimal] = {}
        for run, section, dollars in self._run("SELECT run, section, dollars FROM claims"):
            place = _unpack(run), _unpack(section)
            sums[place] = sums.get(place, Decimal(0)) + _amount(dollars)
        return sums

    def in_flight(self) -> dict[str, int]:
        """Count what is in flight, by profile; what a dead owner claimed is let go."""
        self._bury()
        rows = self._run("SELECT profile, COUNT(*) FROM claims GROUP BY profile")
        return {_unpack(profile): count for profile, count in rows}

    def _bury(self) -> None:
        for (owner,) in self._run("SELECT DISTINCT owner FROM claims").fetchall():
            if not self._lives(owner):
                self._run("DELETE FROM claims WHERE owner = ?", (owner,))

    def _lives(self, owner: Any) -> bool:
        return isinstance(owner, int) and self._alive(owner)

    def failed(self, key: str, kind: str, message: str, request_json: str, profile: str, now_wall: float) -> None:
        """Keep how a request failed, in the place of its failure before; `now_wall` is in seconds since the epoch."""
        self.failed_many([LastFailure(key, kind, message, request_json, profile, now_wall)])

    def failed_many(self, failures: Iterable[LastFailure]) -> None:
        """Keep how requests failed, each in the place of its failure before."""
        rows = (
            (*map(_pack, (one.key, one.kind, one.message, one.request_json, one.profile)), one.at) for one in failures
        )
        self._open().executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)", rows)

    def answered(self, key: str) -> None:
        """Forget how a request failed: it was answered."""
        self.answered_many([key])

    def answered_many(self, keys: Iterable[str]) -> None:
        """Forget how requests failed: they were answered."""
        self._open().executemany("DELETE FROM failures WHERE key = ?", ((_pack(key),) for key in keys))

    def failures(self, keys: Iterable[str]) -> dict[str, LastFailure]:
        """Return how those of `keys` failed that did, and were not answered since."""
        found: dict[str, LastFailure] = {}
        for some in _batches(map(_pack, keys)):
            marks = ", ".join("?" * len(some))
            question = f"SELECT key, kind, message, request, profile, at FROM failures WHERE key IN ({marks})"  # noqa: S608 - nothing but marks
            for *texts, at in self._run(question, some):
                key, kind, message, request_json, profile = map(_unpack, texts)
                found[key] = LastFailure(key, kind, message, request_json, profile, at)
        return found


def _batches(items: Iterable[bytes]) -> Iterator[tuple[bytes, ...]]:
    rest = iter(items)
    while some := tuple(islice(rest, _AT_ONCE)):
        yield some


def _pack(text: str) -> bytes:
    # What a provider or a notebook wrote may hold half a surrogate pair, which SQLite's texts cannot.
    return text.encode("utf-8", "surrogatepass")


def _unpack(packed: Any) -> str:
    try:
        return str(packed, "utf-8", "surrogatepass")
    except (UnicodeDecodeError, TypeError) as error:
        raise DamageError(f"a text is none: {error}") from None


def _state(packed: Any) -> bytes:
    if not isinstance(packed, bytes):
        raise DamageError("a state is none")
    return packed


def _amount(text: Any) -> Decimal:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        raise DamageError("an amount of dollars is none") from None


def _this_one(claim: Claim) -> tuple[int, bytes, int]:
    return claim.id, _pack(claim.key), claim.owner


def _to_claim(number: int, *columns: Any) -> Claim:
    *texts, dollars, owner, since = columns
    key, profile, scope, section, run = map(_unpack, texts)
    return Claim(number, key, profile, scope, section, run, _amount(dollars), owner, since)
