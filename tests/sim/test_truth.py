"""The truth, from the text of a prompt alone."""

from __future__ import annotations

import pytest

from distilkit.sim import items, solve


def test_every_item_of_every_seed_is_solved() -> None:
    for item in items(300) + items(300, seed=11):
        assert solve(item.prompt) == item.answer


@pytest.mark.parametrize(
    "wrapped",
    ["Answer tersely.\n\n{}", "Question: {}\nAnswer:", "{} Think step by step.", "<q>{}</q>", "“{}”"],
)
def test_a_template_round_the_question_does_not_matter(wrapped: str) -> None:
    for item in items(72):
        assert solve(wrapped.format(item.prompt)) == item.answer


def test_the_last_of_several_questions_counts() -> None:
    """Worked examples come first."""
    first, second, third = items(3)

    assert solve(f"{first.prompt} {first.answer}\n\n{second.prompt} {second.answer}\n\n{third.prompt}") == third.answer


def test_another_question_of_the_same_kind_is_the_last_one_too() -> None:
    assert (
        solve(
            "Today is Monday. What day of the week will it be in 8 days? Tuesday. "
            "Today is Friday. What day of the week will it be in 9 days?"
        )
        == "Sunday"
    )


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Who wrote this?",
        "Ada buys 3 lamps at $4 each. Why?",
        "123456789012 people meet, and each shakes hands once with each of the others. How many handshakes are there?",
        "A tap gives 4 litres of water every 0 minutes. How many litres does it give in 2 hours?",
        "Today is Nonday. What day of the week will it be in 9 days?",
        "In a certain year, 1 March is a Monday. What day of the week is 3 Brumaire of the same year?",
        (
            "Five friends ran a race, and no two finished together. A finished directly ahead of B. C finished after B "
            "but ahead of D. E finished ahead of A. Who finished in place 9?"
        ),
        (
            "A sequence starts with 99, and every further term is 99 times the one before it, less 1. "
            "What is term number 999999999?"
        ),
    ],
)
def test_what_is_no_problem_of_the_task_has_no_answer(prompt: str) -> None:
    assert solve(prompt) is None


def test_numbers_that_no_item_has_are_worked_out_too() -> None:
    prompt = "A jacket costs $33. In a sale its price is cut by 50 percent. How many dollars does it cost in the sale?"

    assert solve(prompt) == 16.5


def test_a_question_at_the_end_of_a_very_long_text_is_found() -> None:
    item = items(1)[0]

    assert solve("lorem ipsum 12 " * 100_000 + item.prompt) == item.answer


def test_texts_that_nearly_match_cost_little() -> None:
    """Made of openings that lead nowhere; a pattern that tried again and again would not come to an end."""
    assert solve("A tap gives 4 litres of water every " * 500 + "1" * 10_000) is None
    assert solve("A book has " + "1" * 19_000) is None
