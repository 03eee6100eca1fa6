"""What the engine tells its listener, beyond what happened: tokens, dollars, and which call of the plan it is about."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from distilkit.calls import Call, Prompt, Record
from distilkit.engine.account import account_of
from distilkit.engine.events import Event
from distilkit.planning import plan
from distilkit.profiles import Route
from distilkit.profiles.profile import Price, Profile, RateLimit
from distilkit.profiles.strategy import Strategy

PRICE = Price(input_per_million=Decimal(10), output_per_million=Decimal(100))


def only(world: Any, kind: str) -> Event:
    (found,) = [event for event in world.events if event.kind == kind]
    return found


def test_an_answer_tells_its_tokens_and_dollars(world: Any, make_calls: Callable[..., list[Call]]) -> None:
    world.run(make_calls(1, price=PRICE))

    event = only(world, "answered")
    assert (event.input_tokens, event.output_tokens, event.billed_usd) == (10, 5, Decimal("0.0006"))
    assert event.served_by == "p"


def test_a_request_tells_what_was_booked_for_it(world: Any, make_calls: Callable[..., list[Call]]) -> None:
    world.run(make_calls(1, limits=RateLimit(tokens_per_minute=10_000)))

    event = only(world, "sent")
    assert event.input_tokens is not None
    assert event.input_tokens > 0
    assert event.output_tokens == 500  # the first guess


def test_nothing_is_booked_where_nothing_is_limited(world: Any, make_calls: Callable[..., list[Call]]) -> None:
    world.run(make_calls(1))

    assert only(world, "sent").output_tokens is None


def test_a_failure_that_cost_nothing_says_so(
    world: Any, make_calls: Callable[..., list[Call]], make_error: Callable[..., Exception]
) -> None:
    world.reply = lambda _call, _nth: make_error("invalid_request", retryable=False)

    world.run(make_calls(1))

    assert only(world, "failed").billed_usd == Decimal(0)


def test_a_reply_that_is_no_answer_tells_what_it_cost(
    world: Any, make_calls: Callable[..., list[Call]], make_record: Callable[..., Any]
) -> None:
    world.reply = lambda _call, _nth: make_record(finish_reason="content_filter")

    world.run(make_calls(1, price=PRICE))

    assert only(world, "failed").billed_usd == Decimal("0.0006")


def test_every_event_of_a_strategys_row_names_the_planned_call(
    world: Any, make_error: Callable[..., Exception]
) -> None:
    members = [Profile(name=name, provider="sim", model=name, section=name) for name in ("one", "two")]
    route = Route(strategy=Strategy(name="s", policy="failover", profiles=members), members=tuple(members))
    calls = plan([Prompt(1, "q", [{"role": "user", "content": "q"}])], [route], params={}, samples=1)
    world.reply = lambda call, _nth: (
        make_error("authentication", retryable=False) if call.profile.name == "one" else _answer()
    )

    world.run(calls)

    told = [event for event in world.events if event.kind in {"sent", "answered"}]
    assert {event.asked_key for event in told} == {calls[0].key}
    assert [event.served_by for event in told if event.kind == "sent"] == ["one", "two"]
    assert told[-1].key == calls[0].options[1].key


def _answer() -> Record:
    choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
    return Record(provider="sim", raw={"model": "m", "choices": [choice]}, latency_s=0.5)


def test_a_pause_that_comes_while_somebody_waits_is_told(
    world: Any, make_calls: Callable[..., list[Call]], make_error: Callable[..., Exception]
) -> None:
    def reply(call: Call, nth: int) -> Any:
        return make_error("rate_limit", retry_after_s=40.0) if call.prompt_id == 1 and nth == 0 else _answer()

    world.reply = reply

    world.run(make_calls(6, limits=RateLimit(requests_per_minute=60), max_concurrency=4))

    waits = [event.wait_s for event in world.events if event.kind == "waiting" and event.wait_s]
    assert max(waits) > 30.0


def test_an_account_says_what_bounds_a_profile(make_calls: Callable[..., list[Call]]) -> None:
    (call,) = make_calls(1, limits=RateLimit(requests_per_minute=60), max_concurrency=7)

    account = account_of(call)

    assert account is not None
    assert account.limits.requests_per_minute == 60
    assert account.max_concurrency == 7
    assert not account.keeps_max_tokens


def test_profiles_of_one_account_have_one_scope(make_calls: Callable[..., list[Call]]) -> None:
    shared, other = (
        Profile(name=name, provider="openai", model="m", section="s", limits_scope=scope)
        for name, scope in (("a", "s"), ("b", "s"))
    )

    scopes = {account_of(call).scope for call in make_calls(1, shared, other)}  # type: ignore[union-attr] # profiles

    assert len(scopes) == 1
