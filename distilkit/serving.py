"""What a run finds in the store: rows that are there already, and what to say of those that are not.

Knows calls, the store and events; sends nothing and knows no provider.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Literal

from distilkit._callers import outside
from distilkit.calls import Answer, Call, Failure, Outcome
from distilkit.engine.account import account_of
from distilkit.engine.events import Event
from distilkit.errors import StoreError
from distilkit.store import Store
from distilkit.store.board import Board, BusyError, LastFailure

# Another process may be in a transaction: so many looks, 20 ms apart.
_TRIES = 50
_AT_ONCE = 1_000

CacheMode = Literal["use", "refresh", "only"]


Settle = Callable[[Call, Outcome], None]


def serve(
    calls: Sequence[Call], store: Store, settle: Settle, tell: Callable[[Event], None], cache: CacheMode
) -> list[Call]:
    """Settle what is stored, and return the rest, each question to each name once.

    A strategy is served with the first of its members whose answer is stored.
    """
    distinct = list({call.slot: call for call in reversed(calls)}.values())[::-1]
    _count(calls, "planned", tell)
    if cache == "refresh":
        return distinct
    served: set[tuple[str, str]] = set()
    for chunk in _chunks(distinct, 500):
        keys = list(dict.fromkeys(option.key for call in chunk for option in call.choices))
        records = store.get_many(keys)
        for call in chunk:
            option = next((option for option in call.choices if option.key in records), None)
            if option is not None:
                settle(call, Answer(record=records[option.key], from_store=True, served=option))
                served.add(call.slot)
    _count([call for call in calls if call.slot in served], "from_store", tell)
    return [call for call in distinct if call.slot not in served]


def _count(calls: Sequence[Call], kind: Literal["planned", "from_store"], tell: Callable[[Event], None]) -> None:
    counts: dict[str, int] = {}
    first: dict[str, Call] = {}
    for call in calls:
        counts[call.name] = counts.get(call.name, 0) + 1
        first.setdefault(call.name, call)
    for profile, count in counts.items():
        account = account_of(first[profile]) if kind == "planned" else None
        tell(Event(kind=kind, profile=profile, count=count, account=account))


def _chunks(calls: list[Call], size: int) -> Iterator[list[Call]]:
    for start in range(0, len(calls), size):
        yield calls[start : start + size]


def settle_unasked(misses: Sequence[Call], store: Store, settle: Settle) -> list[Call]:
    """Settle what was never asked, where only what failed before is to be sent, and return the rest."""
    failed = last_failures(store, [option.key for call in misses for option in call.choices])
    text = "not sent: only_failed=True sends what failed before, and this was never asked; leave it out to send all"
    for call in misses:
        if not _has_failed(call, failed):
            settle(call, Failure(kind="unknown", message=text, created_at=time.time()))
    return [call for call in misses if _has_failed(call, failed)]


def _has_failed(call: Call, failed: Container[str]) -> bool:
    return any(option.key in failed for option in call.choices)


def last_failures(store: Store, keys: Sequence[str]) -> dict[str, LastFailure]:
    """Return how those of `keys` failed that have failed, and were not answered since.

    Raises:
        StoreError: other processes have kept the board busy for a second.
    """
    found: dict[str, LastFailure] = {}
    with Board(store.folder) as board:
        # A part at a time: everybody else waits meanwhile.
        for start in range(0, len(keys), _AT_ONCE):
            found |= _failures(board, keys[start : start + _AT_ONCE])
    return found


def _failures(board: Board, keys: Sequence[str]) -> dict[str, LastFailure]:
    for _ in range(_TRIES):
        try:
            with board.transaction() as page:
                return page.failures(keys)
        except BusyError:
            time.sleep(0.02)
    raise StoreError(f"{board.folder}: other processes have kept the board busy for a second; run again")


def settle_missing(misses: Sequence[Call], store: Store, settle: Settle) -> None:
    """Settle what is not in the store, where nothing may be sent: rows that say so, and one warning.

    The first says what the nearest stored request has otherwise; looking for each of them would take too long.
    """
    plain = "not in the store, and cache='only' sends nothing"
    first = f"{plain}: {store.explain_miss(misses[0].request)}"
    for call in misses:
        message = first if call is misses[0] else plain
        settle(call, Failure(kind="unknown", message=message, created_at=time.time()))
    warnings.warn(f"answers missing: {len(misses):,}. The first is {first}", stacklevel=outside())
