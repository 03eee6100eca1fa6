"""The board: what the processes on this machine tell each other while they run. No answers stand here.

Knows named states as bytes, claims and last failures; knows nothing of limits, dollars or providers. All of it may be
lost: a board that cannot be shared or read is begun anew, and says so.
"""

from __future__ import annotations

import os
import sqlite3
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from distilkit.errors import StoreError
from distilkit.store import boardfile, boarding
from distilkit.store.boardfile import Place, writing
from distilkit.store.boarding import Boarded
from distilkit.store.claims import Claim, LastFailure
from distilkit.store.entry import StoreWarning
from distilkit.store.owners import GUARD
from distilkit.store.page import Page

__all__ = ["Board", "BusyError", "Claim", "LastFailure", "Page"]

_PATIENCE_S = 0.05


class BusyError(StoreError):
    """Another process is in a transaction right now, or the board was begun anew: ask again in a moment."""


class Board:
    """What this process shares with the others that have a board in the same folder.

    Each board is an owner of its own: what it claims is let go when it is closed, and when its process ends, however.
    Safe to use from several threads. A forked child has its own connection and its own number; do not fork inside
    a transaction.

    Attributes:
        folder: where it lies, or None for in memory.
        shared: False where it is in memory, so that no other process sees it.
        reason: why it is not shared, or "".

    Args:
        folder: where; None for in memory. One that does not exist is made, for its owner alone. Where it cannot be
            written or holds something else, the board is in memory.
        patience_s: seconds to wait while another process is in a transaction.
    """

    def __init__(self, folder: Path | None, *, patience_s: float = _PATIENCE_S) -> None:
        self.folder = None if folder is None else folder.absolute()
        self.shared = folder is not None
        self.reason = "" if self.shared else "no folder was named"
        self._patience_s = patience_s
        self._inside = False
        self._closed = False
        self._paused = False
        self._boarded: Boarded | None = None
        # Never closed here: closing an inherited connection would let go of the parent's locks.
        self._inherited: list[Boarded] = []
        with GUARD:
            _BOARDS.add(self)
            self._current()

    @property
    def owner(self) -> int:
        """This board's number in this process; no other live board of the folder has it.

        Raises:
            StoreError: the board is closed.
        """
        with GUARD:
            return self._current().owner

    def alive(self, owner: int) -> bool:
        """Say whether the board of this number is open, in a process that lives.

        Raises:
            StoreError: this board is closed.
        """
        with GUARD:
            return self._current().alive(owner)

    @contextmanager
    def transaction(self) -> Iterator[Page]:
        """Read and write while nobody else does: all of it is kept, or nothing where an error leaves the block.

        It cannot be nested. Keep it short: everybody else waits.

        Raises:
            BusyError: another process or thread is in one right now; or the file failed, and the board was begun
                anew. Nothing was kept; ask again.
            StoreError: the board is closed, or this thread is in a transaction already.
        """
        if not GUARD.acquire(timeout=self._patience_s):
            raise BusyError(f"{self._name()}: another thread is in a transaction; ask again")
        try:
            if self._inside:
                raise StoreError(f"{self._name()}: transactions cannot be nested; end this one first")
            boarded = self._current()
            self._inside = True
            try:
                with self._page(boarded) as page:
                    yield page
            finally:
                self._inside = False
        finally:
            GUARD.release()

    @contextmanager
    def _page(self, boarded: Boarded) -> Iterator[Page]:
        page = Page(boarded.db, boarded.owner, boarded.alive)
        try:
            with writing(boarded.db):
                yield page
        except sqlite3.Error as error:
            raise self._failed(boarded, error) from error
        finally:
            page.end()

    def close(self) -> None:
        """Let go of what this board has claimed, and close it; closing twice does nothing."""
        with GUARD:
            if self._closed:
                return
            if self._inside:
                raise StoreError(f"{self._name()}: a transaction is going on; close it after that")
            boarded = self._boarded
            if boarded is not None and boarded.pid == os.getpid():
                if self._paused and self._is_there(boarded):
                    boarded = self._current()
                boarded.leave()
            self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "shared" if self.shared else f"not shared: {self.reason}"
        return f"Board({self._name()}, {state})"

    def _name(self) -> str:
        return "the board in memory" if self.folder is None else str(self.folder / boardfile.DATABASE)

    def _current(self) -> Boarded:
        """Return what is open, in this process and of the file that lies in the folder now."""
        if self._closed:
            raise StoreError(f"{self._name()}: is closed; open it again with Board(folder)")
        boarded = self._boarded
        if boarded is None:
            return self._board(None)
        if boarded.pid != os.getpid():
            self._inherited.append(boarded)
        elif not self._paused and self._is_there(boarded):
            return boarded
        return self._board(boarded)

    def _is_there(self, boarded: Boarded) -> bool:
        # Another process may have moved a damaged file aside, or somebody deleted it.
        return self.folder is None or boarded.place is None or boardfile.place_of(self.folder) == boarded.place

    def _board(self, before: Boarded | None, damaged: Place | None = None) -> Boarded:
        self._paused = False
        mine = before if before is not None and before.pid == os.getpid() else None
        if mine is not None:
            mine.db.close()
        moved = False
        try:
            if self.folder is None or not self.shared:
                self._boarded = boarded = boarding.alone()
            else:
                boarded, moved = boarding.together(self.folder, self._patience_s, before=mine, damaged=damaged)
                self._boarded = boarded
        except (OSError, sqlite3.Error, StoreError) as error:
            boarded = self._alone(mine, error)
        if moved:
            text = f"{self._name()}: was damaged and is begun anew; the old one is kept as {boardfile.ASIDE}"
            warnings.warn(text, StoreWarning, stacklevel=2)
        return boarded

    def _alone(self, before: Boarded | None, error: Exception) -> Boarded:
        """Go on in memory: a run must not end because its notes cannot be kept."""
        self.shared = False
        self.reason = str(error)
        self._boarded = boarding.alone(before)
        return self._boarded

    def _failed(self, boarded: Boarded, error: sqlite3.Error) -> StoreError:
        """Put right what can be, and return what the transaction raises."""
        if boardfile.is_busy(error):
            return BusyError(f"{self._name()}: another process is in a transaction; ask again")
        if boarded.place is None or boardfile.is_misuse(error):
            return StoreError(f"{self._name()}: {error}")
        if boardfile.is_damage(error):
            self._board(boarded, damaged=boarded.place)
        else:  # a full or read-only disk, as a rule
            self._alone(boarded, error)
        return BusyError(f"{self._name()}: {error}; the board was begun anew, ask again")

    def before_fork(self) -> None:
        """Close the file, so that a child inherits no connection; it is opened again when it is next used."""
        boarded = self._boarded
        if boarded is not None and boarded.place is not None and not self._inside:
            boarded.db.close()
            self._paused = True


# SQLite must not be carried across a fork, not even to be closed there, and only the process knows its boards.
_BOARDS: weakref.WeakSet[Board] = weakref.WeakSet()


def _before_fork() -> None:
    GUARD.acquire()
    for board in list(_BOARDS):
        with suppress(sqlite3.Error):
            board.before_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=GUARD.release, after_in_child=GUARD.release)
