"""An interval for a paired difference of shares that holds where few answers differ.

Arithmetic on counts; knows nothing of frames or models.
"""

from __future__ import annotations

from math import sqrt

# Counts that are fractions give ±1 but for rounding.
_ROUNDING = 1e-12


def tango(first_only: float, second_only: float, n: float, quantile: float) -> tuple[float, float]:
    """Return the score interval of (first_only − second_only) / n, within −1..1 (Tango 1998).

    All differences Δ for which |b − c − nΔ| ≤ z·√(n·(2·q(Δ) + Δ·(1 − Δ))), where q(Δ) is the likeliest share of
    "second only" given Δ. Where a t interval claims certainty, because no answer differs, this one does not.

    Args:
        first_only: items that only the first got right; counts may be fractions, for an effective number of items.
        second_only: items that only the second got right.
        n: all items, above 0.
        quantile: of the normal curve, or of a t; 1.96 for 95 %.

    >>> low, high = tango(0, 0, 100, 1.959964)
    >>> f"{low:.4f} {high:.4f}"
    '-0.0370 0.0370'
    """
    from scipy.optimize import brentq

    seen = (first_only - second_only) / n
    if first_only + second_only == 0 or abs(seen) > 1 - _ROUNDING:
        return _of_one_kind(round(seen), n, quantile)

    def gap(difference: float, side: float) -> float:
        return n * (seen - difference) + side * quantile * _spread(difference, first_only, second_only, n)

    # At ±1 the spread is 0 and the gap has the other sign than at the difference seen, so one root lies between.
    low, high = brentq(gap, -1.0, seen, args=(-1.0,), xtol=1e-14), brentq(gap, seen, 1.0, args=(1.0,), xtol=1e-14)
    return max(-1.0, float(low)), min(1.0, float(high))


def _of_one_kind(seen: int, n: float, quantile: float) -> tuple[float, float]:
    """Return the interval where all answers differ the same way, or none: there the difference seen is a root too."""
    edge = quantile**2 / (n + quantile**2)
    return (-edge, edge) if seen == 0 else (1 - 2 * edge, 1.0) if seen > 0 else (-1.0, 2 * edge - 1)


def _spread(difference: float, first_only: float, second_only: float, n: float) -> float:
    linear = -first_only - second_only + (2 * n - first_only + second_only) * difference
    constant = -second_only * difference * (1 - difference)
    # Rounding must not take a root of less than nothing.
    likeliest = (sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
    return sqrt(max(0.0, n * (2 * likeliest + difference * (1 - difference))))
