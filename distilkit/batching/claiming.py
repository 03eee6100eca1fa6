"""Taking requests into a batch: none that is in flight elsewhere, none that is in a batch already, none too dear.

All of it in the board's transaction, in which ordinary runs claim what they send; what was answered meanwhile is left
out. So nothing is sent twice. Knows no provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from distilkit.batching.money import Allowed
from distilkit.batching.ports import Ports
from distilkit.calls import Call, Record
from distilkit.engine.budget import Refusal
from distilkit.errors import StoreError
from distilkit.provider.batches.writing import Line
from distilkit.store.batchrows import Waiting
from distilkit.store.board import BusyError

# A part at a time: everybody else waits meanwhile.
_AT_ONCE = 1_000
_TRIES = 1_500
_AGAIN_S = 0.02


@dataclass(frozen=True, slots=True)
class Ready:
    """A call, written, with the most it can cost; None where that is not known."""

    call: Call
    line: Line
    worst: Decimal | None


@dataclass(slots=True)
class Claimed:
    """What became of requests that were to go into a batch.

    Attributes:
        taken: those that are in it now.
        refused: by key, why one may not be handed over.
        elsewhere: keys that another run asks, or another batch holds.
        answered: what another run was answered since this one looked, by key.
    """

    taken: list[Ready] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    answered: dict[str, Record] = field(default_factory=dict)


async def claim(ports: Ports, token: str, ready: Sequence[Ready], allowed: Allowed, tokens: frozenset[str]) -> Claimed:
    """Take requests into a planned batch.

    Raises:
        StoreError: the board or the file of batches cannot be used.
    """
    found = Claimed()
    for start in range(0, len(ready), _AT_ONCE):
        some = ready[start : start + _AT_ONCE]
        for _ in range(_TRIES):
            try:
                _claim(ports, token, some, allowed, tokens, found)
                break
            except BusyError:
                await ports.sleep(_AGAIN_S)
        else:
            raise StoreError(f"{ports.board!r}: other processes have kept it busy; run again")
    # Only now: while these are in the batch nobody else sends them, so what is not stored yet will not be.
    _leave_out_answered(ports, token, found)
    return found


def _leave_out_answered(ports: Ports, token: str, found: Claimed) -> None:
    for start in range(0, len(found.taken), _AT_ONCE):
        found.answered |= ports.answered([each.call.key for each in found.taken[start : start + _AT_ONCE]])
    if found.answered:
        ports.file.take_out(token, list(found.answered))
        found.taken = [each for each in found.taken if each.call.key not in found.answered]


def _claim(
    ports: Ports, token: str, ready: Sequence[Ready], allowed: Allowed, tokens: frozenset[str], found: Claimed
) -> None:
    with ports.board.transaction() as page:
        keys = [each.call.key for each in ready]
        busy = {claim.key for claim in page.claims()} | ports.file.holding(keys).keys()
        free = [each for each in ready if each.call.key not in busy]
        refused = allowed.refusals(page, [(each.call, each.worst) for each in free], tokens)
        taken = [each for each in free if each.call.key not in refused]
        ports.file.add(token, [_waiting(each) for each in taken])
    found.taken += taken
    found.refused |= refused
    found.elsewhere += [key for key in keys if key in busy]


def _waiting(ready: Ready) -> Waiting:
    line = ready.line
    return Waiting(
        key=ready.call.key, request=ready.call.request, sent=line.sent, changed=line.changed, held=ready.worst
    )
