"""Mean and standard deviation of numbers that come one by one, without keeping them (Welford, 1962)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt


@dataclass(slots=True)
class Spread:
    """What was added so far.

    Attributes:
        count: how many numbers.
        mean: their mean; 0 before the first.

    >>> spread = Spread()
    >>> for number in (2, 4, 4, 4, 5, 5, 7, 9):
    ...     spread.add(number)
    >>> spread.mean, spread.deviation
    (5.0, 2.0)
    """

    count: int = 0
    mean: float = 0.0
    _squares: float = 0.0

    def add(self, number: float) -> None:
        """Take one more in."""
        self.count += 1
        before = number - self.mean
        self.mean += before / self.count
        self._squares += before * (number - self.mean)

    @property
    def deviation(self) -> float:
        """The standard deviation of the numbers so far (divided by their count); 0 before the second."""
        return sqrt(self._squares / self.count) if self.count else 0.0
