"""Rows by the value of a column, in order of first appearance.

By code, not by value: pandas would make an Arrow index of texts, which refuses the half surrogate pairs that models and
names from elsewhere may hold. Knows nothing of what the columns mean.
"""

from __future__ import annotations

from typing import Any

import pandas as pd


def grouped(frame: pd.DataFrame, name: str) -> list[tuple[Any, pd.DataFrame]]:
    """Return each value of a column with its rows; rows without one are left out."""
    codes, values = pd.factorize(frame[name].to_numpy(dtype=object))
    places = frame.groupby(codes, sort=False).indices
    return [(value, frame.iloc[places[code]]) for code, value in enumerate(values)]
