"""The viewer in a real JupyterLab: by mouse, by keyboard, and in a notebook that somebody else has saved."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
IDLE = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
LAST_OUTPUT = """() => { const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
    return cells.get(cells.length - 1).toJSON().outputs.at(-1); }"""
EVIL = '<img src="https://example.com/x.png" onerror="window.ran = true"><script>window.ran = true</script> $x^2$'
FRAME = f"""
import pandas as pd
from distilkit.notebook.viewer import view
df = pd.DataFrame([
    dict(prompt_id=p, profile=name, prompt=f"question {{p}}", content=f"answer {{p}} of {{name}}", thinking="hm " * 9,
         output_tokens=12, cost_usd=0.00125, latency_s=1.5)
    for p in range(30) for name in ("small", "medium", "large")
])
df.loc[0, "content"] = {EVIL!r}
"""


def write(file: Path, *sources: str, outputs: Any = ()) -> None:
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [
        {"cell_type": "code", "id": f"c{nth}", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
        for nth, source in enumerate(sources)
    ]
    cells[-1]["outputs"] = list(outputs)
    file.write_text(json.dumps({"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}), "utf-8")


def run(page: Any, lab: Any, name: str, *sources: str) -> Any:
    """Run a notebook of these cells, and return the view in it."""
    write(lab.folder / name, *sources)
    page.goto(lab.address(name))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=WAIT_MS)
    page.wait_for_function(IDLE, timeout=WAIT_MS)
    page.evaluate(RUN_ALL)
    shown = page.locator(".distilkit-view")
    shown.wait_for(timeout=WAIT_MS)
    return shown


def status(shown: Any, words: str) -> None:
    """Wait until the line over the page says this."""
    shown.get_by_role("status").filter(has_text=re.compile(words)).wait_for(timeout=WAIT_MS)


def test_a_view_is_searched_turned_and_rated_without_a_mouse(page: Any, lab: Any, artifacts: Path) -> None:
    shown = run(page, lab, "view.ipynb", FRAME, "v = view(df, ratings='ratings.csv')\nv")
    keyboard = page.keyboard

    shown.get_by_role("button", name="Next").focus()
    keyboard.press("Enter")
    status(shown, "page 2 of 3")
    shown.get_by_label("Search").focus()
    keyboard.type("question 2")
    keyboard.press("Enter")
    status(shown, "11 of 30 prompts")
    shown.get_by_label("Mark what differs from").select_option(label="large")
    shown.locator("mark").first.wait_for(timeout=WAIT_MS)
    shown.get_by_label("medium").focus()
    keyboard.press("Space")
    shown.get_by_role("columnheader", name="medium").wait_for(state="detached", timeout=WAIT_MS)
    fold = shown.locator("summary").first
    fold.focus()
    keyboard.press("Enter")
    assert shown.locator("details").first.evaluate("fold => fold.open")
    page.screenshot(path=artifacts / "viewer_table.png")

    shown.get_by_role("button", name="Rate", exact=True).focus()
    keyboard.press("Enter")
    shown.get_by_label("Rate by keys").focus()
    keyboard.type("451", delay=150)
    status(shown, "3 answers rated")
    keyboard.press("Backspace")
    status(shown, "2 answers rated")
    page.screenshot(path=artifacts / "viewer_rate.png")

    kept = pd.read_csv(lab.folder / "ratings.csv").dropna(subset="rating")
    assert kept["rating"].tolist() == [4.0, 5.0]
    assert kept["profile"].tolist() == ["small", "large"]


def test_what_a_model_said_is_neither_run_nor_fetched_nor_typeset(page: Any, lab: Any) -> None:
    shown = run(page, lab, "evil.ipynb", FRAME, "view(df)")

    cell = shown.locator("td").first
    assert EVIL in cell.inner_text()
    assert shown.locator("img, script, mjx-container").count() == 0
    assert page.evaluate("() => window.ran") is None


def test_a_notebook_of_somebody_else_shows_the_table_without_a_kernel(page: Any, lab: Any, artifacts: Path) -> None:
    """It comes without our signature, so JupyterLab takes what is safe: the table, and no dead widget."""
    run(page, lab, "mine.ipynb", FRAME, "view(df)")
    output = page.evaluate(LAST_OUTPUT)
    write(lab.folder / "theirs.ipynb", "view(df)", outputs=[output])

    page.goto(lab.address("theirs.ipynb"))
    table = page.locator(".distilkit-view-static table")
    table.wait_for(timeout=WAIT_MS)

    assert "application/vnd.jupyter.widget-view+json" in output["data"]
    assert "answer 1 of large" in table.inner_text()
    assert page.get_by_text("Error displaying widget").count() == 0
    page.screenshot(path=artifacts / "viewer_static.png")
