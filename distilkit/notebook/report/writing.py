"""Putting a page on disk: whole or not at all, and over nothing that was not meant.

Knows paths; knows nothing of what is written.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from distilkit.errors import InputError

_ENDINGS = (".html", ".htm")


def check_target(target: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Refuse a target that could not be written, before anything is computed; return its path.

    Raises:
        InputError: it is no path of an .html file, its folder does not exist, or it exists and may not be replaced.
    """
    if not isinstance(target, str | os.PathLike) or not isinstance(os.fspath(target), str):
        raise InputError(f"path= takes the path of an .html file, not {target!r:.200}")
    path = Path(target).expanduser()
    if "\0" in str(path):
        raise InputError(f"path: {str(path)!r:.200} cannot be written: no name holds a null character")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise InputError(f"path: {str(path)!r:.200} cannot be written: it holds half of a character") from None
    if path.suffix.lower() not in _ENDINGS:
        raise InputError(f"path: {str(path)!r:.200} must end in .html; a report is a page for a browser")
    try:
        if not path.parent.is_dir():
            raise InputError(f"path: there is no folder {str(path.parent)!r:.200}; make it first")
        if path.is_dir():
            raise InputError(f"path: {str(path)!r:.200} is a folder; name a file in it")
        if path.exists() and not overwrite:
            raise _exists(path)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _not_written(path, error) from None
    return path


def write_whole(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file in one step, so that nobody ever sees a part of it, readable as any new file is.

    Raises:
        InputError: it exists and may not be replaced, or it cannot be written.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".distilkit-")
    except OSError as error:
        raise _not_written(path, error) from None
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        new.chmod(0o666 & ~_umask())
        if overwrite:
            new.replace(path)
        else:
            _put(new, path)
    except OSError as error:
        raise _exists(path) if isinstance(error, FileExistsError) else _not_written(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)


def _put(new: Path, path: Path) -> None:
    """Give the file its name unless another has it; a link does both in one step, where there are links."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if path.exists():
            raise FileExistsError from None
        new.replace(path)


def _umask() -> int:
    """Return what new files are not to be allowed; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _exists(path: Path) -> InputError:
    return InputError(f"path: {str(path)!r:.200} exists already; name another file, or say overwrite=True")


def _not_written(path: Path, error: OSError | ValueError) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(f"path: {str(path)!r:.200} cannot be written: {reason}")
