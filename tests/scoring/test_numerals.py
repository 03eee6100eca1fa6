"""Which number an answer ends with."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.scoring.numerals import last_number, whole_number

GSM8K = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "gsm8k_mixtral_gpt4.csv"

CASES = [
    ("18", "18"),
    ("She makes 9 * $2 = $18 every day.", "18"),
    ("first 3, then 4", "4"),
    ("so 18.", "18"),
    ("so 3.14.", "3.14"),
    ("-3", "-3"),
    ("\u22123", "-3"),
    ("it is (\u22125)", "-5"),
    ("x = -5", "-5"),
    ("-$5", "-5"),
    ("$-5", "-5"),
    ("\\$1,234.50", "1234.50"),
    ("\u20ac12", "12"),
    ("10-5", "5"),
    ("20 - 15", "15"),
    ("1,234,567 people", "1234567"),
    ("12,34,567 rupees", "1234567"),
    ("1\u202f234\u202f567", "1234567"),
    ("1{,}234", "1234"),
    ("1\\,234", "1234"),
    ("1,2,3", "3"),
    ("1,234.", "1234"),
    ("50%", "50"),
    ("18\\%.", "18"),
    ("**18**", "18"),
    ("$18$", "18"),
    ("5km", "5"),
    (".5", "0.5"),
    ("$.50", "0.50"),
    ("1/2", "0.5"),
    ("-1/2", "-0.5"),
    ("1 1/2 cups", "1.5"),
    ("\u00bd", "0.5"),
    ("2\u00bd", "2.5"),
    ("\\frac{1}{2}", "0.5"),
    ("-\\frac{1}{2}", "-0.5"),
    ("2\\frac{1}{2}", "2.5"),
    ("\\dfrac{3}{4}", "0.75"),
    ("1.2e-3", "0.0012"),
    ("1E5", "100000"),
    ("3 \u00d7 10^8", "300000000"),
    ("3 \\times 10^{-2}", "0.03"),
    ("10^6", "1000000"),
    ("\u0663", "3"),
    ("\\boxed{18} as in step 4", "18"),
    ("\\boxed{3} and then \\boxed{\\frac{3}{4}}, see 9", "0.75"),
    ("\\boxed{18\\text{ cm}^2}", "18"),
    ("\\boxed{-3", "-3"),
    ("\\boxed{none}, but 7", "7"),
    ("#### 18", "18"),
    ("#### 60 minutes (1 hour)", "60"),
    ("#### 7\nThat is, 7 out of 12.", "7"),
    ("#### Step 2\nadd, so 7", "7"),
    ("#### 2. Add up\nso 7", "7"),
    ("12/25/2024", "2024"),
    ("24 2/3", str(Decimal(24) + Decimal(2) / Decimal(3))),
    ("it is 7, as GPT-4 and GPT4 say of CO2 in cm^2", "7"),
    ("7 and 1/0", "7"),
]
NONE = ["", "I cannot tell.", "1/0", "GPT-4", "\\boxed{}", "####", "-", "$", "\\frac{1}{0}"]


@pytest.mark.parametrize(("text", "number"), CASES)
def test_the_last_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert last_number(text) == Decimal(number)


@pytest.mark.parametrize("text", NONE)
def test_no_number_is_none(text: str) -> None:
    assert last_number(text) is None


@given(st.text(st.sampled_from("0123456789.,-+/$%eE^x\\{}()#* \n\u2212\u00bdfracboxed")))
def test_any_text_gives_a_finite_number_or_none(text: str) -> None:
    found = last_number(text)

    assert found is None or found.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_with_separators_is_found_again(number: Decimal) -> None:
    assert last_number(f"After 2 steps the answer is {number:,}.") == number


@given(st.integers(-999, 999), st.integers(1, 999))
def test_a_fraction_is_its_quotient(top: int, bottom: int) -> None:
    found = last_number(f"that leaves {top}/{bottom} of it")

    assert found is not None
    assert abs(Fraction(found) - Fraction(top, bottom)) < Fraction(1, 10**20)


@pytest.mark.parametrize(
    "family",
    [
        "1,234",
        "1",
        "$",
        "-",
        "1/",
        "\\boxed{",
        "#### ",
        "\n#### 1",
        "1 1/",
        ",234",
        ",23",
        "1,23",
        "1\u202f23",
        "1\\frac{",
        " ",
        "1e",
    ],
)
def test_time_grows_with_the_text_and_no_faster(family: str) -> None:
    """Four times the text would take 16 times as long if a scan were quadratic."""
    short, long = family * 2_000, family * 8_000

    assert _seconds(long) < 10 * _seconds(short) + 0.05


def _seconds(text: str) -> float:
    """Return the least of three, so that a pause of the machine does not count."""
    return min(_once(text) for _ in range(3))


def _once(text: str) -> float:
    start = process_time()
    last_number(text)
    return process_time() - start


@pytest.mark.parametrize(("text", "number"), [(" $1,200. ", 1200), ("50%", 50), ("-3", -3), ("1/2", Decimal("0.5"))])
def test_a_text_that_is_a_number_is_a_whole_number(text: str, number: Decimal) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["12 May", "Tuesday", "3 and 4", "", "route 66"])
def test_a_text_with_a_number_in_it_is_none(text: str) -> None:
    assert whole_number(text) is None


@pytest.mark.skipif(not GSM8K.exists(), reason="the recorded answers are not part of the repository")
def test_real_answers_are_read_as_their_judges_read_them() -> None:
    """97.3 % was measured with a simpler reader; the truth is the first right answer's last number."""
    with GSM8K.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    agreed = [_agrees(*row[1:]) for row in rows if "True" in row[1:3]]

    assert len(agreed) == 1225
    assert sum(agreed) / len(agreed) >= 0.97


def _agrees(first_right: str, second_right: str, first: str, second: str) -> bool:
    truth = last_number(first if first_right == "True" else second)
    return (last_number(second) == truth) == (second_right == "True")
