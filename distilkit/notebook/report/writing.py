"""Putting a page on disk: whole or not at all, and over nothing that was not meant.

Knows what a page's file is called; knows nothing of what is written.
"""

from __future__ import annotations

import os
from pathlib import Path

from distilkit.errors import InputError
from distilkit.files.drafts import check_place, drafts

_ENDINGS = (".html", ".htm")


def check_target(target: str | os.PathLike[str], *, overwrite: bool) -> Path:
    """Refuse a target that could not be written, before anything is computed; return its path.

    Raises:
        InputError: it is no path of an .html file, its folder does not exist, or it exists and may not be replaced.
    """
    path = check_place(target, overwrite=overwrite)
    if path.suffix.lower() not in _ENDINGS:
        raise InputError(f"path: {str(path)!r:.200} must end in .html; a report is a page for a browser")
    return path


def write_whole(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a file in one step, so that nobody ever sees a part of it, readable as any new file is.

    Raises:
        InputError: it exists and may not be replaced, or it cannot be written.
    """
    with drafts([path], overwrite=overwrite) as [file]:
        file.write(text.encode())
