"""Looking at every row of a store: what is damaged, foreign, or under the wrong key. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from distilkit.errors import InputError, StoreError
from distilkit.store import ledger
from distilkit.store.codec import Damaged
from distilkit.store.entry import is_key
from distilkit.store.reader import Reader, bytes_of, whole_entry

_MOST_PROBLEMS = 20
_CLIP = 80


@dataclass(frozen=True, slots=True)
class Damage:
    """A row that cannot be used.

    Attributes:
        key: its key, or "" where the damage is the database's own.
        why: what is wrong with it.
    """

    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.key or 'database'}: {self.why}"


def verify(reader: Reader) -> list[Damage]:
    """Check SQLite's own structure, then every row: its kind, its checksum, and its key against its request."""
    return [*_structure(reader), *_rows(reader)]


def _structure(reader: Reader) -> Iterator[Damage]:
    try:
        found = reader.query(f"PRAGMA quick_check({_MOST_PROBLEMS})")
    except StoreError as error:
        yield Damage("", str(error))
        return
    yield from (Damage("", str(line)) for (line,) in found if line != "ok")


def _rows(reader: Reader) -> Iterator[Damage]:
    """Go by row number, not by index: a row that the index has lost is found as well."""
    try:
        numbers = [number for (number,) in reader.query("SELECT rowid FROM Cache ORDER BY rowid")]
    except StoreError as error:
        yield Damage("", str(error))
        return
    for number in numbers:
        why, key = "", f"row {number}"
        try:
            found = reader.query("SELECT key, raw, mode, filename, value FROM Cache WHERE rowid = ?", (number,))
            for name, *row in found:
                key = name if isinstance(name, str) else key
                why = _problem(name, *row)
        except StoreError as error:
            why = str(error.__cause__)
        if why:
            yield Damage(key[:_CLIP], why)


def _problem(key: object, raw: object, *row: Any) -> str:
    """Say what is wrong with a row, or ""."""
    if raw != 1 or not isinstance(key, str):
        return "is a row of a kind that distilkit does not write"
    try:
        blob = bytes_of(*row)
        if ledger.check(key, blob):
            return ""
        if not is_key(key):
            return "has a key that distilkit does not write"
        entry = whole_entry(key, blob)
        return "" if entry.request.key() == key else "holds the answer to another request"
    except Damaged as damage:
        return str(damage)
    except InputError as error:
        return f"holds a request that is none: {error}"
