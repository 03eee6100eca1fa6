"""Ratings in a CSV file: read at the start, written whole and at once after each rating, so that none is lost.

Texts that a spreadsheet would run as a formula get an apostrophe, which is taken off on reading. Knows nothing of
frames or widgets.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from distilkit.errors import InputError
from distilkit.notebook.viewer.ratings import Rating, Slot, utc_of
from distilkit.notebook.viewer.scales import Scale

FIELDS = ("prompt_id", "profile", "sample", "rating", "comment", "rated_at", "answer")
# A hundred thousand ratings take some ten megabytes; what is larger is another file.
MOST_BYTES = 50_000_000
# The wide ones are as good to a spreadsheet in Japanese.
_RISKY = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "'")

Stamp = tuple[int, int, int] | None


class RatingFile:
    """A CSV file of ratings. Another view may write to it too: what it wrote meanwhile is kept.

    Args:
        path: need not exist yet; its folder must.
        scale: the ratings in it must be on it.

    Raises:
        InputError: its name does not end in .csv, or its folder is not there.
    """

    def __init__(self, path: str | os.PathLike[str], scale: Scale) -> None:
        try:
            # Through a link to the file itself, which a write would put in the place of the link.
            self.path = Path(path).expanduser().resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"ratings: {str(path)!r:.200}: {error}") from None
        self._scale = scale
        self._seen: Stamp = None
        if self.path.suffix.lower() != ".csv":
            raise InputError(f"ratings: {self.path}: ratings are kept in a .csv file")
        if not self.path.parent.is_dir():
            raise InputError(f"ratings: {self.path}: there is no folder {self.path.parent}")

    def read(self) -> dict[Slot, Rating]:
        """Return what the file holds; {} where there is none yet.

        Raises:
            InputError: it cannot be read, or holds something else.
        """
        try:
            self._seen = _stamp(self.path)
        except OSError as error:
            raise InputError(f"ratings: {str(self.path)!r:.200}: cannot be read: {error.strerror}") from None
        if self._seen is None:
            return {}
        if self._seen[1] > MOST_BYTES:
            raise InputError(f"ratings: {self.path}: over {MOST_BYTES // 1_000_000} MB is no file of ratings")
        try:
            with _long_cells(), self.path.open(newline="", encoding="utf-8-sig") as file:
                rows = csv.DictReader(file)
                if not {"prompt_id", "profile", "rating"} <= set(rows.fieldnames or ()):
                    raise InputError(f"ratings: {self.path}: no ratings: it needs prompt_id, profile and rating")
                return dict(self._rating(row, rows.line_num) for row in rows)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"ratings: {self.path}: cannot be read: {error}") from None

    def write(self, ratings: Mapping[Slot, Rating]) -> dict[Slot, Rating]:
        """Replace the file, and return what it holds now: with what another view has written since, the later rating
        of two.

        Raises:
            OSError: it cannot be written; it is as it was.
            InputError: somebody has made something else of it; it is as it was.
        """  # noqa: D205 - one sentence
        merged = dict(ratings)
        if _stamp(self.path) != self._seen:
            for slot, theirs in self.read().items():
                ours = merged.get(slot)
                if ours is None or _later(theirs, ours):
                    merged[slot] = theirs
        self._seen = self._replace(merged)
        return merged

    def _replace(self, ratings: Mapping[Slot, Rating]) -> Stamp:
        """Put a new file in the place of the old, as readable and writable as that; return its stamp."""
        mode = _mode(self.path)
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(descriptor, "w", newline="", encoding="utf-8", errors="backslashreplace") as file:
                writer = csv.writer(file)
                writer.writerow(FIELDS)
                writer.writerows(_row(slot, rating) for slot, rating in ratings.items())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(mode)
            # Taken before another view can write: what it writes next must be seen.
            stamp = _stamp(Path(name))
            Path(name).replace(self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return stamp

    def _rating(self, row: Mapping[str, str | None], line: int) -> tuple[Slot, Rating]:
        cells = {name: _bare(row.get(name) or "") for name in FIELDS}
        try:
            value = float(cells["rating"]) if cells["rating"] else None
            sample = int(cells["sample"] or 0)
            when = utc_of(cells["rated_at"])
        except (ValueError, OverflowError) as error:
            raise InputError(f"ratings: {self.path}:{line}: {error!s:.200}") from None
        if value is not None and value not in self._scale.allowed:
            raise InputError(
                f"ratings: {self.path}:{line}: {value:g} is not on the scale {self._scale.name!r}; name the scale of "
                "the file in rate=, or name another file"
            )
        slot = Slot(cells["prompt_id"], cells["profile"], sample)
        return slot, Rating(value=value, comment=cells["comment"], rated_at=when, answer=cells["answer"])


def _row(slot: Slot, rating: Rating) -> tuple[str, ...]:
    value = "" if rating.value is None else f"{rating.value:g}"
    when = "" if rating.rated_at is None else rating.rated_at.isoformat()
    cells = (slot.prompt_id, slot.profile, str(slot.sample), value, rating.comment, when, rating.answer)
    return tuple(f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells)


def _bare(cell: str) -> str:
    """Take off the apostrophe that `_row` put before a text."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RISKY) else cell


def _later(theirs: Rating, ours: Rating) -> bool:
    if theirs.rated_at is None or ours.rated_at is None:
        return theirs.rated_at is not None
    return theirs.rated_at > ours.rated_at


def _stamp(path: Path) -> Stamp:
    """Return what changes when somebody writes to the file; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _mode(path: Path) -> int:
    """Return the permissions that the file has, or that a new one gets.

    Raises:
        OSError: there is a file, and nobody is to write to it.
    """
    if not path.exists():
        mask = os.umask(0o077)  # it can only be read by setting it
        os.umask(mask)
        return 0o666 & ~mask
    mode = stat.S_IMODE(path.stat().st_mode)
    # A new file could take its place all the same; but it was made read-only for a reason.
    if not mode & 0o222 or not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "the file is read-only", str(path))
    return mode


@contextlib.contextmanager
def _long_cells() -> Iterator[None]:
    """Read cells of any length meanwhile: a comment may be longer than what the csv module takes at first."""
    before = csv.field_size_limit(MOST_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)
