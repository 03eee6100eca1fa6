"""The columns that every analysis takes from a frame, and what is wrong with one that cannot be taken.

Knows names and dtypes; knows nothing of statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.errors import InputError
from distilkit.frame import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def score_columns(frame: pd.DataFrame, score: str | Sequence[str] | None) -> list[str]:
    """Return the names of the score columns: those asked for, or those `compare` added.

    Raises:
        InputError: a column asked for is not there.
    """
    if score is None:
        found = [name for name in frame.columns if isinstance(name, str) and name not in COLUMNS]
        typed = (pd.BooleanDtype, pd.Float64Dtype)
        return [name for name in found if isinstance(frame[name].dtype, typed) and not _is_beside(name, found)]
    names = [score] if isinstance(score, str) else list(dict.fromkeys(score))
    for name in names:
        if name not in frame:
            own = ", ".join(repr(column) for column in frame.columns if column not in COLUMNS) or "none"
            raise InputError(f"score: no column {name!r}; beside the built-in columns there are: {own}")
    return names


# What a judge leaves beside its score: dollars, and whether the order of the answers decided.
_BESIDE = ("_cost_usd", "_billed_usd", "_flipped")


def _is_beside(name: str, names: Sequence[str]) -> bool:
    return any(name.endswith(ending) and name.removesuffix(ending) in names for ending in _BESIDE)


def check_columns(frame: pd.DataFrame) -> None:
    """See that rows can be told apart by profile and prompt.

    Raises:
        InputError: this is no frame, a column is there twice, or `profile` or `prompt_id` is missing or has a gap.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"takes a DataFrame such as compare returns, not {type(frame).__name__}")
    if not frame.columns.is_unique:
        raise InputError(f"the frame has the column {frame.columns[frame.columns.duplicated()][0]!r} twice")
    for name in ("profile", "prompt_id"):
        if name not in frame:
            raise InputError(f"the frame needs a column {name!r}: one row for each prompt (prompt_id) and profile")
        gaps = frame[name].isna()
        if gaps.any():
            raise InputError(f"column {name!r} is empty in row {first_row(frame, gaps)!r}; fill it or drop the row")


def first_row(frame: pd.DataFrame, chosen: ArrayLike) -> object:
    """Return the label of the first row chosen, as a message shows it: 7 and not np.int64(7)."""
    label: object = frame.index[np.asarray(chosen, dtype=bool)].tolist()[0]
    return label


def numbers_of(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a score column as `Float64`, missing values as `<NA>`.

    Raises:
        InputError: it holds something else than verdicts and finite numbers.
    """
    column = frame[name]
    kind = column.dropna().infer_objects()
    if not (pd.api.types.is_bool_dtype(kind) or pd.api.types.is_numeric_dtype(kind)) and len(kind):
        raise InputError(
            f"score {name!r} must hold verdicts or numbers, not {column.dtype}; for example {kind.iloc[0]!r}"
        )
    values = column.astype("Float64") if len(kind) else pd.Series(pd.NA, index=column.index, dtype="Float64")
    infinite = np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
    if infinite.any():
        raise InputError(f"score {name!r} is infinite in row {first_row(frame, infinite)!r}")
    return values
