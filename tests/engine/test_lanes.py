"""Strategies in a run: who is asked, who answers, what a row says of it; and what a plain profile never does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from distilkit.calls import Answer, Call, Failure, Prompt
from distilkit.engine.breaker import Breaker
from distilkit.engine.run import run
from distilkit.engine.sheet import Sheet
from distilkit.errors import ProviderError, StoreError
from distilkit.planning import plan
from distilkit.profiles import Profile, Route, Strategy
from distilkit.profiles.profile import Price, RateLimit, Retry
from distilkit.store.board import Board


def member(name: str, **fields: Any) -> Profile:
    return Profile(name=name, provider="sim", model=name, section=name, **fields)


def routed(count: int, *members: Profile, policy: Any = "failover", **fields: Any) -> list[Call]:
    strategy = Strategy(name="team", policy=policy, profiles=tuple(each.name for each in members), **fields)
    prompts = [Prompt(n, f"q{n}", [{"role": "user", "content": f"q{n}"}]) for n in range(count)]
    return plan(prompts, [Route(strategy=strategy, members=members)], params={}, samples=1)


def served(world: Any) -> Counter[str]:
    outcomes = world.outcomes.values()
    return Counter(outcome.served.profile.name for outcome in outcomes if isinstance(outcome, Answer))


def failing(make_record: Any, *names: str, kind: Any = "provider_error", **more: Any) -> Callable[[Call, int], Any]:
    def reply(call: Call, _nth: int) -> Any:
        if call.profile.name in names:
            return ProviderError("failed", kind=kind, provider="sim", **more)
        return make_record()

    return reply


def test_the_first_that_works_answers(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a")

    world.run(routed(1, member("a"), member("b"), member("c")))

    (outcome,) = world.outcomes.values()
    assert outcome.served.profile.name == "b"
    assert outcome.record.tried == ("a: provider_error", "b: answered")
    assert [call.profile.name for call in world.sent] == ["a", "b"]


def test_a_plain_profile_is_never_answered_by_another(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", kind="invalid_request")
    plain = plan([Prompt(0, "q", [{"role": "user", "content": "q"}])], [member("a")], params={}, samples=1)

    world.run([*plain, *routed(1, member("b"))])

    assert isinstance(world.outcomes[plain[0].key], Failure)


def test_a_breaker_spares_those_who_come_after(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a")

    world.run(routed(100, member("a", max_concurrency=1), member("b", max_concurrency=1), max_failures=3))

    assert served(world) == {"b": 100}
    assert sum(call.profile.name == "a" for call in world.sent) <= 4


def test_a_rejected_key_opens_the_breaker_at_once(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", kind="authentication")

    world.run(routed(50, member("a", max_concurrency=1), member("b", max_concurrency=1)))

    assert sum(call.profile.name == "a" for call in world.sent) <= 2
    assert served(world) == {"b": 50}


@pytest.mark.parametrize("kind", ["invalid_request", "content_filter"])
def test_what_is_wrong_with_the_request_is_not_asked_of_the_others(world: Any, make_record: Any, kind: Any) -> None:
    world.reply = failing(make_record, "a", kind=kind)

    world.run(routed(5, member("a"), member("b")))

    assert all(outcome.kind == kind for outcome in world.outcomes.values())
    assert {call.profile.name for call in world.sent} == {"a"}


def test_a_prompt_too_long_for_one_is_asked_of_the_next(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", kind="context_length")

    world.run(routed(5, member("a"), member("b")))

    assert served(world) == {"b": 5}


def test_a_retry_after_beyond_patience_fails_over(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", kind="rate_limit", retry_after_s=3_600)

    world.run(routed(20, member("a"), member("b")))

    assert served(world) == {"b": 20}
    assert world.now < 200


def test_round_robin_shares_evenly(world: Any) -> None:
    world.run(routed(90, member("a"), member("b"), member("c"), policy="round_robin"))

    assert served(world) == {"a": 30, "b": 30, "c": 30}


def test_weights_are_shares(world: Any) -> None:
    calls = routed(100, member("a"), member("b"), policy="weighted", weights={"a": 3, "b": 1})

    world.run(calls)

    assert served(world) == {"a": 75, "b": 25}


def test_least_cost_asks_the_cheaper(world: Any) -> None:
    dear, cheap = (Price(input_per_million=Decimal(n), output_per_million=Decimal(n)) for n in (9, 1))

    world.run(routed(10, member("a", price=dear), member("b", price=cheap), policy="least_cost"))

    assert served(world) == {"b": 10}


def test_what_is_not_good_enough_is_never_asked_not_even_where_all_others_fail(world: Any, make_record: Any) -> None:
    known: Any = {"a": {"quality": 0.9}, "b": {"quality": 0.8, "cost_per_item_usd": 1}, "c": {"quality": 0.7}}
    members = [member(name, retry=Retry(max_attempts=1)) for name in known]
    world.reply = failing(make_record, "a", "b")

    world.run(routed(2, *members, policy="cheapest_good_enough", quality=0.8, evidence=known))

    assert {call.profile.name for call in world.sent} == {"a", "b"}
    assert all(isinstance(outcome, Failure) for outcome in world.outcomes.values())


def test_most_headroom_spreads_over_the_limits(world: Any) -> None:
    limits = RateLimit(tokens_per_minute=3_000)
    regions = [member(name, limits=limits) for name in ("east", "west")]

    world.run(routed(40, *regions, policy="most_headroom"))

    shares = served(world)
    assert abs(shares["east"] - shares["west"]) <= 4


def test_least_busy_keeps_both_at_work(world: Any) -> None:
    world.run(routed(40, member("a", max_concurrency=4), member("b", max_concurrency=4), policy="least_busy"))

    assert min(served(world).values()) >= 10


def test_when_nobody_answers_the_rest_is_not_asked_for_ever(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", "b")
    quick = Retry(max_attempts=3, backoff_s=0.1)

    world.run(routed(300, member("a", retry=quick), member("b", retry=quick), recovery_timeout_s=5.0))

    assert len(world.outcomes) == 300
    assert all(isinstance(outcome, Failure) for outcome in world.outcomes.values())
    assert len(world.sent) <= 360


def test_a_failure_tells_every_attempt(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a", "b", kind="context_length", status=400)

    world.run(routed(1, member("a"), member("b")))

    (outcome,) = world.outcomes.values()
    assert outcome.tried == ("a: context_length 400", "b: context_length 400")
    assert outcome.attempts == 2


def test_a_profile_that_recovers_is_asked_again(world: Any, make_record: Any) -> None:
    down_until = 150.0

    def reply(call: Call, _nth: int) -> Any:
        world.now += 1.0
        if call.profile.name == "a" and world.now < down_until:
            return ProviderError("down", kind="provider_error", provider="sim")
        return make_record()

    world.reply = reply

    world.run(routed(200, member("a", max_concurrency=1), member("b", max_concurrency=1), recovery_timeout_s=20.0))

    assert served(world)["a"] > 50
    assert len(world.outcomes) == 200


def test_at_most_one_probe_is_out_under_many_callers(world: Any, make_record: Any) -> None:
    board = Board(None)
    probes = most = 0

    def reply(call: Call, _nth: int) -> Any:
        if call.profile.name == "a":
            return ProviderError("down", kind="provider_error", provider="sim")
        return make_record()

    world.reply = reply
    calls = routed(400, member("a", max_concurrency=64), member("b", max_concurrency=64), recovery_timeout_s=3.0)
    with board.transaction() as page:
        Sheet(page, board, world.now).set_breaker(calls[0].options[0].profile, Breaker("open", 3, world.now, "timeout"))
    sending = world.send

    async def send(call: Call) -> Any:
        nonlocal probes, most
        if call.profile.name != "a":
            world.now += 0.05
            return await sending(call)
        probes += 1
        most = max(most, probes)
        try:
            return await sending(call)
        finally:
            probes -= 1

    asyncio.run(run(calls, replace(world.ports(), send=send, board=board)))
    assert most == 1
    assert served(world) == {"b": 400}


def test_an_outage_costs_time_not_rows(world: Any, make_record: Any, make_calls: Any) -> None:
    """A plain profile that is down for five minutes: every row is answered, and few requests are wasted."""

    def reply(_call: Call, _nth: int) -> Any:
        world.now += 0.1
        if 105.0 < world.now < 400.0:
            return ProviderError("down", kind="provider_error", provider="sim", status=503)
        return make_record()

    world.reply = reply
    calls = make_calls(300, max_concurrency=8)

    world.run(calls)

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
    assert len(world.sent) <= 1.2 * 300


def test_a_permanent_failure_of_everything_costs_few_requests(world: Any, make_calls: Any, make_error: Any) -> None:
    world.reply = lambda _call, _nth: make_error("provider_error")

    world.run(make_calls(500))

    assert len(world.outcomes) == 500
    assert len(world.sent) <= 600


def test_throttling_uses_up_no_attempts(world: Any, make_calls: Any, make_record: Any, make_error: Any) -> None:
    world.reply = lambda _call, nth: make_error("rate_limit", retry_after_s=1.0) if nth < 8 else make_record()

    world.run(make_calls(1, retry=Retry(max_attempts=2)))

    (outcome,) = world.outcomes.values()
    assert isinstance(outcome, Answer)


def test_the_deadline_ends_a_call(world: Any, make_calls: Any, make_error: Any) -> None:
    world.reply = lambda _call, _nth: make_error("rate_limit", retry_after_s=10.0)

    world.run(make_calls(1, retry=Retry(deadline_s=45.0)))

    (outcome,) = world.outcomes.values()
    assert outcome.kind == "rate_limit"
    assert world.now <= 100.0 + 60.0


def test_retries_never_come_before_retry_after(world: Any, make_calls: Any, make_record: Any, make_error: Any) -> None:
    asked: list[float] = []

    def reply(_call: Call, nth: int) -> Any:
        asked.append(world.now)
        return make_error("rate_limit", retry_after_s=7.0) if nth == 0 else make_record()

    world.reply = reply

    world.run(make_calls(1))

    assert asked[1] - asked[0] >= 7.0


def test_a_member_that_goes_down_in_the_middle_is_not_waited_for(world: Any, make_record: Any) -> None:
    """Rows chosen for it while it was well go to the next one at once."""

    def reply(call: Call, _nth: int) -> Any:
        world.now += 0.05
        if call.profile.name == "a" and world.now > 101.0:
            return ProviderError("down", kind="provider_error", provider="sim", status=503)
        return make_record()

    world.reply = reply
    members = [member(name, limits=RateLimit(requests_per_minute=1_200)) for name in ("a", "b")]

    world.run(routed(200, *members))

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
    assert world.now < 100.0 + 60.0


def test_an_open_breaker_holds_back_those_who_wait_in_line(world: Any, make_record: Any) -> None:
    world.reply = failing(make_record, "a")
    slow = RateLimit(requests_per_minute=60)

    world.run(routed(60, member("a", limits=slow), member("b"), max_failures=3))

    assert served(world) == {"b": 60}
    assert sum(call.profile.name == "a" for call in world.sent) <= 5


def test_one_dropped_connection_closes_no_member_of_a_strategy(world: Any, make_record: Any) -> None:
    dropped: set[str] = set()

    def reply(call: Call, _nth: int) -> Any:
        if call.profile.name not in dropped:
            dropped.add(call.profile.name)
            return ProviderError("dropped", kind="connection", provider="sim")
        return make_record()

    world.reply = reply

    world.run(routed(6, member("a", max_concurrency=1), member("b", max_concurrency=1)))

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())


def test_an_open_breaker_of_an_earlier_run_is_named(world: Any) -> None:
    board = Board(None)
    calls = routed(1, member("a", retry=Retry(deadline_s=5.0)))
    with board.transaction() as page:
        opened = Breaker("open", 1, world.now, "authentication")
        Sheet(page, board, world.now).set_breaker(calls[0].options[0].profile, opened)

    asyncio.run(run(calls, replace(world.ports(), board=board)))

    (outcome,) = world.outcomes.values()
    assert "a after authentication" in outcome.message


def test_nothing_but_429s_for_the_whole_deadline_ends_the_profile(world: Any, make_calls: Any, make_error: Any) -> None:
    world.reply = lambda _call, _nth: make_error("rate_limit", retry_after_s=5.0)

    world.run(make_calls(100, max_concurrency=4, retry=Retry(deadline_s=60.0)))

    assert len(world.outcomes) == 100
    assert world.now < 100.0 + 2 * 60.0


def test_a_retry_after_of_nothing_is_no_invitation_to_ask_without_end(
    world: Any, make_calls: Any, make_error: Any
) -> None:
    world.reply = lambda _call, _nth: make_error("rate_limit", retry_after_s=0.0)

    world.run(make_calls(1, retry=Retry(deadline_s=120.0)))

    assert len(world.sent) < 20


def test_an_impossible_usage_stops_nobody(world: Any, make_calls: Any, make_record: Any) -> None:
    absurd = {"prompt_tokens": 10, "completion_tokens": 4_294_967_295}

    def reply(_call: Call, _nth: int) -> Any:
        answer = make_record()
        return answer if len(world.sent) > 1 else replace(answer, raw={**answer.raw, "usage": absurd})

    world.reply = reply

    world.run(make_calls(50, limits=RateLimit(tokens_per_minute=2_000_000)))

    assert len(world.outcomes) == 50
    assert world.now < 160.0


def test_a_senders_own_timeout_is_tried_again(world: Any, make_calls: Any, make_record: Any) -> None:
    world.reply = lambda _call, nth: TimeoutError("slow pipe") if nth == 0 else make_record()

    world.run(make_calls(1))

    (outcome,) = world.outcomes.values()
    assert isinstance(outcome, Answer)


def test_where_the_store_cannot_be_read_any_more_the_rest_are_rows(world: Any, make_calls: Any) -> None:
    def find(_key: str) -> Any:
        raise StoreError("the store is gone")

    calls = make_calls(20)

    asyncio.run(run(calls, replace(world.ports(), find=find)))

    assert len(world.outcomes) == 20
    assert all("the store is gone" in outcome.message for outcome in world.outcomes.values())


def test_a_strategy_is_no_worse_than_its_best_member(world: Any, make_record: Any) -> None:
    """One member is dead, the other fails one attempt in ten: every row is answered, as without the dead one."""

    def reply(call: Call, _nth: int) -> Any:
        world.now += 0.05
        if call.profile.name == "dead" or len(world.sent) % 10 == 0:
            return ProviderError("down", kind="provider_error", provider="sim", status=503)
        return make_record()

    world.reply = reply

    world.run(routed(200, member("dead"), member("well"), recovery_timeout_s=300.0))

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
    assert world.now < 100.0 + 60.0


def test_a_retry_after_of_just_the_patience_is_waited_for(
    world: Any, make_calls: Any, make_record: Any, make_error: Any
) -> None:
    world.reply = lambda _call, nth: (
        make_record() if len(world.sent) > 1 or nth else make_error("rate_limit", retry_after_s=60.0)
    )

    world.run(make_calls(40))

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
