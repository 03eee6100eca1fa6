"""What the scorer of multiple choice calls right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import apply, choice

CITIES = ["London", "Paris", "York", "New York"]


def frame_of(content: str, answer: Any, options: Any = None) -> pd.DataFrame:
    cells = {"content": content, "answer": answer, "options": options}
    return pd.DataFrame({name: pd.Series([cell], dtype=object) for name, cell in cells.items()})


def verdict(content: str, answer: Any, options: Any = None) -> Any:
    scorer = choice() if options is None else choice(options="options")
    return scorer(frame_of(content, answer, options)).tolist()[0]


@pytest.mark.parametrize("answer", ["B", "b", "(B)", "B.", " B "])
def test_the_letter_that_is_settled_on_is_compared(answer: str) -> None:
    assert verdict("The answer is (B).", answer) is True
    assert verdict("The answer is (C).", answer) is False


@pytest.mark.parametrize("content", ["I cannot tell.", "", "A or B", "A good one"])
def test_an_answer_that_names_no_one_letter_is_wrong(content: str) -> None:
    assert verdict(content, "A") is False


@pytest.mark.parametrize("answer", [1, "Paris", "AB", "K", ""])
def test_a_reference_that_is_no_letter_is_unknown_with_the_reason(answer: Any) -> None:
    with pytest.warns(UserWarning, match="none of A, B, C"):
        scored = apply(frame_of("B", answer), {"s": choice()})

    assert scored["s"].tolist() == [pd.NA]


@pytest.mark.parametrize(
    ("content", "right"),
    [
        ("B", True),
        ("Paris", True),
        ("  paris. ", True),
        ("\\boxed{\\text{Paris}}", True),
        ("The answer is Paris.", True),
        ("The capital has always been Paris, of course", True),
        ("London", False),
        ("Paris or London", False),
        ("Paris? No, I choose A", False),
    ],
)
def test_an_option_may_be_named_in_words(content: str, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(content, "B", CITIES) is right


def test_an_option_within_another_is_not_meant() -> None:
    assert verdict("It is New York, I believe", "D", CITIES) is True


def test_a_letter_within_an_options_text_is_not_the_letter() -> None:
    options = ["Vitamin A", "Vitamin C", "Iron"]

    assert verdict("Vitamin C", "B", options) is True
    assert verdict("It must have been vitamin C", "B", options) is True


@pytest.mark.parametrize("options", [CITIES, tuple(CITIES), np.array(CITIES), dict(zip("ABCD", CITIES, strict=True))])
def test_options_may_be_a_list_or_a_mapping(options: Any) -> None:
    assert verdict("Paris", "Paris", options) is True
    assert verdict("B", "paris", options) is True


def test_a_letter_beyond_the_options_is_none() -> None:
    assert verdict("E", "D", CITIES) is False


def test_a_row_without_options_is_judged_by_its_letter() -> None:
    frame = pd.DataFrame({"content": ["B", "B"], "answer": ["B", "B"], "options": [CITIES, None]})

    assert choice(options="options")(frame).tolist() == [True, True]


@pytest.mark.parametrize(
    ("options", "problem"), [("Paris", "not a list"), (["x"] * 11, "11 options"), ({"one": "x"}, "'ONE', which is no")]
)
def test_options_that_are_none_cost_their_row(options: Any, problem: str) -> None:
    with pytest.warns(UserWarning, match=problem):
        scored = apply(frame_of("B", "B", options), {"s": choice(options="options")})

    assert scored["s"].tolist() == [pd.NA]


def test_letters_can_be_chosen() -> None:
    frame = frame_of("The answer is (2)", "2")

    assert choice(letters="1234")(frame).tolist() == [True]


@pytest.mark.parametrize("letters", ["", "A", "AA", "Aa", "A,B", None, ["A", "B"]])
def test_letters_that_are_none_are_refused_when_written(letters: Any) -> None:
    with pytest.raises(InputError, match="letters= must be two or more different letters"):
        choice(letters=letters)


def test_a_column_of_options_that_is_missing_is_refused() -> None:
    with pytest.raises(InputError, match="needs a column 'choices'"):
        apply(frame_of("B", "B"), {"s": choice(options="choices")})
