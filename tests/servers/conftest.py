"""Real servers, written by others: where they are installed, how they are started, how they are ended.

`install.py` puts them there; a server that is not there skips its tests with the way to get it. A process is ended by
its own number, whatever became of the test. Servers in Python are kept on this machine by the guard of all tests.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

import pandas as pd
import psutil
import pytest

import distilkit as dk
from distilkit.planning import plan
from distilkit.profiles import Profile
from distilkit.prompts import to_prompts
from distilkit.provider import Transport

# A proxy of the machine has no business with loopback.
_open = build_opener(ProxyHandler({})).open
_PATIENCE_S = 180.0
_GOODBYE_S = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server at work: its address, and the file with what it says."""

    url: str
    log: Path

    def said(self) -> str:
        """Return all it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started; `{port}` in an argument becomes a free port.

    Attributes:
        arguments: the program and what it is told.
        ready: the path that answers with 200 as soon as it serves.
        variables: environment variables, over those of the tests.
        headers: sent when asking whether it is ready.
        folder: where it is started; None for where its log is.
    """

    arguments: Sequence[str | Path]
    ready: str
    variables: Mapping[str, str]
    headers: Mapping[str, str]
    folder: Path | None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "servers: talks to a real server, where it is installed (make servers)")


Launch = Callable[..., Running]
Ask = Callable[..., pd.DataFrame]


@pytest.fixture(scope="session")
def installed(repository: Path) -> Callable[[str], Path]:
    """Return the folder of an installed server, or skip the test."""

    def find(name: str) -> Path:
        folder = repository / ".cache" / "servers" / name
        if not (folder / "installed").is_file():
            pytest.skip(f"{name} is not installed: python tests/servers/install.py {name}")
        return folder

    return find


@pytest.fixture(scope="module")
def launch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launch]:
    """Start servers; each is ended with the module."""
    started: list[psutil.Popen] = []

    def start(
        *arguments: str | Path,
        ready: str,
        variables: Mapping[str, str] | None = None,
        folder: Path | None = None,
        **headers: str,
    ) -> Running:
        log = tmp_path_factory.mktemp("server") / "log"
        command = Command(arguments, ready, variables or {}, headers, folder)
        process, running = _started(command, log)
        started.append(process)
        _wait_until_ready(process, running, command)
        return running

    yield start
    for process in started:
        _end(process)


def _started(command: Command, log: Path) -> tuple[psutil.Popen, Running]:
    port = _free_port()
    arguments = [str(each).replace("{port}", str(port)) for each in command.arguments]
    environment = {**os.environ, **command.variables}
    with log.open("wb") as said:
        place = command.folder or log.parent
        process = psutil.Popen(arguments, env=environment, cwd=place, stdout=said, stderr=subprocess.STDOUT)
    return process, Running(f"http://127.0.0.1:{port}", log)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait_until_ready(process: psutil.Popen, running: Running, command: Command) -> None:
    end = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        asking = Request(running.url + command.ready, headers=dict(command.headers))  # noqa: S310 - our own, on loopback
        if _answers(asking):
            return
        time.sleep(0.1)
    pytest.fail(f"the server does not serve (status {process.poll()}):\n{running.said()[-3000:]}", pytrace=False)


def _answers(request: Request) -> bool:
    try:
        with _open(request, timeout=5):
            return True
    except (URLError, OSError):
        return False


def _end(process: psutil.Popen) -> None:
    """End the process and whatever it has started."""
    if process.poll() is not None:
        return
    family = [process, *process.children(recursive=True)]
    for each in family:
        _signal(each.terminate)
    _, alive = psutil.wait_procs(family, timeout=_GOODBYE_S)
    for each in alive:
        _signal(each.kill)
    psutil.wait_procs(alive, timeout=_GOODBYE_S)


def _signal(send: Callable[[], Any]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Ask by `distilkit.compare`, into a store of the test's own."""

    def compare(prompts: Any, profiles: Any, **asking: Any) -> pd.DataFrame:
        return dk.compare(prompts, profiles, **{"store": tmp_path / "store", "progress": False, **asking})

    return compare


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def stream(request: pytest.FixtureRequest) -> bool:
    """Whether the answer is asked for in pieces."""
    return bool(request.param)


@pytest.fixture
def each_once(*, stream: bool) -> Callable[[Profile, Any], list[Any]]:
    """Send each prompt once, one after the other: no limits, no retries, no waiting. Returns records and errors."""

    def send_all(profile: Profile, prompts: Any) -> list[Any]:
        calls = plan(to_prompts(prompts)[0], [profile], params={}, samples=1)

        async def sent() -> list[Any]:
            async with Transport(stream=stream) as send:
                return [(await asyncio.gather(send(call), return_exceptions=True))[0] for call in calls]

        return asyncio.run(sent())

    return send_all
