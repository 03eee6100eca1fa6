"""Runs every fault of every provider at once: one loop, one transport, one server, one address for each cell.

What comes back is what an attempt came to, judged as the engine judges it. Knows neither what is right nor pytest.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import trustme

import distilkit as dk
from distilkit.calls import Call, Record, Request
from distilkit.errors import DistilkitError, ProviderError
from distilkit.profiles.profile import Profile
from distilkit.profiles.secrets import Secret
from distilkit.provider import Transport
from distilkit.reading.completion import read
from distilkit.reading.faults import fault

from .case import CANARY, MESSAGES
from .cases import BY_NAME
from .faults import Cell, at_once, cells, reply_of
from .refusal import A_WHILE_S
from .refusals import FORMATS
from .running import AMBIENT, crowded_environment
from .server import Seen, Server

ALL_CELLS: tuple[Cell, ...] = tuple(cell for name, form in FORMATS.items() for cell in cells(BY_NAME[name], form))
AT_ONCE = 64
# No fault but one may run into it, however busy the machine.
PATIENCE_S = 120.0
# Of the fault that runs into it: long enough for its request to arrive.
IMPATIENCE_S = 3.0


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to.

    Attributes:
        error: why there is no answer, or None where one was taken for good.
        requests: how many reached the server.
        shown: everything of the error that anybody could see.
    """

    error: ProviderError | None
    requests: int
    shown: str


@dataclass(frozen=True)
class Matrix:
    """Every cell's outcome by name, what reached the server that redirects point to, and the time it took."""

    outcomes: Mapping[str, Outcome]
    elsewhere: list[Seen]
    seconds: float


def run_matrix(folder: Path) -> Matrix:
    """Ask every cell once, all at the same time."""
    started = time.monotonic()
    profiles = _profiles(folder)
    with Server() as good, Server() as other, Server(_certificate()) as untrusted, crowded_environment():
        elsewhere = other.at("elsewhere")
        now = at_once()
        asked = {}
        for cell in ALL_CELLS:
            host = untrusted if cell.fault == "untrusted" else good
            url = host.at(cell.name, reply_of(cell, FORMATS[cell.case.name], elsewhere=elsewhere, now=now))
            asked[cell.name] = _profile(profiles[cell.case.name], cell, url)
        found = asyncio.run(_ask_all(asked))
        seen = {name: len(good.seen[name]) + len(untrusted.seen[name]) for name in asked}
    outcomes = {name: Outcome(error, seen[name], _shown(error)) for name, error in found.items()}
    return Matrix(outcomes, other.seen["elsewhere"], time.monotonic() - started)


def _certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def _profiles(folder: Path) -> dict[str, Profile]:
    found = {}
    for name in FORMATS:
        file = folder / f"{name}.yaml"
        file.write_text(BY_NAME[name].file("http://127.0.0.1:1"), encoding="utf-8")
        with crowded_environment():
            found[name] = dk.load_profiles(file)[name]
    return found


def _profile(profile: Profile, cell: Cell, url: str) -> Profile:
    if cell.fault == "refused":
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}/{cell.name}"
    return replace(
        profile,
        base_url=url + cell.case.base,
        api_key=Secret(CANARY),
        timeout_s=IMPATIENCE_S if cell.fault == "silent" else PATIENCE_S,
    )


async def _ask_all(profiles: Mapping[str, Profile]) -> dict[str, ProviderError | None]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(send: Transport, profile: Profile) -> ProviderError | None:
        async with turns:
            return await _ask(send, profile)

    async with Transport() as send:
        errors = await asyncio.gather(*(in_turn(send, profile) for profile in profiles.values()))
    return dict(zip(profiles, errors, strict=True))


async def _ask(send: Transport, profile: Profile) -> ProviderError | None:
    request = Request(model=profile.litellm_model, messages=MESSAGES, params=profile.params)
    call = Call(prompt_id=0, prompt="", profile=profile, request=request, key="")
    await send.prepare([call])
    try:
        record: Record = await send(call)
    except ProviderError as error:
        return error
    return fault(record, read(record))


def _shown(error: DistilkitError | None) -> str:
    return "" if error is None else f"{error!r} {error} {vars(error)}"


def wrong(cell: Cell, outcome: Outcome) -> list[str]:
    """Say what is wrong with one cell's outcome; empty where nothing is."""
    error = outcome.error
    if error is None:
        return ["it was taken for an answer"]
    wanted_requests = 0 if cell.fault in {"refused", "untrusted"} else 1
    found = {
        "kind": (error.kind, cell.verdict.kind),
        "retryable": (error.retryable, cell.verdict.retryable),
        "requests": (outcome.requests, wanted_requests),
        "key shown": (CANARY in outcome.shown or AMBIENT in outcome.shown, False),
    }
    said = [f"{name}: {got!r} is not {want!r}" for name, (got, want) in found.items() if got != want]
    if not _same_wait(error.retry_after_s, cell.verdict.wait_s):
        said.append(f"wait: {error.retry_after_s!r} is not {cell.verdict.wait_s!r}")
    return [f"{line} ({error})" for line in said]


def _same_wait(got: float | None, wanted: float | None) -> bool:
    """Compare waits; one until a moment has become shorter by the time it is read."""
    if got is None or wanted is None:
        return got is wanted
    return wanted - 200 < got <= wanted if wanted == A_WHILE_S else got == wanted
