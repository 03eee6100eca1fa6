"""What the scorers of texts call right."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import Scorer, contains, exact, regex


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
    ("normalize", "content", "right"),
    [
        ("text", "the Eiffel Tower!", False),
        ("squad", "the Eiffel Tower!", True),
        ("squad", "Eiffel  Towers", False),
        ("none", "eiffel tower", False),
        ("none", "Eiffel Tower", True),
        (lambda text: text[:5].lower(), "eifel", False),
        (lambda text: text[:2].lower(), "eifel", True),
    ],
)
def test_what_exact_overlooks_can_be_chosen(normalize: Any, content: str, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(exact(normalize=normalize), content, "Eiffel Tower") is right


@pytest.mark.parametrize("normalize", ["squat", None, 3])
@pytest.mark.parametrize("scorer", [exact, contains])
def test_an_unknown_normalisation_is_refused_and_the_known_ones_named(scorer: Any, normalize: Any) -> None:
    with pytest.raises(InputError, match=r"normalize=.*'text', 'squad', 'none'"):
        scorer(normalize=normalize)


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


def test_contains_minds_case_where_nothing_is_overlooked() -> None:
    scorer = contains(normalize="none")

    assert [verdict(scorer, "So NASA it is", sought) for sought in ("NASA", "nasa", "ASA")] == [True, False, False]


def test_an_empty_reference_is_contained_nowhere_and_everywhere() -> None:
    assert verdict(contains(), "anything", " . ") is pd.NA


@pytest.mark.parametrize(
    ("pattern", "answer", "right"),
    [(r"Answer: (\w+)", "B", True), (r"Answer: (\w+)", "A", False), (r"[AB]$", "b", True), (r"nothing", "B", False)],
)
def test_regex_compares_its_last_match(pattern: str, answer: str, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(regex(pattern, "answer"), "Answer: A\nno, Answer: B", answer) is right


def test_a_group_that_took_no_part_is_nothing_found() -> None:
    assert verdict(regex(r"x|(\d)", "answer"), "1 x", "1") is False


def test_regex_alone_asks_whether_it_is_found() -> None:
    frame = pd.DataFrame({"content": ["```python\n```", "none"]})

    assert regex("```")(frame).tolist() == [True, False]


@pytest.mark.parametrize("pattern", ["(", 3, None, b"x"])
def test_a_bad_pattern_is_refused_when_it_is_written(pattern: Any) -> None:
    with pytest.raises(InputError, match=r"regex\(.*(not a regular expression|bytes)"):
        regex(pattern)
