"""Which unit a number has, and what it is worth in another."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.scoring.numerals import last_quantity
from distilkit.scoring.units import Unit, conversions, is_percent, units_of


def units(text: str) -> tuple[Unit, ...]:
    quantity = last_quantity(text)
    assert quantity is not None
    return units_of(quantity)


@pytest.mark.parametrize(
    ("given_text", "wanted", "factor"),
    [
        ("1 km", "1 m", "1000"),
        ("1 KM", "1 kilometre", "1"),
        ("1 kilometers", "1 mm", "1000000"),
        ("1 mile", "1 m", "1609.344"),
        ("1 in", "1 cm", "2.54"),
        ("1 h", "1 s", "3600"),
        ("1 msec", "1 \u00b5s", "1000"),
        ("1 week", "1 day", "7"),
        ("1 kg", "1 lb", "100000000/45359237"),
        ("1 tonne", "1 kg", "1000"),
        ("1 L", "1 cm^3", "1000"),
        ("1 mL", "1 cc", "1"),
        ("1 cubic meter", "1 liter", "1000"),
        ("1 hectare", "1 m\u00b2", "10000"),
        ("1 km/h", "1 m/s", "5/18"),
        ("1 mph", "1 miles per hour", "1"),
        ("1 kWh", "1 MJ", "3.6"),
        ("1 GB", "1 MB", "1000"),
        ("1 byte", "1 bits", "8"),
        ("1 KiB", "1 byte", "1024"),
        ("1 kHz", "1 Hz", "1000"),
        ("1 cent", "$1", "1/100"),
        ("1 USD", "1 dollars", "1"),
        ("1 k\u03a9", "1 ohms", "1000"),
        ("1 \\text{ km}^2", "1 m^2", "1000000"),
        ("**1** km", "1 m", "1000"),
        ("1-km run", "1 m", "1000"),
        ("1\\,\\mathrm{m/s^2}", "1 m/s^2", "1"),
        ("1^\\circ", "1 degree", "1"),
        ("1 \u00b0C", "1 degrees Celsius", "1"),
        ("1 per cent", "1%", "1"),
    ],
)
def test_units_are_converted_exactly(given_text: str, wanted: str, factor: str) -> None:
    top, _, bottom = factor.partition("/")

    assert conversions(units(given_text), units(wanted)) == (Fraction(top) / Fraction(bottom or 1),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1 km", "1 kg"),
        ("$1", "\u20ac1"),
        ("1 \u00b0C", "1 \u00b0F"),
        ("1 m", "1 m^2"),
        ("1 m/s", "1 m"),
        ("1 month", "1 day"),
    ],
)
def test_what_is_no_measure_of_the_same_is_not_converted(one: str, other: str) -> None:
    assert units(one)
    assert units(other)
    assert conversions(units(one), units(other)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "7 people",
        "7 in total",
        "3 A grades",
        "5M",
        "5 k",
        "5 a day",
        "$18$",
        "5 dollars per person",
        "5 times per day",
        "7.",
        "7\nm",
        "7 \u00b2",
    ],
)
def test_a_word_that_is_no_unit_is_none(text: str) -> None:
    assert units(text) == ()


def test_a_pound_is_two_things_and_a_ton_is_three() -> None:
    assert len(units("5 pounds")) == 2
    assert len(conversions(units("1 ton"), units("1 kg"))) == 3


@pytest.mark.parametrize(("text", "percent"), [("5%", True), ("5 \\%", True), ("5 percent", True), ("5", False)])
def test_per_cent_are_seen(text: str, percent: bool) -> None:  # noqa: FBT001 - a verdict
    quantity = last_quantity(text)

    assert quantity is not None
    assert is_percent(quantity) is percent


@given(st.text(st.sampled_from("0123456789 kmgsL/^\u00b2$%{}\\textper*\u00b0C\n-")))
def test_any_text_has_units_or_none(text: str) -> None:
    quantity = last_quantity(f"1 {text}")

    assert quantity is None or all(unit.size > 0 for unit in units_of(quantity))
