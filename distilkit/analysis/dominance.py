"""Who is not beaten: neither on dollars nor on score.

Arithmetic on arrays; knows nothing of frames, names or chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def undominated(costs: ArrayLike, scores: ArrayLike) -> NDArray[np.bool_]:
    """Return which points no other dominates.

    One dominates another when it costs no more and scores no less, and one of the two strictly; so equals both stay.
    No value may be NaN.

    >>> undominated([1, 2, 3], [0.5, 0.9, 0.8]).tolist()
    [True, True, False]
    """
    cost, score = np.asarray(costs, dtype=float), np.asarray(scores, dtype=float)
    no_worse = (cost[:, None] <= cost) & (score[:, None] >= score)
    better = (cost[:, None] < cost) | (score[:, None] > score)
    dominated: NDArray[np.bool_] = np.any(no_worse & better, axis=0)
    return ~dominated
