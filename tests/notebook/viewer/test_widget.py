"""The view as a widget, driven from Python as a browser would drive it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pandas as pd
import pytest

from distilkit.notebook.viewer import view
from distilkit.notebook.viewer.page import STATIC_BYTES


@pytest.fixture
def look(frames: Any) -> Iterator[Any]:
    made = []

    def make(frame: pd.DataFrame | None = None, **options: Any) -> Any:
        made.append(view(frames() if frame is None else frame, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def find(widget: Any, kind: type, description: str) -> Any:
    """Return the control on the page with this name."""
    waiting = [widget]
    while waiting:
        each = waiting.pop()
        if isinstance(each, kind) and description in each.description:
            return each
        waiting.extend(getattr(each, "children", ()))
    raise AssertionError(f"no {kind.__name__} {description!r}")


def shown(widget: Any) -> str:
    """Return all HTML that is on the page; a space that ties two words is a space."""
    own = widget.value if isinstance(widget, ipywidgets.HTML) else ""
    return own.replace("\N{NO-BREAK SPACE}", " ") + "".join(shown(child) for child in getattr(widget, "children", ()))


def to_rating(look: Any) -> Any:
    find(look, ipywidgets.ToggleButtons, "").value = "rate"
    return look


def test_a_page_is_turned_by_buttons_that_end_at_the_ends(look: Any) -> None:
    made = look(rows_per_page=2)
    back, on = find(made, ipywidgets.Button, "Previous"), find(made, ipywidgets.Button, "Next")

    assert (back.disabled, on.disabled) == (True, False)
    on.click()

    assert "question 2" in shown(made)
    assert "question 0" not in shown(made)
    assert "3 prompts · page 2 of 2" in shown(made)
    assert (back.disabled, on.disabled) == (False, True)


def test_a_search_a_filter_and_a_sort_change_what_is_shown(look: Any) -> None:
    made = look()

    find(made, ipywidgets.Text, "Search").value = "question 1"
    assert "1 of 3 prompts" in shown(made)
    find(made, ipywidgets.Text, "Search").value = ""
    find(made, ipywidgets.Dropdown, "Show").value = "errors"
    assert "0 of 3 prompts" in shown(made)
    assert "no prompt fits" in shown(made)


def test_profiles_are_hidden_and_differences_marked(look: Any) -> None:
    made = look()

    find(made, ipywidgets.Dropdown, "Mark").value = "large"
    assert shown(made).count("<mark") == 3
    find(made, ipywidgets.Checkbox, "small").value = False
    assert "answer 0 of small" not in shown(made)


def test_a_sample_is_chosen_where_there_are_several(look: Any, frames: Any) -> None:
    made = look(frames(samples=2))

    find(made, ipywidgets.Dropdown, "Sample").value = 1

    assert "answer 0 of small, 1" in shown(made)
    with pytest.raises(AssertionError):
        find(look(), ipywidgets.Dropdown, "Sample")


def test_a_click_rates_an_answer(look: Any) -> None:
    made = to_rating(look())
    find(made, ipywidgets.Button, "Next").click()
    card = made._cards._cards[1]

    card._rating.value = 4.0
    card._comment.value = "no units"

    (row,) = made.ratings.to_dict("records")
    assert (row["prompt_id"], row["profile"], row["rating"], row["comment"]) == (1, "large", 4.0, "no units")
    assert made.df["rating"].dropna().tolist() == [4.0]
    assert "rated 4 (“no units”)" in shown(made)


def test_turning_the_page_is_no_rating(look: Any) -> None:
    """The cards are filled anew with other answers' ratings, which nobody gave just now."""
    made = to_rating(look())
    find(made, ipywidgets.Text, "Rate by keys").value = "12"

    find(made, ipywidgets.Button, "Previous").click()
    find(made, ipywidgets.Button, "Next").click()

    assert made.ratings["rating"].tolist() == [1.0, 2.0]
    assert [card._rating.value for card in made._cards._cards] == ["", ""]


def test_keys_rate_and_the_next_one_is_said(look: Any) -> None:
    made = to_rating(look(rate="thumbs"))

    find(made, ipywidgets.Text, "Rate by keys").value = "g"

    assert made.ratings["rating"].tolist() == [1.0]
    assert "B · large</strong> <span" in shown(made)


def test_the_best_is_chosen_by_a_button_that_shows_it(look: Any) -> None:
    made = to_rating(look(rate="best"))

    find(made, ipywidgets.Button, "B is best").click()

    assert made.df["rating"].dropna().tolist() == [0.0, 1.0]
    assert find(made, ipywidgets.Button, "✓ B is best")
    find(made, ipywidgets.Button, "Tie").click()
    assert made.df["rating"].dropna().tolist() == [0.5, 0.5]


def test_ratings_survive_a_second_view(look: Any) -> None:
    first = to_rating(look())
    find(first, ipywidgets.Text, "Rate by keys").value = "45"

    for again in (look(ratings=first.ratings), look(first.df)):
        pd.testing.assert_series_equal(again.df["rating"], first.df["rating"])


def test_ratings_survive_in_a_file(look: Any, tmp_path: Path) -> None:
    first = to_rating(look(ratings=tmp_path / "r.csv"))
    find(first, ipywidgets.Text, "Rate by keys").value = "45"

    again = look(ratings=str(tmp_path / "r.csv"))

    pd.testing.assert_frame_equal(again.ratings, first.ratings)
    assert "2 answers rated" in shown(again)


def test_a_blind_view_shows_no_name_until_it_is_asked_to(look: Any) -> None:
    made = to_rating(look(blind=True))
    bundle = made._repr_mimebundle_()

    assert not any(name in shown(made) + bundle["text/html"] for name in ("small</", "large</", "$0.001"))
    with pytest.raises(AssertionError):
        find(made, ipywidgets.Checkbox, "small")

    find(made, ipywidgets.Button, "Show names").click()

    assert "A · small" in shown(made)
    assert find(made, ipywidgets.Checkbox, "small")


def test_a_blind_view_answers_the_same_for_the_same_seed(look: Any) -> None:
    assert shown(look(blind=True, seed=4)) == shown(look(blind=True, seed=4))


def test_what_is_saved_is_a_table(look: Any) -> None:
    bundle = look()._repr_mimebundle_()

    assert bundle["text/plain"] == "View(3 prompts × 2 profiles)"
    assert bundle["text/html"].count("<tr>") == 4
    assert len(bundle["text/html"]) < STATIC_BYTES


def test_a_page_that_is_hidden_is_not_rendered(look: Any, frames: Any) -> None:
    """Ten of a thousand prompts are on the page, so a view of all of them is as light as of ten."""
    made = look(frames(prompts=1_000))

    assert shown(made).count("<tr>") == 11


def test_closing_leaves_no_widget_behind(frames: Any) -> None:
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    for options in ({}, {"blind": True}, {"rate": "best", "blind": True}):
        made = to_rating(view(frames(samples=2), **options))
        if options.get("blind"):
            find(made, ipywidgets.Button, "Show names").click()
        made.close()

    assert set(_instances) == before
    assert made.ratings.empty


def test_an_empty_frame_is_said_to_be_empty(look: Any, frames: Any) -> None:
    made = look(frames().iloc[:0])

    assert "the frame is empty" in shown(to_rating(made))
    assert "0 prompts" in shown(made)


def test_every_control_has_a_name(look: Any, frames: Any) -> None:
    """A screen reader says the description, or without one the tooltip."""
    made = to_rating(look(frames(samples=2), rate="best"))
    kinds = (ipywidgets.Text, ipywidgets.Dropdown, ipywidgets.Button, ipywidgets.Checkbox)

    waiting, names = [made], []
    while waiting:
        each = waiting.pop()
        if isinstance(each, kinds):
            names.append(each.description or each.tooltip)
        waiting.extend(getattr(each, "children", ()))

    assert len(names) > 10
    assert all(names)
