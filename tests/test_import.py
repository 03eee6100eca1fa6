"""The public surface, and what importing it costs: nothing slow, nothing printed, nothing opened."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import distilkit

SURFACE = [
    "COLUMNS",
    "Budget",
    "ConfigError",
    "Discovered",
    "DistilkitError",
    "InputError",
    "Profile",
    "ProviderError",
    "Providers",
    "Run",
    "Store",
    "StoreError",
    "Strategy",
    "Stream",
    "acancel_batch",
    "acheck",
    "acompare",
    "acomplete",
    "add_recorded",
    "adiscover",
    "adistill",
    "ajudge_pairs",
    "amodels",
    "arerun",
    "astream",
    "attribute_cost",
    "audio",
    "batches",
    "cancel_batch",
    "cascade",
    "cheapest",
    "check",
    "check_render",
    "check_training",
    "compare",
    "complete",
    "dataset_card",
    "discover",
    "distill",
    "distilled",
    "estimate",
    "file",
    "flip_rate",
    "frontier",
    "funnel",
    "image",
    "judge_correction",
    "judge_pairs",
    "load_profiles",
    "message",
    "models",
    "pairwise",
    "pass_at_k",
    "plan",
    "playground",
    "plot",
    "predict_cost",
    "rank",
    "read_training",
    "recommend",
    "rehearse",
    "report",
    "rerun",
    "route",
    "sample_task",
    "save_strategy",
    "score",
    "spend",
    "split",
    "start",
    "status",
    "stop_rule",
    "stream",
    "summarize",
    "to_dataset",
    "to_strategy",
    "view",
    "write_training",
]

# Each costs more than everything of ours together; they are loaded when first used.
SLOW = [
    "litellm",
    "pandas",
    "numpy",
    "scipy",
    "matplotlib",
    "pydantic",
    "yaml",
    "aiohttp",
    "tiktoken",
    "diskcache",
    "ipywidgets",
    "IPython",
]

WATCHED_IMPORT = """
import json, sys
seen = []
def watch(event, args):
    if event.startswith("socket.") or event in ("subprocess.Popen", "os.system", "urllib.Request"):
        seen.append(event)
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append(f"{event} {args[0]} {args[1]}")
sys.dont_write_bytecode = True
sys.addaudithook(watch)
import distilkit
print(json.dumps({"seen": seen, "modules": sorted(sys.modules), "threads": __import__("threading").active_count()}))
"""

CACHED_RUN = """
import json, sys
import distilkit as dk
frame = dk.compare(["one", "two"], profiles=["sim/small"], store=sys.argv[1], cache=sys.argv[2], progress=False)
print(json.dumps({
    "from_store": frame["from_store"].tolist(),
    "content": frame["content"].tolist(),
    "modules": sorted(sys.modules),
}))
"""


def python(code: str, *arguments: str, cwd: Path) -> Any:
    """Run code in a fresh Python and return the JSON that is all it prints."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_surface_is_exactly_what_is_documented() -> None:
    assert distilkit.__all__ == SURFACE
    assert len(set(SURFACE)) == len(SURFACE)


@pytest.mark.parametrize("name", SURFACE)
def test_every_name_is_there_and_can_be_discovered(name: str) -> None:
    assert getattr(distilkit, name) is getattr(distilkit, name)
    assert name in dir(distilkit)


def test_every_name_is_known_to_type_checkers(repository: Path) -> None:
    tree = ast.parse((repository / "distilkit" / "__init__.py").read_text("utf-8"))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert set(SURFACE) <= {alias.asname or alias.name for node in imported for alias in node.names}


def test_an_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="comparee"):
        distilkit.comparee  # noqa: B018 - looking it up is the test


def test_every_public_function_says_what_it_does() -> None:
    undocumented = [
        name for name in SURFACE if callable(value := getattr(distilkit, name)) and not (value.__doc__ or "").strip()
    ]

    assert undocumented == []


def test_importing_opens_no_connection_writes_no_file_and_starts_no_thread(tmp_path: Path) -> None:
    """Printing would break the JSON, so it is tested too."""
    report = python(WATCHED_IMPORT, cwd=tmp_path)

    assert report["seen"] == []
    assert report["threads"] == 1
    assert list(tmp_path.iterdir()) == []


def test_importing_loads_nothing_slow(tmp_path: Path) -> None:
    modules = set(python(WATCHED_IMPORT, cwd=tmp_path)["modules"])

    assert modules.isdisjoint(SLOW)
    assert {"asyncio", "http.client"}.isdisjoint(modules)


def test_a_run_served_from_the_store_imports_neither_litellm_nor_a_network_library(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    first = python(CACHED_RUN, store, "use", cwd=tmp_path)
    again = python(CACHED_RUN, store, "only", cwd=tmp_path)

    assert first["from_store"] == [False, False]
    assert again["from_store"] == [True, True]
    assert again["content"] == first["content"]
    assert {"litellm", "aiohttp", "tiktoken", "matplotlib"}.isdisjoint(again["modules"])
