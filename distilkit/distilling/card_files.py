"""Files beside a card: their names, sizes and hashes; and writing the card itself, whole or not at all.

Reads files in pieces; knows nothing of what is in them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilkit.errors import InputError
from distilkit.files.drafts import check_place, drafts

Files = Mapping[str, Any] | Sequence[Any] | str | os.PathLike[str] | None
"""What `files=` takes: a path, several, or paths by the part they hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file of the set: its name as seen from the card, the part it holds (None where nobody says), bytes, hash."""

    name: str
    part: str | None
    size: int
    sha256: str


def listed(files: Files, parts: Iterable[str], card: Path | None) -> list[Listed]:
    """Return the files with their hashes, in the given order.

    Args:
        files: paths, or paths by part. Without parts, a file whose name holds the name of one part alone holds that.
        parts: the parts there are.
        card: where the card will lie; files beneath its folder are named from there, others by their last name.

    Raises:
        InputError: `files` is none of these, or a file cannot be read.
    """
    known = [*parts]
    return [_listed(_path(given), part, known, card) for part, given in _pairs(files)]


def _pairs(files: Any) -> list[tuple[str | None, Any]]:
    if files is None:
        return []
    if isinstance(files, Mapping):
        return [(str(part), each) for part, given in files.items() for each in _several(given)]
    return [(None, each) for each in _several(files)]


def _several(given: Any) -> list[Any]:
    return [given] if isinstance(given, str | os.PathLike) or not isinstance(given, Iterable) else [*given]


def _path(given: Any) -> Path:
    if not isinstance(given, str | os.PathLike):
        raise InputError(f"files= takes paths, or paths by part, not {given!r:.200}")
    return Path(given).expanduser()


def _listed(path: Path, part: str | None, parts: Sequence[str], card: Path | None) -> Listed:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"files: {str(path)!r:.200} cannot be read: {reason}") from None
    return Listed(name=_name(path, card), part=part or _part(path.name, parts), size=size, sha256=digest)


def _part(name: str, parts: Sequence[str]) -> str | None:
    words = re.split(r"[^0-9A-Za-z]+", name)
    found = [part for part in parts if part in words]
    return found[0] if len(found) == 1 else None


def _name(path: Path, card: Path | None) -> str:
    """A folder of this machine is nobody's business."""
    with contextlib.suppress(ValueError, OSError):
        if card is not None:
            return path.resolve().relative_to(card.resolve().parent).as_posix()
    return path.name


def check_target(target: Any, *, overwrite: bool) -> Path:
    """Refuse a target that could not be written, before anything is read; return its path.

    Raises:
        InputError: it is no path of a Markdown file, its folder does not exist, or it exists and may not be replaced.
    """
    path = check_place(target, overwrite=overwrite)
    if path.suffix.lower() != ".md":
        raise InputError(f"path: {str(path)!r:.200} must end in .md; data set hubs read README.md")
    return path


def write_whole(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a card, whole or not at all.

    Raises:
        InputError: it cannot be written, or another has taken its name meanwhile.
    """
    with drafts([path], overwrite=overwrite) as (file,):
        file.write(text.encode())
