"""The house: imports only go down the floors, and each outside library has one room. Read from the sources."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Literal

import pytest

FLOORS = {
    "errors": 0,
    "_sync": 0,
    "_imports": 0,
    "_background": 0,
    "_callers": 0,
    "_interrupts": 0,
    "_worker": 0,
    "profiles": 1,
    "media": 1,
    "signatures": 1,
    "calls": 2,
    "planning": 2,
    "provider": 3,
    "reading": 3,
    "store": 3,
    "engine": 4,
    "frame": 5,
    "files": 5,
    "prompts": 5,
    "attachments": 5,
    "progress": 5,
    "targets": 5,
    "sending": 5,
    "batching": 5,
    "structured": 6,
    "scoring": 6,
    "analysis": 6,
    "running": 6,
    "distilling": 6,
    "api": 7,
    "health": 7,
    "judging": 7,
    "teaching": 7,
    "starting": 7,
    "discovery": 7,
    "overview": 7,
    "providers": 7,
    "rehearsal": 7,
    "repeat": 7,
    "dollars": 7,
    "screen": 7,
    "serving": 5,
    "markup": 0,
    "growing": 8,
    "streaming": 8,
    "recorded": 7,
    "tasks": 7,
    "notebook": 8,
    "accessor": 8,
    "plot": 8,
    "cli": 8,
    "commands": 8,
    "cluster": 8,
    "metrics": 8,
    # The package itself: only what stands on the top floor may be written against the public surface.
    "": 8,
}
APART = "sim"
# The values that describe a simulated model are known everywhere; the simulator itself to those who run it.
SIM_USERS = frozenset({"provider", "tasks", "rehearsal", "commands", ""})

PANDAS_FLOOR = 5
LIBRARIES = {
    "aiohttp": {"provider", "sim"},
    "datasets": {"distilling"},
    "datasketch": {"distilling"},
    "diskcache": {"store"},
    "httpx": {"provider"},  # LiteLLM's own dependency: its transformations take httpx's responses
    "ipykernel": {"notebook"},
    "IPython": {"notebook"},
    "ipywidgets": {"notebook"},
    "jinja2": {"distilling"},
    "jsonschema": {"structured"},
    "litellm": {"provider"},
    "matplotlib": {"plot"},
    "math_verify": {"scoring"},
    "numpy": {"analysis", "scoring", "plot"},
    "pandas": {place for place, floor in FLOORS.items() if floor >= PANDAS_FLOOR},
    "pyarrow": {"files"},
    "pydantic": {"profiles"},
    "rapidfuzz": {"scoring"},
    "referencing": {"structured"},
    "scipy": {"analysis"},
    "tiktoken": {"engine"},
    "yaml": {"profiles"},
}
PACKAGES = {"yaml": "pyyaml"}
UNDECLARED = {
    "datasets": "optional, the extra `datasets`",
    "datasketch": "optional, the extra `near`",
    "httpx": "comes with litellm",
    "IPython": "comes with ipywidgets",
    "ipykernel": "only asked whether it runs",
    "math_verify": "optional, the extra `math`",
    "pyarrow": "optional, for Parquet",
    "referencing": "comes with jsonschema",
}

When = Literal["start", "later", "types"]


@dataclass(frozen=True)
class Import:
    """One name that one line of `importer` takes from `target`, a module or a name in one."""

    importer: str
    line: int
    target: str
    when: When

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def place(module: str) -> str:
    """Return the room or file under `distilkit/` a module belongs to; "" is the package itself."""
    return f"{module}..".split(".")[1]


def imports_of(module: str, source: str, *, package: bool = False) -> Iterator[Import]:
    """Yield every import of a module, those within functions and under TYPE_CHECKING too."""
    tree = ast.parse(source)
    later = _lines(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    types = {line for node in ast.walk(tree) if _for_types(node) for line in _span(node)}
    for node in ast.walk(tree):
        for target in _targets(node, module if package else module.rpartition(".")[0]):
            when: When = "types" if node.lineno in types else "later" if node.lineno in later else "start"
            yield Import(module, node.lineno, target, when)


def _targets(node: ast.AST, folder: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        up = folder.split(".")[: len(folder.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*up, *([node.module] if node.module else [])])
        return [f"{base}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        return [name.value for name in node.args[:1] if isinstance(name, ast.Constant)]
    return []


def _lines(tree: ast.AST, kind: object) -> set[int]:
    return {line for node in ast.walk(tree) if isinstance(node, kind) for line in _span(node)}


def _span(node: ast.AST) -> range:
    return range(node.lineno, node.end_lineno + 1)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def broken_rules(found: Iterable[Import]) -> list[str]:
    """Return a line for each import that breaks a rule of the house."""
    checks = (_no_floor, _goes_up, _leaves_the_simulator, _enters_the_simulator, _private, _library)
    return [f"{one}: {fault}" for one in found for check in checks if (fault := check(one))]


def _ours(one: Import) -> bool:
    return one.target.split(".")[0] == "distilkit"


def _no_floor(one: Import) -> str | None:
    known = place(one.importer) in FLOORS or place(one.importer) == APART
    return None if known else "this place has no floor; give it one in FLOORS and in the table of CONTRIBUTING.md"


def _goes_up(one: Import) -> str | None:
    mine, theirs = FLOORS.get(place(one.importer)), FLOORS.get(_target_place(one))
    up = _ours(one) and mine is not None and theirs is not None and theirs > mine
    return f"goes up from floor {mine} to {theirs}" if up else None


def _target_place(one: Import) -> str:
    """`from distilkit import compare` takes a name of the package itself, `from distilkit import calls` a place."""
    found = place(one.target)
    return found if found in FLOORS or found == APART else ""


def _leaves_the_simulator(one: Import) -> str | None:
    leaves = place(one.importer) == APART and _ours(one) and _target_place(one) != APART
    return "the simulator knows nothing of the rest" if leaves else None


def _enters_the_simulator(one: Import) -> str | None:
    enters = _ours(one) and _target_place(one) == APART and not f"{one.target}.".startswith("distilkit.sim.spec.")
    allowed = place(one.importer) in SIM_USERS or place(one.importer) == APART
    return "only distilkit.sim.spec may be known here" if enters and not allowed else None


def _private(one: Import) -> str | None:
    inner = one.target.split(".")[2:]
    private = any(name.startswith("_") and not name.startswith("__") for name in inner)
    elsewhere = _ours(one) and _target_place(one) != place(one.importer)
    return "a private name of another room" if private and elsewhere else None


def _library(one: Import) -> str | None:
    name = one.target.split(".")[0]
    if _ours(one) or name in sys.stdlib_module_names:
        return None
    rooms = LIBRARIES.get(name)
    if rooms is None:
        return f"{name} has no room in LIBRARIES"
    return None if place(one.importer) in rooms else f"{name} belongs in {', '.join(sorted(rooms))}"


def cycle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the nodes of a cycle in a graph, or []."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for start, end in edges:
        if start != end:
            sorter.add(start, end)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.fixture(scope="module")
def sources(repository: Path) -> dict[str, Path]:
    """Every module of the package by its name."""
    files = sorted((repository / "distilkit").rglob("*.py"))
    return {".".join(_parts(file.relative_to(repository))): file for file in files}


def _parts(file: Path) -> tuple[str, ...]:
    return file.parent.parts if file.name == "__init__.py" else file.with_suffix("").parts


@pytest.fixture(scope="module")
def house(sources: dict[str, Path]) -> list[Import]:
    return [
        one
        for module, file in sources.items()
        for one in imports_of(module, file.read_text("utf-8"), package=file.name == "__init__.py")
    ]


def test_the_house_keeps_its_rules(house: list[Import]) -> None:
    assert len(house) > 100
    assert broken_rules(house) == []


def test_no_module_needs_itself_to_be_imported(house: list[Import], sources: dict[str, Path]) -> None:
    """Within a room a function may import late what stands on it; between rooms not even that."""
    edges = [(one.importer, _module(one.target, sources)) for one in house if _ours(one) and one.when == "start"]

    assert cycle((start, end) for start, end in edges if end != "distilkit") == []


def test_no_two_rooms_need_each_other(house: list[Import]) -> None:
    assert cycle((place(one.importer), _target_place(one)) for one in house if _ours(one) and place(one.target)) == []


def _module(target: str, sources: dict[str, Path]) -> str:
    return target if target in sources else target.rpartition(".")[0]


def test_every_module_says_what_it_is_for(sources: dict[str, Path]) -> None:
    silent = [name for name, file in sources.items() if not ast.get_docstring(ast.parse(file.read_text("utf-8")))]

    assert silent == []


def test_what_is_imported_is_declared_and_the_other_way_round(house: list[Import], repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {text.split(">=")[0] for text in project["dependencies"]}
    used = {name for one in house if (name := one.target.split(".")[0]) in LIBRARIES} - set(UNDECLARED)

    assert {PACKAGES.get(name, name) for name in used} == declared


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("distilkit.calls", "from distilkit.api import compare", "goes up from floor 2 to 7"),
        ("distilkit.calls", "def f():\n    from distilkit import engine", "goes up from floor 2 to 4"),
        ("distilkit.api", "from distilkit import compare", "goes up from floor 7 to 8"),
        ("distilkit.api", "import distilkit", "goes up from floor 7 to 8"),
        ("distilkit.store.disk", "from ..engine import run", "goes up from floor 3 to 4"),
        ("distilkit.errors", "if TYPE_CHECKING:\n    from distilkit.calls import Call", "goes up from floor 0 to 2"),
        ("distilkit.errors", "import importlib\nimportlib.import_module('distilkit.calls')", "goes up"),
        ("distilkit.api", "from distilkit.store.disk import _bytes", "a private name"),
        ("distilkit.api", "from distilkit.store import _disk", "a private name"),
        ("distilkit.sim.task", "from distilkit.errors import InputError", "knows nothing of the rest"),
        ("distilkit.profiles.profile", "from distilkit.sim.server import Server", "only distilkit.sim.spec"),
        ("distilkit.engine.run", "import litellm", "litellm belongs in provider"),
        ("distilkit.calls", "import pandas as pd", "pandas belongs in"),
        ("distilkit.cli", "from requests import get", "requests has no room"),
        ("distilkit.attic", "import json", "has no floor"),
    ],
)
def test_a_broken_rule_is_found(module: str, source: str, fault: str) -> None:
    (line,) = broken_rules(imports_of(module, source))

    assert fault in line


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("distilkit.profiles.profile", "from distilkit.sim.spec import Dials"),
        ("distilkit.provider.served", "from distilkit.sim import local_server"),
        ("distilkit.store.disk", "from distilkit.store.codec import _checksum"),
        ("distilkit.api", "from distilkit._sync import blocking"),
        ("distilkit.cli", "import distilkit as dk"),
        ("distilkit.plot.frontier", "from distilkit.analysis import summarize"),
    ],
)
def test_what_the_house_allows_is_no_fault(module: str, source: str) -> None:
    assert broken_rules(imports_of(module, source)) == []


def test_a_cycle_is_found() -> None:
    assert cycle([("a", "b"), ("b", "c"), ("c", "a")]) != []
    assert cycle([("a", "b"), ("a", "c"), ("b", "c")]) == []
