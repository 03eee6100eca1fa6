"""The run: every call settled once, kept before it is settled, retried only where that can help."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from distilkit.calls import Answer, Failure, Record
from distilkit.engine.run import run
from distilkit.errors import ProviderError, StoreError
from distilkit.profiles.profile import Price, Profile, RateLimit, Retry
from distilkit.reading import fault, read

PRICE = Price(input_per_million=Decimal(1_000_000), output_per_million=Decimal(0))


def test_every_call_is_sent_kept_and_settled_once(world: Any, make_calls: Any) -> None:
    calls = make_calls(50)

    world.run(calls)

    assert set(world.outcomes) == {call.key for call in calls}
    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
    assert Counter(entry.key for entry in world.kept) == Counter(call.key for call in calls)
    assert Counter(world.kinds()) == {"sent": 50, "answered": 50}


def test_an_answer_is_on_disk_before_it_is_settled(world: Any, make_calls: Any) -> None:
    async def slow_disk(entry: Any) -> None:
        await asyncio.sleep(0.01)
        assert entry.key not in world.outcomes

    world.keeping = slow_disk

    world.run(make_calls(5))

    assert len(world.outcomes) == len(world.kept) == 5


@pytest.mark.parametrize("most", [1, 7])
def test_concurrency_is_bounded_for_each_profile(world: Any, make_calls: Any, most: int) -> None:
    world.run(make_calls(100, max_concurrency=most))

    assert world.most_in_flight == most


def test_profiles_run_side_by_side(world: Any, make_calls: Any) -> None:
    profiles = [
        Profile(name=name, provider="sim", model=name, section=name, max_concurrency=2) for name in ("a", "b", "c")
    ]

    world.run(make_calls(20, *profiles))

    assert world.most_in_flight == 6


def test_a_hundred_thousand_prompts_are_not_a_hundred_thousand_tasks(world: Any, make_calls: Any) -> None:
    calls = make_calls(2_000, max_concurrency=4)
    most = 0

    def count(_event: object) -> None:
        nonlocal most
        most = max(most, len(asyncio.all_tasks()))

    ports = world.ports()

    async def main() -> None:
        await run(calls, type(ports)(send=world.send, keep=world.keep, settle=world.settle, observe=count))

    asyncio.run(main())
    assert most <= 6


def test_what_passes_is_tried_again_until_it_is_answered(
    world: Any, make_calls: Any, make_record: Any, make_error: Any
) -> None:
    world.reply = lambda _call, nth: make_error() if nth < 2 else make_record()

    world.run(make_calls(1, retry=Retry(max_attempts=3)))

    (outcome,) = world.outcomes.values()
    assert outcome.record.attempts == 3
    assert world.kept[0].record.attempts == 3
    assert world.kinds() == ["sent", "retrying", "sent", "retrying", "sent", "answered"]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_attempts_are_bounded(world: Any, make_calls: Any, make_error: Any, most: int) -> None:
    world.reply = lambda _call, _nth: make_error("timeout")

    world.run(make_calls(1, retry=Retry(max_attempts=most)))

    assert len(world.sent) == most
    assert all(outcome.kind == "timeout" and outcome.attempts == most for outcome in world.outcomes.values())
    assert world.kept == []


def test_a_refused_prompt_is_one_row_after_one_attempt(
    world: Any, make_calls: Any, make_record: Any, make_error: Any
) -> None:
    calls = make_calls(10)
    world.reply = lambda call, _nth: make_error("invalid_request") if call is calls[3] else make_record()

    world.run(calls)

    assert len(world.sent) == 10
    failed = {key: outcome for key, outcome in world.outcomes.items() if isinstance(outcome, Failure)}
    assert list(failed) == [calls[3].key]
    assert failed[calls[3].key].attempts == 1


def test_retry_after_is_kept_and_holds_the_whole_scope(
    world: Any, make_calls: Any, make_record: Any, make_error: Any
) -> None:
    calls = make_calls(4, max_concurrency=1)
    times = []

    def reply(call: Any, nth: int) -> Any:
        times.append(world.now)
        return make_error("rate_limit", retry_after_s=20) if call is calls[0] and nth == 0 else make_record()

    world.reply = reply

    world.run(calls)

    assert all(isinstance(outcome, Answer) for outcome in world.outcomes.values())
    assert min(times[1:]) - times[0] >= 20


def test_a_rejected_key_is_not_tried_for_every_prompt(world: Any, make_calls: Any, make_error: Any) -> None:
    world.reply = lambda _call, _nth: make_error("authentication", status=401)

    world.run(make_calls(500, max_concurrency=4))

    assert len(world.sent) <= 4
    assert len(world.outcomes) == 500
    assert {outcome.kind for outcome in world.outcomes.values()} == {"authentication"}
    unsent = [outcome for outcome in world.outcomes.values() if outcome.attempts == 0]
    assert all("not sent" in outcome.message for outcome in unsent)


def test_one_profiles_rejected_key_does_not_stop_the_others(
    world: Any, make_calls: Any, make_record: Any, make_error: Any
) -> None:
    good, bad = (Profile(name=name, provider="sim", model=name, section=name) for name in ("good", "bad"))
    world.reply = lambda call, _nth: make_error("authentication") if call.profile is bad else make_record()

    world.run(make_calls(20, good, bad))

    assert sum(isinstance(outcome, Answer) for outcome in world.outcomes.values()) == 20


def test_when_the_disk_is_full_nothing_more_is_paid_for_and_nothing_is_lost(world: Any, make_calls: Any) -> None:
    async def full(_entry: Any) -> None:
        raise StoreError("no space left on device")

    world.keeping = full

    world.run(make_calls(100, max_concurrency=5))

    assert len(world.sent) <= 5
    assert len(world.outcomes) == 100
    answered = [outcome for outcome in world.outcomes.values() if isinstance(outcome, Answer)]
    assert len(answered) == len(world.sent)
    assert all(
        "no space left" in outcome.message for outcome in world.outcomes.values() if isinstance(outcome, Failure)
    )


def test_a_content_filter_stop_is_a_failure_that_shows_what_was_paid(
    world: Any, make_calls: Any, make_record: Any
) -> None:
    world.reply = lambda _call, _nth: make_record("I", finish_reason="content_filter")

    world.run(make_calls(1, price=PRICE))

    (outcome,) = world.outcomes.values()
    assert outcome.kind == "content_filter"
    assert outcome.record is not None
    assert outcome.billed_usd == 10
    assert [entry.answer for entry in world.kept] == [False]


def test_an_empty_answer_is_tried_again_and_every_reply_is_billed(
    world: Any, make_calls: Any, make_record: Any
) -> None:
    world.reply = lambda _call, nth: make_record("") if nth == 0 else make_record("yes")

    world.run(make_calls(1, price=PRICE))

    (outcome,) = world.outcomes.values()
    assert outcome.billed_usd == 20
    assert [entry.answer for entry in world.kept] == [False, True]


def test_an_unknown_price_is_not_billed_as_nothing(world: Any, make_calls: Any) -> None:
    world.run(make_calls(1))

    (outcome,) = world.outcomes.values()
    assert outcome.billed_usd is None


def test_one_odd_reply_does_not_end_the_run(world: Any, make_calls: Any, make_record: Any) -> None:
    calls = make_calls(10)
    world.reply = lambda call, _nth: ZeroDivisionError("odd") if call is calls[0] else make_record()

    world.run(calls)

    assert world.outcomes[calls[0].key].kind == "unknown"
    assert "ZeroDivisionError" in world.outcomes[calls[0].key].message
    assert sum(isinstance(outcome, Answer) for outcome in world.outcomes.values()) == 9


def test_declared_limits_are_kept_by_the_run(world: Any, make_calls: Any) -> None:
    times = []
    original = world.send

    async def send(call: Any) -> Any:
        times.append(world.now)
        return await original(call)

    world.send = send

    world.run(make_calls(30, max_concurrency=1, limits=RateLimit(requests_per_minute=10)))

    assert max(sum(1 for other in times if 0 <= other - start < 60) for start in times) <= 10
    assert "waiting" in world.kinds()


def test_a_request_that_a_busy_process_sends_late_leaves_the_limit_whole(world: Any, make_calls: Any) -> None:
    times = []
    original = world.send

    async def send(call: Any) -> Any:
        world.now += 0 if times else 3.0
        times.append(world.now)
        answer = await original(call)
        world.now += answer.latency_s
        return answer

    world.send = send

    world.run(make_calls(30, max_concurrency=1, limits=RateLimit(requests_per_minute=10)))

    assert max(sum(1 for other in times if 0 <= other - start < 60) for start in times) <= 10


def test_a_shared_scope_has_one_limit(world: Any, make_calls: Any) -> None:
    limits = RateLimit(requests_per_minute=10)
    profiles = [
        Profile(name=name, provider="sim", model=name, section="s", limits=limits, limits_scope="s", max_concurrency=1)
        for name in ("a", "b")
    ]
    times = []
    original = world.send

    async def send(call: Any) -> Any:
        times.append(world.now)
        return await original(call)

    world.send = send

    world.run(make_calls(10, *profiles))

    assert max(sum(1 for other in times if 0 <= other - start < 60) for start in times) <= 10


def test_cancelling_keeps_what_is_settled_and_leaves_nothing_running(world: Any, make_calls: Any) -> None:
    calls = make_calls(100, max_concurrency=2)

    async def send(call: Any) -> Any:
        if len(world.outcomes) >= 10:
            await asyncio.sleep(60)
        return await type(world).send(world, call)

    world.send = send

    async def main() -> int:
        task = asyncio.ensure_future(run(calls, world.ports()))
        while len(world.outcomes) < 10:  # noqa: ASYNC110 - nothing tells of an outcome but the outcome
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1  # main itself
    assert 10 <= len(world.outcomes) < 20


def test_nothing_is_held_for_each_call_but_its_outcome(world: Any, make_calls: Any) -> None:
    """The engine itself must not grow with the run; what is settled belongs to the caller."""
    small, large = make_calls(200), make_calls(2_000)
    quiet = type(world)
    grown = []
    for calls in (small, large):
        other = quiet()
        other.settle = lambda _key, _outcome: None
        other.events = _Sink()
        other.send = _answer
        other.keep = _forget
        gc.collect()
        tracemalloc.start()
        other.run(calls)
        grown.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert grown[1] < grown[0] * 3 + 300_000


class _Sink(list[Any]):
    def append(self, _item: Any) -> None:
        """Forget it."""


async def _answer(_call: Any) -> Any:
    from distilkit.calls import Record

    await asyncio.sleep(0)
    choice = {"message": {"content": "yes"}, "finish_reason": "stop"}
    return Record(provider="sim", raw={"choices": [choice]})


async def _forget(_entry: Any) -> None:
    await asyncio.sleep(0)


def test_what_another_process_was_answered_meanwhile_is_not_sent(world: Any, make_calls: Any, make_record: Any) -> None:
    calls = make_calls(4, max_concurrency=1)
    ports = replace(world.ports(), find=lambda key: make_record() if key == calls[2].key else None)

    asyncio.run(run(calls, ports))

    assert len(world.sent) == 3
    assert [world.outcomes[call.key].from_store for call in calls] == [False, False, True, False]
    assert world.kinds().count("from_store") == 1


def test_a_request_cancelled_from_inside_is_a_row(world: Any, make_calls: Any, make_record: Any) -> None:
    calls = make_calls(3, max_concurrency=1)

    async def send(call: Any) -> Any:
        if call is calls[0]:
            raise asyncio.CancelledError
        return make_record()

    world.send = send

    world.run(calls)

    assert len(world.outcomes) == 3
    assert world.outcomes[calls[0].key].kind == "unknown"


def test_a_late_refusal_does_not_close_a_lane_that_answers_without_usage(
    world: Any, make_calls: Any, make_error: Any
) -> None:
    calls = make_calls(10, max_concurrency=1)
    bare = Record(provider="sim", raw={"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]})
    world.reply = lambda call, _nth: make_error("authentication") if call is calls[5] else bare

    world.run(calls)

    assert sum(isinstance(outcome, Answer) for outcome in world.outcomes.values()) == 9


def test_those_who_wait_for_a_limit_do_not_send_once_the_disk_is_full(world: Any, make_calls: Any) -> None:
    async def full(_entry: Any) -> None:
        raise StoreError("no space left on device")

    world.keeping = full

    world.run(make_calls(20, max_concurrency=10, limits=RateLimit(requests_per_minute=60, burst_size=1)))

    assert len(world.sent) <= 3
    assert len(world.outcomes) == 20


def test_a_cut_stream_is_a_failure_that_keeps_its_text_and_is_never_an_answer(
    world: Any, make_calls: Any, make_record: Any
) -> None:
    """What had come was paid for, nobody knows how much; it counts in the ledger as unknown."""
    partial = make_record("half of", finish_reason=None)
    world.reply = lambda _call, _nth: ProviderError("cut", kind="connection", provider="sim", partial=partial)

    world.run(make_calls(1, retry=Retry(max_attempts=2, backoff_s=0.0)))

    (failure,) = world.outcomes.values()
    assert isinstance(failure, Failure)
    assert failure.record is not None
    assert failure.record.cut
    assert failure.billed_usd is None
    assert failure.attempts == 2
    assert [(entry.answer, entry.cost_usd) for entry in world.kept] == [(False, None), (False, None)]
    assert read(failure.record).content == "half of"
    assert read(failure.record).output_tokens is None
    fault_found = fault(failure.record, read(failure.record))
    assert fault_found is not None
    assert fault_found.kind == "connection"


def test_a_throttled_call_waits_for_its_turn_no_longer_than_its_deadline(world: Any, make_calls: Any) -> None:
    """The limits would let it try again in half a minute; its deadline is sooner, and it was throttling all along."""
    throttled = ProviderError("slow down", kind="rate_limit", provider="sim", retry_after_s=0.1)
    world.reply = lambda _call, _nth: throttled

    world.run(make_calls(1, limits=RateLimit(requests_per_minute=2), retry=Retry(deadline_s=3.0)))

    (failure,) = world.outcomes.values()
    assert isinstance(failure, Failure)
    assert failure.kind == "rate_limit"
    assert "deadline_s" in failure.message
    assert failure.attempts < 3
    assert world.now - 100.0 < 5.0
