"""A started run in a real JupyterLab: its bars move while the kernel is free, its button stops it, one line stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
IDLE = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
PROFILES = """
providers:
  quick: {type: sim, model: quick, simulation: {latency_s: 0.01, jitter: 0}}
  slow: {type: sim, model: slow, max_concurrency: 2, simulation: {latency_s: 300, jitter: 0}}
"""
BEGIN = (
    "import distilkit as dk\n"
    "run = dk.start([f'number {n}' for n in range(20)], ['quick', 'slow'], config='start.yaml', store='start-store')"
)


def write(file: Path, *sources: str) -> None:
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [
        {"cell_type": "code", "id": f"c{nth}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for nth, source in enumerate(sources)
    ]
    file.write_text(json.dumps({"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}), "utf-8")


def test_a_run_is_watched_and_stopped_while_other_cells_run(page: Any, lab: Any, artifacts: Path) -> None:
    (lab.folder / "start.yaml").write_text(PROFILES, "utf-8")
    write(lab.folder / "start.ipynb", BEGIN, "print('the kernel', 'is free')")
    page.goto(lab.address("start.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT_MS)
    page.wait_for_function(IDLE, timeout=WAIT_MS)
    page.evaluate(RUN_ALL)

    shown = page.locator(".distilkit-run")
    shown.wait_for(timeout=WAIT_MS)
    page.get_by_text("the kernel is free").wait_for(timeout=WAIT_MS)
    bar = shown.get_by_role("progressbar", name="quick")
    page.wait_for_function(
        "() => document.querySelector('.distilkit-run [role=progressbar][aria-label=quick]')?.ariaValueNow === '20'",
        timeout=WAIT_MS,
    )
    assert bar.count() == 1
    page.screenshot(path=artifacts / "start_running.png")

    stop = shown.get_by_role("button", name="Stop")
    stop.focus()
    page.keyboard.press("Enter")

    line = page.get_by_text("Run stopped · 20 of 40 rows")
    line.wait_for(timeout=WAIT_MS)
    shown.wait_for(state="detached", timeout=WAIT_MS)
    assert page.get_by_text("Error displaying widget").count() == 0
    page.screenshot(path=artifacts / "start_stopped.png")
