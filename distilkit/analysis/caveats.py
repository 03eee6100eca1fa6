"""What the tables of plans, ratings and forecasts say of their own weakness, and the checks of shares they take.

Knows counts of items and clusters; knows nothing of frames.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from distilkit.analysis.intervals import SMALL
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW_CLUSTERS = 20
"""Under this many clusters an interval is rough, and the tables say so."""


def few(items: int, clusters: NDArray[np.intp] | None = None, what: str = "the interval is rough") -> list[str]:
    """Return a remark when there are too few items, or too few clusters, to trust an interval."""
    if items < SMALL:
        return [f"under {SMALL} items, {what}"]
    if clusters is not None and len(np.unique(clusters)) < FEW_CLUSTERS:
        return [f"under {FEW_CLUSTERS} clusters, {what}"]
    return []


def joined(remarks: Iterable[str]) -> str | None:
    """Return the remarks as one text, or None when there is none."""
    return "; ".join(dict.fromkeys(remarks)) or None


def check_share(name: str, value: object, example: float) -> float:
    """Return a number between 0 and 1, both excluded.

    Raises:
        InputError: it is something else.
    """
    number = number_of(value)
    if number is None or not 0 < number < 1:
        raise InputError(f"{name}= must lie between 0 and 1, such as {example}, not {value!r}")
    return number


def check_amount(name: str, value: object) -> float:
    """Return a finite number of at least 0.

    Raises:
        InputError: it is something else.
    """
    number = number_of(value)
    if number is None or number < 0:
        raise InputError(f"{name}= must be a number of at least 0, not {value!r}")
    return number


def check_count(name: str, value: object, least: int = 1) -> int:
    """Return a whole number of at least `least`.

    Raises:
        InputError: it is something else.
    """
    number = number_of(value)
    if number is None or number != int(number) or number < least:
        raise InputError(f"{name}= must be a whole number of at least {least}, not {value!r}")
    return int(number)


def number_of(value: Any) -> float | None:
    """Return a finite number as a float, and None for anything else, verdicts too."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    return float(value) if isfinite(value) else None
