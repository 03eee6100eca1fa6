"""The store: every answer that was paid for, by the key of its question, and what was spent.

Knows requests and records; does not know how to ask, what an answer means, or what it should cost.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from distilkit.calls import Record, Request
from distilkit.errors import DistilkitError, InputError, StoreError
from distilkit.profiles.profile import Profile
from distilkit.store import check, folders, ledger, missing, portable, recorded
from distilkit.store.check import Damage
from distilkit.store.commits import Commits
from distilkit.store.entry import Entry, Row, to_row
from distilkit.store.ledger import SpendRow
from distilkit.store.missing import Miss
from distilkit.store.opening import DATABASE, refuse_foreign
from distilkit.store.reader import Reader, Stats

_PATIENCE_S = 30.0


class Imported(NamedTuple):
    """What became of imported entries: how many are new, and how many were stored already and stay as they were."""

    added: int
    already: int

    def __str__(self) -> str:
        return f"{self.added:,} added, {self.already:,} stored already"


class _Handles(NamedTuple):
    """What a process has open; a forked child must not use its parent's."""

    pid: int
    reader: Reader
    commits: Commits | None


class Store:
    """A folder with answers in it. Safe to use from several threads and several processes at once.

    Where the folder can be read but not written (a read-only or a full disk), the store opens all the same:
    `readonly` is then True and `reason` says why; writing raises.

    Attributes:
        folder: where it lies.
        readonly: whether writing is refused.
        reason: why it is, or "".

    Args:
        folder: where; None for `$DISTILKIT_STORE`, else `distilkit/store` in the user's data folder. A folder that
            does not exist is made, for its owner alone.
        readonly: open what is there, change nothing.
        patience_s: seconds to wait while another process writes.

    Raises:
        StoreError: the folder cannot be made or read, holds something else, or is on a network file system.
    """

    def __init__(
        self, folder: str | Path | None = None, *, readonly: bool = False, patience_s: float = _PATIENCE_S
    ) -> None:
        self.folder = Path(folder).expanduser().absolute() if folder is not None else folders.default_folder()
        self.readonly = self._asked_readonly = readonly
        self.reason = "it was opened with readonly=True" if readonly else ""
        self._patience_s = patience_s
        self._lock = threading.Lock()
        # Never closed here: closing an inherited connection would let go of the parent's locks.
        self._inherited: list[_Handles] = []
        folders.refuse_network(self.folder)
        self._handles: _Handles | None = self._open()

    def _open(self) -> _Handles:
        commits = None if self.readonly else self._open_commits()
        try:
            return _Handles(os.getpid(), Reader(self.folder, self._patience_s), commits)
        except StoreError as error:
            if commits is not None:
                commits.close()
            elif self.reason and not (self.folder / DATABASE).exists():
                raise StoreError(f"{error} ({self.reason})") from error
            # The disk was full before the first table was made.
            if commits is None and not self._asked_readonly and "no such table" in str(error):
                raise StoreError(f"no store could be made: {self.reason}") from error
            raise

    def _open_commits(self) -> Commits | None:
        folders.create(self.folder)
        refuse_foreign(self.folder, self._patience_s)
        try:
            return Commits(self.folder, self._patience_s)
        except StoreError as error:
            self.readonly = True
            self.reason = str(error)
            return None

    def _current(self) -> _Handles:
        with self._lock:
            if self._handles is None:
                raise StoreError(f"{self.folder}: this store is closed; open it again with Store(folder)")
            if self._handles.pid != os.getpid():
                self._inherited.append(self._handles)
                self._handles = self._open()
            return self._handles

    @property
    def _reader(self) -> Reader:
        return self._current().reader

    def _writing(self) -> Commits:
        commits = self._current().commits
        if commits is None:
            raise StoreError(
                f"{self.folder}: nothing can be stored: the store is read-only ({self.reason}); "
                "put that right and open it again, or name another store"
            )
        return commits

    def close(self) -> None:
        """Finish writing and close the files; closing twice does nothing."""
        with self._lock:
            handles, self._handles = self._handles, None
        if handles is not None and handles.pid == os.getpid():
            handles.reader.close()
            if handles.commits is not None:
                handles.commits.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            state = f"{len(self):,} answers" + (", read-only" if self.readonly else "")
        except StoreError:
            state = "closed" if self._handles is None else "cannot be read"
        return f"Store({str(self.folder)!r}, {state})"

    def __len__(self) -> int:
        """Return how many answers there are, damaged ones included."""
        return self._reader.count()

    def __contains__(self, key: object) -> bool:
        """Say whether `get` would return an answer."""
        return isinstance(key, str) and self.get(key) is not None

    def get(self, key: str) -> Record | None:
        """Return the record under this key, or None."""
        return self._reader.records([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the records of those keys that are stored; a damaged one is missing, with one warning for all.

        Raises:
            StoreError: the database as a whole cannot be read.
        """
        return self._reader.records(keys)

    def entries(self, keys: Sequence[str] | None = None) -> Iterator[Entry]:
        """Run through whole entries by ascending key: of `keys`, or all; damaged ones are left out with a warning."""
        return self._reader.entries(keys)

    def put_many(self, entries: Sequence[Entry]) -> None:
        """Store entries and what they cost, in one transaction: all or nothing, on the disk when this returns.

        An entry whose key is there already replaces it, and counts in the ledger again: it was paid again.

        Raises:
            InputError: an entry cannot be stored (its key is none, its cost no amount, its record no JSON).
            StoreError: nothing was stored; the text says why and what to do.
        """
        commits = self._writing()
        rows = [to_row(entry) for entry in entries if entry.answer]
        spend = ledger.spend_of(entries)
        commits.submit(partial(commits.put, rows, spend)).result()

    def submit(self, entries: Sequence[Entry]) -> Future[list[DistilkitError | None]]:
        """Begin storing entries, in the writing thread; the result has None, or what is wrong, for each.

        Unlike `put_many`, one that cannot be stored does not stop the others.

        Raises:
            StoreError: the store is read-only or closed. The future raises it too, where nothing was stored.
        """
        commits = self._writing()
        return commits.submit(partial(_put_each, commits, entries))

    def spend_rows(self, since: date | None = None) -> list[SpendRow]:
        """Return what was spent, by day, section and profile: from a day on (UTC), or all of it where it is None."""
        return list(ledger.read(self._reader, since))

    def stats(self) -> Stats:
        """Count what is stored."""
        return self._reader.stats()

    def verify(self) -> list[Damage]:
        """Read every row and return those that cannot be used, each with the reason; an empty list is good news."""
        return check.verify(self._reader)

    def explain_miss(self, request: Request) -> Miss:
        """Say why a request is not answered from here: the nearest stored one, and what differs.

        >>> import tempfile
        >>> request = Request(model="sim/a", messages=[{"role": "user", "content": "Hi"}])
        >>> with tempfile.TemporaryDirectory() as folder, Store(folder) as store:
        ...     print(store.explain_miss(request))
        the store is empty
        """
        key = request.key()
        if key in self:
            return missing.stored(key)
        return missing.explain(request, self._reader.requests())

    def export(self, path: str | Path, keys: Sequence[str] | None = None) -> int:
        """Write entries (of `keys`, or all) to a JSONL file, compressed where it ends in `.gz`; return how many.

        The same entries give the same bytes. The file appears whole or not at all.

        Raises:
            InputError: a key is not stored, or the file cannot be written.
        """
        if keys is not None:
            missing_keys = set(keys) - self.get_many(keys).keys()
            if missing_keys:
                raise InputError(f"{len(missing_keys)} of the keys are not stored, the first: {min(missing_keys)}")
        return portable.write(self.entries(keys), Path(path))

    def import_from(self, path: str | Path) -> Imported:
        """Take in a file that `export` wrote. What is stored already stays as it is; no spend is added.

        Raises:
            InputError: a line is damaged, was changed, or is no entry: names file and line; nothing was taken in.
            StoreError: it cannot be stored; nothing was taken in.
        """
        return self._add_new(portable.read(Path(path)))

    def add_recorded(self, rows: Iterable[Mapping[str, Any]], *, profile: Profile) -> int:
        """Take in answers that were recorded elsewhere, as answers of `profile`; return how many are new.

        What is stored already stays as it is; no spend is added.
        See `rows.COLUMNS` for what a row may hold; `distilkit.add_recorded` takes frames and files.

        Raises:
            InputError: a row lacks its prompt or content, has an unknown column, or repeats another: names the row.
            StoreError: it cannot be stored; nothing was taken in.
        """
        return self._add_new(recorded.entries(rows, profile)).added

    def _add_new(self, entries: Iterable[Entry]) -> Imported:
        commits = self._writing()
        # All are read, checked and packed before the database is locked: a long file must not hold up a run.
        rows: dict[str, Row] = {}
        count = 0
        for entry in entries:
            count += 1
            rows.setdefault(entry.key, to_row(entry))
        added = commits.submit(partial(commits.add_new, list(rows.values()))).result()
        return Imported(added, count - added)


def _put_each(commits: Commits, entries: Sequence[Entry]) -> list[DistilkitError | None]:
    problems: list[DistilkitError | None] = []
    rows: list[Row] = []
    good: list[Entry] = []
    for entry in entries:
        try:
            if entry.answer:
                rows.append(to_row(entry))
            ledger.spend_of([entry])
        except InputError as error:
            problems.append(error)
        else:
            good.append(entry)
            problems.append(None)
    commits.put(rows, ledger.spend_of(good))
    return problems
