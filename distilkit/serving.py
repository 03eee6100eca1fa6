"""What a run finds in the store: rows that are there already, and what to say of those that are not.

Knows calls, the store and events; sends nothing and knows no provider.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from distilkit.calls import Answer, Call, Failure, Outcome
from distilkit.engine.events import Event
from distilkit.store import Store

CacheMode = Literal["use", "refresh", "only"]


def serve(
    calls: Sequence[Call],
    store: Store,
    settle: Callable[[str, Outcome], None],
    tell: Callable[[Event], None],
    cache: CacheMode,
) -> list[Call]:
    """Settle what is stored, and return the rest, each key once."""
    distinct = {call.key: call for call in reversed(calls)}
    ordered = {call.key: distinct[call.key] for call in calls}
    _count(calls, "planned", tell)
    if cache == "refresh":
        return list(ordered.values())
    served: set[str] = set()
    for chunk in _chunks(list(ordered), 500):
        for key, record in store.get_many(chunk).items():
            settle(key, Answer(record=record, from_store=True))
            served.add(key)
    _count([call for call in calls if call.key in served], "from_store", tell)
    return [call for key, call in ordered.items() if key not in served]


def _count(calls: Sequence[Call], kind: Literal["planned", "from_store"], tell: Callable[[Event], None]) -> None:
    counts: dict[str, int] = {}
    for call in calls:
        counts[call.profile.name] = counts.get(call.profile.name, 0) + 1
    for profile, count in counts.items():
        tell(Event(kind=kind, profile=profile, count=count))


def _chunks(keys: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def settle_missing(misses: Sequence[Call], store: Store, settle: Callable[[str, Outcome], None]) -> None:
    """Settle what is not in the store, where nothing may be sent: rows that say so, and one warning.

    The first says what the nearest stored request has otherwise; looking for each of them would take too long.
    """
    plain = "not in the store, and cache='only' sends nothing"
    first = f"{plain}: {store.explain_miss(misses[0].request)}"
    for call in misses:
        message = first if call is misses[0] else plain
        settle(call.key, Failure(kind="unknown", message=message, created_at=time.time()))
    warnings.warn(f"answers missing: {len(misses):,}. The first is {first}", stacklevel=5)
