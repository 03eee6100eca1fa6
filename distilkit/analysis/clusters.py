"""Which items belong together, read from a column of a frame.

Knows nothing of what clusters do to an error; `intervals` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.columns import codes_of, first_row
from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def clusters_of(frame: pd.DataFrame, cluster: str, codes: NDArray[np.intp], items: int) -> NDArray[np.intp]:
    """Return a number for each item's cluster, from 0.

    Args:
        frame: with `prompt_id` and the column.
        cluster: the column's name.
        codes: each row's item, as a number from 0.
        items: how many items there are.

    Raises:
        InputError: the column is missing or has a gap, or an item is in two clusters.
    """
    if cluster not in frame:
        raise InputError(f"cluster: no column {cluster!r}")
    of_row = codes_of(frame, cluster)
    if (of_row < 0).any():
        raise InputError(f"cluster column {cluster!r} is empty in row {first_row(frame, of_row < 0)!r}")
    of_item = np.full(items, -1, dtype=np.intp)
    of_item[codes] = of_row
    torn = of_item[codes] != of_row
    if torn.any():
        item = frame["prompt_id"].to_numpy(dtype=object)[torn][0]
        raise InputError(f"prompt {item!r} is in two clusters of {cluster!r}; a prompt belongs to one")
    return of_item
