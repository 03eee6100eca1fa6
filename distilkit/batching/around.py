"""An ordinary run beside open batches: what is in one is not sent a second time, and collected where it has ended.

Costs one look for a file where the store knows of no batch. Knows plans and batches; sends only what is in none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from distilkit.batching.following import Follower
from distilkit.batching.ports import Ports, Wanted
from distilkit.batching.running import Settle, Sleep, Tell, note_ends, opened
from distilkit.calls import Call, Failure
from distilkit.sending import Plan
from distilkit.store.batchfile import BatchFile, is_there
from distilkit.store.openbatches import still_in


async def unbatched(
    plan: Plan, settle: Settle, tell: Tell, *, wall: Callable[[], float] = time.time, sleep: Sleep = asyncio.sleep
) -> Plan:
    """Return the plan without what is in an open batch; of that, what has ended is collected, the rest is a row.

    Raises:
        StoreError: what is in batches cannot be read.
    """
    folder = plan.store.folder
    if not is_there(folder):
        return plan
    with BatchFile(folder) as file:
        held = file.holding(option.key for call in plan.calls for option in call.choices)
    if not held:
        return plan
    caught = [call for call in plan.calls if any(option.key in held for option in call.choices)]
    async with opened(plan.store, tell, plan, wall=wall, sleep=sleep) as ports:
        wanted = Wanted((option for call in caught for option in call.choices if not call.options), settle, tell)
        await _look(ports, held, caught, wanted)
        still = ports.file.holding(held)
        waiting = [call for call in caught if any(option.key in still for option in call.choices)]
        _settle_waiting(ports, waiting, still, settle, wanted)
        note_ends(ports.board, [call for call in caught if not call.options], wanted)
    settled = {call.slot for call in waiting} | {call.slot for call in caught if call.key in wanted.outcomes}
    return replace(plan, calls=[call for call in plan.calls if call.slot not in settled])


async def _look(ports: Ports, held: dict[str, str], caught: list[Call], wanted: Wanted) -> None:
    profiles = {held[option.key]: option.profile for call in caught for option in call.choices if option.key in held}
    for token, profile in profiles.items():
        await Follower(ports, token, profile, wanted).look()


def _settle_waiting(ports: Ports, calls: list[Call], held: dict[str, str], settle: Settle, wanted: Wanted) -> None:
    """Fill the rows of what is still in a batch with where it is, and the ways out."""
    notes = {token: ports.file.batch(token) for token in set(held.values())}
    for call in calls:
        token = next(held[option.key] for option in call.choices if option.key in held)
        noted = notes[token]
        if call.key in wanted.outcomes or noted is None:
            continue
        failure = Failure(kind="unknown", message=still_in(noted), created_at=ports.wall())
        if call.options:
            settle(call, failure)
        else:
            wanted.settle(call.key, failure)
