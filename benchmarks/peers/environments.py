"""A virtual environment for each peer, made once and kept in a cache folder.

Knows venv and pip; knows nothing of what runs inside.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

DEFAULT_FOLDER = Path(tempfile.gettempdir()) / "distilkit-peers"


class NotInstalledError(Exception):
    """A peer that cannot be installed here, with what pip says."""


def python_with(requirement: str, folder: Path) -> Path:
    """Return the Python of an environment that has `requirement`; make it where it is not there yet.

    Raises:
        NotInstalledError: venv or pip failed.
    """
    environment = folder / requirement
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # Written last, so that an installation broken off half-way is done again.
    installed = environment / "installed"
    if not installed.exists():
        print(f"installing {requirement} into {environment}", file=sys.stderr)
        _run([sys.executable, "-m", "venv", "--clear", str(environment)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement])
        installed.touch()
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        errors = [line for line in said if line.startswith("ERROR")] or said or [f"exit status {done.returncode}"]
        raise NotInstalledError(errors[-1])
