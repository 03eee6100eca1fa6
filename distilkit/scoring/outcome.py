"""What a scorer is: a name, the columns it needs, and a function from rows to values, or a way to ask for them.

Knows nothing of any one way of scoring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from distilkit._sync import Body

if TYPE_CHECKING:
    import pandas as pd

    from distilkit.scoring.judges.asking import Asking


class Row(dict[str, Any]):
    """One row of a frame: column name to value, every missing value as `pandas.NA`.

    >>> row = Row(content="42", answer="42")
    >>> row["content"] == row.answer
    True
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """Read a column, as the rows that `complete` returns are read."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the row has no column {name!r}; it has: {', '.join(self)}") from None


@dataclass(frozen=True, slots=True)
class Unscored:
    """In place of a value: why a row has none.

    Attributes:
        reason: in words.
        expected: whether this is as it should be, and nothing to warn of.
    """

    reason: str
    expected: bool = False


Value = bool | float | Decimal | Unscored | None
"""What one row scores; None and `pandas.NA` mean unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a scorer that asks models brings back for the rows it was given.

    Attributes:
        scores: one a row, in order.
        beside: for each ending of `Scorer.beside`, one value a row; None is unknown.
        rows: the calls it made, in the columns of a frame from `compare`; None where it made none.
        stopped: why nothing more may be sent after it (an interrupt), or None.
    """

    scores: Sequence[Value]
    beside: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    rows: pd.DataFrame | None = None
    stopped: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """A way to score rows: by a function of them, or by asking models.

    Called on a frame it returns a Series of nullable dtype: `boolean` for verdicts, `Float64` for numbers, `<NA>` for a
    row that failed, has no content, or could not be scored.

    Attributes:
        name: the column's name where the caller gives none.
        function: from a frame of answered rows (never empty) to one value a row, in order; None where `ask` is given.
        needs: columns that must be there.
        binary: whether values are verdicts, and so the column `boolean` even when no row has a value.
        ask: the body of a scorer that asks models: from the same frame, and how the run it is part of goes about it
            (None for no run), to what was judged.
        ready: called with that run before anything is paid; raises where the scorer could not work.
        beside: further columns that `ask` fills: the ending after `<name>_`, and the dtype.
    """

    name: str
    function: Callable[[pd.DataFrame], Iterable[Value]] | None = None
    needs: tuple[str, ...] = ()
    binary: bool = False
    ask: Callable[[pd.DataFrame, Asking | None], Body[Judged]] | None = None
    ready: Callable[[Asking], None] | None = None
    beside: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, frame: pd.DataFrame) -> pd.Series:
        """Return the scores alone, without reasons, under the scorer's own name.

        Raises:
            InputError: a needed column is missing, or the function returned something else than a value a row.
        """
        # Late, because applying knows scorers; calling one is only a shorter way to write it.
        from distilkit.scoring.applying import only_scores

        return only_scores(frame, self)


def by_row(name: str, judge: Callable[[Row], Any]) -> Scorer:
    """Make a scorer of a plain function of one row; an exception becomes that row's reason."""

    def values(frame: pd.DataFrame) -> Iterable[Value]:
        return [_judged(judge, row) for row in _rows(frame)]

    return Scorer(name=name, function=values)


def _judged(judge: Callable[[Row], Any], row: Row) -> Any:
    try:
        return judge(row)
    except Exception as error:  # noqa: BLE001 - anything may happen in a caller's function; it costs one row, not the run
        return Unscored(f"{type(error).__name__}: {error}"[:500])


def _rows(frame: pd.DataFrame) -> Iterable[Row]:
    import pandas as pd

    objects = frame.astype(object).where(frame.notna(), cast("Any", pd.NA))
    names = [str(name) for name in frame.columns]
    columns = (objects.iloc[:, position].tolist() for position in range(len(names)))
    return (Row(zip(names, values, strict=True)) for values in zip(*columns, strict=True))
