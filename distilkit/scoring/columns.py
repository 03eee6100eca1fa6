"""The columns that one score makes: itself, the reasons, what stands beside it; and the warning about gaps.

Knows frames and values; knows no scorer and no name but those it is given.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from distilkit._callers import outside
from distilkit.scoring.judges.beside import TEXT
from distilkit.scoring.outcome import Judged, Scorer, Unscored

if TYPE_CHECKING:
    import pandas as pd


def columns_of(frame: pd.DataFrame, name: str, scorer: Scorer, judged: Judged) -> dict[str, pd.Series]:
    """Return the columns of one score: itself, the reasons where there are any, and what stands beside it."""
    import pandas as pd

    columns = {name: score_column(frame, name, scorer, judged.scores)}
    reasons = [_writable(value.reason) if isinstance(value, Unscored) else None for value in judged.scores]
    if any(reason is not None for reason in reasons):
        columns[f"{name}_reason"] = _spread(reasons, frame, pd.StringDtype(), f"{name}_reason")
        _warn(name, [value for value in judged.scores if isinstance(value, Unscored)], len(frame))
    for ending, dtype in scorer.beside.items():
        # Python strings, as the other texts of the frame: what a judge quotes may hold half a surrogate pair.
        kind = pd.StringDtype("python") if dtype == TEXT else dtype
        columns[f"{name}_{ending}"] = _spread(judged.beside[ending], frame, kind, f"{name}_{ending}")
    return columns


def score_column(frame: pd.DataFrame, name: str, scorer: Scorer, values: Sequence[Any]) -> pd.Series:
    """Return the scores, `<NA>` on rows that are not answered."""
    import pandas as pd

    scores = [None if isinstance(value, Unscored) else value for value in values]
    verdicts = all(value is None or isinstance(value, bool) for value in scores) and (
        scorer.binary or any(value is not None for value in scores)
    )
    return _spread(scores, frame, pd.BooleanDtype() if verdicts else pd.Float64Dtype(), name)


def _writable(text: str) -> str:
    """Return a text that a string column can hold: half a surrogate pair, from a caller's data, is not one."""
    return text.encode(errors="replace").decode()


def answered_rows(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold an answer; frames from elsewhere may lack either column."""
    import pandas as pd

    answered = pd.Series(True, index=frame.index)
    if "error_kind" in frame:
        answered &= frame["error_kind"].isna()
    if "content" in frame:
        answered &= frame["content"].notna()
    return answered


def _spread(values: Sequence[Any], frame: pd.DataFrame, dtype: Any, name: str) -> pd.Series:
    """Return the values at the answered rows of a frame and `<NA>` between them."""
    import numpy as np
    import pandas as pd

    answered = answered_rows(frame)
    full = np.full(len(answered), None, dtype=object)
    full[answered.to_numpy()] = np.fromiter(values, dtype=object, count=len(values))
    return pd.Series(full, index=answered.index, name=name, dtype=object).astype(dtype)


def _warn(name: str, unscored: Sequence[Unscored], rows: int) -> None:
    given = [_writable(each.reason) for each in unscored if not each.expected]
    if given:
        warnings.warn(
            f"score {name!r} is <NA> on {len(given)} of {rows} rows, first because of {given[0]!r}; "
            f"see column {name + '_reason'!r}",
            UserWarning,
            stacklevel=outside(),
        )
