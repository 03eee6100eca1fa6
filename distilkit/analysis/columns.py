"""The columns that every analysis takes from a frame, and what is wrong with one that cannot be taken.

Knows names and dtypes; knows nothing of statistics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.errors import InputError
from distilkit.frame import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

LARGEST = 1e100
"""Of scores and dollars: the sums of squares of many are still numbers."""

_VERDICTS = frozenset({"valid", "chosen"})
_DISTILLED = _VERDICTS | {"reasons"}


def is_distilled(names: Iterable[Any]) -> bool:
    """Tell whether a frame of these columns comes from `distill`: it says of each row whether it is valid, and why."""
    return _DISTILLED.issubset(names)


def score_columns(frame: pd.DataFrame, score: str | Sequence[str] | None) -> list[str]:
    """Return the names of the score columns: those asked for, or those `compare` added.

    Raises:
        InputError: a column asked for is not there.
    """
    if score is None:
        found = [name for name in frame.columns if isinstance(name, str) and name not in COLUMNS]
        # What `distill` says of a row is no score; by name it can be one.
        if is_distilled(found):
            found = [name for name in found if name not in _VERDICTS]
        typed = (pd.BooleanDtype, pd.Float64Dtype)
        return [name for name in found if isinstance(frame[name].dtype, typed) and not _is_beside(name, found)]
    if not isinstance(score, str | list | tuple):
        raise InputError(f"score= takes the names of columns, not {score!r:.200}")
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
    check_kind(frame)
    for name in ("profile", "prompt_id"):
        if name not in frame:
            raise InputError(f"the frame needs a column {name!r}: one row for each prompt (prompt_id) and profile")
        gaps = frame[name].isna()
        if gaps.any():
            raise InputError(f"column {name!r} is empty in row {first_row(frame, gaps)!r}; fill it or drop the row")
        if frame[name].dtype == object:
            codes_of(frame, name)


def check_kind(frame: object) -> None:
    """See that this is a DataFrame of pandas with one level of columns, each there once.

    Raises:
        InputError: it is not.
    """
    if not isinstance(frame, pd.DataFrame):
        kind = type(frame)
        # Other libraries call theirs a DataFrame too.
        own = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
        way = "; turn it into one with its to_pandas()" if hasattr(kind, "to_pandas") else ""
        raise InputError(f"takes a DataFrame of pandas such as compare returns, not {own}{way}")
    if frame.columns.nlevels > 1:
        raise InputError(f"the frame's columns have {frame.columns.nlevels} levels; give each one name")
    if not frame.columns.is_unique:
        raise InputError(f"the frame has the column {frame.columns[frame.columns.duplicated()][0]!r} twice")


def codes_of(frame: pd.DataFrame, name: str) -> NDArray[np.intp]:
    """Return a number from 0 for each row's value, in order of first appearance; -1 where there is none.

    Raises:
        InputError: the values cannot be told apart, such as lists.
    """
    try:
        codes, _ = pd.factorize(frame[name].to_numpy(dtype=object))
    except TypeError:
        raise InputError(f"column {name!r} holds lists or mappings; give texts or numbers") from None
    return codes


def check_size(what: str, frame: pd.DataFrame, numbers: ArrayLike) -> None:
    """See that a frame's numbers can be reckoned with; NaN is unknown.

    Raises:
        InputError: one is infinite, or so large that its square might be.
    """
    values = np.asarray(numbers, dtype=float)
    large = np.abs(values) > LARGEST
    if large.any():
        value = values[large][0]
        told = "infinite" if np.isinf(value) else f"{value:g}, too large to reckon with,"
        raise InputError(f"{what} is {told} in row {first_row(frame, large)!r}")


def first_row(frame: pd.DataFrame, chosen: ArrayLike) -> object:
    """Return the label of the first row chosen, as a message shows it: 7 and not np.int64(7)."""
    label: object = frame.index[np.asarray(chosen, dtype=bool)].tolist()[0]
    return label


def twice(names: Sequence[str]) -> str:
    """Return the first name that is there more than once."""
    return next(name for name in names if names.count(name) > 1)


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
    check_size(f"score {name!r}", frame, values.to_numpy(dtype=float, na_value=np.nan))
    return values
