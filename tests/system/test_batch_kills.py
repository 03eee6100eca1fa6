"""A process that is killed at any point of a batch loses nothing and pays for nothing twice.

Real processes, SIGKILL and loopback HTTP; what was handed over is counted at the provider.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from distilkit.store import Store

HERE = Path(__file__).parent
PATIENCE_S = 120.0
PATHS = {"openai": "/v1", "mistral": "/v1", "anthropic": ""}
# What a batch that was never heard of is waited for lasts two seconds then.
SPEED = 60.0


class Nursery:
    """A warm process, and those that it forked; each asks by batches."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._parent = subprocess.Popen(
            [sys.executable, str(HERE / "batch_child.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def start(
        self, provider: Any, kind: str, store: Path, prompts: Sequence[str], *, speed: float = 1, stop_after: int = 0
    ) -> tuple[psutil.Process, Path]:
        self._count += 1
        out = self._folder / f"{self._count}.pickle"
        job = {
            "url": provider.url + PATHS[kind],
            "kind": kind,
            "store": str(store),
            "prompts": list(prompts),
            "out": str(out),
            "speed": speed,
            "stop_after": stop_after,
        }
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps(job) + "\n")
        self._parent.stdin.flush()
        return psutil.Process(int(self._line())), out

    def run(self, *args: Any, **kwargs: Any) -> pd.DataFrame:
        process, out = self.start(*args, **kwargs)
        process.wait(PATIENCE_S)
        if not out.exists():
            failed = out.with_suffix(".failed")
            pytest.fail(failed.read_text(encoding="utf-8") if failed.exists() else "it ended without a word")
        return pd.read_pickle(out)  # noqa: S301 - our own file

    def end(self) -> None:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.close()
        self._parent.wait(PATIENCE_S)
        self._parent.stdout.close()

    def _line(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


@pytest.fixture(scope="module")
def batch_nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("forks and kills are POSIX's")
    nursery = Nursery(tmp_path_factory.mktemp("batch-nursery"))
    yield nursery
    nursery.end()


@pytest.fixture
def provider() -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("batch_provider", HERE.parent / "batching" / "provider.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["batch_provider"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    serving = module.Provider()
    yield serving
    serving.close()


@pytest.mark.parametrize("kind", ["openai", "anthropic", "mistral"])
@pytest.mark.parametrize("point", ["uploaded", "making", "made", "polling", "collecting"])
def test_killed_there_and_run_again_every_row_is_answered_by_one_paid_batch(
    batch_nursery: Nursery, provider: Any, tmp_path: Path, kind: str, point: str
) -> None:
    if (kind, point) == ("anthropic", "uploaded"):
        pytest.skip("Anthropic takes no file")
    prompts = [f"question {nth}" for nth in range(20)]
    provider.stop_at = point
    first, _ = batch_nursery.start(provider, kind, tmp_path, prompts)
    assert provider.reached.wait(PATIENCE_S)
    first.kill()
    first.wait(PATIENCE_S)
    provider.go.set()

    frame = batch_nursery.run(provider, kind, tmp_path, prompts, speed=SPEED)

    assert frame["content"].tolist() == [f"answer to {prompt}" for prompt in prompts]
    assert len(provider.handed_over) == len(prompts)
    assert provider.more_than_once == []
    assert provider.chats == []
    assert _spent(tmp_path) == pytest.approx(0.006 * len(prompts))


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_killed_with_half_of_the_results_kept_the_other_half_is_collected_and_billed_once(
    batch_nursery: Nursery, provider: Any, tmp_path: Path, kind: str
) -> None:
    prompts = [f"question {nth}" for nth in range(500)]
    first, out = batch_nursery.start(provider, kind, tmp_path, prompts, stop_after=250)
    until = time.monotonic() + PATIENCE_S
    while not out.with_suffix(".stopped").exists() and time.monotonic() < until:
        time.sleep(0.01)
    first.kill()
    first.wait(PATIENCE_S)
    with Store(tmp_path) as store:
        kept = len(store)

    frame = batch_nursery.run(provider, kind, tmp_path, prompts)

    assert 250 <= kept < 500
    assert frame["content"].notna().all()
    assert int(frame["from_store"].sum()) == kept
    assert provider.handed_over.total() == len(prompts)
    assert _spent(tmp_path) == pytest.approx(0.006 * len(prompts))


def test_of_two_processes_at_once_one_hands_over_and_both_have_all_rows(
    batch_nursery: Nursery, provider: Any, tmp_path: Path
) -> None:
    prompts = [f"question {nth}" for nth in range(50)]
    started = [batch_nursery.start(provider, "openai", tmp_path, prompts) for _ in range(2)]
    for process, _ in started:
        process.wait(PATIENCE_S)

    frames = [pd.read_pickle(out) for _, out in started]  # noqa: S301 - our own files

    assert all(frame["content"].notna().all() for frame in frames)
    assert provider.handed_over.total() == len(prompts)
    assert _spent(tmp_path) == pytest.approx(0.006 * len(prompts))


def test_a_process_that_waits_takes_over_when_the_one_that_looks_after_the_batch_is_killed(
    batch_nursery: Nursery, provider: Any, tmp_path: Path
) -> None:
    provider.stop_at = "polling"
    first, _ = batch_nursery.start(provider, "openai", tmp_path, ["one"])
    assert provider.reached.wait(PATIENCE_S)
    second, out = batch_nursery.start(provider, "openai", tmp_path, ["one"])
    time.sleep(1)
    first.kill()
    provider.go.set()
    second.wait(PATIENCE_S)

    assert pd.read_pickle(out)["content"].tolist() == ["answer to one"]  # noqa: S301 - our own file
    assert provider.handed_over.total() == 1


def _spent(folder: Path) -> float:
    with Store(folder) as store:
        return float(sum(row.cost_usd for row in store.spend_rows()))
