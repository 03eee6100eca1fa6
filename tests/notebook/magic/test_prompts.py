from __future__ import annotations

import pytest

from distilkit.errors import InputError
from distilkit.notebook.magic.prompts import filled, split


@pytest.mark.parametrize(
    ("cell", "prompts"),
    [
        ("one\n", ["one"]),
        ("one\n\nstill one\n", ["one\n\nstill one"]),
        ("one\n---\ntwo\n-----  \nthree", ["one", "two", "three"]),
        ("---\none\n---\n---\n", ["one"]),
        ("a -- b\n--\nc --- d\n- - -", ["a -- b\n--\nc --- d\n- - -"]),
    ],
)
def test_a_line_of_dashes_parts_prompts(cell: str, prompts: list[str]) -> None:
    assert split(cell) == prompts


@pytest.mark.parametrize("cell", ["", "  \n\n", "---\n---"])
def test_an_empty_cell_is_refused(cell: str) -> None:
    with pytest.raises(InputError, match="the cell is empty"):
        split(cell)


def test_names_are_filled_in_and_double_braces_are_braces() -> None:
    assert filled("{a}{a} of {{a}} {b}", {"a": 1, "b": "{c}"}) == "11 of {a} {c}"


@pytest.mark.parametrize(
    "prompt", ["{a.__class__}", "{a[0]}", "{}", "{0}", "{a!r}", "{a:>9}", "{missing}", "{", "}", "{a"]
)
def test_nothing_else_between_braces_is_taken(prompt: str) -> None:
    with pytest.raises(InputError, match="--format") as caught:
        filled(prompt, {"a": 1})

    assert "\n" not in str(caught.value)


def test_only_a_line_feed_ends_a_line() -> None:
    assert split("one\u2028---\x85two\r\nthree") == ["one\u2028---\x85two\nthree"]
