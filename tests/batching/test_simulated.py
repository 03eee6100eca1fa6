"""Batches without a key: the built-in simulator serves them."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.profiles.profile import Profile
from distilkit.sim import Dials, Server


@pytest.fixture
def simulated(clock: Any) -> Profile:
    """A simulated profile of this process; batches take a second of real time."""
    import asyncio

    sleep = clock.sleep

    async def real(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.2))
        await sleep(seconds)

    clock.sleep = real
    return Profile(
        name="sim/x", provider="sim", model="x", section="sim", sim=Dials(latency_s=0, requests_per_minute=1)
    )


def test_a_simulated_profile_is_answered_by_batches_and_limits_do_not_apply(ask: Any, simulated: Profile) -> None:
    frame = ask([f"What is {nth} + {nth}?" for nth in range(5)], simulated).frame

    assert frame["content"].notna().all()


def test_samples_are_different_questions_to_the_simulator(ask: Any, simulated: Profile) -> None:
    frame = ask(["Tell me something."], simulated, samples=2).frame

    assert frame["content"].notna().all()
    assert frame["key"].nunique() == 2


def test_simulated_batches_of_a_process_that_is_gone_are_handed_over_again(
    ask: Any, simulated: Profile, clock: Any
) -> None:
    from dataclasses import replace

    slow = clock.sleep

    async def stop(seconds: float) -> None:
        if seconds >= 2:
            raise KeyboardInterrupt
        await slow(seconds)

    with Server.start({"m": Dials()}) as first:
        clock.sleep = stop
        with pytest.raises(KeyboardInterrupt):
            ask(["one"], replace(simulated, base_url=first.url, model="m"))
    clock.sleep = slow
    with Server.start({"m": Dials()}, port=first.port) as second:
        frame = ask(["one"], replace(simulated, base_url=second.url, model="m")).frame

    assert frame["content"].notna().all()
