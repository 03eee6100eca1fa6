"""Fixtures of the tests of batches: the provider of `provider.py`, and a run by batches against it on a fake clock."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.batching import running
from distilkit.calls import Call
from distilkit.engine.events import Event
from distilkit.frame import Rows
from distilkit.planning import plan
from distilkit.profiles import Budget
from distilkit.profiles.profile import Price, Profile, Retry
from distilkit.profiles.secrets import Secret
from distilkit.prompts import to_prompts
from distilkit.sending import Plan
from distilkit.serving import serve
from distilkit.store import Store

CANARY = "canary-key-123456"
PATHS = {"openai": "/v1", "mistral": "/v1", "azure": "", "anthropic": "", "custom_openai": "/v1"}
PRICE = Price(input_per_million=Decimal(10), output_per_million=Decimal(20))


def _provider_class() -> Any:
    spec = importlib.util.spec_from_file_location("batch_provider", Path(__file__).with_name("provider.py"))
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["batch_provider"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Provider


@pytest.fixture
def provider() -> Iterator[Any]:
    """A provider of batches, in a thread of its own."""
    serving = _provider_class()()
    yield serving
    serving.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@dataclass
class Clock:
    """A wall clock that only moves when somebody sleeps."""

    now: float
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    import time

    return Clock(time.time())


@pytest.fixture
def profile(provider: Any) -> Callable[..., Profile]:
    """Make a profile of the provider, by the name of its format."""

    def make(kind: str = "openai", **fields: Any) -> Profile:
        given = {
            "name": "p",
            "provider": kind,
            "model": "m-1",
            "section": "p",
            "base_url": provider.url + PATHS[kind],
            "api_key": Secret(CANARY),
            "params": {"max_tokens": 100},
            "price": PRICE,
            "timeout_s": 20.0,
            "retry": Retry(max_attempts=3),
        }
        if kind == "azure":
            given["api_version"] = "2024-10-21"
        return Profile(**{**given, **fields})

    return make


@dataclass
class Ran:
    """A run by batches: its rows, and what it said."""

    frame: pd.DataFrame
    events: list[Event]

    def said(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]


Ask = Callable[..., Ran]


@pytest.fixture
def calls() -> Callable[..., list[Call]]:
    """Plan calls of prompts to profiles."""

    def planned(prompts: Sequence[str], *profiles: Profile, samples: int = 1) -> list[Call]:
        return plan(to_prompts(list(prompts), template=None, system=None)[0], profiles, params={}, samples=samples)

    return planned


@pytest.fixture
def ask(store: Path, clock: Clock, calls: Callable[..., list[Call]]) -> Ask:
    """Ask profiles prompts by batches, as `compare(..., batch=True)` does."""

    def run(prompts: Sequence[str], *profiles: Profile, budget: Any = None, samples: int = 1) -> Ran:
        planned, events = calls(prompts, *profiles, samples=samples), []
        rows = Rows(planned)
        with Store(store) as kept:
            misses = serve(planned, kept, rows.settle, events.append, "use")
            if misses:
                made = Plan(calls=misses, store=kept, budget=Budget.of(budget), send=None)
                work = running.send_batches(made, rows.settle, events.append, wall=clock, sleep=clock.sleep)
                asyncio.run(asyncio.wait_for(work, 60))
        return Ran(rows.frame(), events)

    return run


@pytest.fixture
def canary() -> str:
    return CANARY
