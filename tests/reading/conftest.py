"""Fixtures of this room: records, recorded replies, and the labelled cases beside this file."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from distilkit.calls import Record

REPLIES = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "recorded_replies"


def _load(name: str) -> ModuleType:
    """Import a module beside this file: with `--import-mode=importlib` the folder is on no path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


CASES = _load("thinking_cases").CASES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=[case.id for case in CASES])


@pytest.fixture
def all_cases() -> list[Any]:
    return list(CASES)


@pytest.fixture
def recorded() -> Callable[[str, int], dict[str, Any]]:
    """Return one interaction of a recorded reply: provider, path, body."""

    def interaction(name: str, index: int = 0) -> dict[str, Any]:
        path = REPLIES / f"{name}.json"
        if not path.exists():
            pytest.skip("the recorded replies are not beside this clone")
        found: dict[str, Any] = json.loads(path.read_text())["interactions"][index]
        return found

    return interaction


@pytest.fixture
def record_of(recorded: Callable[[str, int], dict[str, Any]]) -> Callable[[str, int], Record]:
    """Return a recorded reply as a record that LiteLLM never saw."""

    def build(name: str, index: int = 0) -> Record:
        interaction = recorded(name, index)
        return Record(provider=interaction["provider"], raw=interaction["body"])

    return build
