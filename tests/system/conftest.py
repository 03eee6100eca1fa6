"""Big runs with real parts: a simulator in a process of its own, and processes that are forked warm and may be killed.

Every process is ended by its own number. What is asserted is counted at the server, or in files that survive a kill.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pandas as pd
import psutil
import pytest

# A proxy of the machine has no business with loopback.
_open = build_opener(ProxyHandler({})).open
_SCRIPT = Path(__file__).with_name("child.py")
_PATIENCE_S = 240.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulator in a process of its own, with one model, `bench`."""

    url: str

    def stats(self) -> dict[str, Any]:
        """Return the server's counts."""
        with _open(f"{self.url.removesuffix('/v1')}/stats", timeout=30) as reply:
            return dict(json.load(reply))

    def settled(self) -> dict[str, Any]:
        """Return the counts when nothing is in flight any more: what was killed leaves its requests behind."""
        until = time.monotonic() + 30
        while (stats := self.stats())["in_flight"] and time.monotonic() < until:
            time.sleep(0.05)
        return stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process asks; the arguments of `compare` are in `asking`, all as JSON types.

    Attributes:
        url: the simulator's.
        prompts: asked of its model.
        asking: further arguments of `compare` or `rerun`, such as `store`.
        frame: a pickled frame whose failures to ask again, in place of the prompts; None for `compare`.
        limits: fields of the profile's `RateLimit`.
        retry: fields of its `Retry`.
        params: its parameters.
        max_concurrency: its requests in flight.
        price: dollars for a million tokens, input and output alike; None for unknown.
        not_before: on the clock of `time.monotonic`; so that several begin at once.
    """

    url: str
    prompts: Sequence[str] = ()
    asking: dict[str, Any]
    frame: str | None = None
    limits: dict[str, Any] = field(default_factory=dict)
    retry: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    max_concurrency: int = 16
    price: str | None = None
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Noted:
    """An event of a run: when, by `time.monotonic`; what; of which key; how long it waits, if it does; why."""

    at: float
    kind: str
    key: str
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Child:
    """A process at work."""

    process: psutil.Process
    out: Path
    log: Path

    def events(self, kind: str | None = None) -> list[Noted]:
        """Return what it has said so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        noted = [Noted(**json.loads(line)) for line in lines]
        return [each for each in noted if kind is None or each.kind == kind]

    def until(
        self, kind: str, count: int = 1, *, reason: str | None = None, patience_s: float = _PATIENCE_S
    ) -> list[Noted]:
        """Wait until it has said something so many times."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            said = [each for each in self.events(kind) if reason is None or each.reason == reason]
            if len(said) >= count:
                return said
            if not self.process.is_running():
                break
            time.sleep(0.005)
        pytest.fail(f"in {patience_s:.0f} s it did not say {kind!r} {count} times: {self.trouble()}")

    def kill(self) -> None:
        """End it as the system does when memory runs out."""
        if self.process.is_running():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(_PATIENCE_S)

    def frame(self) -> pd.DataFrame:
        """Wait for its end, and return its frame."""
        self.process.wait(_PATIENCE_S)
        if not self.out.exists():
            pytest.fail(f"it ended without a frame: {self.trouble()}")
        return pd.read_pickle(self.out)  # noqa: S301 - our own file

    def trouble(self) -> str:
        """Return why it failed, as far as it could say."""
        failed = self.out.with_suffix(".failed")
        return failed.read_text(encoding="utf-8") if failed.exists() else "it said nothing"


class Nursery:
    """The warm process, and those that it forked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []
        self._parent = subprocess.Popen(
            [sys.executable, str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def start(self, job: Job) -> Child:
        """Fork a process for the job."""
        number = len(self._children)
        out, log = self._folder / f"{number}.pickle", self._folder / f"{number}.log"
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps({**asdict(job), "out": str(out), "log": str(log)}) + "\n")
        self._parent.stdin.flush()
        child = Child(psutil.Process(int(self._line())), out, log)
        self._children.append(child)
        return child

    def run(self, job: Job) -> pd.DataFrame:
        """Fork a process for the job, and return its frame."""
        return self.start(job).frame()

    def end(self) -> None:
        """End whatever still runs."""
        for child in self._children:
            child.kill()
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(_PATIENCE_S)
        assert self._parent.stdout is not None
        self._parent.stdout.close()

    def _line(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    if not hasattr(os, "fork"):
        pytest.skip("forks and kills are POSIX's")
    nursery = Nursery(tmp_path_factory.mktemp("nursery"))
    yield nursery
    nursery.end()


Simulate = Callable[[str], Simulated]


@pytest.fixture(scope="module")
def simulate() -> Iterator[Simulate]:
    """Serve one model, `bench`, with dials as on the simulator's command line."""
    servers: list[subprocess.Popen[str]] = []

    def begin(dials: str) -> Simulated:
        command = [sys.executable, "-m", "distilkit.sim", "--port", "0", "--model", f"bench:{dials}"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        servers.append(server)
        assert server.stdout is not None
        line = server.stdout.readline()
        return Simulated(next(word for word in line.split() if word.startswith("http")))

    yield begin
    for server in servers:
        server.terminate()
        server.communicate()


@pytest.fixture(scope="session")
def new_job() -> Callable[..., Job]:
    """`Job`, for tests: test files are no package and import nothing of each other."""
    return Job
