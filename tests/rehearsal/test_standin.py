"""The stand-in: keeps the limits, takes its time, and fails as a provider would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from distilkit.calls import Call, Record
from distilkit.engine.fastclock import FastLoop, run_fast
from distilkit.errors import ProviderError
from distilkit.profiles import Profile, RateLimit
from distilkit.reading import read
from distilkit.rehearsal.enforced import doors_of
from distilkit.rehearsal.expected import Given
from distilkit.rehearsal.standin import Arrival, Stage, basis, stand_in
from distilkit.sim import Dials

Send = Callable[[Call], Coroutine[Any, Any, Record]]


class Played:
    """A stand-in that is asked in virtual time."""

    def __init__(self, profile: Profile, **given: Any) -> None:
        self.arrivals: list[Arrival] = []
        self.ended: list[float] = []
        self._profile = profile
        self._given = Given(**given)

    def ask(self, calls: Sequence[Call], every_s: float = 1.0) -> list[Record | ProviderError]:
        return run_fast(lambda loop: self._ask(loop, calls, every_s))

    async def _ask(self, loop: FastLoop, calls: Sequence[Call], every_s: float) -> list[Record | ProviderError]:
        doors = doors_of([self._profile], None)
        stage = Stage(
            clock=loop.time, door=lambda profile: doors[profile.name], log=self.arrivals.append, given=self._given
        )
        send = stand_in(self._profile, [], stage)

        async def one(place: int, call: Call) -> Record | ProviderError:
            await asyncio.sleep(place * every_s)
            try:
                return await send(call)
            except ProviderError as error:
                return error
            finally:
                self.ended.append(loop.time())

        return await asyncio.gather(*(one(place, call) for place, call in enumerate(calls)))


def test_an_answer_takes_its_time_and_is_judged_where_it_arrives(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile()
    played = Played(profile, latency_s=3)

    (record,) = played.ask(make_calls(1, profile))

    assert isinstance(record, Record)
    assert record.latency_s == pytest.approx(3, rel=0.2)
    assert played.ended == [pytest.approx(record.latency_s)]
    assert [each.at_s for each in played.arrivals] == [0.02]


def test_what_is_logged_is_what_the_record_says(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile()
    played = Played(profile)

    (record,) = played.ask(make_calls(1, profile))

    assert isinstance(record, Record)
    completion, (arrival,) = read(record), played.arrivals
    assert (arrival.input_tokens, arrival.output_tokens) == (completion.input_tokens, completion.output_tokens)
    assert arrival.cost_usd == Decimal(arrival.input_tokens + 2 * arrival.output_tokens)


def test_a_full_minute_is_a_429_that_says_when_to_come_back(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile(limits=RateLimit(requests_per_minute=2))
    played = Played(profile)

    *_, refused = played.ask(make_calls(3, profile))

    assert isinstance(refused, ProviderError)
    assert (refused.kind, refused.status) == ("rate_limit", 429)
    assert refused.retry_after_s == pytest.approx(58)
    last = played.arrivals[-1]
    assert (last.status, last.input_tokens, last.output_tokens, last.cost_usd) == (429, 0, 0, 0)


@pytest.mark.parametrize(("provider", "refused"), [("openai", 1), ("anthropic", 0)])
def test_max_tokens_count_where_the_provider_counts_them(
    make_profile: Any, make_calls: Any, provider: str, refused: int
) -> None:
    profile = make_profile(provider=provider, limits=RateLimit(tokens_per_minute=2_500))
    played = Played(profile, output_tokens=50)

    played.ask(make_calls(3, profile, max_tokens=1_000))

    assert sum(each.status == 429 for each in played.arrivals) == refused


def test_an_answer_that_takes_too_long_is_a_timeout_after_that_time(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile(timeout_s=5)
    played = Played(profile, latency_s=50)

    (error,) = played.ask(make_calls(1, profile))

    assert isinstance(error, ProviderError)
    assert error.kind == "timeout"
    assert played.ended == [5]
    assert played.arrivals[0].status is None


@pytest.mark.parametrize(
    ("dials", "kind", "status"),
    [
        (Dials(error_rate=1), "provider_error", 500),
        (Dials(drop_rate=1), "connection", None),
        (Dials(malformed_rate=1), "provider_error", 200),
        (Dials(outage_until_s=9), "provider_error", 503),
    ],
)
def test_simulated_faults_strike(make_profile: Any, make_calls: Any, dials: Dials, kind: str, status: Any) -> None:
    profile = make_profile(provider="sim", sim=dials)
    played = Played(profile)

    (error,) = played.ask(make_calls(1, profile))

    assert isinstance(error, ProviderError)
    assert (error.kind, error.status) == (kind, status)
    assert played.arrivals[0].cost_usd == 0


def test_an_outage_passes_in_virtual_time(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile(provider="sim", sim=Dials(outage_from_s=10, outage_until_s=3_600))

    replies = Played(profile).ask(make_calls(4, profile), every_s=1_500)

    assert [isinstance(reply, Record) for reply in replies] == [True, False, False, True]


@pytest.mark.parametrize(("dials", "says"), [(Dials(), 1), (Dials(retry_after=False), 0)])
def test_a_simulated_429_says_when_to_come_back_as_it_is_dialled(
    make_profile: Any, make_calls: Any, dials: Dials, says: int
) -> None:
    profile = make_profile(provider="sim", sim=replace(dials, requests_per_minute=1))

    answer, refused = Played(profile).ask(make_calls(2, profile))

    assert isinstance(answer, Record)
    assert answer.headers["x-ratelimit-limit-requests"] == "1"
    assert isinstance(refused, ProviderError)
    assert (refused.retry_after_s is not None) == says


def test_a_usage_that_is_not_told_is_an_unknown_cost(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile(provider="sim", sim=Dials(missing_usage_rate=1))
    played = Played(profile)

    played.ask(make_calls(1, profile))

    assert played.arrivals[0].cost_usd is None


def test_a_wrong_parameter_is_refused_by_a_simulated_model(make_profile: Any, make_calls: Any) -> None:
    profile = make_profile(provider="sim", sim=Dials())

    (error,) = Played(profile).ask(make_calls(1, profile, n=-1))

    assert isinstance(error, ProviderError)
    assert error.kind == "invalid_request"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "the simulator's dials"),
        ({"latency_s": 2.0}, "given: 2 s; the simulator's dials"),
        ({"output_tokens": 9.0}, "given: 0.05 s, 9 tokens"),
    ],
)
def test_the_basis_of_a_simulated_model_is_its_dials(make_profile: Any, given: dict[str, float], text: str) -> None:
    assert basis(make_profile(provider="sim", sim=Dials(latency_s=0.05)), [], Given(**given)) == text
