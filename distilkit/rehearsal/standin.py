"""The stand-in for a provider: takes a call, keeps the limits, takes its time, and answers or refuses.

Knows a virtual clock and what is expected of a profile; knows no network. What it did is told as `Arrival`s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from distilkit.calls import Call, Record
from distilkit.engine.limits import policy_of
from distilkit.engine.ports import Send
from distilkit.engine.tokens import max_output_tokens
from distilkit.errors import ProviderError
from distilkit.profiles import Profile
from distilkit.provider import price_line
from distilkit.reading import cost_usd, read
from distilkit.rehearsal.dialled import dials_of, simulated
from distilkit.rehearsal.enforced import Door
from distilkit.rehearsal.expected import Drawn, Expected, Given, draw, expect
from distilkit.sim.spec import Dials

# From here to the provider: limits are judged where a request arrives, not where it is sent.
_TRANSIT_S = 0.02
_ANSWERED, _THROTTLED = 200, 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request, as the provider saw it.

    Attributes:
        at_s: when it arrived, in virtual seconds.
        profile: who was asked.
        key: the request's.
        input_tokens: of the prompt; 0 where it was refused.
        output_tokens: of the answer; 0 where there is none.
        status: of the reply; None where none came.
        cost_usd: dollars at list price; None when unknown, 0 where nothing was answered.
    """

    at_s: float
    profile: str
    key: str
    input_tokens: int
    output_tokens: int
    status: int | None
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the stand-ins of a rehearsal share.

    Attributes:
        clock: virtual seconds.
        door: the limits of a profile; profiles of one scope have one door.
        log: hears of every arrival.
        given: what is stated rather than expected.
    """

    clock: Callable[[], float]
    door: Callable[[Profile], Door]
    log: Callable[[Arrival], None]
    given: Given


def stand_in(profile: Profile, history: Sequence[Record], stage: Stage) -> Send:
    """Return a `send` for the calls to `profile`; `history` are its stored answers, for what to expect of the next.

    It raises `ProviderError` as a provider would: throttled, timed out, or struck by a simulated fault.
    """
    drawing, door = _drawing(profile, history, stage.given), stage.door(profile)
    price = price_line(profile.provider, profile.model) if profile.price is None else None

    async def send(call: Call) -> Record:
        await asyncio.sleep(_TRANSIT_S)
        now = stage.clock()
        drawn = drawing(call, now)
        wait_s, headers = door.admit(now, drawn.input_tokens, _counted(call, drawn)) if drawn.counts else (0.0, {})
        drawn = _throttled(profile, wait_s, headers) if wait_s else _in_time(profile, drawn)
        record = None if drawn.body is None else _record(profile, drawn, drawn.body, now, headers, price)
        stage.log(_arrival(now, profile, call, drawn, record))
        await asyncio.sleep(max(0.0, drawn.latency_s - _TRANSIT_S))
        if record is None:
            raise drawn.error or AssertionError("neither an answer nor an error")
        return record

    return send


def basis(profile: Profile, history: Sequence[Record], given: Given) -> str:
    """Say where this profile's latency and length come from."""
    if _dials(profile, given) is None:
        return _expected(profile, history, given).basis
    return ("" if given.latency_s is None else f"given: {given.latency_s:.3g} s; ") + "the simulator's dials"


def _drawing(profile: Profile, history: Sequence[Record], given: Given) -> Callable[[Call, float], Drawn]:
    """Return what draws the reply to a call that arrives at a moment."""
    if (dials := _dials(profile, given)) is not None:
        return simulated(profile, dials)
    expected = _expected(profile, history, given)
    return lambda call, _now: draw(expected, call, given.seed)


def _dials(profile: Profile, given: Given) -> Dials | None:
    """Return the dials to reply by; None where lengths are drawn: for real models, and where a length is given."""
    return dials_of(profile, given.latency_s) if given.output_tokens is None else None


def _expected(profile: Profile, history: Sequence[Record], given: Given) -> Expected:
    dials = dials_of(profile, given.latency_s)
    return expect(profile, history, given if dials is None else replace(given, latency_s=dials.latency_s))


def _counted(call: Call, drawn: Drawn) -> int:
    """Return the output tokens that count against the limits: with some providers what a request allows itself."""
    dials, provider = call.profile.sim, call.profile.provider
    keeps = policy_of(provider).keeps_max_tokens if dials is None else dials.counts_max_tokens
    limit = max_output_tokens(call.request.params)
    return drawn.output_tokens if limit is None or not keeps else limit


def _throttled(profile: Profile, wait_s: float, headers: Mapping[str, str]) -> Drawn:
    # Headers that tell of limits leave out when to come back where the simulated model is dialled to.
    told = None if headers and "retry-after" not in headers else wait_s
    message = f"{profile.litellm_model}: the rate limit is reached (rehearsed)"
    error = ProviderError(message, kind="rate_limit", provider=profile.provider, status=_THROTTLED, retry_after_s=told)
    return Drawn(input_tokens=0, output_tokens=0, latency_s=0.0, error=error, counts=False)


def _in_time(profile: Profile, drawn: Drawn) -> Drawn:
    """Return what is drawn, or a timeout where it would take too long."""
    if drawn.latency_s <= profile.timeout_s:
        return drawn
    message = f"{profile.litellm_model}: no answer within {profile.timeout_s:g} s"
    error = ProviderError(message, kind="timeout", provider=profile.provider)
    return replace(drawn, latency_s=profile.timeout_s, body=None, error=error)


def _record(
    profile: Profile,
    drawn: Drawn,
    body: Mapping[str, object],
    now: float,
    headers: Mapping[str, str],
    price: Mapping[str, str] | None,
) -> Record:
    return Record(
        provider=profile.provider,
        raw=body,
        headers=headers,
        latency_s=drawn.latency_s,
        created_at=now - _TRANSIT_S + drawn.latency_s,
        price=price,
    )


def _arrival(now: float, profile: Profile, call: Call, drawn: Drawn, record: Record | None) -> Arrival:
    cost = Decimal(0) if record is None else cost_usd(read(record, profile.thinking), profile.price, record.price)
    return Arrival(
        at_s=now,
        profile=profile.name,
        key=call.key,
        input_tokens=drawn.input_tokens,
        output_tokens=drawn.output_tokens,
        status=_ANSWERED if drawn.error is None else drawn.error.status,
        cost_usd=cost,
    )
