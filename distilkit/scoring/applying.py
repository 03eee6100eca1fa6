"""Put scores into a frame: which rows are scored, what a value may be, and where the columns go.

Knows scorers only by their interface, whether they are functions of rows or ask models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from distilkit._interrupts import interruptible
from distilkit._sync import Body, awaiting, blocking
from distilkit.calls import Call
from distilkit.errors import InputError
from distilkit.frame import COLUMNS
from distilkit.running import Manner, say
from distilkit.scoring.columns import answered_rows, columns_of, score_column
from distilkit.scoring.judges.asking import INTERRUPTED, Asking, begun
from distilkit.scoring.outcome import Judged, Row, Scorer, Unscored, by_row
from distilkit.scoring.references import frame_column

if TYPE_CHECKING:
    import pandas as pd

Score = Scorer | Callable[[Row], Any]
"""A ready-made scorer, or any function of a row that returns True, False, a number, or None."""

_GO_ON = "Run the same call again: it scores them, and sends nothing that is answered."
_NOT_SCORED = "not scored: interrupted; run the same call again"

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
    there = [*COLUMNS, *columns]
    scorers = {name: _scorer(name, score) for name, score in _named(scores).items()}
    taken = set(there)
    for name, scorer in scorers.items():
        _check_name(name, _all_columns(name, scorer), taken)
        _check_needs(name, scorer, there)
        taken |= {*_all_columns(name, scorer)}
    return scorers


def ready(
    scorers: Mapping[str, Scorer],
    manner: Manner,
    config: str | Path | None,
    calls: Sequence[Call],
    profiles: Sequence[str],
) -> Asking | None:
    """Look, before anything is paid, whether scorers that ask models can, and return the run they are part of.

    Args:
        scorers: from `check`.
        manner: how the run goes about it, with all its limits.
        config: its profile file.
        calls: those that are made for answers.
        profiles: the names of those whose answers are scored.

    Returns:
        What `scored` takes, after `Asking.after`; None where no scorer asks.

    Raises:
        ConfigError: a judge's profile is unknown, or its key is not set and answers would be paid.
        InputError: a scorer compares with a profile that is not asked.
    """
    if all(scorer.ask is None for scorer in scorers.values()):
        return None
    asking = begun(manner, config, calls, profiles)
    for scorer in scorers.values():
        if scorer.ready is not None:
            scorer.ready(asking)
    return asking


def names(scores: Scores) -> list[str]:
    """Return the names of the columns that hold the scores."""
    return list(_named(scores))


def made(scores: Scores) -> list[str]:
    """Return the names of all columns that scorers may make: the scores, the reasons, and what stands beside them."""
    scorers = {str(name): _scorer(str(name), score) for name, score in _named(scores).items()}
    return [column for name, scorer in scorers.items() for column in _all_columns(name, scorer)]


def _apply(frame: pd.DataFrame, score: Scores) -> Body[pd.DataFrame]:
    """Return a copy of `frame` with a column for each score at its end, in order.

    Verdicts become `boolean`, numbers `Float64`. A row that failed (`error_kind`) or has no content scores `<NA>`; so
    does a row on which a scorer raised, and then a column `<name>_reason` says why, and one warning how often.
    Without scores the frame is returned as it is.

    A model judge is asked here, with the store and the budget it was made with; its verdicts are stored like answers.

    Raises:
        InputError: as `check`; or a scorer returned texts, or a number of values other than the number of rows.
        ConfigError: a judge's profile is unknown, or its key is not set.
    """
    return (yield from scored(frame, check(score, map(str, frame.columns))))


apply = blocking(_apply)
aapply = awaiting(_apply)


def scored(
    frame: pd.DataFrame,
    scorers: Mapping[str, Scorer],
    asking: Asking | None = None,
    *,
    on_interrupt: Literal["return", "raise"] = "raise",
) -> Body[pd.DataFrame]:
    """Score a frame by what `check` returned; as part of a run where `asking` says how that goes about it.

    An interrupt while a function scores ends all scoring: `return` leaves the scores that are not made `<NA>`.
    """
    if not scorers:
        return frame
    added: dict[str, pd.Series] = {}
    interrupted = False
    for name, scorer in scorers.items():
        try:
            judged = _unscored(frame, scorer) if interrupted else (yield from _judged(frame, name, scorer, asking))
        except KeyboardInterrupt:
            if on_interrupt == "raise":
                raise
            say(f"Interrupted while scoring {name!r}: all {len(frame):,} rows are kept. {_GO_ON}")
            judged, interrupted = _unscored(frame, scorer), True
        if asking is not None:
            asking = asking.after(judged.rows, judged.stopped)
        added |= columns_of(frame, name, scorer, judged)
    return frame.assign(**added)


def _unscored(frame: pd.DataFrame, scorer: Scorer) -> Judged:
    """Return what stands in place of the scores that an interrupt has left out."""
    count = int(answered_rows(frame).sum())
    missing = [Unscored(_NOT_SCORED, expected=True)] * count
    return Judged(scores=missing, beside={name: [None] * count for name in scorer.beside}, stopped=INTERRUPTED)


def only_scores(frame: pd.DataFrame, scorer: Scorer) -> pd.Series:
    """Return the scores alone, without reasons, under the scorer's own name."""

    def body() -> Body[pd.Series]:
        judged = yield from _judged(frame, scorer.name, scorer, None)
        return score_column(frame, scorer.name, scorer, judged.scores)

    return blocking(body)()


def _judged(frame: pd.DataFrame, name: str, scorer: Scorer, asking: Asking | None) -> Body[Judged]:
    """Score the rows that hold an answer."""
    _check_needs(name, scorer, map(str, frame.columns))
    for column in {*scorer.needs, *(each for each in ("content", "error_kind") if each in frame)}:
        frame_column(frame, column)
    answered = frame.loc[answered_rows(frame).to_numpy()]
    if not len(answered):
        return Judged(scores=[], beside={ending: [] for ending in scorer.beside})
    if scorer.ask is None:
        with interruptible():
            returned: Any = None if scorer.function is None else scorer.function(answered)
            return Judged(scores=_values(name, returned, len(answered)))
    judged = yield from scorer.ask(answered, asking)
    return Judged(
        scores=_values(name, judged.scores, len(answered)),
        beside=judged.beside,
        rows=judged.rows,
        stopped=judged.stopped,
    )


def _all_columns(name: str, scorer: Scorer) -> list[str]:
    return [name, f"{name}_reason", *(f"{name}_{ending}" for ending in scorer.beside)]


def _values(name: str, returned: Any, count: int) -> list[bool | float | Unscored | None]:
    if isinstance(returned, (str, bytes)) or not isinstance(returned, Iterable):
        raise InputError(f"score {name!r} must return one value a row, not {type(returned).__name__}")
    values = [_value(name, value) for value in returned]
    if len(values) != count:
        raise InputError(f"score {name!r} returned {len(values)} values for {count} rows")
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
    try:
        number = float(value)
    except OverflowError:
        return Unscored("not a finite number: too large")
    return number if math.isfinite(number) else Unscored(f"not a finite number: {number}")


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
    if str(getattr(score, "__module__", "")).startswith(f"{__package__}."):
        raise InputError(f"score {name!r}: {score.__name__} makes a scorer; call it, as in score.{score.__name__}(...)")
    return by_row(name, score)


def _check_name(name: Any, columns: Iterable[str], taken: set[str]) -> None:
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"a score's name must be a text, not {name!r}")
    for column in columns:
        if column in taken:
            raise InputError(f"score {name!r}: the frame has a column {column!r} already; give the score another name")


def _check_needs(name: str, scorer: Scorer, columns: Iterable[str]) -> None:
    there = list(columns)
    for column in scorer.needs:
        if column not in there:
            own = ", ".join(repr(column) for column in there if column not in COLUMNS) or "none"
            raise InputError(f"score {name!r} needs a column {column!r}; beside the built-in columns there are: {own}")
