"""Which answers were missing, whatever that was taken to mean.

Knows panels; knows nothing of why an answer is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.analysis.panel import Panel, panel

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def absent(frame: pd.DataFrame, whole: Panel) -> NDArray[np.bool_]:
    """Return where a score is missing, profiles by items: left out under `drop`, or counted as 0 under `fail`.

    Args:
        frame: what the panel was made of.
        whole: the panel, all its profiles.
    """
    if whole.missing == "drop":
        return ~whole.scored
    unfilled = panel(frame, whole.score)
    none: NDArray[np.bool_] = ~whole.scored | (unfilled.samples < whole.samples)
    return none
