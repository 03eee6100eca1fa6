"""Installs the oldest JupyterLab that is supported, into an environment of its own under `.cache/labs`.

`python tests/browser/labs.py` makes it where it is missing, by uv where there is one (some 8 s), else by pip. Notebooks
that are opened in it run on the Python of the tests; only the server and the page are old. It needs a package index.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".cache" / "labs"
# The lower ends of the ranges in pyproject.toml, with the front end that ipywidgets 8.1.0 came with.
OLDEST = "4.2.0"
PACKAGES = (f"jupyterlab=={OLDEST}", "jupyterlab-widgets==3.0.9", "notebook-shim<1")


def python_of(version: str) -> Path:
    """Return the Python of that JupyterLab, whether or not it is installed."""
    return FOLDER / version / "bin" / "python"


def is_installed(version: str) -> bool:
    """Return whether it was installed to the end."""
    return (FOLDER / version / "whole").exists()


def install(version: str) -> None:
    """Make the environment anew."""
    shutil.rmtree(FOLDER / version, ignore_errors=True)
    uv = os.environ.get("UV") or shutil.which("uv")
    venv.create(FOLDER / version, with_pip=uv is None)
    python = str(python_of(version))
    command = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    subprocess.run([*command, "--quiet", *PACKAGES], check=True)
    (FOLDER / version / "whole").touch()


if __name__ == "__main__":
    if not is_installed(OLDEST):
        try:
            install(OLDEST)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"JupyterLab {OLDEST} could not be installed: {error}")
    sys.stdout.write(f"JupyterLab {OLDEST} is in {FOLDER}\n")
