"""The wheel: built, installed into an environment of its own, and used with the source folder out of the way."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest

import distilkit

COMPARE = """
import json
import distilkit as dk
frame = dk.compare(["one", "two"], profiles=["sim/small"], store="store", progress=False)
print(json.dumps({"file": dk.__file__, "rows": len(frame), "failed": frame["error"].dropna().tolist()}))
"""


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), cwd=repository)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment that holds the wheel; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True, with_pip=True)
    python = folder / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--no-deps", "--no-index", str(wheel), cwd=folder)
    # A folder named in a .pth file comes after the environment's own, and its own .pth files, the one that points at
    # the sources among them, are not read.
    (site_packages(folder) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def site_packages(folder: Path) -> Path:
    (found,) = folder.glob("lib/python*/site-packages")
    return found


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path, repository: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    sources = {str(file.relative_to(repository)) for file in (repository / "distilkit").rglob("*.py")}
    assert sources <= names
    assert {name.split("/")[0] for name in names} == {"distilkit", f"distilkit-{distilkit.__version__}.dist-info"}


@pytest.mark.parametrize("name", ["distilkit/py.typed", "distilkit/profiles/builtin.yaml"])
def test_files_that_are_not_python_are_in_the_wheel(wheel: Path, name: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert name in archive.namelist()


def test_the_metadata_says_what_the_project_says(wheel: Path) -> None:
    found = metadata(wheel)

    assert (found["Name"], found["Version"]) == ("distilkit", distilkit.__version__)
    assert found["License-Expression"] == "MIT"
    assert found["License-File"] == "LICENSE"
    assert found["Requires-Python"] == "<3.15,>=3.11"


def test_the_releases_that_stole_credentials_are_excluded(wheel: Path) -> None:
    (litellm,) = (line for line in metadata(wheel).get_all("Requires-Dist", []) if line.startswith("litellm"))

    assert {"!=1.82.7", "!=1.82.8", "<2", ">=1.84"} == set(litellm.removeprefix("litellm").split(","))


def test_the_command_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "bin" / "distilkit")

    assert "compare" in run(command, "--help", cwd=tmp_path)
    assert run(command, "--version", cwd=tmp_path).strip() == f"distilkit {distilkit.__version__}"


def test_a_comparison_works_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    report: dict[str, Any] = json.loads(run(str(installed / "bin" / "python"), "-c", COMPARE, cwd=tmp_path))

    assert Path(report["file"]).is_relative_to(installed)
    assert report["rows"] == 2
    assert report["failed"] == []


def test_the_installed_version_is_the_packages_own(installed: Path, tmp_path: Path) -> None:
    code = "import importlib.metadata, distilkit; print(importlib.metadata.version('distilkit'), distilkit.__version__)"

    told = run(str(installed / "bin" / "python"), "-c", code, cwd=tmp_path)

    assert told.split() == [distilkit.__version__] * 2
