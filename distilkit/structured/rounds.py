"""The structured run: every call is asked, each answer is read, and what does not fit is asked for once more.

Both rounds are runs like any other, so what is stored is served, a budget holds, and an interrupt keeps what is
finished. Knows no provider and no scores.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from distilkit._sync import Body
from distilkit.calls import Call
from distilkit.progress import RunWarning
from distilkit.running import Manner, running
from distilkit.structured.asking import in_words, is_native, repair
from distilkit.structured.fitting import Fitting, Unfit
from distilkit.structured.remainder import meter, rest_of
from distilkit.structured.structure import Structure
from distilkit.structured.table import JOINS, Join, Later, StructuredRows
from distilkit.structured.worded import where_refused_before

if TYPE_CHECKING:
    import pandas as pd

# A longer answer is not shown to the model again: it would be paid for as input, and is hardly a slip.
_LONGEST_REPAIRED = 100_000

_CUT = Unfit("cut off by the token limit; raise max_tokens")
_INTERRUPTED = "the run was interrupted; run the same call again"
_UNKNOWN_COST = "what the first answers cost is not known, and the run has a budget; run the same call again"


@dataclass(frozen=True, slots=True)
class _Again:
    """One row's second call.

    Attributes:
        place: the row's position among the finished.
        call: what is asked.
        is_repair: whether there was an answer to repair; else the provider refused its own mode.
    """

    place: int
    call: Call
    is_repair: bool


def structured(calls: Sequence[Call], structure: Structure, manner: Manner) -> Body[StructuredRows]:
    """Fill a row for every call of `shaped`, each asked a second time at most; after an interrupt, those finished.

    A repair is part of its row: `only_failed` asks for it too, and what both cost is added. Of a budget for the run
    the second round has what the first has left.
    """
    plan = where_refused_before(calls, structure, manner)
    before = meter(manner)
    rows = yield from running(plan, manner)
    table = rows.frame()
    first = StructuredRows(rows.finished, table, _verdicts(table, structure))
    # What is asked in words because of an earlier refusal has had its second round.
    final = {place for place, call in enumerate(plan) if call is not calls[place]}
    again = _second(plan, first, structure, final)
    if not again:
        return first
    if len(rows.finished) < len(plan):
        return _unrepaired(first, again, _INTERRUPTED)
    rest = rest_of(manner, before, table)
    if rest is None:
        return _unrepaired(first, again, _UNKNOWN_COST)
    _say_refused(again)
    later = yield from running([each.call for each in again], replace(manner, only_failed=False, budget=rest))
    done = set(later.finished)
    missed = [each for nth, each in enumerate(again) if nth not in done]
    return _merged(
        _unrepaired(first, missed, _INTERRUPTED), [again[nth] for nth in later.finished], later.frame(), structure
    )


def _verdicts(table: pd.DataFrame, structure: Structure) -> list[Fitting | None]:
    """Read every answer; a failed call has none."""
    import pandas as pd

    columns = (table[name].astype(object).tolist() for name in ("error_kind", "content", "finish_reason"))
    return [
        _verdict("" if pd.isna(content) else content, finish, structure) if pd.isna(kind) else None
        for kind, content, finish in zip(*columns, strict=True)
    ]


def _verdict(content: str, finish: object, structure: Structure) -> Fitting:
    read = structure.read(content)
    return _CUT if isinstance(read, Unfit) and finish == "length" else read


def _second(plan: Sequence[Call], first: StructuredRows, structure: Structure, final: set[int]) -> list[_Again]:
    """Return what is asked in the second round: repairs, and in words what a provider refused in its own mode."""
    kinds, contents = (first.table[name].astype(object).tolist() for name in ("error_kind", "content"))
    again = []
    for place, (where, verdict) in enumerate(zip(first.finished, first.verdicts, strict=True)):
        call = plan[where]
        if where in final or verdict is _CUT:
            continue
        if verdict is None and kinds[place] == "invalid_request" and is_native(call):
            again.append(_Again(place, in_words(call, structure), is_repair=False))
        elif isinstance(verdict, Unfit):
            content = contents[place] if isinstance(contents[place], str) else ""
            if len(content) <= _LONGEST_REPAIRED:
                again.append(_Again(place, repair(call, content, verdict.reason), is_repair=True))
    return again


def _unrepaired(rows: StructuredRows, again: Sequence[_Again], why: str) -> StructuredRows:
    verdicts = list(rows.verdicts)
    for each in again:
        if isinstance(found := verdicts[each.place], Unfit):
            verdicts[each.place] = Unfit(f"{found.reason}; not repaired: {why}")
    return replace(rows, verdicts=verdicts)


def _merged(first: StructuredRows, done: Sequence[_Again], table: pd.DataFrame, structure: Structure) -> StructuredRows:
    """Return the rows with what the second round brought: an answer, or a reason why there is none."""
    merged, verdicts = first.table, list(first.verdicts)
    joins: dict[Join, list[int]] = {join: [] for join in JOINS}
    sent = table["attempts"].fillna(0).tolist()
    for nth, (each, verdict) in enumerate(zip(done, _verdicts(table, structure), strict=True)):
        earlier = verdicts[each.place]
        if verdict is not None:
            repaired: Join = "repair does not fit" if isinstance(verdict, Unfit) else "repaired"
            joins[repaired if each.is_repair else "asked in words"].append(nth)
            verdicts[each.place] = verdict
        elif isinstance(earlier, Unfit):
            joins["repair failed"].append(nth)
            why = f"{table['error_kind'].iloc[nth]}: {table['error'].iloc[nth]}"
            verdicts[each.place] = Unfit(f"{earlier.reason}; the repair failed: {why}")
        elif sent[nth]:
            # What was not sent, for want of dollars or of an answer in the store, tells less than the refusal.
            joins["asked in words"].append(nth)
    for join, which in joins.items():
        if which:
            merged = JOINS[join](merged, Later([done[nth].place for nth in which], table.iloc[which], join))
    return StructuredRows(first.finished, merged, verdicts)


def _say_refused(again: Sequence[_Again]) -> None:
    names = list(dict.fromkeys(each.call.name for each in again if not each.is_repair))
    if names:
        warnings.warn(
            f"{', '.join(names)}: the provider refused the request with the schema, which is now asked for in words; "
            "where that works, write `structured_output: prompt` into the profile",
            RunWarning,
            stacklevel=3,
        )
