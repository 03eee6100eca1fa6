"""Runs the tests of the wire and of the provider room against other releases of LiteLLM than the locked one.

`python -m tests.wire.versions` takes the oldest that `pyproject.toml` allows, one between, and the newest there is;
`python -m tests.wire.versions 1.90.0` takes those named. Each is installed alone into an environment of its own that
sees everything else of the present one. It needs a package index, so no test runs it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = ("tests/wire", "tests/provider")
MIDDLE = "1.92.2"


def requirement() -> str:
    """Return what `pyproject.toml` asks of LiteLLM."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    return next(text for text in project["dependencies"] if text.startswith("litellm"))


def usual() -> list[str]:
    """Return the oldest release that is allowed, one between, and the newest, as pip writes them."""
    wanted = requirement()
    found = re.search(r">=([\d.]+)", wanted)
    assert found is not None
    oldest = found[1] if found[1].count(".") > 1 else f"{found[1]}.0"
    return [f"litellm=={oldest}", f"litellm=={MIDDLE}", wanted]


def environment(folder: Path, release: str) -> Path:
    """Make an environment with this release in front of everything that is installed here; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    [packages] = folder.glob("lib/python*/site-packages")
    here = sysconfig.get_paths()["purelib"]
    # Behind its own packages; `.pth` files there are read too.
    (packages / "everything_else.pth").write_text(f"import site; site.addsitedir({here!r})\n", "utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--ignore-installed", release]
    subprocess.run(install, check=True)
    return python


def installed(python: Path) -> str:
    """Return the release that this Python imports."""
    code = "import importlib.metadata as m; print(m.version('litellm'))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def passes(python: Path, more: Sequence[str] = ()) -> bool:
    """Run the tests with this Python, and say whether they pass."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more, *TESTS]
    return subprocess.run(command, cwd=REPOSITORY, env=dict(os.environ), check=False).returncode == 0


def main(releases: Sequence[str]) -> int:
    """Try each release; return 0 where all pass."""
    failed = []
    for release in [f"litellm=={one}" for one in releases] or usual():
        with tempfile.TemporaryDirectory(prefix="litellm-") as name:
            python = environment(Path(name), release)
            version = installed(python)
            sys.stdout.write(f"litellm {version}\n")
            sys.stdout.flush()
            if not passes(python):
                failed.append(version)
    sys.stdout.write(f"failed with: {', '.join(failed)}\n" if failed else "all pass\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
