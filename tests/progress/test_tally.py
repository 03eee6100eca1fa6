"""What a run's events add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from distilkit.engine.events import Account, Event
from distilkit.profiles.profile import RateLimit
from distilkit.progress import Bar, Tally
from distilkit.progress.look import Rate

from .playing import Clock, answered, calls_of, limited, planned, sent, tally


def bar(found: Tally, name: str = "a") -> Bar:
    return next(each for each in found.look().bars if each.name == name)


def account(scope: str = "s", **more: Any) -> Account:
    keeps = more.pop("keeps", False)
    return Account(scope=scope, limits=RateLimit(**more), max_concurrency=8, keeps_max_tokens=keeps)


def failed(name: str, key: str, usd: str | None = "0") -> Event:
    return Event(kind="failed", profile=name, key=key, billed_usd=None if usd is None else Decimal(usd))


def test_rows_are_counted_by_how_they_ended() -> None:
    found = tally(
        10,
        planned("a", 10),
        Event(kind="from_store", profile="a", count=4),
        sent("a", "1"),
        answered("a", "1"),
        sent("a", "2"),
        failed("a", "2"),
        sent("a", "3"),
    )

    seen = bar(found)
    assert (seen.total, seen.done, seen.answered, seen.from_store, seen.failed) == (10, 6, 1, 4, 1)
    assert (seen.in_flight, seen.waiting) == (1, 3)


def test_an_answer_to_equal_prompts_settles_all_their_rows() -> None:
    found = tally(4, planned("a", 4), sent("a", "k"), answered("a", "k"), rows={("a", "k"): 3})

    assert bar(found).answered == 3
    assert bar(found).waiting == 1


def test_equal_prompts_to_a_strategy_are_counted_by_the_strategys_key() -> None:
    event = answered("fast", "the member's", asked_key="k", served_by="member")

    found = tally(3, planned("fast", 3), sent("fast", "the member's", asked_key="k"), event, rows={("fast", "k"): 3})

    assert bar(found, "fast").done == 3


def test_a_member_that_is_asked_next_is_the_same_call() -> None:
    found = tally(2, planned("fast", 2), sent("fast", "one", asked_key="k"), sent("fast", "two", asked_key="k"))

    assert bar(found, "fast").in_flight == 1


def test_who_waits_is_not_in_flight_and_says_why() -> None:
    waiting = Event(kind="waiting", profile="a", key="1", reason="rate_limit", wait_s=9.0)
    clock = Clock()
    found = tally(3, planned("a", 3), waiting, sent("a", "2"), clock=clock)
    clock.now += 4.0

    assert (bar(found).waiting, bar(found).reason, bar(found).wait_s) == (2, "rate_limit", 5.0)

    found.observe(sent("a", "1"))
    assert (bar(found).waiting, bar(found).reason) == (1, None)


def test_a_call_that_is_tried_once_more_waits_and_is_counted() -> None:
    again = Event(kind="retrying", profile="a", key="1", wait_s=20.0, reason="timeout")

    seen = bar(tally(1, planned("a", 1), sent("a", "1"), again))

    assert (seen.retried, seen.in_flight, seen.reason, seen.wait_s) == (1, 0, "retry", 20.0)


def test_an_answer_that_another_run_was_given_ends_the_wait() -> None:
    waiting = Event(kind="waiting", profile="a", key="1", reason="another run asks the same", wait_s=0.1)

    seen = bar(tally(1, planned("a", 1), waiting, Event(kind="from_store", profile="a", key="1")))

    assert (seen.done, seen.waiting, seen.spent_usd) == (1, 0, Decimal(0))


def test_the_rest_is_expected_to_cost_what_the_answers_did() -> None:
    found = tally(
        10, planned("a", 10), sent("a", "1"), answered("a", "1", "0.25"), sent("a", "2"), failed("a", "2", "0.05")
    )

    assert bar(found).spent_usd == Decimal("0.30")
    assert bar(found).expected_usd == Decimal("1.50")
    assert found.look().whole.expected_usd == Decimal("1.50")


def test_equal_prompts_are_paid_for_once() -> None:
    rows = {("a", f"{n}"): 2 for n in range(5)}

    found = tally(10, planned("a", 10), sent("a", "0"), answered("a", "0", "1"), rows=rows)

    assert bar(found).expected_usd == Decimal(5)


def test_an_unknown_cost_is_not_zero_and_not_forgotten() -> None:
    found = tally(
        4, planned("a", 2), planned("b", 2), answered("a", "1", None), answered("a", "2", "1"), answered("b", "1")
    )

    assert bar(found).spent_usd is None
    assert found.look().whole.spent_usd is None
    assert found.look().whole.expected_usd is None
    assert bar(found, "b").spent_usd == Decimal("0.5")


def test_nothing_is_expected_of_who_has_not_answered() -> None:
    found = tally(4, planned("a", 2), planned("b", 2), answered("a", "1"))

    assert bar(found, "b").expected_usd is None
    assert found.look().whole.expected_usd is None
    assert found.look().whole.spent_usd == Decimal("0.5")


def test_what_went_out_in_the_last_minute_stands_against_the_limit() -> None:
    clock = Clock()
    found = tally(9, planned("a", 9, account(requests_per_minute=60, tokens_per_minute=1_000)), clock=clock)
    for nth in range(3):
        found.observe(sent("a", f"{nth}", input_tokens=10, output_tokens=100))
        clock.now += 25.0
    found.observe(answered("a", "2", input_tokens=12, output_tokens=30))

    assert bar(found).rates == (
        Rate(unit="requests", used=2, limit=60),
        Rate(unit="tokens", used=110 + 42, limit=1_000),
    )


def test_max_tokens_stay_counted_where_the_provider_keeps_them() -> None:
    found = tally(2, planned("a", 2, account(tokens_per_minute=1_000, keeps=True)))
    found.observe(sent("a", "1", input_tokens=10, output_tokens=500))
    found.observe(answered("a", "1", input_tokens=10, output_tokens=20))

    assert bar(found).rates[1].used == 510


def test_profiles_under_one_limit_show_what_both_sent() -> None:
    both = account(requests_per_minute=60)
    found = tally(4, planned("a", 2, both), planned("b", 2, both), sent("a", "1"), sent("b", "1"))

    assert [each.rates[0] for each in found.look().bars] == [
        Rate(unit="requests", used=2, limit=60, is_shared=True)
    ] * 2


def test_without_limits_each_profile_is_counted_for_itself() -> None:
    found = tally(4, planned("a", 2, account()), planned("b", 2, account()), sent("a", "1"), sent("b", "1"))

    assert [each.rates for each in found.look().bars] == [(Rate(unit="requests", used=1),)] * 2


def test_the_whole_is_the_sum_and_waits_for_what_all_wait_for() -> None:
    def held(name: str, reason: str) -> Event:
        return Event(kind="waiting", profile=name, key="1", reason=reason, wait_s=3.0)

    same = tally(4, planned("a", 2), planned("b", 2), held("a", "rate_limit"), held("b", "rate_limit"))
    other = tally(4, planned("a", 2), planned("b", 2), held("a", "rate_limit"), held("b", "provider is down"))

    assert (same.look().whole.waiting, same.look().whole.reason) == (4, "rate_limit")
    assert (other.look().whole.waiting, other.look().whole.reason) == (4, "several reasons")


def test_nobody_says_how_long_it_takes_while_one_profile_has_not_answered() -> None:
    clock = Clock()
    found = tally(4, planned("a", 2), planned("b", 2), sent("a", "1"), sent("b", "1"), clock=clock)
    clock.now += 2.0
    found.observe(answered("a", "1"))

    assert bar(found).left_s == 2.0
    assert found.look().whole.left_s is None


def test_accounts_are_known_from_the_calls_too() -> None:
    calls = calls_of([limited("a", requests_per_minute=60)], 2)

    found = tally(2, planned("a", 2), sent("a", "1"), calls=calls)

    assert bar(found).rates[0].limit == 60


def test_a_run_from_the_store_alone_is_not_worth_telling() -> None:
    stored = Event(kind="from_store", profile="a", count=2)

    assert not tally(2, planned("a", 2), stored).is_worth_telling
    assert tally(2, planned("a", 2), sent("a", "1")).is_worth_telling


@pytest.mark.parametrize("count", [1, 3])
def test_a_name_that_nobody_planned_is_shown_with_what_was_heard(count: int) -> None:
    found = tally(10, *[sent("a", f"{n}") for n in range(count)])

    assert bar(found).total == count
    assert found.look().whole.total == 10


def test_an_alert_is_no_progress() -> None:
    assert tally(1, Event(kind="alert", profile="", reason="mind this")).look().bars == ()
