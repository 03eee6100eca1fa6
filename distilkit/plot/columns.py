"""Columns of numbers for the plots, and the words of figures beside them: unknown is NaN here, and never 0.

Knows columns, not where they came from; draws nothing.
"""

from __future__ import annotations

from math import floor, isnan, log10
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def check_has(frame: pd.DataFrame, *names: str, way_out: str) -> None:
    """See that a frame has columns.

    Raises:
        InputError: one is not there.
    """
    # Late, because it brings pandas and numpy.
    from distilkit.analysis.columns import check_kind

    check_kind(frame)
    lacking = [name for name in names if name not in frame]
    if lacking:
        raise InputError(f"the frame lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}; {way_out}")


def floats(frame: pd.DataFrame, name: str, *, least: float = 0.0) -> NDArray[Any]:
    """Return a column as floats, NaN where unknown and throughout where the frame has none.

    Raises:
        InputError: a value is no number, infinite, or below `least`.
    """
    import numpy as np
    import pandas as pd

    if name not in frame:
        return np.full(len(frame), np.nan)
    try:
        values = pd.array(frame[name].to_numpy(dtype=object), dtype="Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"column {name!r} must hold numbers, not {frame[name].dtype}") from error
    wrong = np.isinf(values) | (values < least)
    if wrong.any():
        raise InputError(f"column {name!r} is {values[wrong][0]:g} in row {frame.index[wrong][0]!r}")
    return values


def figures(value: float) -> str:
    """Return a number with two to three telling digits and without an exponent.

    >>> figures(0.00026149), figures(1.236), figures(12345.6), figures(0)
    ('0.00026', '1.24', '12,346', '0')
    """
    if isnan(value):
        return "unknown"
    if not value or abs(value) >= 100:  # noqa: PLR2004 - three digits before the point are enough
        return f"{value:,.0f}"
    digits = max(0, (2 if abs(value) >= 1 else 1) - floor(log10(abs(value))))
    return f"{value:.{digits}f}"


def money(value: float) -> str:
    """Return US dollars as a literal text, which no tick label is.

    >>> money(0.0004), money(float("nan"))
    ('$0.00040', '$ unknown')
    """
    return f"${figures(value)}" if not isnan(value) else "$ unknown"
