"""The shared look."""

from __future__ import annotations

import pytest

from distilkit.notebook.style import NO_BREAK, block, dollars, facts, folded, quiet, seconds, text


@pytest.mark.parametrize("write", [text, quiet, lambda said: folded(said, ""), lambda said: facts([said])])
def test_what_was_said_is_no_tag(write: object) -> None:
    assert "<b" not in write("<b onclick=x>")  # type: ignore[operator]


def test_a_block_is_never_typeset() -> None:
    assert block("x", "<p>") == '<div class="distilkit-x mathjax_ignore tex2jax_ignore"><p></div>'


def test_a_text_has_a_direction_of_its_own() -> None:
    assert 'dir="auto"' in text("שלום")


def test_a_line_of_facts_breaks_between_two_of_them_and_not_between_a_number_and_its_unit() -> None:
    shown = facts(["12 tokens", "cost unknown", "1.5 s"]).partition(">")[2].partition(">")[2]

    assert [part.replace(NO_BREAK, " ") for part in shown.partition("<")[0].split(" ")] == [
        "12 tokens ·",
        "cost unknown ·",
        "1.5 s",
    ]


def test_a_long_fact_breaks_as_any_text_does() -> None:
    said = "rated 4 (“a comment of a person who has more to say”)"

    assert said in facts([said])


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0.000000001234, "$0.00000000123"), (0.9999, "$1"), (0.5, "$0.5"), (12, "$12.00"), (-0.02, "$-0.02")],
)
def test_dollars_have_three_digits_that_count_and_no_exponent(amount: float, written: str) -> None:
    assert dollars(amount) == written


@pytest.mark.parametrize(
    ("duration", "written"), [(0, "0.00 s"), (0.999, "1.00 s"), (9.96, "10.0 s"), (3600, "3,600 s")]
)
def test_a_time_has_the_digits_worth_reading(duration: float, written: str) -> None:
    assert seconds(duration) == written
