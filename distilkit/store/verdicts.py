"""Which stored answers may be learnt from: the verdicts of each set, in a small file beside the answers.

A set is replaced as a whole, in one transaction: after a kill there is the old one or the new one. The answers stay in
the store; only their keys are here. Knows SQLite and one folder; does not know how a verdict is found.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distilkit.errors import InputError, StoreError
from distilkit.store import folders
from distilkit.store.ownfile import OwnFile

DATABASE = "verdicts.db"
FILE = OwnFile(
    "file of verdicts",
    application=0x646B_7631,
    version=1,
    schema=(
        "CREATE TABLE sets (name TEXT PRIMARY KEY, number INTEGER NOT NULL, made_at REAL NOT NULL)",
        """CREATE TABLE verdicts (
        name TEXT NOT NULL, place INTEGER NOT NULL, key TEXT NOT NULL, valid INTEGER NOT NULL, chosen INTEGER NOT NULL,
        reasons TEXT NOT NULL, evidence TEXT NOT NULL, about TEXT NOT NULL, PRIMARY KEY (name, place)
    ) WITHOUT ROWID""",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of one row.

    Attributes:
        key: the key of its answer, or of the request that failed.
        valid: whether it may be learnt from.
        chosen: whether it is in the training set.
        reasons: why not, joined by ", "; "" for none.
        evidence: what showed it, a JSON object as text; "" for none.
        about: what the answer itself does not say, such as the prompt's name and the profile; of JSON's types.
    """

    key: str
    valid: bool
    chosen: bool
    reasons: str = ""
    evidence: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerdictSet:
    """A set that is kept: its name, its rows, how many are valid and chosen, and when it was made (Unix time)."""

    name: str
    rows: int
    valid: int
    chosen: int
    made_at: float


def write(folder: Path, name: str, verdicts: Iterable[Verdict]) -> None:
    """Keep a set under a name, in the place of one that is there; on the disk when this returns.

    Raises:
        InputError: the name is no text, or empty.
        StoreError: nothing was kept, and what was there still is; the text says why and what to do.
    """
    check_name(name)
    folders.create(folder)
    path = folder / DATABASE
    with _errors(path), closing(FILE.to_write(path)) as db, _transaction(db):
        db.execute("DELETE FROM verdicts WHERE name = ?", (name,))
        (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM sets").fetchone()
        db.execute("INSERT OR REPLACE INTO sets VALUES (?, ?, ?)", (name, number, time.time()))
        db.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _rows(name, verdicts))


def read(folder: Path, name: str | None = None) -> list[Verdict]:
    """Return the rows of a set, in their order; of the one that was kept last where the name is None.

    Raises:
        InputError: there is no such set; the text names those there are.
        StoreError: the file cannot be read, or a row of it is damaged.
    """
    there = sets(folder)
    wanted = there[0].name if name is None and there else name
    if wanted is None or wanted not in {each.name for each in there}:
        what = "none is" if not there else f"there are: {', '.join(each.name for each in there)}"
        raise InputError(f"{folder}: no verdicts are kept here under name={name!r}; {what}. dk.distill(...) keeps them")
    path = folder / DATABASE
    question = "SELECT key, valid, chosen, reasons, evidence, about FROM verdicts WHERE name = ? ORDER BY place"
    with _errors(path), closing(_to_read(path)) as db:
        return [_verdict(path, row) for row in db.execute(question, (wanted,))]


def sets(folder: Path) -> list[VerdictSet]:
    """Return the sets that are kept, the last one first.

    Raises:
        StoreError: the file cannot be read.
    """
    path = folder / DATABASE
    if not path.exists():
        return []
    question = (
        "SELECT sets.name, count(place), coalesce(sum(valid), 0), coalesce(sum(chosen), 0), made_at "
        "FROM sets LEFT JOIN verdicts USING (name) GROUP BY sets.name ORDER BY number DESC"
    )
    with _errors(path), closing(_to_read(path)) as db:
        return [VerdictSet(*row) for row in db.execute(question)]


def _to_read(path: Path) -> sqlite3.Connection:
    db = FILE.to_read(path)
    # A flipped bit in a text must not stop the reading of the others.
    db.text_factory = lambda text: str(text, "utf-8", "replace")
    return db


def check_name(name: object) -> None:
    """Refuse what cannot name a set.

    Raises:
        InputError: it cannot.
    """
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise InputError(f"name= must be a text in one line, such as 'arithmetic', not {name!r}")


def _rows(name: str, verdicts: Iterable[Verdict]) -> Iterator[tuple[Any, ...]]:
    for place, each in enumerate(verdicts):
        # As ASCII: SQLite takes no half of a surrogate pair, which a name from elsewhere may hold.
        about = json.dumps(dict(each.about), sort_keys=True, allow_nan=False)
        yield name, place, each.key, each.valid, each.chosen, each.reasons, each.evidence, about


def _verdict(path: Path, row: Sequence[Any]) -> Verdict:
    key, valid, chosen, reasons, evidence, about = row
    try:
        known = json.loads(about)
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path}: the verdict on {str(key)[:12]} is damaged: {error}; {_WAY_OUT}") from None
    return Verdict(key=key, valid=bool(valid), chosen=bool(chosen), reasons=reasons, evidence=evidence, about=known)


_WAY_OUT = "verdicts are made again by dk.distill(...) from stored answers; put that right, or move the file away"


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # After some errors SQLite has rolled back by itself.
        if db.in_transaction:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
        raise


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: verdicts cannot be read or kept: {error}; {_WAY_OUT}") from error
