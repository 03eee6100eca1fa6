"""A run's panel, in this process: what it shows, what its button does, and what it leaves."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from distilkit import starting
from distilkit.calls import Call, Record
from distilkit.notebook.run import panel
from distilkit.profiles import Profile
from distilkit.sim.spec import Dials
from distilkit.starting import Run

NAME = "<b>$x$"


class Shown:
    """What was published, by display id."""

    def __init__(self) -> None:
        self.outputs: dict[str, dict[str, Any]] = {}

    def publish(self, bundle: dict[str, Any], *, transient: dict[str, str], update: bool) -> None:
        assert update == (transient["display_id"] in self.outputs)
        self.outputs[transient["display_id"]] = bundle


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    shown = Shown()
    monkeypatch.setattr(panel, "publisher", lambda: shown)
    monkeypatch.setattr(panel, "get_ipython", lambda: SimpleNamespace(execution_count=1))
    return shown


def begin(store: Path, go: threading.Event) -> Run:
    async def send(_call: Call) -> Record:
        while not go.is_set():  # noqa: ASYNC110 - another thread opens it
            await asyncio.sleep(0.01)
        message = {"role": "assistant", "content": "yes"}
        return Record(provider="sim", raw={"choices": [{"message": message, "finish_reason": "stop"}]}, created_at=1.0)

    profile = Profile(name=NAME, provider="sim", model="m", section="sim", sim=Dials())
    return starting.start(["a", "b"], profile, store=store, send=send)


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_button_only_asks_the_run_to_stop_and_one_line_is_left(tmp_path: Path, shown: Shown) -> None:
    run = begin(tmp_path, threading.Event())
    made = panel.Panel(run)
    made.show()
    until(lambda: "&lt;b&gt;$x$" in made._progress.value)
    assert "mathjax_ignore" in made._progress.value
    assert len(shown.outputs) == 2

    made._button.click()

    assert (made._button.disabled, made._button.description) == (True, "Stopping…")
    until(lambda: run.done and "text/html" not in next(iter(shown.outputs.values())))
    line, empty = shown.outputs.values()
    assert line["text/plain"].startswith("Run stopped · 0 of 2 rows")
    assert empty == {"text/html": "", "text/plain": ""}
    until(lambda: made._box.comm is None)


def test_what_is_saved_meanwhile_says_how_to_go_on_and_is_hidden_while_it_lives(tmp_path: Path, shown: Shown) -> None:
    go = threading.Event()
    run = begin(tmp_path, go)
    made = panel.Panel(run)
    made.show()

    standing, live = list(shown.outputs.values())[:2]
    assert "run the cell again" in standing["text/html"]
    assert f".distilkit-live-{made._name}" in standing["text/html"]
    assert live[panel.WIDGET]["model_id"] == made._name
    go.set()
    run.result(30)


def test_a_run_is_shown_once_a_cell_and_by_a_line_when_it_has_ended(
    tmp_path: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    run = begin(tmp_path, go)
    panel.Panel(run).show()
    run._ipython_display_()
    assert len(shown.outputs) == 2

    go.set()
    run.result(30)
    until(lambda: "Run finished · 2 of 2 rows" in next(iter(shown.outputs.values()))["text/plain"])
    monkeypatch.setattr(panel, "get_ipython", lambda: SimpleNamespace(execution_count=2))
    with pytest.raises(NotImplementedError):
        run._ipython_display_()
