"""Put scores into a frame: which rows are scored, what a value may be, and where the columns go.

Knows scorers only by their interface.
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.frame import COLUMNS
from distilkit.scoring.outcome import Row, Scorer, Unscored, by_row

if TYPE_CHECKING:
    import pandas as pd

_PACKAGE = __name__.partition(".")[0]

Score = Scorer | Callable[[Row], Any]
"""A ready-made scorer, or any function of a row that returns True, False, a number, or None."""

Scores = Mapping[str, Score] | Score | None
"""What `score=` takes: scores by column name, or one score that names itself."""


def check(scores: Scores, columns: Iterable[str]) -> dict[str, Scorer]:
    """Return the scorers by column name, having looked for what can be known before anything is paid.

    Args:
        scores: as `compare` takes it. One score alone is named after itself: `exact`, the function's name, or `score`.
        columns: the columns a frame will have before scoring.

    Raises:
        InputError: a name is taken or empty, a score is not callable, or a column it needs is not there.
    """
    taken = [*COLUMNS, *columns]
    scorers = {name: _scorer(name, score) for name, score in _named(scores).items()}
    for name, scorer in scorers.items():
        _check_name(name, taken)
        _check_needs(name, scorer, taken)
    return scorers


def names(scores: Scores) -> list[str]:
    """Return the names of the columns that scorers make."""
    return list(_named(scores))


def apply(frame: pd.DataFrame, score: Scores) -> pd.DataFrame:
    """Return a copy of `frame` with a column for each score at its end, in order.

    Verdicts become `boolean`, numbers `Float64`. A row that failed (`error_kind`) or has no content scores `<NA>`; so
    does a row on which a scorer raised, and then a column `<name>_reason` says why, and one warning how often.
    Without scores the frame is returned as it is.

    Raises:
        InputError: as `check`; or a scorer returned texts, or a number of values other than the number of rows.
    """
    scorers = check(score, map(str, frame.columns))
    if not scorers:
        return frame
    added: dict[str, pd.Series] = {}
    for name, scorer in scorers.items():
        added[name], reasons = scores_and_reasons(frame, name, scorer)
        if reasons.notna().any():
            added[f"{name}_reason"] = reasons
            _warn(name, reasons)
    return frame.assign(**added)


def scores_and_reasons(frame: pd.DataFrame, name: str, scorer: Scorer) -> tuple[pd.Series, pd.Series]:
    """Return one score a row, and for rows that could not be scored the reason; `<NA>` elsewhere."""
    import pandas as pd

    _check_needs(name, scorer, map(str, frame.columns))
    answered = _answered(frame)
    values = _values(name, scorer, frame.loc[answered.to_numpy()])
    reasons = [_writable(value.reason) if isinstance(value, Unscored) else None for value in values]
    scores = [None if isinstance(value, Unscored) else value for value in values]
    verdicts = all(value is None or isinstance(value, bool) for value in scores) and (
        scorer.binary or any(value is not None for value in scores)
    )
    return (
        _spread(scores, answered, pd.BooleanDtype() if verdicts else pd.Float64Dtype(), name),
        _spread(reasons, answered, pd.StringDtype(), f"{name}_reason"),
    )


def _values(name: str, scorer: Scorer, answered: pd.DataFrame) -> list[bool | float | Unscored | None]:
    if not len(answered):
        return []
    returned = scorer.function(answered)
    if isinstance(returned, (str, bytes)) or not isinstance(returned, Iterable):
        raise InputError(f"score {name!r} must return one value a row, not {type(returned).__name__}")
    values = [_value(name, value) for value in returned]
    if len(values) != len(answered):
        raise InputError(f"score {name!r} returned {len(values)} values for {len(answered)} rows")
    return values


def _value(name: str, value: Any) -> bool | float | Unscored | None:
    """Return a value as one of four plain types."""
    import numpy as np
    import pandas as pd

    if value is None or value is pd.NA or isinstance(value, Unscored):
        return value if isinstance(value, Unscored) else None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if not isinstance(value, (Real, Decimal)):
        raise InputError(
            f"score {name!r} must give True, False, a number or None for a row, not {type(value).__name__} "
            f"({str(value)[:60]!r})"
        )
    number = float(value)
    return number if math.isfinite(number) else Unscored(f"not a finite number: {number}")


def _writable(text: str) -> str:
    """Return a text that a string column can hold: half a surrogate pair, from a caller's data, is not one."""
    return text.encode(errors="replace").decode()


def _answered(frame: pd.DataFrame) -> pd.Series:
    """Return which rows hold an answer; frames from elsewhere may lack either column."""
    import pandas as pd

    answered = pd.Series(True, index=frame.index)
    if "error_kind" in frame:
        answered &= frame["error_kind"].isna()
    if "content" in frame:
        answered &= frame["content"].notna()
    return answered


def _spread(values: list[Any], answered: pd.Series, dtype: Any, name: str) -> pd.Series:
    """Return the values at the answered rows and `<NA>` between them."""
    import numpy as np
    import pandas as pd

    full = np.full(len(answered), None, dtype=object)
    full[answered.to_numpy()] = np.fromiter(values, dtype=object, count=len(values))
    return pd.Series(full, index=answered.index, name=name).astype(dtype)


def _named(scores: Scores) -> Mapping[str, Score]:
    if scores is None:
        return {}
    if isinstance(scores, Mapping):
        return scores
    if isinstance(scores, Scorer):
        return {scores.name: scores}
    name = getattr(scores, "__name__", "score")
    return {name if name.isidentifier() else "score": scores}


def _scorer(name: str, score: Any) -> Scorer:
    if isinstance(score, Scorer):
        return score
    if not callable(score):
        raise InputError(f"score {name!r} must be a scorer such as score.exact() or a function of a row, not {score!r}")
    return by_row(name, score)


def _check_name(name: Any, taken: list[str]) -> None:
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"a score's name must be a text, not {name!r}")
    for column in (name, f"{name}_reason"):
        if column in taken:
            raise InputError(f"score {name!r}: the frame has a column {column!r} already; give the score another name")


def _check_needs(name: str, scorer: Scorer, columns: Iterable[str]) -> None:
    there = list(columns)
    for column in scorer.needs:
        if column not in there:
            own = ", ".join(repr(column) for column in there if column not in COLUMNS) or "none"
            raise InputError(f"score {name!r} needs a column {column!r}; beside the built-in columns there are: {own}")


def _warn(name: str, reasons: pd.Series) -> None:
    given = reasons.dropna()
    warnings.warn(
        f"score {name!r} is <NA> on {len(given)} of {len(reasons)} rows, first because of {given.iloc[0]!r}; "
        f"see column {name + '_reason'!r}",
        UserWarning,
        stacklevel=_callers_level(),
    )


def _callers_level() -> int:
    """Return the stack level, seen from the function that asks, of the first line outside this package.

    How many lines of ours lie between differs: a frame is scored by `apply`, or by `compare` through its two faces.
    """
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame, level = frame.f_back, level + 1
    return level
