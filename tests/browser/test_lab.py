"""Every example notebook in a real JupyterLab: run from top to bottom in a browser, as a reader would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted(file.stem for file in (Path(__file__).resolve().parents[2] / "notebooks").glob("[!.]*.ipynb"))
QUICKSTART = "01_quickstart"
RUN_MS = 60_000
# The picture of a notebook, in pixels: its width, and what is left under its last cell.
WIDTH, MARGIN = 1400, 60

# What the page knows of the notebook it shows.
IDLE = "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
CELLS = """() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells)
    .filter(cell => cell.type === 'code').map(cell => cell.toJSON())"""


def cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def write(file: Path, *sources: str) -> None:
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [{**cell(source), "id": f"cell-{number}"} for number, source in enumerate(sources)]
    file.write_text(json.dumps({"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}), "utf-8")


def open_notebook(page: Any, lab: Any, name: str) -> None:
    page.goto(lab.address(name))
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=RUN_MS)
    page.wait_for_function(IDLE, timeout=RUN_MS)


def run_all(page: Any) -> list[dict[str, Any]]:
    """Run every cell, and return the code cells as the notebook now holds them."""
    page.evaluate(RUN_ALL)
    page.wait_for_function(IDLE, timeout=RUN_MS)
    return page.evaluate(CELLS)


def picture(page: Any, file: Path) -> None:
    """Save the whole notebook as a picture: the window is made as high as it is."""
    page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
    bottom = page.locator(".jp-Notebook .jp-Cell").last.evaluate("cell => cell.getBoundingClientRect().bottom")
    page.set_viewport_size({"width": WIDTH, "height": min(int(bottom) + MARGIN, 16_000)})
    page.screenshot(path=file)


def errors(cells: list[dict[str, Any]]) -> list[str]:
    outputs = [output for one in cells for output in one["outputs"]]
    wrong = [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    return ["".join(output.get("text", output.get("traceback", ""))) for output in wrong]


def texts(cells: list[dict[str, Any]]) -> str:
    outputs = [output for one in cells for output in one["outputs"]]
    return "\n".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)


def ran(page: Any, lab: Any, artifacts: Path, name: str) -> list[dict[str, Any]]:
    """Run a notebook from top to bottom, see that nothing went wrong, and return its code cells."""
    open_notebook(page, lab, f"{name}.ipynb")

    cells = run_all(page)

    picture(page, artifacts / f"{name}.png")
    assert errors(cells) == []
    assert None not in [one["execution_count"] for one in cells if one["source"]]
    assert page.locator(".jp-OutputArea-output table").count() > 0
    return cells


@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name != QUICKSTART])
def test_a_notebook_runs_from_top_to_bottom(page: Any, lab: Any, artifacts: Path, name: str) -> None:
    ran(page, lab, artifacts, name)


def test_the_quickstart_runs_and_shows_who_is_better_and_at_what_price(page: Any, lab: Any, artifacts: Path) -> None:
    cells = ran(page, lab, artifacts, QUICKSTART)

    summary = page.locator(".jp-OutputArea-output table").first
    for words in ("sim/small", "sim/medium", "sim/large"):
        assert words in summary.inner_text()
    plot = page.locator(".jp-OutputArea-output img").first
    plot.scroll_into_view_if_needed()
    assert plot.evaluate("image => image.complete && image.naturalWidth") > 300
    plot.screenshot(path=artifacts / f"{QUICKSTART}_plot.png")
    assert "<script" not in texts(cells)


def test_an_error_in_a_cell_is_seen(page: Any, lab: Any) -> None:
    """The checks above can fail: a raising cell, and one that only warns."""
    write(lab.folder / "wrong.ipynb", "1 / 0")
    write(lab.folder / "warns.ipynb", "import warnings\nwarnings.warn('mind this')")

    open_notebook(page, lab, "wrong.ipynb")
    assert "ZeroDivisionError" in errors(run_all(page))[0]

    open_notebook(page, lab, "warns.ipynb")
    assert "mind this" in errors(run_all(page))[0]


def test_a_picture_from_elsewhere_is_seen_and_does_not_load(browser: Any, lab: Any, visits: Any) -> None:
    """The watch over what leaves this machine can fail too."""
    write(
        lab.folder / "leak.ipynb", "from IPython.display import HTML\nHTML('<img src=\"https://example.com/x.png\">')"
    )
    context = browser.new_context()
    context.on("request", lambda request: visits.all.append(request.url))
    page = context.new_page()

    open_notebook(page, lab, "leak.ipynb")
    run_all(page)
    page.wait_for_selector(".jp-OutputArea-output img", state="attached")

    assert set(visits.outside) == {"https://example.com/x.png"}
    assert page.locator(".jp-OutputArea-output img").evaluate("image => image.naturalWidth") == 0
    context.close()
