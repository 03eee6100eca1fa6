"""The performance: the real engine, stand-ins for the providers, and a clock that leaps.

Knows calls that are to be sent; knows no store and no frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from random import Random

from distilkit.calls import Call, Outcome, Record
from distilkit.engine.fastclock import FastLoop, run_fast
from distilkit.engine.ports import Ports, Send, Settle
from distilkit.engine.run import run
from distilkit.profiles import Profile
from distilkit.provider import limits_of, price_line
from distilkit.rehearsal.enforced import Door
from distilkit.rehearsal.expected import Given
from distilkit.rehearsal.standin import Arrival, Stage, stand_in
from distilkit.rehearsal.table import Played
from distilkit.store import Entry


def play(
    calls: Sequence[Call], doors: Mapping[str, Door], history: Mapping[str, Sequence[Record]], given: Given
) -> Played:
    """Run these calls, whose slots are distinct, as `compare` would, and return what happened.

    Args:
        calls: those to be sent.
        doors: the limits that are enforced, by the profile's name.
        history: stored answers, by the profile's name.
        given: what is stated about the answers to come.
    """
    arrivals: list[Arrival] = []
    outcomes: dict[tuple[str, str], Outcome] = {}
    ended_s: dict[str, float] = {}

    async def main(loop: FastLoop) -> None:
        stage = Stage(clock=loop.time, door=lambda profile: doors[profile.name], log=arrivals.append, given=given)

        def settle(call: Call, outcome: Outcome) -> None:
            outcomes[call.slot] = outcome
            ended_s[call.name] = loop.time()

        await run(calls, _ports(_cast(history, stage), settle, loop, given.seed))

    # Here, where an interrupt is heard, and not within: the first price imports LiteLLM, which takes seconds.
    for profile in {option.profile.name: option.profile for call in calls for option in call.choices}.values():
        _price_line(profile)
    run_fast(main)
    return Played(arrivals=arrivals, outcomes=outcomes, ended_s=ended_s)


def _cast(history: Mapping[str, Sequence[Record]], stage: Stage) -> Send:
    """Return one `send` for all profiles: each gets its stand-in when it is first asked."""
    sends: dict[str, Send] = {}

    async def send(call: Call) -> Record:
        name = call.profile.name
        if name not in sends:
            sends[name] = stand_in(call.profile, history.get(name, ()), stage)
        return await sends[name](call)

    return send


def _ports(send: Send, settle: Settle, loop: FastLoop, seed: int) -> Ports:
    return Ports(
        send=send,
        keep=_forget,
        settle=settle,
        observe=lambda _event: None,
        price_line=_price_line,
        most_output=lambda profile: limits_of(profile.provider, profile.model).output_tokens,
        clock=loop.time,
        wall=loop.time,
        sleep=asyncio.sleep,
        random=Random(seed),  # noqa: S311 - repeatable
    )


async def _forget(_entry: Entry) -> None:
    """Keep nothing: what was made up must not be found by a real run."""


def _price_line(profile: Profile) -> Mapping[str, str] | None:
    return price_line(profile.provider, profile.model) if profile.price is None else None
