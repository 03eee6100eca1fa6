"""What thresholds are chosen for: a quality to reach, or dollars to stay within.

Knows the arguments; knows nothing of thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass

from distilkit.analysis.caveats import check_amount, number_of
from distilkit.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A quality to reach for the least dollars, or US dollars an item to do best within; at most one of them."""

    quality: float | None
    budget: float | None

    @property
    def chooses(self) -> bool:
        """Whether anything was asked for."""
        return self.quality is not None or self.budget is not None

    @property
    def unmet(self) -> str:
        """What to say when no threshold fulfils it."""
        if self.quality is not None:
            return f"no threshold reaches {self.quality:g} on the prompts it is chosen on; the best is shown"
        return f"no threshold costs ${self.budget:g} or less on the prompts it is chosen on; the cheapest is shown"


def check_aim(quality: object, budget: object) -> Aim:
    """Return the aim that two arguments make.

    Raises:
        InputError: both are given, or one is no number.
    """
    if quality is not None and budget is not None:
        raise InputError("quality= and budget= are two ways to choose a threshold; give one of them")
    target = None if quality is None else number_of(quality)
    if quality is not None and target is None:
        raise InputError(f"quality= must be a number, on the scale of the score, not {quality!r}")
    return Aim(quality=target, budget=None if budget is None else check_amount("budget", budget))
