"""One writer at a time in a folder: read, change and write a file, and nobody else's change is lost.

Holds against all who use it, in threads and processes; not against an editor. Knows no file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until nobody else writes in this folder, and hold it until the end of the block.

    Where a folder cannot be locked, as on Windows and on some network file systems, this waits for nobody.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # there is none, or it cannot be read: whoever writes is told
        yield
        return
    try:
        # Of the folder, for the file itself is replaced by another of its name. Closing it lets go.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
