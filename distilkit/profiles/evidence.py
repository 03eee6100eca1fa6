"""What a comparison found out about a profile, as a strategy keeps it: how good, and for how many dollars.

Values only. Knows no frame and no file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, TypeGuard


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known about one profile, on the prompts it was compared on.

    Attributes:
        quality: its mean score.
        quality_low: the lower end of the interval of that, or None where there is none.
        cost_per_item_usd: US dollars for one answer, or None where unknown: such a profile is asked last.
        n: on how many prompts, or None where it is not said.

    Raises:
        ValueError: a field is wrong; the text names it.
    """

    quality: float
    quality_low: float | None = None
    cost_per_item_usd: float | None = None
    n: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no figure; numpy's numbers become Python's."""
        for name in ("quality", "quality_low", "cost_per_item_usd"):
            value = getattr(self, name)
            if value is not None or name == "quality":
                object.__setattr__(self, name, _number(name, value))
        if self.quality_low is not None and self.quality_low > self.quality:
            raise ValueError(f"quality_low is {self.quality_low:g}, above quality, {self.quality:g}")
        if self.cost_per_item_usd is not None and self.cost_per_item_usd < 0:
            raise ValueError(f"cost_per_item_usd must be dollars from 0, not {self.cost_per_item_usd:g}")
        if self.n is not None:
            object.__setattr__(self, "n", _count(self.n))

    @classmethod
    def of(cls, given: object) -> Evidence:
        """Return the evidence itself, or make it of a mapping with its fields.

        Raises:
            ValueError: it is neither, or a field is unknown or wrong.
        """
        if isinstance(given, Evidence):
            return given
        if not isinstance(given, Mapping):
            raise ValueError(f"takes a mapping such as {{'quality': 0.8}}, not {type(given).__name__}")  # noqa: TRY004 - one kind of error, which the strategy turns into its own
        known = [each.name for each in fields(cls)]
        strange = [str(name)[:80] for name in given if name not in known]
        if strange:
            raise ValueError(f"{strange[0]!r} is no field; known: {', '.join(known)}")
        if "quality" not in given:
            raise ValueError("quality is missing; add it")
        return cls(**given)

    def given(self) -> dict[str, Any]:
        """Return its fields that are known, by name."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in named.items() if value is not None}


def in_order(evidence: Mapping[str, Evidence], quality: float) -> list[str]:
    """Return the names that reach a quality, cheapest first; unknown costs last, equals as they stand.

    >>> known = {"a": Evidence(quality=0.9, cost_per_item_usd=2), "b": Evidence(quality=0.8, cost_per_item_usd=1)}
    >>> in_order(known, 0.8), in_order(known, 0.85)
    (['b', 'a'], ['a'])
    """
    reach = [name for name, each in evidence.items() if each.quality >= quality]
    return sorted(reach, key=lambda name: _dollars(evidence[name]))


def nobody(evidence: Mapping[str, Evidence], quality: float) -> str | None:
    """Say that nobody reaches a quality, and the way out; None where somebody does."""
    if not evidence or in_order(evidence, quality):
        return None
    best = max(evidence, key=lambda name: evidence[name].quality)
    most = evidence[best].quality
    way = f"lower it to {most:g}, or add a profile that does"
    return f"no profile reaches quality {quality:g}; the best, {best!r}, has {most:g}; {way}"


def _dollars(each: Evidence) -> float:
    return math.inf if each.cost_per_item_usd is None else each.cost_per_item_usd


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a value is a number that a float holds; numpy's are, True is none."""
    try:
        return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def shown(value: object) -> str:
    """Return a wrong value as it is told: short, whatever it is."""
    try:
        return repr(value)[:80]
    except ValueError:  # of a whole number of thousands of digits Python makes no text
        return type(value).__name__


def _number(name: str, value: object) -> float:
    if not is_number(value):
        raise ValueError(f"{name} must be a number, not {shown(value)}")
    return float(value)


def _count(value: object) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"n must be a whole number from 1, not {shown(value)}")
    return int(value)
