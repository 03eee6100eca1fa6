"""Progress in a real JupyterLab: the bar moves while a cell runs, and one line of text stays."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

WAIT_MS = 30_000
IDLE = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
INTERRUPT = "() => { window.jupyterapp.commands.execute('notebook:interrupt-kernel'); }"
OUTPUTS = """() => { const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
    return cells.get(cells.length - 1).toJSON().outputs; }"""
# Every value that the first bar had, as the page saw it.
WATCH = """() => { window.seen = []; window.most = 0;
    const look = () => {
        const bars = document.querySelectorAll('.jp-OutputArea-output [role=progressbar]');
        if (!bars.length) return;
        window.most = Math.max(window.most, bars.length);
        const now = Number(bars[0].getAttribute('aria-valuenow'));
        if (window.seen.at(-1) !== now) window.seen.push(now);
    };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true}); }"""
NAME = '<img src="https://example.com/x.png" onerror="window.ran = true"> $x^2$'
RUN = """
import asyncio, tempfile
import distilkit as dk
from distilkit.calls import Record
from distilkit.profiles import Profile
def profile(name, **more):
    return Profile(name=name, provider="own", model=name[-9:], section=name, max_concurrency=4, **more)
async def send(call):
    await asyncio.sleep({latency_s})
    choice = dict(index=0, message=dict(role="assistant", content="yes"), finish_reason="stop")
    usage = dict(prompt_tokens=10, completion_tokens=5)
    return Record(provider="own", raw=dict(model="m", choices=[choice], usage=usage), latency_s={latency_s})
df = dk.compare([f"q {{n}}" for n in range({rows})], [profile(name) for name in {names!r}], send=send,
                store=tempfile.mkdtemp())
"""


def opened(page: Any, lab: Any, name: str, source: str) -> None:
    """Open a notebook with this cell, watch for bars, and run it."""
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    text = json.dumps({"cells": [cell], "metadata": spec, "nbformat": 4, "nbformat_minor": 5})
    (lab.folder / name).write_text(text, "utf-8")
    page.goto(lab.address(name))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT_MS)
    page.wait_for_function(IDLE, timeout=WAIT_MS)
    page.evaluate(WATCH)
    page.evaluate(RUN_ALL)


def ended(page: Any) -> list[dict[str, Any]]:
    page.get_by_text(re.compile("distilkit: .* rows")).wait_for(timeout=WAIT_MS)
    page.wait_for_function(IDLE, timeout=WAIT_MS)
    return page.evaluate(OUTPUTS)


def test_the_bar_moves_while_a_cell_runs_and_one_line_of_text_stays(page: Any, lab: Any, artifacts: Path) -> None:
    opened(page, lab, "moves.ipynb", RUN.format(latency_s=0.3, rows=40, names=[NAME, "small"]))
    bar = page.get_by_role("progressbar", name="small")
    bar.wait_for(timeout=WAIT_MS)
    page.wait_for_function("() => window.seen.length > 3", timeout=WAIT_MS)
    page.locator(".distilkit-progress").screenshot(path=artifacts / "progress.png")
    shown = page.locator(".distilkit-progress").inner_text()

    outputs = ended(page)

    seen = page.evaluate("() => window.seen")
    assert seen == sorted(seen)
    assert len(seen) >= 5
    assert page.evaluate("() => window.most") == 2
    assert NAME in shown.replace("\xa0", " ")
    assert "in flight" in shown
    assert page.evaluate("() => window.ran") is None
    assert page.locator(".distilkit-progress, mjx-container").count() == 0
    ((output),) = outputs
    assert list(output["data"]) == ["text/plain"]
    assert "".join(output["data"]["text/plain"]).startswith("distilkit: 80 of 80 rows · 80 answered")


def test_an_interrupt_leaves_one_line_that_says_so(page: Any, lab: Any) -> None:
    opened(page, lab, "interrupted.ipynb", RUN.format(latency_s=0.3, rows=1_000, names=["small"]))
    page.wait_for_function("() => window.seen.length > 2", timeout=WAIT_MS)

    page.evaluate(INTERRUPT)

    outputs = ended(page)
    shown = ["".join(each["data"]["text/plain"]) for each in outputs if "data" in each]
    assert len(shown) == 1
    assert shown[0].endswith("interrupted")
    assert page.locator(".distilkit-progress").count() == 0


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_twelve_profiles_keep_within_a_narrow_page(page: Any, lab: Any, artifacts: Path, theme: str) -> None:
    names = ["openrouter/" + "very-long-name-" * 20, *[f"model-{nth}" for nth in range(11)]]
    page.set_viewport_size({"width": 700, "height": 1200})
    opened(page, lab, f"twelve{theme}.ipynb", RUN.format(latency_s=0.3, rows=60, names=names))
    page.evaluate(f"() => window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    page.wait_for_function("() => window.most == 12 && window.seen.length > 3", timeout=WAIT_MS)
    page.wait_for_selector(
        f"body[data-jp-theme-light={'true' if theme == 'Light' else 'false'}]", state="attached", timeout=WAIT_MS
    )

    drawn = page.locator(".distilkit-progress")
    widths = drawn.evaluate("box => [box.scrollWidth, box.clientWidth]")
    page.screenshot(path=artifacts / f"progress_twelve_{theme.lower()}.png")

    assert widths[0] <= widths[1]
    ended(page)
