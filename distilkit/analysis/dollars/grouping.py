"""Groups of rows by the values of some columns, those without a value too.

Knows columns of any kind; knows no dollars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """Rows by group, groups in order of first appearance.

    Attributes:
        keys: one row a group, the columns that make it; `<NA>` where there is no value.
        codes: the group of each row.
        sizes: how many rows each has.
    """

    keys: pd.DataFrame
    codes: NDArray[np.intp]
    sizes: NDArray[np.intp]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of each group; NaN where one of its values is."""
        return np.asarray(np.bincount(self.codes, weights=values, minlength=len(self.sizes)), dtype=np.float64)


def groups_of(frame: pd.DataFrame, names: Sequence[str]) -> Groups:
    """Group the rows of a frame with at least one.

    Raises:
        InputError: a column holds what cannot be told apart, such as lists.
    """
    together = np.zeros(len(frame), dtype=np.intp)
    for name in names:
        codes = _codes(frame, name)
        # Numbered anew each time, so that no product of many columns overflows.
        together, _ = pd.factorize(together * (codes.max() + 2) + codes + 1)
    _, firsts, sizes = np.unique(together, return_index=True, return_counts=True)
    keys = {name: _shown(frame[name].iloc[firsts].reset_index(drop=True)) for name in names}
    return Groups(keys=pd.DataFrame(keys), codes=together, sizes=sizes)


def _codes(frame: pd.DataFrame, name: str) -> NDArray[np.intp]:
    """Return a number for each row's value, -1 where there is none."""
    try:
        codes, _ = pd.factorize(frame[name].to_numpy(dtype=object))
    except TypeError:
        raise InputError(f"by: column {name!r} holds lists or mappings; group by texts or numbers") from None
    return codes


def _shown(column: pd.Series) -> pd.Series:
    """Return the values with `<NA>` for what is missing, of a type that has one."""
    if pd.api.types.is_float_dtype(column.dtype):
        return column.astype("Float64")
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        known = column.dropna()
        are_texts = all(isinstance(value, str) for value in known)
        # Python strings: an Arrow column refuses half a surrogate pair.
        return column.astype(pd.StringDtype("python") if are_texts and len(known) else object).where(
            column.notna(), pd.NA
        )
    return column
