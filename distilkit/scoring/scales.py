"""Words of size behind a number: `1.2 million`, `$3bn`, `5k`.

Knows English, and the lakh and crore of India; knows numbers only as `Quantity`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from distilkit.scoring.numerals import Quantity
from distilkit.scoring.units import plain

_POWERS = {
    "hundred": 2,
    "thousand": 3,
    "lakh": 5,
    "million": 6,
    "mn": 6,
    "mln": 6,
    "crore": 7,
    "billion": 9,
    "bn": 9,
    "trillion": 12,
}
_WORD = re.compile(rf"[\s\-]{{0,3}}({'|'.join(_POWERS)})s?\b", re.IGNORECASE)
_THOUSAND = re.compile(r"(k)\b")
# Behind money alone: 5 m are metres, 5 B are bytes.
_LETTER = re.compile(r"([kmbt])\b", re.IGNORECASE)
_LETTERS = {"k": 3, "m": 6, "b": 9, "t": 12}


def in_full(quantity: Quantity) -> Quantity | None:
    """Return a number with the word of size behind it counted in; None where there is no such word.

    >>> in_full(Quantity(Decimal("1.2"), "$", " million a year"))
    Quantity(value=Decimal('1.2E+6'), sign='$', after=' a year')
    """
    after = plain(quantity.after)
    match = _WORD.match(after) or (_LETTER if quantity.sign else _THOUSAND).match(after)
    if match is None:
        return None
    word = match[1].lower()
    return replace(
        quantity, value=_times(quantity.value, _POWERS.get(word) or _LETTERS[word]), after=after[match.end() :]
    )


def _times(value: Decimal, power: int) -> Decimal:
    """Return a number times a power of ten, to its last digit."""
    sign, digits, exponent = value.as_tuple()
    return Decimal((sign, digits, int(exponent) + power))
