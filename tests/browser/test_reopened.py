"""What becomes of a live view: saved and opened without a kernel, by its owner and by others, restarted, closed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.notebooks import WAIT_MS

pytestmark = pytest.mark.browser

FRAME = """
import distilkit as dk, pandas as pd
df = pd.DataFrame([
    dict(prompt_id=p, profile=name, prompt=f"question {p}", content=f"answer {p} of {name}", cost_usd=0.00125)
    for p in range(3) for name in ("small", "large")
])
"""


@pytest.fixture(params=["notebook", "old_notebook"], ids=["newest", "oldest"])
def either(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def seen(page: Any) -> dict[str, bool]:
    """Say which parts a person sees."""
    found = {name: page.locator(f".distilkit-{name}") for name in ("view", "view-static")}
    shown = {name: found[name].count() > 0 and found[name].first.is_visible() for name in found}
    words = page.get_by_text("widget", exact=False).locator("visible=true")
    return {**shown, "complaint": words.count() > 0}


LIVE = {"view": True, "view-static": False, "complaint": False}
STATIC = {"view": False, "view-static": True, "complaint": False}


def live(either: Any, name: str) -> Any:
    either.run(name, FRAME, "v = dk.view(df)\nv")
    either.page.locator(".distilkit-view").wait_for(timeout=WAIT_MS)
    return either.page


def saved(either: Any, name: str) -> dict[str, Any]:
    file = Path(either.lab.folder / name)
    before = file.stat().st_mtime_ns
    either.save()
    assert file.stat().st_mtime_ns > before
    whole: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return whole


def widgets_settled(page: Any) -> None:
    """Wait until JupyterLab has looked for the widget: it says that it has none, to whom it is shown or not."""
    page.get_by_text("Error displaying widget").wait_for(state="attached", timeout=WAIT_MS)


def test_a_view_lives_and_its_notebook_opened_without_a_kernel_shows_the_table(either: Any, artifacts: Path) -> None:
    page = live(either, "mine.ipynb")
    assert seen(page) == LIVE
    whole = saved(either, "mine.ipynb")
    either.command("kernelmenu:shutdown")
    page.goto("about:blank")
    either.show("mine.ipynb")
    widgets_settled(page)

    assert either.trusted
    assert seen(page) == STATIC
    assert "answer 2 of large" in page.locator(".distilkit-view-static table").inner_text()
    assert "widgets" not in whole["metadata"]
    page.screenshot(path=artifacts / "reopened.png")


def test_a_restarted_kernel_leaves_the_table_and_not_buttons_that_do_nothing(either: Any) -> None:
    """And a notebook of somebody else too: it comes without our signature, so JupyterLab takes what is safe."""
    page = live(either, "restarted.ipynb")
    outputs = either.cells[-1]["outputs"]

    either.restart()
    page.locator(".distilkit-view-static").wait_for(timeout=WAIT_MS)
    assert seen(page) == STATIC

    either.write("theirs.ipynb", "v", outputs=outputs)
    either.show("theirs.ipynb")
    page.locator(".distilkit-view-static table").wait_for(timeout=WAIT_MS)
    assert not either.trusted
    assert seen(page) == STATIC
    assert next(iter(outputs[1]["data"])) == "application/vnd.jupyter.widget-view+json"


def test_a_closed_view_leaves_the_table_with_its_ratings(notebook: Any) -> None:
    page = live(notebook, "closed.ipynb")
    page.get_by_role("button", name="Rate", exact=True).click()
    page.get_by_label("Rate by keys").press("4")
    page.get_by_role("status").filter(has_text="1 answer rated").wait_for(timeout=WAIT_MS)

    page.evaluate("""() => { const notebook = window.jupyterapp.shell.currentWidget.content;
        notebook.activeCellIndex = 0; notebook.activeCell.model.sharedModel.setSource('v.close()'); }""")
    notebook.command("notebook:run-cell")
    page.locator(".distilkit-view-static").wait_for(timeout=WAIT_MS)

    assert seen(page) == STATIC
    assert "rated\xa04" in page.locator(".distilkit-view-static").inner_text()
