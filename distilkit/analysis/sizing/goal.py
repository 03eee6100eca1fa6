"""What a study shall show, and how surely: the arithmetic of power.

Knows variances and numbers of items; knows nothing of pilots, frames or dollars.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

from distilkit.analysis.caveats import check_count, check_share, number_of
from distilkit.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A gap to be seen by a two-sided test.

    Attributes:
        gap: the smallest difference worth seeing, in units of the score.
        power: chance of seeing it.
        alpha: level of the test.
        n: items that a smallest gap is wanted for; None for the pilot's.
        confidence: of the interval that a pilot leaves open.
    """

    gap: float
    power: float
    alpha: float
    n: int | None
    confidence: float

    @property
    def quantiles(self) -> float:
        """The normal quantile of 1 − alpha/2 plus that of the power."""
        from scipy.special import ndtri

        return float(ndtri(1 - self.alpha / 2) + ndtri(self.power))

    def items(self, variance: float) -> float:
        """Return quantiles²·variance / gap², not rounded (Cohen 1988; Miller 2024).

        >>> round(Goal(gap=0.03, power=0.8, alpha=0.05, n=None, confidence=0.95).items(1 / 9), 4)
        968.9975
        """
        return self.quantiles**2 * variance / self.gap**2

    def smallest_gap(self, variance: float, items: int) -> float:
        """Return the gap that so many items show: quantiles·√(variance / items)."""
        return self.quantiles * sqrt(variance / items)

    def factor(self, relative_error: float) -> float:
        """Return by what to divide and multiply a variance for its interval, normal on the log scale.

        Args:
            relative_error: standard error of the variance, as a share of it.
        """
        from scipy.special import ndtri

        return exp(float(ndtri(0.5 + self.confidence / 2)) * relative_error)


def goal_of(gap: float, power: float, alpha: float, n: int | None, confidence: float) -> Goal:
    """Return the goal that a caller's arguments describe.

    Raises:
        InputError: one of them is out of its range, or the power no more than the level.
    """
    size = number_of(gap)
    if size is None or size <= 0:
        raise InputError(f"gap= must be a number above 0, in units of the score, not {gap!r}")
    goal = Goal(
        gap=size,
        power=check_share("power", power, 0.8),
        alpha=check_share("alpha", alpha, 0.05),
        n=None if n is None else check_count("n", n),
        confidence=check_share("confidence", confidence, 0.95),
    )
    if goal.power <= goal.alpha:
        raise InputError(f"power= must be above alpha= ({alpha!r}), such as 0.8, not {power!r}")
    return goal


def samples_of(samples: int | Sequence[int]) -> list[int]:
    """Return the numbers of samples to plan for, each once.

    Raises:
        InputError: there is none, or one is no whole number from 1.
    """
    several = samples if isinstance(samples, Iterable) and not isinstance(samples, str) else [samples]
    counts = [check_count("samples", count) for count in several]
    if not counts:
        raise InputError("samples= is empty; give how often each prompt is asked, such as (1, 5)")
    return list(dict.fromkeys(counts))
