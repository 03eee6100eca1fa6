"""Coming on board: the connection and the number with which one board of one process is known to the others.

Knows the database and the owners' file; knows nothing of what is kept.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from distilkit.store import boardfile, folders
from distilkit.store.boardfile import Place, writing
from distilkit.store.owners import Owners

LOCK = "board.lock"

_OPENING_S = 5.0  # to wait for others who are coming on board
_SAME_BOOT_S = 60.0


@dataclass(frozen=True, slots=True)
class Boarded:
    """One board, open.

    Attributes:
        db: its database; closed before a fork.
        owner: its number.
        pid: the process that opened it.
        owners: who else lives; None in memory, where nobody else is.
        place: the file, or None in memory.
    """

    db: sqlite3.Connection
    owner: int
    pid: int
    owners: Owners | None = None
    place: Place | None = None

    def alive(self, owner: int) -> bool:
        """Say whether the owner of this number lives."""
        return owner == self.owner or (self.owners is not None and self.owners.alive(owner))

    def leave(self) -> None:
        """Let go of every claim and of the number, and close the database."""
        # Claims that cannot be deleted now are those of a dead owner, which whoever meets them lets go.
        with suppress(sqlite3.Error), writing(self.db):
            self.db.execute("DELETE FROM claims WHERE owner = ?", (self.owner,))
            self.db.execute("DELETE FROM owners WHERE number = ?", (self.owner,))
        self.db.close()
        if self.owners is not None:
            self.owners.let_go(self.owner)


def alone(before: Boarded | None = None) -> Boarded:
    """Come on a board in memory; with the number and the contents of the one before, as far as they can be read."""
    if before is None:
        return Boarded(boardfile.in_memory(), 1, os.getpid())
    db = boardfile.in_memory(before.db)
    before.db.close()
    if before.owners is not None:
        before.owners.let_go(before.owner)
    return Boarded(db, before.owner, os.getpid())


def together(
    folder: Path, patience_s: float, *, before: Boarded | None = None, damaged: Place | None = None
) -> tuple[Boarded, bool]:
    """Come on the board of a folder, and say whether a damaged one was moved aside.

    Args:
        folder: where it lies; made where it does not exist.
        patience_s: seconds a transaction waits for those of others.
        before: what this process had open so far; it keeps its number where that is possible.
        damaged: the file that turned out to be damaged.

    Raises:
        OSError: the folder cannot be written, or knows no locks.
        sqlite3.Error: SQLite cannot open it.
        StoreError: it is somebody else's, or of a newer version, or cannot be shared where it lies.
    """
    folders.refuse_network(folder)
    folders.create(folder)
    owners = Owners.at(folder / LOCK)
    number = None
    if before is not None and before.pid == os.getpid() and before.owners is not None:
        number = before.owner
        if before.owners is not owners:
            before.owners.let_go(number)
            number = number if owners.take(number) else None
    with owners.door(_OPENING_S):
        moved = boardfile.move_aside(folder, damaged)
        try:
            return _come(folder, owners, number, patience_s), moved
        except sqlite3.Error as error:
            if not boardfile.is_damage(error):
                raise
        moved = boardfile.move_aside(folder, boardfile.place_of(folder))
        return _come(folder, owners, number, patience_s), moved


def _come(folder: Path, owners: Owners, number: int | None, patience_s: float) -> Boarded:
    db = boardfile.connect(folder)
    try:
        number = _enter(db, owners, number)
        db.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}").fetchall()
    except BaseException:
        db.close()
        raise
    return Boarded(db, number, os.getpid(), owners, boardfile.place_of(folder))


def _enter(db: sqlite3.Connection, owners: Owners, number: int | None) -> int:
    with writing(db):
        numbers = [one for (one,) in db.execute("SELECT number FROM owners")]
        dead = [one for one in numbers if not owners.alive(one)]
        db.executemany("DELETE FROM owners WHERE number = ?", [(one,) for one in dead])
        if len(dead) == len(numbers):
            _forget_another_boot(db)
        if number is not None:
            db.execute("INSERT OR IGNORE INTO owners VALUES (?)", (number,))
            return number
        while True:
            given = db.execute("INSERT INTO owners VALUES (NULL)").lastrowid
            # After a file was lost, somebody who lives may have this number from the one before.
            if given is not None and owners.take(given):
                return given


def _forget_another_boot(db: sqlite3.Connection) -> None:
    """Forget states and claims whose times are of another boot: the clock of these times began again with it."""
    boot = time.time() - time.monotonic()
    noted = db.execute("SELECT at FROM boot").fetchone()
    if noted is not None and abs(noted[0] - boot) > _SAME_BOOT_S:
        db.execute("DELETE FROM states")
        db.execute("DELETE FROM claims")
    db.execute("DELETE FROM boot")
    db.execute("INSERT INTO boot VALUES (?)", (boot,))
