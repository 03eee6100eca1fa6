"""What is committed: no output of a notebook, no address of this machine or of a registry, a lock that locks."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

TEXT = {"", ".cfg", ".csv", ".ini", ".ipynb", ".json", ".jsonl", ".md", ".py", ".toml", ".txt", ".yaml", ".yml"}

# Written in pieces, so that this file does not hold what it looks for.
REGISTRIES = [
    "py" + r"pi\.org",
    "python" + "hosted",
    "conda" + r"\.anaconda",
    "registry" + r"\.npm",
    "npm" + r"js\.(org|com)",
]
# Ann is nobody: she lives in examples.
MACHINE = [r"/(home|Users)/(?!ann/)\w+/", r"(?<![\w.}~/-])/(work|tmp|root|opt)/\w", r"[A-Z]:\\\\?Users"]
KEYS = [r"\bsk-[A-Za-z0-9_-]{20}", r"\bgh[pousr]_[A-Za-z0-9]{30}", r"\bAKIA[A-Z0-9]{16}\b", r"BEGIN [A-Z ]*PRIVATE KEY"]


def committed(repository: Path) -> list[Path]:
    """Return what git holds or would hold; outside a clone (a source archive), every file that is not hidden."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        files = [repository / name for name in listed.stdout.split("\0") if name]
    else:
        files = [file for file in repository.rglob("*") if not _hidden(file.relative_to(repository))]
    return sorted(file for file in files if file.is_file())


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") or part in {"__pycache__", "artifacts"} for part in file.parts)


@pytest.fixture(scope="module")
def texts(repository: Path) -> dict[str, str]:
    found = {}
    for file in committed(repository):
        if file.suffix in TEXT:
            found[str(file.relative_to(repository))] = file.read_text("utf-8", errors="replace")
    return found


def matches(texts: dict[str, str], patterns: list[str]) -> list[str]:
    """Return `file:line: text` for every line that matches one of the patterns."""
    looked_for = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.MULTILINE)
    return [
        f"{name}:{number}: {line.strip()[:160]}"
        for name, text in texts.items()
        if looked_for.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if looked_for.search(line)
    ]


def test_the_files_are_found(texts: dict[str, str]) -> None:
    assert {"Makefile", "LICENSE", "pyproject.toml", "requirements-dev.txt", ".ci/run"} <= set(texts)


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert matches(texts, REGISTRIES) == []


def test_no_file_names_a_place_on_somebodys_machine(texts: dict[str, str]) -> None:
    # This file holds the patterns; a first line naming its interpreter is the same everywhere.
    own = {name: text for name, text in texts.items() if name != "tests/test_repository.py"}

    assert matches(own, MACHINE) == []


def test_no_file_holds_a_key(texts: dict[str, str]) -> None:
    assert matches(texts, KEYS) == []


@pytest.mark.parametrize(
    ("line", "patterns"),
    [
        ("index-url = https://py" + "pi.org/simple", REGISTRIES),
        ("https://files.python" + "hosted.org/x", REGISTRIES),
        ('DATA = "/home/' + 'somebody/data.csv"', MACHINE),
        ("see /tmp/" + "notes", MACHINE),
        ("api_key: sk-" + "a" * 24, KEYS),
    ],
)
def test_what_must_not_be_committed_is_found(line: str, patterns: list[str]) -> None:
    assert matches({"file": line}, patterns) == [f"file:1: {line}"]


@pytest.mark.parametrize(
    "line", ["a/tmp/b", "{work}/tmp/x", "tmp/work", "https://example.com/work/x", "api_key: canary-key-123"]
)
def test_what_may_be_committed_is_not_found(line: str) -> None:
    assert matches({"file": line}, [*REGISTRIES, *MACHINE, *KEYS]) == []


def notebooks() -> list[Path]:
    return sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("**/[!.]*.ipynb"))


def residue(notebook: dict[str, Any]) -> list[str]:
    """Return what running has left in a notebook: outputs, counts, widgets, timings."""
    left = [name for name in ("widgets", "signature") if name in notebook.get("metadata", {})]
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            left += [f"cell {number}: outputs"] if cell["outputs"] else []
            left += [f"cell {number}: execution_count"] if cell["execution_count"] is not None else []
        left += [f"cell {number}: {name}" for name in ("execution", "collapsed") if name in cell["metadata"]]
    return left


@pytest.mark.parametrize("file", notebooks(), ids=lambda file: file.stem)
def test_a_notebook_is_committed_as_written_not_as_run(file: Path) -> None:
    assert residue(json.loads(file.read_text("utf-8"))) == []


def test_what_running_leaves_in_a_notebook_is_found() -> None:
    cell = {"cell_type": "code", "outputs": [{}], "execution_count": 3, "metadata": {"execution": {}}}

    left = residue({"cells": [cell], "metadata": {"widgets": {}}})

    assert left == ["widgets", "cell 0: outputs", "cell 0: execution_count", "cell 0: execution"]


def locked(text: str) -> list[str]:
    """Return the requirements of a lock, one a line, hashes included."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


def test_every_line_of_the_lock_names_one_version_and_its_hashes(texts: dict[str, str]) -> None:
    lines = locked(texts["requirements-dev.txt"])

    assert len(lines) > 100
    assert [line for line in lines if not re.match(r"[a-z0-9.-]+==[\w.+!]+ ", line)] == []
    assert [line for line in lines if not re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", line)] == []


def test_the_lock_holds_no_address(texts: dict[str, str]) -> None:
    assert matches({"lock": texts["requirements-dev.txt"]}, ["://", r"--(index|extra|find|trusted)", "@ "]) == []


def test_the_lock_answers_what_the_project_asks_for(repository: Path, texts: dict[str, str]) -> None:
    """When this fails after a change in pyproject.toml: `make lock`."""
    pyproject = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    project = pyproject["project"]
    asked = [
        *project["dependencies"],
        *project["optional-dependencies"]["parquet"],
        *pyproject["dependency-groups"]["dev"],
    ]

    pins = [line.split(" ")[0].split("==") for line in locked(texts["requirements-dev.txt"])]
    # One package may be locked twice, for different Pythons.
    answered = [
        want for want in map(Requirement, asked) if any(n == want.name.lower() and v in want.specifier for n, v in pins)
    ]
    assert [want for want in asked if Requirement(want) not in answered] == []


def test_every_rule_that_is_ignored_has_its_reason_beside_it(texts: dict[str, str]) -> None:
    lines = texts["pyproject.toml"].partition("[tool.ruff.lint]")[2].partition("[tool.mypy]")[0].splitlines()
    rules = [line for line in lines if re.search(r'"[A-Z]{1,4}\d{0,4}"', line) and 'select = ["ALL"]' not in line]

    assert len(rules) > 10
    assert [line for line in rules if not re.search(r"#\s*\w+", line)] == []


def test_every_exception_in_the_code_names_its_rule(texts: dict[str, str]) -> None:
    """A bare `noqa` or `type: ignore` silences what nobody has looked at."""
    python = {name: text for name, text in texts.items() if name.endswith(".py")}

    assert matches(python, [r"#\s*no" + r"qa(?!:\s*[A-Z]+\d)", r"#\s*type:\s*ig" + r"nore(?!\[)"]) == []


def test_every_exception_in_the_package_has_its_reason_beside_it(texts: dict[str, str]) -> None:
    package = {name: text for name, text in texts.items() if name.startswith("distilkit/")}

    assert (
        matches(
            package, [r"#\s*no" + r"qa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*\s*$", r"#\s*type:\s*ig" + r"nore\[[a-z-, ]+\]\s*$"]
        )
        == []
    )
