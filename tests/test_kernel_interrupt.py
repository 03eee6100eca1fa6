"""The kernel's Interrupt, in a real ipykernel: finished rows come back, the spending stops, and the cell ends."""

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
WARM = """
import asyncio, json, pathlib, time, types
import distilkit as dk
from distilkit import _background
patience_s = _background._CANCEL_PATIENCE_S
# The first run loads what is slow to load.
dk.compare(["warm up"], profiles=["quick"], config="profiles.yaml", store="store")
"""
PREPARE = """
events = pathlib.Path("events")
events.write_text("")
def note(event):
    with events.open("a") as file:
        file.write(f"{{event.kind}} {{event.profile}}\\n")
asked = dict(prompts=[f"number {{n}}" for n in range(5)], config="profiles.yaml", store="store{}", on_event=note)
_background._CANCEL_PATIENCE_S = patience_s
"""
# Its slow answers take for ever to be cancelled, and so does whoever waits for that.
STUBBORN = """
from distilkit.calls import Record
_background._CANCEL_PATIENCE_S = 1_000
free = asyncio.Event()
async def send(call):
    if call.name == "slow":
        try:
            await asyncio.sleep(300)
        finally:
            note(types.SimpleNamespace(kind="cancelled", profile="slow"))
            await asyncio.wait_for(free.wait(), 300)
    message = {"role": "assistant", "content": "yes"}
    return Record(provider="sim", raw={"choices": [{"message": message, "finish_reason": "stop"}]}, created_at=1.0)
asked["send"] = send
"""
BLOCKING = "df = dk.compare(profiles=['quick', 'slow'], {}**asked)"
AWAITED = "df = await dk.acompare(profiles=['quick', 'slow'], **asked)"
REPORT = "print('REPORT' + json.dumps({}))"
PATIENCE_S = 60
START_S = 300
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


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("kernel")
    (folder / "profiles.yaml").write_text(PROFILES)
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=START_S)
        ready = Kernel(manager, client, folder)
        assert ready.outcome(ready.start(WARM), START_S) == "ok", ready.said
        yield ready
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


@pytest.fixture
def kernel(begun: Kernel, tmp_path: Path) -> Kernel:
    """The kernel, with a store in which nothing is answered and a story that is empty."""
    assert begun.run(PREPARE.format(tmp_path.name)) == "ok", begun.said
    return begun


def interrupted(kernel: Kernel, code: str) -> str:
    """Run a cell until only the slow model is awaited, interrupt it, and return how the cell ended."""
    cell = kernel.start(code)
    wait_for(lambda: kernel.events().count("answered quick") == 5 and kernel.events().count("sent slow") == 2)
    press(kernel)
    return kernel.outcome(cell, INTERRUPTED_WITHIN_S)


def press(kernel: Kernel) -> None:
    kernel.manager.interrupt_kernel()


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


def test_a_second_press_does_not_wait_for_what_is_cancelled(kernel: Kernel) -> None:
    assert kernel.run(STUBBORN) == "ok", kernel.said
    cell = kernel.start(BLOCKING.format(""))
    wait_for(lambda: kernel.events().count("answered quick") == 5 and kernel.events().count("sent slow") == 2)
    press(kernel)
    wait_for(lambda: kernel.events().count("cancelled slow") == 2)
    press(kernel)

    assert kernel.outcome(cell, INTERRUPTED_WITHIN_S) == "ok", kernel.said
    assert kernel.report("df.profile.tolist()") == ["quick"] * 5
    assert kernel.run("_background.background_loop().call_soon_threadsafe(free.set)") == "ok"


def test_a_cell_that_awaits_something_else_is_interrupted_as_well(kernel: Kernel) -> None:
    ended = interrupted(kernel, "await asyncio.sleep(0)\n" + BLOCKING.format(""))

    assert ended == "ok", kernel.said
    assert kernel.report("df.profile.tolist()") == ["quick"] * 5
    assert_nothing_goes_on(kernel)


def test_an_interrupt_while_scoring_returns_the_rows_unscored(kernel: Kernel) -> None:
    slow = "def slow(row):\n    pathlib.Path('scoring').touch()\n    time.sleep(300)\n    return True\n"
    cell = kernel.start(f"{slow}df = dk.compare(profiles=['quick'], score={{'s': slow, 't': slow}}, **asked)")
    wait_for((kernel.folder / "scoring").exists)
    press(kernel)

    assert kernel.outcome(cell, INTERRUPTED_WITHIN_S) == "ok", kernel.said
    assert "Interrupted while scoring 's': all 5 rows are kept" in kernel.said
    assert kernel.report("df[['content', 's', 't']].notna().sum().tolist()") == [5, 0, 0]
    again = "dk.compare(profiles=['quick'], score={'s': lambda row: True}, cache='only', **asked)"
    assert kernel.report(f"{again}.s.tolist()") == [True] * 5


def test_an_interrupt_while_planning_says_how_to_go_on(kernel: Kernel) -> None:
    slow = (
        "class Slow(list):\n    def __iter__(self):\n        pathlib.Path('planning').touch()\n"
        "        time.sleep(300)\n        return super().__iter__()\n"
    )
    cell = kernel.start(f"{slow}df = dk.compare(**{{**asked, 'prompts': Slow(['a'])}}, profiles=['quick'])")
    wait_for((kernel.folder / "planning").exists)
    press(kernel)

    assert kernel.outcome(cell, INTERRUPTED_WITHIN_S) == "KeyboardInterrupt"
    assert "Run the same call again to go on" in kernel.said


def test_the_kernel_hears_interrupts_as_before_afterwards(kernel: Kernel) -> None:
    interrupted(kernel, BLOCKING.format(""))
    cell = kernel.start("pathlib.Path('asleep').touch(); time.sleep(300)")
    wait_for((kernel.folder / "asleep").exists)
    press(kernel)

    assert kernel.outcome(cell, INTERRUPTED_WITHIN_S) == "KeyboardInterrupt"


def test_a_started_run_leaves_the_kernel_free_and_is_stopped(kernel: Kernel) -> None:
    assert kernel.run("run = dk.start(profiles=['quick', 'slow'], **asked)") == "ok", kernel.said
    wait_for(lambda: kernel.events().count("answered quick") == 5 and kernel.events().count("sent slow") == 2)

    assert kernel.report("[run.done, run.df.profile.tolist()]") == [False, ["quick"] * 5]
    assert kernel.run("run.stop(); df = await run") == "ok", kernel.said
    assert kernel.report("[run.done, run.state, df.profile.tolist()]") == [True, "stopped", ["quick"] * 5]
    assert_nothing_goes_on(kernel)


def test_an_interrupt_while_waiting_for_a_started_run_lets_it_go_on(kernel: Kernel) -> None:
    ended = interrupted(kernel, "run = dk.start(profiles=['quick', 'slow'], **asked)\nrun.result()")

    assert ended == "KeyboardInterrupt"
    assert "the run goes on" in kernel.said
    assert kernel.report("run.done") is False
    assert kernel.run("run.stop(); df = run.result()") == "ok"
