"""The viewer in a real JupyterLab: by mouse, by keyboard, as a screen reader hears it, and in each of its states."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.browser.notebooks import WAIT_MS, WIDE, Notebook

pytestmark = pytest.mark.browser

FRAME = """
import distilkit as dk
import pandas as pd

def frame(prompts, *profiles, **own):
    rows = [
        dict(prompt_id=p, profile=name, prompt=f"question {p}", content=f"answer {p} of {name}", thinking="hm " * 9,
             output_tokens=12 + 1000 * p, cost_usd=0.00125 * (p + 1), latency_s=1.5, **own)
        for p in range(prompts) for name in profiles
    ]
    made = pd.DataFrame(rows, columns=None if rows else ["prompt_id", "profile", "content"])
    if rows:
        made["correct"] = pd.array([nth % 3 > 0 for nth in range(len(made))], dtype="boolean")
    return made
"""
THREE = "'small', 'medium', 'large'"
STATES = {
    "one": "dk.view(frame(2, 'small'))",
    "three": f"dk.view(frame(2, {THREE}), rows_per_page=1)",
    "twelve": "dk.view(frame(2, *[f'provider-{n}/model-{n}-instruct' for n in range(12)]), height=300)",
    "long": "dk.view(frame(2, 'a' * 150, 'provider with words/' + 'model ' * 30))",
    "empty": "dk.view(frame(0))",
    "failed": f"dk.view(frame(1, {THREE}).assign(content=None, thinking=None, cost_usd=None, output_tokens=None,"
    " correct=pd.NA, error_kind='rate_limit', error='429: too many requests')"
    ".astype({'correct': 'boolean'}))",
    "blind": f"dk.view(frame(2, {THREE}), blind=True, rate='best')",
}


def run(notebook: Notebook, name: str, *sources: str) -> Any:
    """Run a notebook of these cells, and return the first view in it."""
    notebook.run(name, FRAME, *sources)
    shown = notebook.page.locator(".distilkit-view").first
    shown.wait_for(timeout=WAIT_MS)
    return shown


def status(shown: Any, words: str) -> None:
    """Wait until the line over the page says this."""
    shown.get_by_role("status").filter(has_text=re.compile(words)).wait_for(timeout=WAIT_MS)


def test_a_view_is_searched_turned_and_rated_without_a_mouse(notebook: Notebook, artifacts: Path) -> None:
    shown = run(notebook, "keys.ipynb", f"v = dk.view(frame(30, {THREE}), ratings='keys.csv')\nv")
    keyboard = notebook.page.keyboard

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
    notebook.page.screenshot(path=artifacts / "viewer_table.png")

    shown.get_by_role("button", name="Rate", exact=True).focus()
    keyboard.press("Enter")
    shown.get_by_label("Rate by keys").focus()
    keyboard.type("451", delay=150)
    status(shown, "3 answers rated")
    keyboard.press("Backspace")
    status(shown, "2 answers rated")
    notebook.page.screenshot(path=artifacts / "viewer_rate.png")

    kept = pd.read_csv(notebook.lab.folder / "keys.csv").dropna(subset="rating")
    assert kept["rating"].tolist() == [4.0, 5.0]
    assert kept["profile"].tolist() == ["small", "large"]


def test_a_view_is_filtered_and_rated_by_mouse(notebook: Notebook) -> None:
    page = notebook.page
    shown = run(notebook, "mouse.ipynb", f"v = dk.view(frame(12, {THREE}), ratings='mouse.csv')\nv")

    shown.get_by_role("button", name="Next").click()
    status(shown, "page 2 of 2")
    shown.get_by_label("Sort").select_option(label="dearest first")
    shown.get_by_text("prompt 11", exact=True).wait_for(timeout=WAIT_MS)
    shown.get_by_role("checkbox", name="medium").click()
    shown.get_by_role("columnheader", name="medium").wait_for(state="detached", timeout=WAIT_MS)
    shown.get_by_role("button", name="Rate", exact=True).click()
    shown.get_by_role("button", name="4", exact=True).nth(1).click()
    status(shown, "1 answer rated")
    shown.get_by_placeholder("comment").nth(1).fill("no units")
    page.keyboard.press("Enter")
    shown.get_by_text("no units").wait_for(timeout=WAIT_MS)
    shown.get_by_label("Show", exact=True).select_option(label="not yet rated")
    status(shown, "12 of 12 prompts|12 prompts")

    (kept,) = pd.read_csv(notebook.lab.folder / "mouse.csv").to_dict("records")
    assert (kept["profile"], kept["rating"], kept["comment"]) == ("large", 4.0, "no units")


def test_a_screen_reader_hears_each_control_and_what_each_cell_belongs_to(notebook: Notebook) -> None:
    shown = run(notebook, "heard.ipynb", f"dk.view(frame(2, {THREE}), rows_per_page=1)")

    heard = shown.aria_snapshot()

    for part in (
        'textbox "Search"',
        'combobox "Show"',
        'combobox "Sort"',
        'combobox "Mark what differs from"',
        'checkbox "small"',
        'button "Next →"',
        'region "Answers"',
        'columnheader "Prompt"',
        'columnheader "large"',
        'rowheader "prompt 0 question 0"',
        "status: 2 prompts",
    ):
        assert part in heard, heard
    # In order: what one chooses stands before what it changes.
    assert heard.index("Search") < heard.index("Next") < heard.index('region "Answers"')


def test_each_state_keeps_to_its_place_in_light_dark_and_narrow(notebook: Notebook, artifacts: Path) -> None:
    page = notebook.page
    run(notebook, "states.ipynb", *STATES.values())
    page.locator(".distilkit-view").nth(len(STATES) - 1).wait_for(timeout=WAIT_MS)
    said = page.locator(".distilkit-view").all_inner_texts()

    assert "the frame is empty" in said[4]
    assert "failed: rate_limit" in said[5]
    assert "Answer A" in said[6]
    for theme, width in (("Light", 1400), ("Dark", 1400), ("Light", 700)):
        notebook.theme(f"JupyterLab {theme}")
        page.set_viewport_size({"width": width, "height": 3400})
        assert page.evaluate(WIDE) == []
        page.screenshot(path=artifacts / f"viewer_states_{theme.lower()}_{width}.png")
