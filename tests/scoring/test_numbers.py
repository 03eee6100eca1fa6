"""What the scorers of numbers call right: values, tolerances, units."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.scoring import Scorer, number, number_or_text


def verdict(scorer: Scorer, content: str, answer: Any) -> Any:
    return scorer(pd.DataFrame({"content": [content], "answer": [answer]})).tolist()[0]


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("so $1,200.00 in all", 1200, True),
        ("so 1200", "#### 1,200", True),
        ("a half, 1/2", 0.5, True),
        ("0.33", "1/3", False),
        ("I cannot tell", 3, False),
        ("12345678901234567890123456789012345", "12345678901234567890123456789012346", False),
        ("so 3 kg", 3, True),
        ("so 3 kg", "3", True),
        ("so 3 kg", "3 apples", True),
    ],
)
def test_number_compares_values(content: str, answer: Any, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(number(), content, answer) is right


@pytest.mark.parametrize(
    ("content", "answer", "right"),
    [
        ("It is 3 km.", "3000 m", True),
        ("It is 3 km.", "3 m", False),
        ("It is 3000.", "3000 m", True),
        ("It is 3 kg.", "3 km", False),
        ("1 hour", "#### 60 minutes (1 hour)", True),
        ("60 oranges", "60 minutes", True),
        ("1/3 hour", "20 minutes", True),
        ("\\boxed{3 \\text{ km}}", "3000 metres", True),
        ("so $18", "18 dollars", True),
        ("so \u20ac18", "$18", False),
        ("1800 cents", "$18", True),
        ("$18$", "\u20ac18", True),
        ("2 m\u00b2", "20000 cm^2", True),
        ("90 km/h", "25 m/s", True),
        ("2000 pounds", "1 ton", True),
        ("5 pounds", "\u00a35", True),
        ("68 \u00b0F", "20 \u00b0C", False),
        ("50%", "50 percent", True),
        ("50%", "50 km", False),
        ("10 inches", "25.4 cm", True),
        ("1 year", "12 months", True),
    ],
)
def test_a_reference_with_a_unit_is_compared_with_its_unit(content: str, answer: str, right: bool) -> None:  # noqa: FBT001 - a verdict
    assert verdict(number(), content, answer) is right


@pytest.mark.parametrize(
    ("units", "verdicts"),
    [("compare", [True, True, False]), ("required", [True, False, False]), ("ignore", [False, True, True])],
)
def test_what_becomes_of_units_can_be_chosen(units: Any, verdicts: list[bool]) -> None:
    scorer = number(units=units)

    assert [verdict(scorer, content, "3000 m") for content in ("3 km", "3000", "3000 kg")] == verdicts


def test_a_reference_without_a_unit_requires_none() -> None:
    assert verdict(number(units="required"), "3", "3") is True


@pytest.mark.parametrize(
    ("content", "answer", "points", "fraction"),
    [
        ("50%", 0.5, False, True),
        ("50%", 50, True, False),
        ("0.5", "50%", False, True),
        ("50", "50%", True, False),
        ("50 percent", "50%", True, True),
        ("50 km", "50", True, True),
    ],
)
def test_per_cent_are_points_or_a_fraction(content: str, answer: Any, points: bool, fraction: bool) -> None:  # noqa: FBT001 - verdicts
    assert verdict(number(), content, answer) is points
    assert verdict(number(percent="fraction"), content, answer) is fraction


def test_number_allows_the_tolerance_and_no_more() -> None:
    frame = pd.DataFrame({"content": ["0.33", "0.32"], "answer": ["0.34", "0.34"]})

    assert number(tolerance=0.01)(frame).tolist() == [True, False]


def test_a_tolerance_is_in_the_references_unit() -> None:
    scorer = number(tolerance=10)

    assert [verdict(scorer, content, "3000 m") for content in ("3.01 km", "3.02 km")] == [True, False]


def test_a_relative_tolerance_is_a_share_of_the_reference() -> None:
    scorer = number(relative=0.01)

    assert [verdict(scorer, content, -200) for content in ("-202", "-198", "-202.1", "202")] == [
        True,
        True,
        False,
        False,
    ]
    assert [verdict(scorer, content, "2 km") for content in ("2020 m", "2021 m")] == [True, False]


def test_the_larger_of_both_tolerances_counts() -> None:
    assert verdict(number(relative=0.01, tolerance=5), "204", 200) is True


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


@pytest.mark.parametrize("given", [-1, float("nan"), float("inf"), "much"])
@pytest.mark.parametrize("name", ["tolerance", "relative"])
def test_a_bad_tolerance_is_refused_when_it_is_written(name: str, given: Any) -> None:
    with pytest.raises(InputError, match=name):
        number(**{name: given})


@pytest.mark.parametrize(("name", "known"), [("units", "'compare', 'required', 'ignore'"), ("percent", "'points'")])
def test_an_unknown_way_is_refused_and_the_known_ones_named(name: str, known: str) -> None:
    with pytest.raises(InputError, match=f"{name}= must be one of {known}"):
        number(**{name: "maybe"})
