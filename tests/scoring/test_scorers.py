"""What the ready-made scorers call right."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import Scorer, contains, exact, number, number_or_text, regex


def verdict(scorer: Scorer, content: str, answer: Any) -> Any:
    return scorer(pd.DataFrame({"content": [content], "answer": [answer]})).tolist()[0]


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("Paris", "paris", True),
        ("  New\n York. ", "new york", True),
        ("\uff30aris", "Paris", True),
        ("STRASSE", "stra\u00dfe", True),
        ("18", 18, True),
        ("18", 18.0, True),
        ("18.0", 18, False),
        ("Paris, France", "Paris", False),
        ("", "Paris", False),
    ],
)
def test_exact_compares_normalised_text(content: str, answer: Any, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(exact(), content, answer) is right


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("It is Paris, of course.", "paris", True),
        ("unknown", "no", False),
        ("I know", "no", False),
        ("in 1428", "42", False),
        ("about 42.5", "42", False),
        ("about 3.42", "42", False),
        ("it is 42.", "42", True),
        ("(42)", 42, True),
        ("\u6211\u5728\u5317\u4eac\u4f4f", "\u5317\u4eac", True),
        ("a (b) c", "(b)", True),
        ("C++ it is", "c++", True),
    ],
)
def test_contains_looks_for_whole_words(content: str, answer: Any, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(contains(), content, answer) is right


@pytest.mark.parametrize(
    ("pattern", "answer", "right"),
    [(r"Answer: (\w+)", "B", True), (r"Answer: (\w+)", "A", False), (r"[AB]$", "b", True), (r"nothing", "B", False)],
)
def test_regex_compares_its_last_match(pattern: str, answer: str, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(regex(pattern, "answer"), "Answer: A\nno, Answer: B", answer) is right


def test_regex_alone_asks_whether_it_is_found() -> None:
    frame = pd.DataFrame({"content": ["```python\n```", "none"]})

    assert regex("```")(frame).tolist() == [True, False]


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("so $1,200.00 in all", 1200, True),
        ("so 1200", "#### 1,200", True),
        ("a half, 1/2", 0.5, True),
        ("0.33", "1/3", False),
        ("I cannot tell", 3, False),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012346", False),
    ],
)
def test_number_compares_values(content: str, answer: Any, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(number(), content, answer) is right


def test_number_allows_the_tolerance_and_no_more() -> None:
    frame = pd.DataFrame({"content": ["0.33", "0.32"], "answer": ["0.34", "0.34"]})

    assert number(tolerance=0.01)(frame).tolist() == [True, False]


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("so 18.00", "18", True),
        ("so 18", 18, True),
        ("Not Monday.\n**Tuesday**\n", "Tuesday", True),
        ("Tuesday?\nNo: Monday", "Tuesday", False),
        ("12 May", "12 May", True),
        ("13 12", "12 May", False),
    ],
)
def test_number_or_text_goes_by_the_reference(content: str, answer: Any, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(number_or_text(), content, answer) is right


@pytest.mark.parametrize("scorer", [exact(), contains(), regex("x", "answer"), number(), number_or_text()])
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_reference_is_unknown_not_wrong(scorer: Scorer, missing: Any) -> None:
    assert verdict(scorer, "18", missing) is pd.NA


def test_thinking_is_never_the_answer() -> None:
    frame = pd.DataFrame({"content": [""], "thinking": ["it is 18"], "answer": ["18"]})

    verdicts = [make()(frame).tolist()[0] for make in (exact, contains, number, number_or_text)]

    assert verdicts == [False] * 4


@pytest.mark.parametrize("cell", [["a", "b"], {"a": 1}, ("a",)])
def test_several_references_in_a_cell_are_refused_with_a_way_out(cell: Any) -> None:
    with pytest.raises(InputError, match=r"'answer'.*function of the row"):
        verdict(exact(), "a", cell)


def test_a_bad_pattern_is_refused_when_it_is_written() -> None:
    with pytest.raises(InputError, match="not a regular expression"):
        regex("(")


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "much"])
def test_a_bad_tolerance_is_refused_when_it_is_written(tolerance: Any) -> None:
    with pytest.raises(InputError, match="tolerance"):
        number(tolerance=tolerance)
