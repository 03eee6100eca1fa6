"""Which boards are alive: each holds a lock on one byte of one file, which the system frees when its process ends.

Knows one file and its bytes; knows nothing of what is claimed. A process that is killed lets go like one that ends.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

GUARD = threading.RLock()
"""Held by whoever uses a board or this file, and while the process forks: a child must not inherit half a step."""

# Closing any descriptor of a file frees all locks that the process has on it, so one process may open it only once,
# however many boards it has. Nothing but the process itself can keep count of that. By device and inode.
_OPEN: dict[tuple[int, int], Owners] = {}

_DOOR = 0  # the byte held while a board is made, opened or moved aside; owners count from 1
_MOST = 1 << 62
_LOOK_AGAIN_S = 0.002


class Owners:
    """The file of one folder, as this process has it open."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._pid = os.getpid()
        self._held: set[int] = set()

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the file, or return it as this process has it open already.

        Raises:
            OSError: it cannot be made or opened for writing.
        """
        with GUARD:
            try:
                known = _OPEN.get(_identity(path.stat()))
            except FileNotFoundError:
                known = None
            if known is None:
                file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
                known = _OPEN[_identity(os.fstat(file))] = cls(file)
            return known  # type: ignore[return-value] # the class has no children

    def take(self, number: int) -> bool:
        """Become the owner of this number, unless somebody is.

        Raises:
            OSError: the file system knows no locks.
        """
        with GUARD:
            if number in self._mine() or not _lock(self._file, number):
                return False
            self._held.add(number)
            return True

    def let_go(self, number: int) -> None:
        """Be the owner of this number no longer; the last one closes the file."""
        with GUARD:
            if number not in self._mine():
                return
            self._held.discard(number)
            _unlock(self._file, number)
            if not self._held:
                del _OPEN[_identity(os.fstat(self._file))]
                os.close(self._file)

    def alive(self, number: int) -> bool:
        """Say whether an owner of this number lives, in this process or another."""
        with GUARD:
            # A process is never in the way of its own locks: asking for one of them would free it.
            if number in self._mine():
                return True
            # No file has such a byte; a damaged board may name it.
            if not _DOOR < number < _MOST:
                return False
            if not _lock(self._file, number):
                return True
            _unlock(self._file, number)
            return False

    @contextmanager
    def door(self, patience_s: float) -> Iterator[None]:
        """Be the only one who makes, opens or moves aside the board.

        Raises:
            TimeoutError: another process has been at it for this long.
        """
        with GUARD:
            until = time.monotonic() + patience_s
            while not _lock(self._file, _DOOR):
                if time.monotonic() > until:
                    raise TimeoutError(f"another process has been opening it for {patience_s:g} s")
                time.sleep(_LOOK_AGAIN_S)
            try:
                yield
            finally:
                _unlock(self._file, _DOOR)

    def _mine(self) -> set[int]:
        if self._pid != os.getpid():
            # A forked child: the open file comes with it, the locks stay with the parent.
            self._pid, self._held = os.getpid(), set()
        return self._held


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, byte: int) -> bool:
        os.lseek(file, byte, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(file: int, byte: int) -> None:
        os.lseek(file, byte, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: int, byte: int) -> bool:
        """Lock one byte, or return False at once where another process has it."""
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                return False
            raise
        return True

    def _unlock(file: int, byte: int) -> None:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)
