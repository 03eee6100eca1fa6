"""Runs the tests of the notebook's stop button under other releases of ipykernel than the locked one.

`python -m tests.kernels.versions` takes the last of the 6 series with its own event loop, one of the 7 series, and the
newest there is; `python -m tests.kernels.versions 6.29.5` takes those named. Each is installed alone into an
environment of its own under `.cache/kernels`, which sees everything else of the present one and is kept. It needs a
package index, so no test runs it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.wire.versions import environment

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache" / "kernels"
TESTS = ("tests/test_kernel_interrupt.py", "tests/test_sync.py", "tests/test_interrupts.py")
USUAL = ("ipykernel==6.31.0", "ipykernel==7.3.0", "ipykernel")
NEWEST = "ipykernel"


def python_of(release: str) -> Path:
    """Return the Python that has this release; the newest is looked for anew each time."""
    folder = CACHE / release.replace("==", "-")
    python = folder / "bin" / "python"
    if release != NEWEST and python.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        return environment(folder, release)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # half an environment would be taken for a whole one
        raise


def installed(python: Path) -> str:
    """Return the release that a kernel of this Python would be."""
    code = "import ipykernel; print(ipykernel.__version__)"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def passes(python: Path) -> bool:
    """Run the tests with this Python, whose kernels are of the same, and say whether they pass."""
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *TESTS]
    return subprocess.run(command, cwd=REPOSITORY, check=False).returncode == 0


def main(releases: Sequence[str]) -> int:
    """Try each release; return 0 where all pass."""
    failed = []
    for release in [f"ipykernel=={one}" for one in releases] or USUAL:
        python = python_of(release)
        version = installed(python)
        sys.stdout.write(f"ipykernel {version}\n")
        sys.stdout.flush()
        if not passes(python):
            failed.append(version)
    sys.stdout.write(f"failed with: {', '.join(failed)}\n" if failed else "all pass\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
