"""Words of size behind a number: what they count, and what they are not taken for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from distilkit.scoring import number
from distilkit.scoring.numerals import last_quantity
from distilkit.scoring.scales import in_full


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2 million", "1200000"),
        ("$1.2 million", "1200000"),
        ("\\boxed{1.2\\text{ million}}", "1200000"),
        ("**3** billion", "3e9"),
        ("$3bn", "3e9"),
        ("2 Millions", "2e6"),
        ("5k", "5000"),
        ("$5K", "5000"),
        ("$1.2M", "1.2e6"),
        ("\u20ac2 trillion", "2e12"),
        ("5 lakh", "500000"),
        ("1.23456789012345678901234567890123 million", "1234567.89012345678901234567890123"),
    ],
)
def test_a_word_of_size_is_counted_in(text: str, value: str) -> None:
    found = last_quantity(text)

    assert found is not None
    large = in_full(found)
    assert large is not None
    assert large.value == Decimal(value)


@pytest.mark.parametrize(
    "text", ["5 m", "5 M", "5M", "5 B", "5 K", "5 k", "5 hundredths", "5 mnemonics", "5 kg", "$5 k", "5"]
)
def test_units_and_other_words_are_none(text: str) -> None:
    found = last_quantity(text)

    assert found is not None
    assert in_full(found) is None


@pytest.mark.parametrize(
    ("content", "answer", "expected"),
    [
        ("$1.2 million", "$1,200,000", True),
        ("$1,200,000", "$1.2 million", True),
        ("$1.2 million", "$1.2 billion", False),
        ("$1.2M", "$1.2B", False),
        ("1.2 million km", "1.2 million miles", False),
        ("1.2 million km", "1.2 billion m", True),
        ("about 1.5 million people", 1_500_000, True),
        # Without the word on one side its number alone decides, as it does without a unit.
        ("1.2", "1.2 million", True),
        ("1.2 million", "1.2", True),
        ("1.3 million", "1.2", False),
    ],
)
def test_sizes_are_compared(content: str, answer: Any, expected: Any) -> None:
    frame = pd.DataFrame({"content": [content], "answer": [answer]})

    assert number()(frame).tolist() == [expected]


def test_where_units_are_required_so_are_sizes() -> None:
    frame = pd.DataFrame({"content": ["$1.2", "$1.2 million", "$1,200,000"], "answer": ["$1.2 million"] * 3})

    assert number(units="required")(frame).tolist() == [False, True, True]
