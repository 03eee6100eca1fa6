"""Files that appear whole or not at all, and over nothing that was not meant.

Knows paths; knows nothing of what is written.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from distilkit.errors import InputError


def check_place(target: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Refuse a path that could not be written, before anything is computed; return it.

    Raises:
        InputError: it is no path, its folder does not exist, it is a folder, or it exists and may not be replaced.
    """
    if not isinstance(target, str | os.PathLike) or not isinstance(os.fspath(target), str):
        raise InputError(f"path= takes the path of a file, not {target!r:.200}")
    path = Path(target).expanduser()
    if "\0" in str(path):
        raise InputError(f"path: {str(path)!r:.200} cannot be written: no name holds a null character")
    try:
        os.fsencode(path)
        if not path.parent.is_dir():
            raise InputError(f"path: there is no folder {str(path.parent)!r:.200}; make it first")
        if path.is_dir():
            raise InputError(f"path: {str(path)!r:.200} is a folder; name a file in it")
        if path.exists() and not overwrite:
            raise _exists(path)
    except UnicodeEncodeError:
        raise InputError(f"path: {str(path)!r:.200} cannot be written: it holds half of a character") from None
    except OSError as error:
        raise _not_written(path, error) from None
    return path


@contextlib.contextmanager
def drafts(paths: Iterable[Path], *, overwrite: bool) -> Iterator[list[IO[bytes]]]:
    """Open a draft for each path; all get their names when the block ends well, and none when it raises.

    Raises:
        InputError: a file cannot be written, or another has taken a name meanwhile; then those before it may stand.
    """
    targets = list(paths)
    names: list[Path] = []
    try:
        with ExitStack() as stack:
            files: list[IO[bytes]] = []
            for path in targets:
                file, name = _draft(path)
                files.append(stack.enter_context(file))
                names.append(name)
            yield files
        for name, path in zip(names, targets, strict=True):
            _put(name, path, overwrite=overwrite)
    except OSError as error:
        raise _not_written(targets[0] if targets else Path(), error) from None
    finally:
        for name in names:
            with contextlib.suppress(OSError):
                name.unlink(missing_ok=True)


def _draft(path: Path) -> tuple[IO[bytes], Path]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".distilkit-")
    return os.fdopen(descriptor, "wb"), Path(name)


def _put(new: Path, path: Path, *, overwrite: bool) -> None:
    """Give the draft its name, readable as any new file is; a link refuses a name that is taken, in one step."""
    new.chmod(0o666 & ~_umask())
    if overwrite:
        new.replace(path)
        return
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise _exists(path) from None
    except (OSError, NotImplementedError):  # a disk without links
        if path.exists():
            raise _exists(path) from None
        new.replace(path)


def _umask() -> int:
    """Return what new files are not to be allowed; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _exists(path: Path) -> InputError:
    return InputError(f"path: {str(path)!r:.200} exists already; name another file, or say overwrite=True")


def _not_written(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or error
    return InputError(f"path: {str(path)!r:.200} cannot be written: {reason}")
