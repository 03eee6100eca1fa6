"""Fixtures of the streams' tests: one documented stream a provider."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load(name: str) -> ModuleType:
    """Import a module that stands beside the tests: they are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


CASES = _load("stream_cases").CASES
PROTOCOLS = {"anthropic": "anthropic", "gemini": "gemini", "ollama_chat": "ollama", "cohere_chat": "cohere"}


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request: pytest.FixtureRequest) -> Any:
    """Return one stream after the other, and what it makes."""
    return request.param


@pytest.fixture
def protocol(case: Any) -> str:
    """Return the protocol of the stream."""
    return PROTOCOLS.get(case.provider, "openai")


@pytest.fixture
def case_of() -> Any:
    """Return the stream of a name."""
    return {case.name: case for case in CASES}.__getitem__
