"""Scorers of numbers: the one an answer ends with, its unit, and how far it may be off.

Knows nothing of models or of what becomes of a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal, get_args

from distilkit.errors import InputError
from distilkit.scoring.normalizing import text as normal_text
from distilkit.scoring.numerals import Quantity, last_number, last_quantity, whole_number
from distilkit.scoring.outcome import Scorer, Unscored, Value
from distilkit.scoring.references import CONTENT, against, check_column
from distilkit.scoring.scales import in_full
from distilkit.scoring.texts import is_within
from distilkit.scoring.units import conversions, is_percent, units_of

Units = Literal["compare", "required", "ignore"]
"""What becomes of units; `number` says what each means."""

Percent = Literal["points", "fraction"]
"""What `50%` is: 50, or 0.5."""

# A fraction such as 1/3 is read to 28 digits; after a conversion the last of them may differ.
_ROUNDING = Fraction(1, 10**24)


def number(
    column: str = "answer",
    *,
    tolerance: float | Decimal = 0,
    relative: float | Decimal = 0,
    units: Units = "compare",
    percent: Percent = "points",
) -> Scorer:
    """Score whether the number the answer ends with is the one in `column`, or one of a list of numbers there.

    `last_number` says what counts as a number; a reference given as text (`#### 18`) is read in the same way.

    Where the reference has a unit (`3000 m`, `$18`, `60 minutes`), so may the answer: `3 km` is right for `3000 m`, and
    `3 kg` is wrong. Known are the usual units of length, area, volume, mass, time, speed, energy, power, frequency,
    pressure, temperature, angle and data, with SI prefixes, per cent, and currencies, which are never converted into
    one another; temperatures neither. A word that is none of them is no unit. References without a unit are compared
    by number alone, whatever the answer's unit is. A word of size is part of its number (`1.2 million`, `$1.2M`); where
    only one side has one, the other may also be in that size.

    Args:
        column: the reference; a row where it is missing, or holds no number, scores `<NA>`.
        tolerance: the largest difference still right, in the reference's own unit. 0 asks for equal numbers, which 0.33
            and 1/3 are not.
        relative: the largest difference still right as a share of the reference: 0.01 allows 1 %. The larger of the
            two counts.
        units: `"compare"`: an answer without a unit is judged by its number alone, one with a unit by both.
            `"required"`: where the reference has a unit, an answer without one is wrong. `"ignore"`: numbers alone.
        percent: `"points"`: `50%` is 50. `"fraction"`: `50%` is 0.5, in answers and references.

    Raises:
        InputError: a tolerance is negative or not a number, or another argument is none of the above.
    """
    check_column(column, "number")
    allowed = Allowed(_tolerance("tolerance", tolerance), _tolerance("relative", relative))
    _check_choice("units", units, get_args(Units))
    _check_choice("percent", percent, get_args(Percent))

    def close(content: str, reference: str) -> Value:
        expected = last_quantity(reference)
        if expected is None:
            return Unscored(f"no number in column {column!r}: {reference[:80]!r}")
        found = last_quantity(content)
        if found is None:
            return False
        readings = _readings(found, expected, units)
        if percent == "fraction":
            readings = [(_as_fraction(one), _as_fraction(other)) for one, other in readings]
        return any(_agree(one, other, allowed, units) for one, other in readings)

    return Scorer(name="number", function=against(column, close), needs=(CONTENT, column), binary=True)


def number_or_text(column: str = "answer", *, tolerance: float | Decimal = 0) -> Scorer:
    """Score as `number` where the reference is a number, and otherwise whether the answer's last line holds the text.

    For tasks that mix both. The last line with anything in it counts, so that a word weighed on the way to another
    answer is not taken for the answer; there, the text is looked for as in `contains`. Units are not looked at.

    Raises:
        InputError: the tolerance is negative or not a number.
    """
    check_column(column, "number_or_text")
    allowed = Allowed(_tolerance("tolerance", tolerance), Decimal(0))

    def right(content: str, reference: str) -> Value:
        expected = whole_number(reference)
        if expected is not None:
            found = last_number(content)
            return found is not None and allowed.covers(found, expected)
        return is_within(normal_text(content.rstrip().rpartition("\n")[2]), normal_text(reference))

    return Scorer(name="number_or_text", function=against(column, right), needs=(CONTENT, column), binary=True)


@dataclass(frozen=True, slots=True)
class Allowed:
    """How far a number may be off: by so much, or by that share of what is expected, whichever is more."""

    tolerance: Decimal
    relative: Decimal

    def covers(self, found: Decimal, expected: Decimal) -> bool:
        """Return whether a number is near enough."""
        return abs(found - expected) <= max(self.tolerance, self.relative * abs(expected))


def _readings(found: Quantity, expected: Quantity, units: Units) -> list[tuple[Quantity, Quantity]]:
    """Return what an answer and its reference may mean: where one says `million`, the other may leave it out."""
    large, wanted = in_full(found), in_full(expected)
    readings = [(large or found, wanted or expected)]
    if (large is None) != (wanted is None) and (wanted is None or units != "required"):
        readings.append((found, expected))
    return readings


def _agree(found: Quantity, expected: Quantity, allowed: Allowed, units: Units) -> bool:
    wanted = units_of(expected) if units != "ignore" else ()
    if not wanted:
        return allowed.covers(found.value, expected.value)
    given = units_of(found)
    if not given:
        return units == "compare" and allowed.covers(found.value, expected.value)
    return any(_converted(found.value, expected.value, factor, allowed) for factor in conversions(given, wanted))


def _converted(found: Decimal, expected: Decimal, factor: Fraction, allowed: Allowed) -> bool:
    """Return whether a number is near enough once it is in the other's unit."""
    if factor == 1:
        return allowed.covers(found, expected)
    size = abs(Fraction(expected))
    largest = max(Fraction(allowed.tolerance), Fraction(allowed.relative) * size, _ROUNDING * size)
    return abs(Fraction(found) * factor - Fraction(expected)) <= largest


def _as_fraction(quantity: Quantity) -> Quantity:
    """Return `50%` as 0.5; anything else as it is."""
    return Quantity(quantity.value / 100) if is_percent(quantity) else quantity


def _check_choice(name: str, given: Any, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InputError(f"{name}= must be one of {', '.join(map(repr, known))}, not {given!r}")


def _tolerance(name: str, given: float | Decimal) -> Decimal:
    try:
        allowed = Decimal(str(given))
    except InvalidOperation:
        raise InputError(f"{name} must be a number, not {given!r}") from None
    if not (allowed.is_finite() and allowed >= 0):
        raise InputError(f"{name} must be 0 or more, not {given!r}")
    return allowed
