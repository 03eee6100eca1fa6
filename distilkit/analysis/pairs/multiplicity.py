"""Many comparisons at once: p values that stay honest together.

Arithmetic on arrays; knows nothing of what was compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return p values adjusted so that any false alarm among them is as rare as one alone (Holm 1979).

    In rising order the i-th of m is multiplied by m − i + 1, never falls below the one before it, and is at most 1.
    NaN, a comparison that could not be made, stays NaN and is not counted among the m.

    >>> [float(round(value, 6)) for value in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    made = np.flatnonzero(~np.isnan(values))
    order = made[np.argsort(values[made], kind="stable")]
    rising = np.maximum.accumulate(values[order] * np.arange(len(order), 0, -1))
    adjusted[order] = np.minimum(1.0, rising)
    return adjusted
