"""What a rehearsal saw, as tables: one row for each name that was asked, and one for each request as it arrived.

Knows calls, arrivals and what became of them; knows nothing of how they were played.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from distilkit.calls import Call, Failure, Outcome
from distilkit.engine.health import question
from distilkit.profiles import RateLimit
from distilkit.rehearsal.enforced import Door
from distilkit.rehearsal.standin import Arrival

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "profile": "string",
    "calls": "Int64",
    "from_store": "Int64",
    "sent": "Int64",
    "throttled": "Int64",
    "failed": "Int64",
    "duration_s": "Float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "cost_usd": "Float64",
    "busiest_minute_requests": "Int64",
    "busiest_minute_tokens": "Int64",
    "limit_requests": "Int64",
    "limit_tokens": "Int64",
    "basis": "string",
}
TIMELINE = {
    "at_s": "Float64",
    "profile": "string",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "status": "Int64",
}
_THROTTLED = 429
_ANSWERED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What happened.

    Attributes:
        arrivals: every request, in the order of their arrival.
        outcomes: what became of each call that was not stored, by its slot.
        ended_s: when the last call to a name was settled, in virtual seconds, by that name.
    """

    arrivals: Sequence[Arrival] = ()
    outcomes: Mapping[tuple[str, str], Outcome] = field(default_factory=dict)
    ended_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One name that was asked.

    Attributes:
        name: a profile's, or a strategy's.
        calls: all of them.
        from_store: how many of these are served from the store.
        door: where its requests come in; None for a strategy, whose profiles have doors of their own.
        basis: where latency and length come from.
    """

    name: str
    calls: Sequence[Call]
    from_store: int
    door: Door | None
    basis: str


def summary(asked: Sequence[Asked], played: Played) -> pd.DataFrame:
    """Return one row for each name that was asked."""
    # A request that is asked under two names counts for the first.
    owners: dict[str, str] = {}
    for each in asked:
        for call in each.calls:
            for option in call.choices:
                owners.setdefault(option.key, each.name)
                if call.route is not None:
                    owners.setdefault(question(option.profile).key, each.name)  # its health checks
    own: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in played.arrivals:
        own[owners[arrival.key]].append(arrival)
    return _frame(COLUMNS, [_row(each, own[each.name], played) for each in asked])


def timeline_of(arrivals: Sequence[Arrival]) -> pd.DataFrame:
    """Return one row for each request, in the order of their arrival."""
    rows = [(each.at_s, each.profile, each.input_tokens, each.output_tokens, each.status) for each in arrivals]
    return _frame(TIMELINE, rows)


def _row(asked: Asked, own: Sequence[Arrival], played: Played) -> tuple[Any, ...]:
    limits = asked.door.limits if asked.door else RateLimit()
    busiest = asked.door.busiest_minute if asked.door else {}
    answered = [each for each in own if each.status == _ANSWERED]
    return (
        asked.name,
        len(asked.calls),
        asked.from_store,
        len(own),
        sum(each.status == _THROTTLED for each in own),
        sum(isinstance(played.outcomes.get(call.slot), Failure) for call in asked.calls),
        played.ended_s.get(asked.name, 0.0),
        sum(each.input_tokens for each in answered),
        sum(each.output_tokens for each in answered),
        _total(each.cost_usd for each in own),
        busiest.get("requests"),
        busiest.get("tokens"),
        limits.requests_per_minute,
        _token_limit(limits),
        asked.basis,
    )


def _token_limit(limits: RateLimit) -> int | None:
    """Return the combined limit, else the smaller of the stated halves, which the pacing keeps to."""
    if limits.tokens_per_minute is not None:
        return limits.tokens_per_minute
    halves = (limits.input_tokens_per_minute, limits.output_tokens_per_minute)
    return min((half for half in halves if half is not None), default=None)


def _total(costs: Iterable[Decimal | None]) -> float | None:
    total = Decimal(0)
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return float(total)


def _frame(dtypes: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    columns = zip(*rows, strict=True) if rows else [()] * len(dtypes)
    return pd.DataFrame(
        {
            name: pd.array(list(values), dtype=dtype)  # type: ignore[call-overload] # any dtype's name
            for (name, dtype), values in zip(dtypes.items(), columns, strict=True)
        }
    )
