"""A page as one string."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.notebook.viewer.choosing import Choice
from distilkit.notebook.viewer.page import LIVE, STATIC_BYTES, Reader, live_page, static_page
from distilkit.notebook.viewer.panel import Panel, panel_of


def reader(panel: Panel, seed: int | None = None, **choice: Any) -> Reader:
    chosen = Choice(profiles=choice.pop("profiles", tuple(panel.profiles)), **choice)
    return Reader(panel=panel, choice=chosen, rated=lambda *_: "", seed=seed)


def test_prompts_go_down_and_profiles_across(frames: Any, tags: Any) -> None:
    page = live_page(reader(panel_of(frames())), [0, 2], None)

    assert tags(page).tags.count("tr") == 3
    assert tags(page).tags.count("td") == 4
    assert page.count('scope="col"') == 3
    assert page.count('scope="row"') == 2
    assert "question 1" not in page


def test_only_the_profiles_and_the_sample_chosen_are_shown(frames: Any) -> None:
    page = live_page(reader(panel_of(frames(samples=2)), profiles=("large",), sample=1), [0], None)

    assert "answer 0 of large, 1" in page
    assert "small" not in page
    assert ", 0" not in page


def test_the_reference_is_named_and_not_marked(frames: Any) -> None:
    page = live_page(reader(panel_of(frames()), reference="large"), [0], None)

    assert page.count("<mark") == 1
    assert ">small</mark>" in page
    assert "reference</span>" in page


def test_a_reference_that_failed_marks_nothing(frames: Any) -> None:
    kinds = pd.array([None, "timeout"], dtype="string")

    assert "<mark" not in live_page(reader(panel_of(frames(1, error_kind=kinds)), reference="large"), [0], None)


def test_a_height_makes_the_page_scroll_by_keyboard_too(frames: Any) -> None:
    page = live_page(reader(panel_of(frames())), [0], 300)

    assert "max-height:300px" in page
    assert 'tabindex="0"' in page


def test_a_blind_page_has_letters_in_another_order_for_each_prompt(frames: Any) -> None:
    names = ("gpt", "claude", "llama")
    contents = pd.array([f"said {nth % 3}" for nth in range(90)], dtype="string")
    panel = panel_of(frames(30, names, content=contents))

    page = live_page(reader(panel, seed=1), range(30), None)

    assert not any(name in page for name in names)
    assert "Answer A" in page
    firsts = [row.split("said ")[1][0] for row in page.split("<tr>")[2:]]
    assert len(set(firsts)) == 3


def test_a_page_of_megabytes_stays_small_enough_to_send(frames: Any) -> None:
    long = pd.array(["x" * 1_000_000] * 6, dtype="string")

    page = live_page(reader(panel_of(frames(content=long, thinking=long))), [0, 1, 2], None)

    assert len(page) < 2 * LIVE


def test_alone_on_its_page_an_answer_of_a_megabyte_is_all_there(frames: Any) -> None:
    long = pd.array(["x" * 1_000_000], dtype="string")

    page = live_page(reader(panel_of(frames(1, ("a",), content=long))), [0], None)

    assert page.count("x") > 1_000_000


@pytest.mark.parametrize("text", ["y" * 50_000, "'" * 50_000, "é" * 50_000])
@pytest.mark.parametrize("profiles", [1, 40])
def test_a_static_page_is_never_over_200_kb(frames: Any, tags: Any, text: str, profiles: int) -> None:
    names = tuple(f"profile {nth}" for nth in range(profiles))
    long = pd.array([text] * 20 * profiles, dtype="string")

    page = static_page(reader(panel_of(frames(20, names, content=long, prompt=long))), range(20), "20 prompts")

    assert len(page.encode()) <= STATIC_BYTES
    assert tags(page).tags.count("tr") > 1


def test_a_static_page_says_what_it_leaves_out(frames: Any, tags: Any) -> None:
    names = tuple(f"profile {nth}" for nth in range(40))

    text = tags(static_page(reader(panel_of(frames(20, names, samples=2))), range(10), "20 prompts")).text

    assert "20 prompts; the first 10 here, 12 of the profiles · 2 samples each, sample 0 here" in text


def test_a_static_page_has_no_style_sheet_script_or_handler(frames: Any, tags: Any) -> None:
    evil = pd.array(['<script>alert(1)</script><a onclick="x">$x$'] * 6, dtype="string")

    page = tags(static_page(reader(panel_of(frames(content=evil, prompt=evil, profile=evil))), range(3), "x"))

    assert {"script", "style", "img", "a", "link"}.isdisjoint(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "mathjax_ignore" in dict(page.attributes)["class"]


def test_nothing_to_show_is_said(frames: Any, tags: Any) -> None:
    assert "the frame is empty" in tags(live_page(reader(panel_of(frames().iloc[:0])), [], None)).text
    assert "no prompt fits" in tags(live_page(reader(panel_of(frames())), [], None)).text
