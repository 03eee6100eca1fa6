"""The words that fill the problems' gaps. Knows no problem."""

from __future__ import annotations

from random import Random

_GIVEN = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Elif",
    "Finn",
    "Gita",
    "Hugo",
    "Iris",
    "Jon",
    "Kofi",
    "Lena",
    "Marta",
    "Nadia",
    "Omar",
    "Petra",
    "Quinn",
    "Rosa",
    "Sven",
    "Tara",
    "Umar",
    "Vera",
    "Wanda",
    "Yusuf",
)
GOODS = ("notebooks", "brushes", "lamps", "mugs", "candles", "plants", "towels", "cushions", "kites", "scarves")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def people(rng: Random, fields: str) -> dict[str, int | float | str]:
    """Give a different name to each of the fields, a string such as `"a b c"`."""
    wanted = fields.split()
    return dict(zip(wanted, rng.sample(_GIVEN, len(wanted)), strict=True))
