"""Which letter an answer settles on."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.scoring.letters import settled_letter

LETTERS = "ABCDEFGHIJ"

SETTLED = [
    ("B", "B"),
    ("b", "B"),
    ("(B)", "B"),
    ("b)", "B"),
    ("**B)**", "B"),
    ("**B.**", "B"),
    ("\uff22", "B"),
    ("I", "I"),
    ("\\boxed{B}", "B"),
    ("$\\boxed{\\text{(C)}}$", "C"),
    ("\\boxed{A}? No, \\boxed{B}", "B"),
    ("\\boxed{B) Paris}", "B"),
    ("\\textbf{B}", "B"),
    ("B) Paris", "B"),
    ("B. Paris", "B"),
    ("B: Paris", "B"),
    ("The answer is (B).", "B"),
    ("The answer is **(B) Paris**", "B"),
    ("The answer is: \n**C**", "C"),
    ("The answer is therefore B", "B"),
    ("The answer is $\\mathbf{B}$", "B"),
    ("The answer should be B instead of A", "B"),
    ("the answer to this question is: option B, Paris", "B"),
    ("Answer: b", "B"),
    ("ANSWER: D", "D"),
    ("**Answer:** B", "B"),
    ("Answer:\n\nB", "B"),
    ("<answer>B</answer>", "B"),
    ('{"answer": "B"}', "B"),
    ("Correct Answer: C. Paris", "C"),
    ("Final answer - (D)", "D"),
    ("The correct option is **D**.", "D"),
    ("The best choice would be C, since A and B fail", "C"),
    ("(C) is correct", "C"),
    ("A is correct", "A"),
    ("I'd go with B because it's right", "B"),
    ("I would not pick B. I pick C", "C"),
    ("So the answer is I.", "I"),
    ("A good answer is B", "B"),
    ("I think A.", "A"),
    ("Choice B", "B"),
    ("option C because A is wrong", "C"),
    ("It's (B), because (A) and (C) are wrong.", "B"),
    ("It is definitely B, not A.", "B"),
    ("Option A: x\nOption B: y\nI choose B", "B"),
    ("(A) too small\n(B) right\n\nAnswer: (B)", "B"),
    ("Let me think.\nA is wrong, B is wrong.\nTherefore, C.", "C"),
    ("Neither A nor B is correct; C is correct", "C"),
    ("Answer: B\n\nA is wrong because of the date.", "B"),
    ("C because A is wrong", "C"),
    ("(A) is wrong, so B", "B"),
    ("A) isn't possible, which leaves (C)", "C"),
    ("Option A cannot be meant. Option D can.", "D"),
    ("A is not only right but plain", "A"),
    ("The answer is A, B is wrong", "A"),
    ("The answer is A... wait, actually B.", "B"),
    ("I would say B", "B"),
    ("I was thinking of B", "B"),
    ("\u7b54\u6848\u662fB", "B"),
    ("\u7b54\u6848\uff08C\uff09\u6b63\u786e", "C"),
    ("\uc815\ub2f5\uc740 B\uc785\ub2c8\ub2e4", "B"),
]
UNSETTLED = [
    "",
    "I am unsure",
    "a dog",
    "A dog barks",
    "the answer is a bit complicated",
    "The answer is not A",
    "A or B",
    "A and B",
    "Answer: A, B",
    "The answer is A or B.",
    "Neither A nor B is correct.",
    "Between (A) and (B) I cannot say",
    "A is incorrect",
    "(A) is not right",
    "Not B",
    "The answer is A or maybe B",
    "A. B. Yehoshua wrote it",
    "The answer is K.",
    "\u0412",
    "It's a trap",
]


@pytest.mark.parametrize(("text", "letter"), SETTLED)
def test_the_letter_is_read_as_people_say_it(text: str, letter: str) -> None:
    assert settled_letter(text, LETTERS) == letter


@pytest.mark.parametrize("text", UNSETTLED)
def test_no_letter_or_several_at_once_is_none(text: str) -> None:
    assert settled_letter(text, LETTERS) is None


def test_the_last_word_counts() -> None:
    assert settled_letter("The answer is A. Wait, no: the answer is B.", LETTERS) == "B"


def test_a_letter_that_is_not_offered_is_none() -> None:
    assert settled_letter("The answer is E.", "ABCD") is None


def test_options_may_be_digits() -> None:
    assert settled_letter("The answer is (2).", "1234") == "2"


@given(st.text(st.sampled_from("ABCDabcd ()[]*.:,\n{}\\$answeri-")))
def test_any_text_gives_a_letter_or_none(text: str) -> None:
    assert settled_letter(text, "ABCD") in {None, *"ABCD"}


@given(st.sampled_from(LETTERS), st.text(st.characters(categories=["Ll", "Zs"]), max_size=80))
def test_what_stands_before_a_last_line_does_not_matter(letter: str, before: str) -> None:
    assert settled_letter(f"{before}\n\nThe answer is ({letter}).", LETTERS) == letter


@pytest.mark.parametrize(
    "family",
    [
        "A",
        "A ",
        "(A) ",
        "answer ",
        "answer is ",
        "answer to ",
        "**A",
        "\\boxed{",
        "A or ",
        "\n",
        " ",
        "it is ",
        "so, ",
        "{",
    ],
)
def test_time_grows_with_the_text_and_no_faster(family: str) -> None:
    """Four times the text would take 16 times as long if a scan were quadratic."""
    short, long = family * 1_000, family * 4_000

    assert _seconds(long) < 10 * _seconds(short) + 0.05


def _seconds(text: str) -> float:
    """Return the least of three, so that a pause of the machine does not count."""
    return min(_once(text) for _ in range(3))


def _once(text: str) -> float:
    start = process_time()
    settled_letter(text, LETTERS)
    return process_time() - start
