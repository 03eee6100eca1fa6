"""Whatever was said is text in a real browser too: nothing runs, asks, is typeset, or leaves its place on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.notebooks import WAIT_MS, WIDE

pytestmark = pytest.mark.browser

PAYLOADS = Path(__file__).resolve().parents[1] / "notebook" / "test_hostile.py"
FRAMES = f"""
import importlib.util
import pandas as pd
import distilkit as dk
from distilkit.notebook.magic.showing import bundle
spec = importlib.util.spec_from_file_location("hostile", {str(PAYLOADS)!r})
hostile = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hostile)

def said(text, prompt):
    frame = hostile.frame_of(text).iloc[:2, :-1].assign(prompt_id=prompt, profile=["$a$", "<b>b"], right=[True, False])
    return frame.astype({{"right": "boolean"}})

texts = pd.concat([said(text, prompt) for prompt, text in enumerate(hostile.PAYLOADS)], ignore_index=True)
texts.loc[texts.index % 5 == 4, ["error_kind", "error"]] = texts["content"].str[:5000]
whose = pd.array([text[:5000] for text in hostile.PAYLOADS], dtype=hostile.TEXT)
names = pd.concat([said("x", 0).iloc[:1]] * len(whose), ignore_index=True).assign(profile=whose)
# Plots have tests of their own, and take long.
blank = hostile.Picture(media_type="image/png", content=b"x", width=1, height=1)
hostile.images.pictures = lambda _: hostile.Pictures(blank, blank)
"""
SHOWN = (
    "dk.view(texts, rows_per_page=200)",
    "from IPython.display import HTML, display\ndisplay(HTML(dk.view(texts)._repr_mimebundle_()['text/html']))",
    "display(bundle(texts, 'df'), raw=True)",
    "dk.report(texts, 'hostile.html', title='<b>$x$', notes='$x$ '.join(hostile.PAYLOADS)[:50_000], examples=50)",
    "dk.view(names)",
)
PILED = """() => Array.from(document.querySelectorAll('[class*=distilkit-] *')).filter(each => !each.children.length)
    .filter(each => /[\\u0300-\\u036f]{9}/.test(each.textContent) && each.getClientRects().length)
    .filter(each => getComputedStyle(each).overflowY === 'visible').map(each => each.outerHTML.slice(0, 120))"""
RUNS = "[class*=distilkit] :is(script, iframe, object, embed, form, base, link, svg, math, mjx-container)"


@pytest.fixture
def watched(page: Any) -> Iterator[Any]:
    """A tab in which a call of `alert` is seen, and a dialog by any other way too."""
    asked: list[str] = []
    page.add_init_script("window.alert = () => { window.ran = true; }")
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    yield page
    assert asked == []
    assert [page.evaluate("() => window.ran"), page.url[:11]] in ([None, "http://127."], [None, "file:///tmp"])


def check(page: Any) -> None:
    assert page.evaluate("() => window.ran") is None
    assert page.locator(RUNS).count() == 0
    assert page.evaluate(WIDE) == []
    assert page.evaluate(PILED) == []


def test_a_notebook_full_of_it_shows_text_and_a_report_of_it_too(watched: Any, notebook: Any, artifacts: Path) -> None:
    cells = notebook.run("hostile.ipynb", FRAMES, *SHOWN, "from IPython.display import Math\nMath('x^2')")
    watched.locator(".distilkit-view").nth(1).wait_for(timeout=WAIT_MS)
    # Formulas are typeset on this page, so that it means something that ours are not.
    watched.locator("mjx-container").wait_for(timeout=WAIT_MS)

    assert [out for cell in cells for out in cell["outputs"] if out["output_type"] in {"error", "stream"}] == []
    assert watched.locator(".distilkit-view, .distilkit-view-static, .distilkit-compare").count() > len(SHOWN) - 2
    assert watched.locator("mjx-container").count() == 1
    check(watched)
    live = watched.locator(".distilkit-view").first
    assert live.get_by_text("<img src=x onerror=alert(1)>", exact=True).count() > 1
    watched.screenshot(path=artifacts / "hostile.png")

    live.get_by_role("button", name="Rate", exact=True).click()
    live.get_by_label("Rate by keys").wait_for(timeout=WAIT_MS)
    check(watched)

    notebook.save()
    watched.goto((notebook.lab.folder / "hostile.html").as_uri())
    check(watched)
    for fold in watched.locator("main > section > details > summary").all()[:60:10]:
        fold.click()
    check(watched)
    watched.screenshot(path=artifacts / "hostile_report.png")
