"""Requests in flight: bounded, first come first served, and nothing is lost when somebody goes away."""

from __future__ import annotations

import asyncio

from distilkit.engine.room import Room


def test_no_more_are_in_than_fit() -> None:
    most = 0

    async def main() -> None:
        room = Room(3, adaptive=False)

        async def visit() -> None:
            nonlocal most
            async with room:
                most = max(most, room.in_flight)
                await asyncio.sleep(0)

        await asyncio.gather(*(visit() for _ in range(50)))
        assert room.in_flight == 0

    asyncio.run(main())
    assert most == 3


def test_first_come_is_first_served() -> None:
    order: list[int] = []

    async def main() -> None:
        room = Room(1, adaptive=False)

        async def visit(number: int) -> None:
            async with room:
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(visit(number) for number in range(20)))

    asyncio.run(main())
    assert order == list(range(20))


def test_who_is_cancelled_while_waiting_or_just_let_in_leaves_no_hole() -> None:
    async def main() -> None:
        room = Room(1, adaptive=False)
        async with room:
            waiting = [asyncio.create_task(room.__aenter__()) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[1].cancel()
        waiting[0].cancel()  # it was let in a moment ago, and does not know it yet
        await asyncio.gather(*waiting, return_exceptions=True)
        assert room.in_flight == 1  # the third alone
        await room.__aexit__()
        assert room.in_flight == 0

    asyncio.run(main())


def test_without_limits_it_begins_with_few_and_grows_while_answers_come() -> None:
    async def main() -> list[int]:
        room, limits = Room(32, adaptive=True), []
        for _ in range(40):
            limits.append(room.limit)
            for _ in range(room.limit):
                await room.__aenter__()
            for _ in range(room.in_flight):
                room.answered()
                await room.__aexit__()
        return limits

    limits = asyncio.run(main())
    assert limits[0] < 8
    assert limits[-1] == 32


def test_a_429_makes_it_smaller_once_for_all_that_were_under_way() -> None:
    room = Room(32, adaptive=True)
    before = room.limit

    room.throttled(sent_at=1.0, now=2.0)
    room.throttled(sent_at=1.5, now=2.1)

    assert room.limit == max(1, before // 2)
