"""Paths of files that are to be read, as a caller gave them.

Knows names; opens nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from distilkit.errors import InputError


def as_path(given: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is to be read, `~` resolved.

    Raises:
        InputError: it is no path, or no file can have such a name.
    """
    if not isinstance(given, str | os.PathLike) or not isinstance(os.fspath(given), str):
        raise InputError(f"path= takes the path of a file, not {given!r:.200}")
    if "\0" in os.fspath(given):
        raise InputError(f"path: {os.fspath(given)!r:.200}: no file can have such a name")
    return Path(given).expanduser()
