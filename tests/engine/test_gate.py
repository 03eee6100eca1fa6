"""The door: one claim a question, one turn after the other, dollars held, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from distilkit.calls import Call
from distilkit.engine.budget import Refusal
from distilkit.engine.gate import Gate
from distilkit.engine.limits import Scope
from distilkit.engine.needs import Need
from distilkit.engine.purse import Purse
from distilkit.engine.sheet import Aftermath, scope_of
from distilkit.engine.verdicts import Blocked, Found, Guard, Paused, Ticket
from distilkit.profiles import Budget
from distilkit.profiles.profile import Price, RateLimit, Retry
from distilkit.store.board import Board

PRICE = Price(input_per_million=Decimal(1), output_per_million=Decimal(1))


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def gate_of(board: Board, clock: Clock, *, budget: Budget | None = None, find: Any = None) -> Gate:
    purse = None
    if budget is not None:
        purse = Purse(
            budget, ledger=list, wall=lambda: 1.0, price_line=lambda _profile: None, most_output=lambda _profile: None
        )
    looking: Callable[[str], Any] = find or (lambda _key: None)
    return Gate(board, purse, find=looking, clock=clock, sleep=clock.sleep, random=Random(0))


async def enter(gate: Gate, call: Call, worst: int = 0) -> Any:
    return await gate.enter(call, lambda: Need(10, 10), Decimal(worst), lambda _reason, _seconds: None, Guard())


def sent(call: Call, ticket: Ticket, **more: Any) -> Aftermath:
    return Aftermath(call=call, claim=ticket.claim, booking=ticket.booking, sent=True, judged=True, **more)


def claims(board: Board) -> int:
    with board.transaction() as page:
        return len(page.claims())


def test_the_same_question_waits_for_the_first_and_takes_its_answer(make_calls: Any, make_record: Any) -> None:
    (call,), answers = make_calls(1), {}

    async def main() -> None:
        board, clock = Board(None), Clock()
        first, second = (gate_of(board, clock, find=answers.get) for _ in range(2))
        ticket = await enter(first, call)
        waiting = asyncio.create_task(enter(second, call))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        answers[call.key] = make_record()
        first.tell(sent(call, ticket))
        assert await waiting == Found(answers[call.key])
        await first.aclose()
        assert claims(board) == 0

    asyncio.run(main())


def test_where_the_first_fails_the_second_asks_itself(make_calls: Any) -> None:
    (call,) = make_calls(1)

    async def main() -> None:
        board, clock = Board(None), Clock()
        first, second = gate_of(board, clock), gate_of(board, clock)
        ticket = await enter(first, call)
        waiting = asyncio.create_task(enter(second, call))
        await asyncio.sleep(0.01)
        first.tell(sent(call, ticket, kind="timeout"))
        assert isinstance(await waiting, Ticket)

    asyncio.run(main())


def test_the_limit_holds_over_two_boards_in_one_folder(tmp_path: Path, make_calls: Any) -> None:
    calls = make_calls(40, limits=RateLimit(requests_per_minute=60), limits_scope="one")
    went: list[float] = []

    async def main() -> None:
        clock, boards = Clock(), [Board(tmp_path), Board(tmp_path)]
        gates = [gate_of(board, clock) for board in boards]
        for nth, call in enumerate(calls):
            ticket = await enter(gates[nth % 2], call)
            went.append(clock.now)
            gates[nth % 2].tell(sent(call, ticket))
        for gate, board in zip(gates, boards, strict=True):
            await gate.aclose()
            board.close()

    asyncio.run(main())
    assert went[-1] - went[0] >= 36


def test_a_pause_longer_than_the_patience_is_said_at_once(make_calls: Any) -> None:
    calls = make_calls(2, retry=Retry(max_wait_s=60), limits=RateLimit(requests_per_minute=600))

    async def main() -> None:
        gate = gate_of(Board(None), Clock())
        ticket = await enter(gate, calls[0])
        gate.tell(sent(calls[0], ticket, kind="rate_limit", pause_s=3_600))
        gate.flush()
        verdict = await enter(gate, calls[1])
        assert isinstance(verdict, Paused)
        assert 3_500 < verdict.seconds <= 3_600

    asyncio.run(main())


def test_who_is_cancelled_in_line_leaves_neither_claim_nor_place(make_calls: Any) -> None:
    calls = make_calls(50, limits=RateLimit(requests_per_minute=1), limits_scope="one")

    async def main() -> None:
        board = Board(None)
        gate = Gate(board, None, find=lambda _key: None, clock=lambda: 1_000.0, sleep=asyncio.sleep, random=Random(0))
        await enter(gate, calls[0])
        waiting = [asyncio.create_task(enter(gate, call)) for call in calls[1:]]
        await asyncio.sleep(0.05)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await gate.aclose()
        assert claims(board) == 1
        with board.transaction() as page:
            scope = Scope.load(page.read(f"limits:{scope_of(calls[0].profile)}"), 1_000.0)
        assert scope.places == ()

    asyncio.run(main())


def test_dollars_that_do_not_fit_wait_for_those_in_flight_and_are_refused_after(make_calls: Any) -> None:
    calls = make_calls(3, price=PRICE)
    reasons: list[str] = []

    async def main() -> None:
        board = Board(None)
        gate = gate_of(board, Clock(), budget=Budget.of(10))
        ticket = await enter(gate, calls[0], worst=6)
        waiting = asyncio.create_task(
            gate.enter(calls[1], Need, Decimal(6), lambda reason, _seconds: reasons.append(reason), Guard())
        )
        await asyncio.sleep(0.01)
        assert not waiting.done()
        gate.tell(sent(calls[0], ticket))
        assert isinstance(await waiting, Ticket)
        assert isinstance(await enter(gate, calls[2], worst=11), Refusal)
        await gate.aclose()
        assert claims(board) == 1

    asyncio.run(main())
    assert reasons == ["budget"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_claim_of_a_board_that_is_gone_comes_back(tmp_path: Path, make_calls: Any, *, gone: bool) -> None:
    (call,) = make_calls(1)

    async def main() -> bool:
        clock, mine, theirs = Clock(), Board(tmp_path), Board(tmp_path)
        await enter(gate_of(theirs, clock), call)
        if gone:
            theirs.close()
        try:
            async with asyncio.timeout(0.3):
                return isinstance(await enter(gate_of(mine, clock), call), Ticket)
        except TimeoutError:
            return False
        finally:
            mine.close()
            theirs.close()

    assert asyncio.run(main()) is gone


def test_another_run_that_never_ends_is_waited_for_until_the_deadline(make_calls: Any) -> None:
    (call,) = make_calls(1, retry=Retry(deadline_s=5.0))
    rooms: list[str] = []

    @contextlib.asynccontextmanager
    async def outside() -> AsyncIterator[None]:
        rooms.append("free")
        yield

    async def main() -> Any:
        board, clock = Board(None), Clock()
        await enter(gate_of(board, clock), call)
        return await gate_of(board, clock).enter(
            call, Need, Decimal(0), lambda _reason, _seconds: None, Guard(), outside
        )

    assert asyncio.run(main()) == Blocked("another run asks the same")
    assert rooms
