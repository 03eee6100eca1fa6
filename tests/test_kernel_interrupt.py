"""The kernel's Interrupt, in a real ipykernel: finished rows come back, and the spending stops."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

pytestmark = pytest.mark.notebook

# The quick model answers at once, the slow one not within this test.
PROFILES = """
providers:
  quick: {type: sim, model: quick, simulation: {latency_s: 0.01, jitter: 0}}
  slow: {type: sim, model: slow, max_concurrency: 2, simulation: {latency_s: 300, jitter: 0}}
"""
PREPARE = """
import json, pathlib
import distilkit as dk
events = pathlib.Path("events")
def note(event):
    with events.open("a") as file:
        file.write(f"{event.kind} {event.profile}\\n")
asked = dict(prompts=[f"number {n}" for n in range(5)], config="profiles.yaml", store="store", on_event=note)
# The first run loads what is slow to load.
dk.compare(["warm up"], profiles=["quick"], config="profiles.yaml", store="store")
"""
BLOCKING = "df = dk.compare(profiles=['quick', 'slow'], {}**asked)"
AWAITED = "df = await dk.acompare(profiles=['quick', 'slow'], **asked)"
REPORT = "print('REPORT' + json.dumps({}))"
PATIENCE_S = 60
# The promise is a second; a loaded machine gets more, and still far less than the slow model takes.
INTERRUPTED_WITHIN_S = 15


class Kernel:
    """A running kernel, and what its cells said."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient, folder: Path) -> None:
        self.manager, self.client, self.folder = manager, client, folder
        self.said = ""

    def run(self, code: str) -> str:
        """Run a cell to its end and return `ok` or the name of its error."""
        return self.outcome(self.start(code), PATIENCE_S)

    def start(self, code: str) -> str:
        self.said = ""
        return str(self.client.execute(code))

    def outcome(self, cell: str, patience_s: float) -> str:
        deadline = time.monotonic() + patience_s
        while True:
            reply = self.client.get_shell_msg(timeout=max(deadline - time.monotonic(), 0.1))
            if reply["parent_header"].get("msg_id") == cell:
                self._listen(cell)
                return str(reply["content"].get("ename") or reply["content"]["status"])

    def report(self, expression: str) -> Any:
        assert self.run(REPORT.format(expression)) == "ok", self.said
        return json.loads(self.said.partition("REPORT")[2])

    def events(self) -> list[str]:
        file = self.folder / "events"
        return file.read_text().splitlines() if file.exists() else []

    def _listen(self, cell: str) -> None:
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE_S)
            content = message["content"]
            self.said += content.get("text", "") + "\n".join(content.get("traceback", []))
            if message["parent_header"].get("msg_id") == cell and content.get("execution_state") == "idle":
                return


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    (tmp_path / "profiles.yaml").write_text(PROFILES)
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE_S)
        ready = Kernel(manager, client, tmp_path)
        assert ready.run(PREPARE) == "ok", ready.said
        yield ready
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def interrupted(kernel: Kernel, code: str) -> str:
    """Run a cell until only the slow model is awaited, interrupt it, and return how the cell ended."""
    cell = kernel.start(code)
    wait_for(lambda: kernel.events().count("answered quick") == 5 and kernel.events().count("sent slow") == 2)
    kernel.manager.interrupt_kernel()
    return kernel.outcome(cell, INTERRUPTED_WITHIN_S)


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, "the cell did not get this far"
        time.sleep(0.05)


def assert_nothing_goes_on(kernel: Kernel) -> None:
    before = kernel.events()
    assert kernel.run("import time; time.sleep(1)") == "ok"
    assert [event for event in kernel.events()[len(before) :] if event.startswith(("sent", "answered"))] == []


def test_interrupt_returns_the_finished_rows(kernel: Kernel) -> None:
    ended = interrupted(kernel, BLOCKING.format(""))

    assert ended == "ok", kernel.said
    assert "5 of 10" in kernel.said
    assert kernel.report("[df.profile.tolist(), int(df.content.notna().sum())]") == [["quick"] * 5, 5]
    assert_nothing_goes_on(kernel)


def test_interrupt_can_stop_run_all(kernel: Kernel) -> None:
    ended = interrupted(kernel, BLOCKING.format("on_interrupt='raise', "))

    assert ended == "KeyboardInterrupt"
    assert_nothing_goes_on(kernel)


def test_interrupt_of_an_awaited_run_stops_it_and_loses_nothing(kernel: Kernel) -> None:
    interrupted(kernel, AWAITED)

    assert_nothing_goes_on(kernel)
    again = "dk.compare(profiles=['quick'], cache='only', **asked).from_store.tolist()"
    assert kernel.report(again) == [True] * 5
