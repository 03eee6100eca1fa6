"""The run that judges are part of: what it has left to spend, and whether it may send anything more.

Knows the ledger and the store; asks nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from distilkit._sync import Body, Step
from distilkit.calls import Call
from distilkit.profiles import Budget
from distilkit.running import Manner
from distilkit.structured.remainder import Meter, meter, rest_of
from distilkit.targets import opened_store

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

INTERRUPTED = "not judged: the run was interrupted; run the same call again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The run that judges are part of.

    Attributes:
        manner: how it goes about it; of its budget, judges have what is left.
        before: what the ledger said when it began.
        config: the profile file.
        calls: those that are made for answers; () where there are none.
        profiles: the names of those whose answers are judged; () where that is not known.
        rows: what it has asked until now, in the columns of a frame from `compare`.
        stopped: why nothing more may be sent, or None.
    """

    manner: Manner
    before: Meter = field(default_factory=Meter)
    config: str | Path | None = None
    calls: Sequence[Call] = ()
    profiles: Sequence[str] = ()
    rows: Sequence[pd.DataFrame] = ()
    stopped: str | None = None

    def after(self, rows: pd.DataFrame | None, stopped: str | None = None) -> Asking:
        """Return the same run after some more calls; `stopped` where it was interrupted."""
        asked = self.rows if rows is None else (*self.rows, rows)
        return replace(self, rows=asked, stopped=self.stopped or stopped)

    def would_pay(self) -> bool:
        """Say whether any answer is not stored yet and will be asked for."""
        if self.manner.cache != "use":
            return self.manner.cache == "refresh"
        with opened_store(self.manner.store) as kept:
            return not all(any(option.key in kept for option in call.choices) for call in self.calls)

    def has_asked(self, calls: Sequence[Call]) -> bool:
        """Say whether this run, which asks everything anew, has done so for all of these calls already."""
        if self.manner.cache != "refresh":
            return False
        keys = {key for rows in self.rows for key in rows["key"]}
        return all(any(option.key in keys for option in call.choices) for call in calls)

    def rest(self) -> Budget | None:
        """Return what is left of the budget; None where nobody knows what was spent."""
        left = self.manner.budget
        for rows in self.rows:
            found = rest_of(self.manner, self.before, rows)
            if found is None:
                return None
            left = found
        return left


def begun(
    manner: Manner, config: str | Path | None, calls: Sequence[Call] = (), profiles: Sequence[str] = ()
) -> Asking:
    """Return a run that is about to begin."""
    return Asking(manner=manner, before=meter(manner), config=config, calls=calls, profiles=profiles)


def noticing(body: Body[T]) -> Body[tuple[T, bool]]:
    """Drive a body, and say besides what it returns whether it was interrupted and went on to return all the same."""
    interrupted = False
    advance: Callable[[], Step] = functools.partial(next, body)
    while True:
        try:
            step = advance()
        except StopIteration as stop:
            return stop.value, interrupted
        try:
            result = yield step
        except BaseException as error:  # noqa: BLE001 - whatever it is, the body decides
            interrupted = interrupted or isinstance(error, KeyboardInterrupt)
            advance = functools.partial(body.throw, error)
        else:
            advance = functools.partial(body.send, result)
