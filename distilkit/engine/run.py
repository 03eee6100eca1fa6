"""The run: every call that is not in the store is sent, retried, kept, and settled. The only orchestration there is.

An answer is settled only after it is kept. Knows no provider, no file and no frame: they are `Ports`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from distilkit.calls import Call
from distilkit.engine.backend import Backend
from distilkit.engine.choice import Choice
from distilkit.engine.gate import Gate
from distilkit.engine.health import watch
from distilkit.engine.keeping import Keeper
from distilkit.engine.lanes import Lane
from distilkit.engine.ports import Ports
from distilkit.engine.purse import Purse
from distilkit.engine.sheet import Sheet
from distilkit.store.board import Board, BusyError


async def run(calls: Sequence[Call], ports: Ports) -> None:
    """Send every call of `calls`, whose slots are distinct, and settle each exactly once.

    A profile has at most `max_concurrency` workers, however many calls there are. Cancelling cancels what is in
    flight; what was settled stays settled.
    """
    board = ports.board if ports.board is not None else Board(None)
    purse = _purse(ports)
    gate = Gate(board, purse, find=ports.find, clock=ports.clock, sleep=ports.sleep, random=ports.random)
    keeper = Keeper(ports, purse)
    backends = {
        option.profile.name: Backend(option.profile, gate, keeper)
        for call in _first_of_each(calls)
        for option in call.choices
    }
    _recall(backends.values(), board, ports)
    lanes: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        lanes[call.name].append(call)
    for name in list(lanes)[:1]:
        keeper.say_news(name)  # a budget may be nearly used up already
    watching: list[asyncio.Task[None]] = []
    try:
        async with asyncio.TaskGroup() as group:
            for own in lanes.values():
                choice = _choice(own[0], backends, board, ports)
                if choice is not None:
                    watching += _watching(own[0], choice, keeper, gate)
                lane = Lane(iter(own), backends, choice, ports)
                most = sum(option.profile.max_concurrency for option in own[0].choices)
                for _ in range(min(len(own), most)):
                    group.create_task(lane.work())
    finally:
        for task in watching:
            task.cancel()
        await gate.aclose()
        if ports.board is None:
            board.close()


def _recall(backends: Iterable[Backend], board: Board, ports: Ports) -> None:
    with contextlib.suppress(BusyError), board.transaction() as page:  # without it, expectations are only vaguer
        sheet = Sheet(page, board, ports.clock())
        for backend in backends:
            backend.recall(sheet.seen(backend.profile))


def _purse(ports: Ports) -> Purse | None:
    if ports.budget is None:
        return None
    return Purse(
        ports.budget,
        ledger=ports.spent,
        wall=ports.wall,
        price_line=ports.price_line,
        most_output=ports.most_output,
    )


def _choice(call: Call, backends: dict[str, Backend], board: Board, ports: Ports) -> Choice | None:
    if call.route is None:
        return None
    return Choice(call.route, backends, board, clock=ports.clock, price_line=ports.price_line)


def _watching(call: Call, choice: Choice, keeper: Keeper, gate: Gate) -> list[asyncio.Task[None]]:
    """Start the background checks that a strategy asks for."""
    interval_s = call.route.strategy.health_check_interval_s if call.route else None
    if interval_s is None:
        return []
    loop = asyncio.get_running_loop()
    return [loop.create_task(watch(each.profile, choice.rule, interval_s, keeper, gate)) for each in call.options]


def _first_of_each(calls: Sequence[Call]) -> list[Call]:
    return list({call.name: call for call in reversed(calls)}.values())
