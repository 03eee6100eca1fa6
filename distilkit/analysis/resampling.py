"""The joint bootstrap: the same resampled items for every model and for quality and dollars alike.

Arithmetic on arrays, without a Python loop over replicates. Knows nothing of frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distilkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

REPLICATES = 10_000
"""Bootstrap replicates where the caller does not say."""

_LEAST, _MOST = 100, 1_000_000
# So many drawn indices are held at once: some 10 MB with the counts made of them, which the processor's own memory
# holds; with ten times as many the draws take three times as long.
_AT_ONCE = 400_000


def resampled_means(
    values: ArrayLike, *, replicates: int = REPLICATES, seed: int = 0, clusters: NDArray[np.intp] | None = None
) -> NDArray[np.float64]:
    """Return the means of every row of `values` in each replicate: replicates by rows.

    A replicate draws items with replacement, one draw for all rows together, so that what is paired stays paired and
    dollars go with the answers they paid for (Efron and Tibshirani 1993, chapter 6). With clusters, whole clusters are
    drawn, and the mean is over the items drawn.

    Args:
        values: rows by items, all finite. Rows may be scores of models, costs of models, or both.
        replicates: how many; from 1.
        seed: the same seed gives the same draws, for the same number of items.
        clusters: a number for each item's cluster, from 0; None where items are independent.
    """
    table = np.atleast_2d(np.asarray(values, dtype=float))
    sizes = np.ones(table.shape[1]) if clusters is None else np.bincount(clusters).astype(float)
    units = table if clusters is None else _sums(table, clusters, len(sizes))
    stacked = np.vstack([units, sizes]).T
    drawn = [weights @ stacked for weights in _weights(len(sizes), replicates, seed)]
    totals = np.concatenate(drawn)
    means: NDArray[np.float64] = totals[:, :-1] / totals[:, -1:]
    return means


def check_replicates(replicates: object) -> int:
    """Return the number of replicates.

    Raises:
        InputError: it is no whole number from 100 to 1,000,000.
    """
    if isinstance(replicates, int | np.integer) and not isinstance(replicates, bool):
        whole = int(replicates)
        if _LEAST <= whole <= _MOST:
            return whole
    raise InputError(f"replicates= must be a whole number from {_LEAST} to {_MOST:,}, not {replicates!r}")


def _sums(table: NDArray[np.float64], clusters: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    return np.stack([np.bincount(clusters, weights=row, minlength=count) for row in table])


def _weights(units: int, replicates: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each unit is drawn, some replicates at a time: replicates by units."""
    generator = np.random.default_rng(seed)
    at_once = max(1, _AT_ONCE // max(1, units))
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        drawn = generator.integers(0, units, size=(rows, units), dtype=np.int32)
        drawn += np.arange(rows, dtype=np.int32)[:, None] * np.int32(units)
        yield np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(float)
