"""Tests of a paired difference that need no normal curve: exact McNemar, and flipping signs.

Arithmetic on counts and arrays; knows nothing of frames, models or costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

# Up to so many differences all 2ⁿ flips are listed: half a million sums, since a flip and its mirror image agree.
_LISTED = 20
# Differences that are multiples of 1/L for an L up to this one are counted on a lattice: up to 10 samples a model,
# and the usual grades.
_FINEST = 100
# The lattice's length is bounded, since its distribution takes the square of it.
_LONGEST = 10_000
# So many signs are held at once, some 3 MB, which the processor's own memory holds.
_AT_ONCE = 400_000
# Sums equal but for rounding are equal.
_ROUNDING = 1e-9


def mcnemar(first_only: int, second_only: int) -> float:
    """Return the exact two-sided p of a paired difference of verdicts (McNemar 1947, exact by the sign test).

    p = 2·P(Bin(b + c, ½) ≤ min(b, c)), at most 1; 1 where no pair disagrees.

    Args:
        first_only: items that only the first got right.
        second_only: items that only the second got right.

    >>> f"{mcnemar(121, 59):.6e}"
    '4.434449e-06'
    """
    from scipy.special import bdtr

    p: float = 2 * float(bdtr(min(first_only, second_only), first_only + second_only, 0.5))
    return min(1.0, p)


def sign_flip(differences: ArrayLike) -> float | None:
    """Return the exact two-sided p of a sum of differences when each could as well have had the other sign.

    The share of all 2ⁿ flips whose sum is at least as far from 0 as the one seen (Fisher 1935). 1 where all differences
    are 0. None where it would take too long; then `sampled_sign_flips` estimates it.

    Args:
        differences: one an item, or for clusters the sum over each cluster; finite.

    >>> round(sign_flip([1, 0, 0, 1, 0, 0, 1, 0, 0, 0]), 12)
    0.25
    """
    values = np.asarray(differences, dtype=float)
    sizes = np.abs(values[values != 0])
    seen = abs(float(values.sum()))
    if not len(sizes):
        return 1.0
    steps = _on_a_lattice(sizes)
    if steps is not None:
        return _counted(*steps, seen)
    if len(sizes) <= _LISTED:
        return _listed(sizes, seen)
    return None


def sampled_sign_flips(table: ArrayLike, *, replicates: int, seed: int = 0) -> NDArray[np.float64]:
    """Return an estimate of `sign_flip` for each row of a table of differences, from flips drawn at random.

    p = (hits + 1) / (replicates + 1), so that the level is kept whatever the number (Phipson and Smyth 2010); it is
    never under 1 / (replicates + 1). A draw is of one sign for each column, shared by the rows.

    Args:
        table: comparisons by items (or clusters), 0 where an item has no part in a comparison.
        replicates: how many flips are drawn.
        seed: the same seed gives the same p, for the same number of columns.
    """
    differences = np.atleast_2d(np.asarray(table, dtype=float))
    sums = differences.sum(axis=1)
    least = np.abs(sums) - _ROUNDING * np.abs(differences).sum(axis=1)
    hits = np.zeros(len(differences))
    for flipped in _flips(differences.shape[1], replicates, seed):
        hits += (np.abs(sums - 2 * (flipped @ differences.T)) >= least).sum(axis=0)
    return (hits + 1) / (replicates + 1)


def _flips(columns: int, replicates: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield which differences are flipped, 1 for those, some replicates at a time."""
    generator = np.random.default_rng(seed)
    at_once = max(1, _AT_ONCE // max(1, columns))
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        bits = np.frombuffer(generator.bytes(rows * -(-columns // 8)), dtype=np.uint8).reshape(rows, -1)
        yield np.unpackbits(bits, axis=1, count=columns).astype(float)


def _on_a_lattice(sizes: NDArray[np.float64]) -> tuple[NDArray[np.int64], float] | None:
    """Return sizes as whole steps with the length of a step, or None when there is none that is short enough."""
    kinds = np.unique(sizes)
    if len(kinds) > _LONGEST:
        return None
    parts = np.arange(1, _FINEST + 1)
    scaled = np.outer(parts, kinds)
    # Against the number itself: a step of nothing is none.
    fits = (np.abs(scaled - np.round(scaled)) <= _ROUNDING * scaled).all(axis=1)
    if not fits.any():
        return None
    part = int(parts[fits][0])
    steps = np.round(sizes * part)
    return (steps.astype(np.int64), 1 / part) if steps.sum() <= _LONGEST else None


def _counted(steps: NDArray[np.int64], step: float, seen: float) -> float:
    """Return the p by the distribution of the sum, which is a convolution of binomials, one for each size."""
    from scipy.stats import binom

    distribution = np.ones(1)
    for size, times in zip(*np.unique(steps, return_counts=True), strict=True):
        kept = np.zeros(size * times + 1)
        kept[::size] = binom.pmf(np.arange(times + 1), times, 0.5)
        distribution = np.convolve(distribution, kept)
    # A sum of +kept − flipped = 2·kept − all; its lower tail is half of the p.
    furthest = (int(steps.sum()) - round(seen / step)) // 2
    return min(1.0, 2 * float(distribution[: furthest + 1].sum()))


def _listed(sizes: NDArray[np.float64], seen: float) -> float:
    # The first sign stays: its flip only mirrors the rest.
    sums = sizes[:1]
    for size in sizes[1:]:
        sums = np.concatenate([sums + size, sums - size])
    return float((np.abs(sums) >= seen - _ROUNDING * sizes.sum()).mean())
