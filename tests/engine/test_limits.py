"""One scope: who may go when, what is corrected, and what the provider's words change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from distilkit.engine.limits import Booking, Need, Policy, Scope
from distilkit.profiles.profile import RateLimit
from distilkit.provider.headers import Told

PLAIN = Policy(keeps_max_tokens=False, refuses_larger=False)
KEEPS = Policy(keeps_max_tokens=True, refuses_larger=True)
START = 1_000.0
PER_SECOND = RateLimit(requests_per_minute=60)
TOKENS = RateLimit(tokens_per_minute=6_000)


def book(scope: Scope, need: Need, limits: RateLimit, now: float) -> Booking:
    got = scope.admit("1:0", need, limits, now)
    assert isinstance(got, Booking), f"has to wait for {got} s"
    return got


def wait(scope: Scope, place: str, limits: RateLimit, now: float, need: Need | None = None) -> float:
    got = scope.admit(place, need or Need(), limits, now)
    assert isinstance(got, float), "may go already"
    return got


def told(unit: str = "requests", **more: Any) -> list[Told]:
    return [Told(unit, **more)]


def test_a_booking_says_when_it_goes_and_what_was_counted() -> None:
    assert book(Scope(), Need(3, 4), TOKENS, START) == Booking(START, Need(3, 4))


def test_who_may_go_leaves_the_queue_and_who_waits_stays() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)

    assert wait(scope, "1:1", PER_SECOND, START) == pytest.approx(1.0)
    assert scope.places == ("1:1",)
    assert isinstance(scope.admit("1:1", Need(), PER_SECOND, START + 1), Booking)
    assert scope.places == ()


def test_those_ahead_go_first_in_thought() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)

    waits = [wait(scope, f"{n}:0", PER_SECOND, START) for n in range(5)]

    assert waits == pytest.approx([1, 2, 3, 4, 5])


def test_asking_again_keeps_the_place() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    for place in ("a:0", "b:0", "a:0"):
        wait(scope, place, PER_SECOND, START)

    assert scope.places == ("a:0", "b:0")
    assert wait(scope, "b:0", PER_SECOND, START) == pytest.approx(2)


def test_who_is_due_may_go_before_those_ahead_have_asked_whose_share_stays() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    for place in ("a:0", "b:0", "c:0"):
        wait(scope, place, PER_SECOND, START)

    assert isinstance(scope.admit("b:0", Need(), PER_SECOND, START + 2), Booking)
    assert scope.places == ("a:0", "c:0")
    # What is kept for a is the second in which it was due.
    assert wait(scope, "c:0", PER_SECOND, START + 2) == pytest.approx(2)


def test_the_large_is_not_overtaken_by_the_small_behind_it() -> None:
    scope = Scope()
    book(scope, Need(3_000), TOKENS, START)

    large = wait(scope, "a:0", TOKENS, START, Need(5_000))
    small = wait(scope, "b:0", TOKENS, START, Need(1))

    assert large == pytest.approx(60, abs=0.5)
    assert small >= large


def test_a_request_above_the_limit_goes_alone() -> None:
    scope = Scope()
    book(scope, Need(1), TOKENS, START)

    assert wait(scope, "a:0", TOKENS, START + 30, Need(50_000)) > 30
    assert isinstance(scope.admit("a:0", Need(50_000), TOKENS, START + 61), Booking)
    assert wait(scope, "b:0", TOKENS, START + 62, Need(1)) > 59


def test_leaving_gives_the_place_back() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    wait(scope, "a:0", PER_SECOND, START)
    wait(scope, "b:0", PER_SECOND, START)

    scope.leave("a:0")
    scope.leave("nobody:0")

    assert wait(scope, "b:0", PER_SECOND, START) == pytest.approx(1)


def test_a_dead_owners_places_are_dropped() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    for place in ("7:1", "8:1", "7:2"):
        wait(scope, place, PER_SECOND, START)

    scope.drop(lambda place: place.startswith("7:"))

    assert scope.places == ("8:1",)


def test_who_sleeps_though_due_loses_the_place_and_joins_again_at_the_end() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    wait(scope, "asleep:0", PER_SECOND, START)
    for second in range(1, 9):
        wait(scope, "b:0", PER_SECOND, START + second / 10)
    assert "asleep:0" in scope.places

    book(scope, Need(), PER_SECOND, START + 11.5)
    wait(scope, "b:0", PER_SECOND, START + 11.5)
    wait(scope, "asleep:0", PER_SECOND, START + 11.5)

    assert scope.places == ("b:0", "asleep:0")


def test_who_waits_for_long_and_asks_when_told_keeps_the_place() -> None:
    scope = Scope()
    book(scope, Need(5_999), TOKENS, START)
    long = wait(scope, "a:0", TOKENS, START + 1, Need(5_000))

    wait(scope, "b:0", TOKENS, START + 1 + long + 0.1, Need(5_000))

    assert scope.places == ("a:0", "b:0")


def test_a_scope_begins_with_single_requests_and_then_lets_the_burst_in() -> None:
    limits = RateLimit(requests_per_minute=600, burst_size=100)
    scope = Scope()

    def go(now: float) -> int:
        went = 0
        while isinstance(scope.admit("a:0", Need(), limits, now), Booking):
            went += 1
        return went

    assert [go(START), go(START + 0.1), go(START + 0.2)] == [1, 1, 1]
    assert go(START + 10) == 100


def test_a_burst_of_tokens_is_as_long_as_that_of_requests() -> None:
    limits = RateLimit(requests_per_minute=60, tokens_per_minute=6_000, burst_size=10)
    scope = Scope()
    book(scope, Need(1), limits, START)

    for _ in range(10):
        book(scope, Need(100), limits, START + 5)
    assert wait(scope, "a:0", limits, START + 5, Need(100)) > 0


def test_without_limits_nothing_waits() -> None:
    scope = Scope()

    for _ in range(100):
        book(scope, Need(1e9), RateLimit(), START)

    assert scope.headroom(RateLimit(), START) is None


def test_what_was_not_used_comes_back() -> None:
    scope = Scope()
    booking = book(scope, Need(100, 5_900), TOKENS, START)

    scope.correct(booking, Need(100, 20), TOKENS, PLAIN, START + 2)

    assert scope.used(START + 2)["tokens"] == 120
    assert scope.used(START + 2)["requests"] == 1
    book(scope, Need(1_000), TOKENS, START + 2)


def test_what_was_used_beyond_the_estimate_is_counted() -> None:
    scope = Scope()
    booking = book(scope, Need(10, 10), TOKENS, START)

    scope.correct(booking, Need(10, 5_900), TOKENS, PLAIN, START + 2)

    assert wait(scope, "a:0", TOKENS, START + 2, Need(1_000)) > 50


def test_a_provider_that_keeps_max_tokens_gives_only_input_back() -> None:
    scope = Scope()
    booking = book(scope, Need(100, 1_000), TOKENS, START)

    scope.correct(booking, Need(60, 5), TOKENS, KEEPS, START + 2)

    assert scope.used(START + 2)["tokens"] == 1_060


def test_a_request_that_left_late_counts_from_when_it_left() -> None:
    scope, limits = Scope(), RateLimit(requests_per_minute=2, burst_size=2)
    late = book(scope, Need(), limits, START)
    book(scope, Need(), limits, START + 30)

    moved = scope.delay(late, START + 2, START + 3)

    assert moved == Booking(START + 2, Need())
    # Otherwise the third would go at 60.4 s, and the provider would count three from the second second on.
    assert START + 62.4 <= START + 31 + wait(scope, "1:2", limits, START + 31) <= START + 62.65 + 1e-6


@pytest.mark.parametrize("left_at", [START - 1, START, START + 5])
def test_a_request_is_not_moved_back_nor_into_the_future(left_at: float) -> None:
    scope = Scope()
    booking = book(scope, Need(3, 4), TOKENS, START)
    before = scope.dump()

    assert scope.delay(booking, left_at, START + 4) == booking
    assert scope.dump() == before


def test_what_is_moved_is_corrected_where_it_is_now() -> None:
    scope = Scope()
    booking = book(scope, Need(100, 900), TOKENS, START)

    moved = scope.delay(booking, START + 40, START + 41)
    scope.correct(moved, Need(100, 100), TOKENS, PLAIN, START + 41)

    assert scope.used(START + 90) == {"requests": 1.0, "tokens": 200.0}
    assert scope.used(START + 101) == {"requests": 0.0, "tokens": 0.0}


def test_usage_that_arrives_after_the_minute_changes_nothing_in_it() -> None:
    scope = Scope()
    booking = book(scope, Need(10), TOKENS, START)

    scope.correct(booking, Need(5_000), TOKENS, PLAIN, START + 90)

    assert scope.used(START + 90)["tokens"] == 0


def test_a_hundred_thousand_cancelled_bookings_leave_the_state_as_it_was() -> None:
    limits = RateLimit(requests_per_minute=60, tokens_per_minute=6_000)
    scope, untouched = Scope(), Scope()
    for one in (scope, untouched):
        book(one, Need(5, 7), limits, START)

    for n in range(100_000):
        now = START + 5 + n / 2_500
        scope.cancel(book(scope, Need(3, n % 50), limits, now), limits, now)

    assert scope.used(START + 45) == untouched.used(START + 45)
    assert scope.places == ()
    assert len(scope.dump()) == pytest.approx(len(untouched.dump()), abs=20)
    book(untouched, Need(), limits, START + 45)
    book(scope, Need(), limits, START + 45)
    assert wait(scope, "a:0", limits, START + 45) == pytest.approx(wait(untouched, "a:0", limits, START + 45))


def test_a_pause_holds_everybody_back_those_who_wait_too() -> None:
    scope = Scope()
    book(scope, Need(), PER_SECOND, START)
    wait(scope, "a:0", PER_SECOND, START)

    scope.pause(START + 30)
    scope.pause(START + 20)

    assert scope.paused_s(START) == 30
    assert wait(scope, "a:0", PER_SECOND, START + 1) == pytest.approx(29)
    assert wait(scope, "b:0", RateLimit(), START + 1) == pytest.approx(29)
    assert isinstance(scope.admit("a:0", Need(), PER_SECOND, START + 30), Booking)


def test_a_429_halves_the_burst_once_for_all_that_were_under_way() -> None:
    scope = Scope()
    limits = RateLimit(requests_per_minute=600, burst_size=100)

    for sent_at in (START, START + 0.1, START + 0.2):
        scope.throttled(limits, sent_at, START + 0.3)

    assert scope.burst_share == 0.5


@pytest.mark.parametrize("limits", [PER_SECOND, TOKENS])
def test_once_the_burst_is_gone_the_rate_goes_down_and_comes_back(limits: RateLimit) -> None:
    scope = Scope()
    before = scope.headroom(limits, START)
    for n in range(6):
        scope.throttled(limits, START + n + 0.5, START + n + 1)

    after = scope.headroom(limits, START + 6)

    assert before is not None
    assert after is not None
    assert after < 0.95 * before
    assert scope.limits_now(limits, START + 6) == limits
    assert scope.headroom(limits, START + 4_000) == before


def test_a_told_limit_lowers_the_declared_one_for_ten_minutes() -> None:
    scope = Scope()
    scope.learn(told(limit=30.0, remaining=30.0), PER_SECOND, START)

    assert scope.limits_now(PER_SECOND, START) == RateLimit(requests_per_minute=30)
    assert scope.limits_now(PER_SECOND, START + 601) == PER_SECOND


def test_a_told_limit_never_raises_the_declared_one() -> None:
    scope = Scope()
    scope.learn(told(limit=500.0, remaining=500.0), PER_SECOND, START)

    assert scope.limits_now(PER_SECOND, START) == PER_SECOND


def test_where_none_is_declared_the_told_limit_holds() -> None:
    scope = Scope()
    book(scope, Need(), RateLimit(), START)
    scope.learn(told(limit=60.0, remaining=59.0), RateLimit(), START)
    book(scope, Need(), RateLimit(), START)

    assert scope.limits_now(RateLimit(), START) == PER_SECOND
    assert wait(scope, "a:0", RateLimit(), START) == pytest.approx(1)


def test_a_limit_that_is_not_of_a_minute_says_nothing_of_one() -> None:
    scope = Scope()
    scope.learn(told(limit=14.0, remaining=13.0, per_minute=False), PER_SECOND, START)

    assert scope.limits_now(PER_SECOND, START) == PER_SECOND
    assert scope.used(START)["requests"] == 0


def test_what_others_use_is_counted_until_the_reset() -> None:
    scope = Scope()
    scope.learn(told("tokens", limit=6_000.0, remaining=500.0, reset_s=20.0), TOKENS, START)

    assert scope.headroom(TOKENS, START) == 500
    assert wait(scope, "a:0", TOKENS, START, Need(600)) == pytest.approx(20, abs=0.3)
    assert scope.headroom(TOKENS, START + 20.5) == 6_000


def test_what_went_from_here_is_not_counted_twice() -> None:
    scope = Scope()
    book(scope, Need(2_000), TOKENS, START)

    for _ in range(3):
        scope.learn(told("tokens", limit=6_000.0, remaining=3_000.0, reset_s=30.0), TOKENS, START + 1)

    assert scope.used(START + 1)["tokens"] == 3_000


def test_what_the_account_has_beyond_the_declared_limit_is_there_for_others() -> None:
    scope = Scope()
    scope.learn(told("tokens", limit=10_000.0, remaining=6_500.0), TOKENS, START)

    assert scope.headroom(TOKENS, START) == 6_000


@pytest.mark.parametrize("per_minute", [True, False])
def test_nothing_goes_until_the_reset_where_nothing_remains(*, per_minute: bool) -> None:
    scope = Scope()
    scope.learn(told(limit=60.0, remaining=0.0, reset_s=40.0, per_minute=per_minute), PER_SECOND, START)

    assert scope.paused_s(START) == 40


def test_where_nothing_remains_because_all_went_from_here_the_log_knows_better_than_the_reset() -> None:
    scope = Scope()
    limits = RateLimit(requests_per_minute=2, burst_size=2)
    for second in (0, 40):
        book(scope, Need(), limits, START + second)
    scope.learn(told(limit=2.0, remaining=0.0, reset_s=60.0), limits, START + 41)

    assert scope.paused_s(START + 41) == 0
    assert wait(scope, "a:0", limits, START + 41) < 30


def test_a_reset_is_waited_for_no_longer_than_a_day() -> None:
    scope = Scope()
    scope.learn(told(remaining=0.0, reset_s=1e7), PER_SECOND, START)

    assert scope.paused_s(START) == 86_400


@given(
    st.sampled_from(["requests", "tokens", "input_tokens", "bytes", ""]),
    st.none() | st.floats(),
    st.none() | st.floats(),
    st.none() | st.floats(),
    st.sampled_from(["minute", "day"]),
)
@settings(deadline=None)
def test_no_word_of_a_provider_is_a_crash(
    unit: str, limit: float | None, remaining: float | None, reset_s: float | None, window: str
) -> None:
    scope = Scope()
    scope.learn([Told(unit, limit, remaining, reset_s, window == "minute")], TOKENS, START)

    scope.admit("a:0", Need(5), TOKENS, START)
    assert Scope.load(scope.dump(), START).dump() == scope.dump()


def test_headroom_is_of_tokens_or_else_of_requests() -> None:
    scope = Scope()
    both = RateLimit(requests_per_minute=60, input_tokens_per_minute=500, output_tokens_per_minute=900)
    book(scope, Need(100, 600), both, START)

    assert scope.headroom(both, START) == 300
    assert scope.headroom(PER_SECOND, START) == 59
    assert scope.headroom(RateLimit(), START) is None


def test_the_state_stays_small() -> None:
    limits = RateLimit(
        requests_per_minute=10**6,
        tokens_per_minute=10**9,
        input_tokens_per_minute=10**9,
        output_tokens_per_minute=10**9,
    )
    scope = Scope()
    for n in range(13_000):
        book(scope, Need(10.5, 20.25), limits, START + n / 200)
    for n in range(100):
        scope.pause(START + 100)
        wait(scope, f"{n}:0", limits, START + 65)

    assert len(scope.dump()) < 100_000


@given(st.binary(max_size=300))
@example(b"")
@example(b"limits1 00000000 ")
@example(b"{}")
@settings(deadline=None)
def test_garbage_is_an_empty_scope(blob: bytes) -> None:
    assert Scope.load(blob, START).dump() == Scope(START).dump()


@given(st.data())
@settings(deadline=None)
def test_a_damaged_state_is_an_empty_scope(data: st.DataObject) -> None:
    scope = Scope(START)
    book(scope, Need(5, 6), TOKENS, START)
    blob = bytearray(scope.dump())
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))

    assert Scope.load(bytes(blob), START).places == ()
    assert Scope.load(bytes(blob), START).used(START) == Scope(START).used(START)


def test_a_clock_that_was_started_anew_is_an_empty_scope() -> None:
    scope = Scope(START)
    scope.pause(START + 500)
    book(scope, Need(), RateLimit(), START + 501)

    assert Scope.load(scope.dump(), 20.0).paused_s(20.0) == 0
    assert Scope.load(scope.dump(), 490.0).paused_s(490.0) == 0


def test_a_reader_who_is_a_moment_behind_reads_all_the_same() -> None:
    scope = Scope(START)
    book(scope, Need(), PER_SECOND, START)

    assert Scope.load(scope.dump(), START - 3).used(START - 3)["requests"] == 1


Act = Callable[[Scope, float], Any]
_NEEDS = st.builds(Need, st.integers(0, 3_000), st.floats(0, 3_000))
_LIMITS = RateLimit(requests_per_minute=100, tokens_per_minute=9_000, burst_size=4)
_ACTS: st.SearchStrategy[Act] = st.one_of(
    st.builds(
        lambda place, need: lambda scope, now: scope.admit(place, need, _LIMITS, now), st.sampled_from("abcd"), _NEEDS
    ),
    st.builds(lambda place: lambda scope, _: scope.leave(place), st.sampled_from("abcd")),
    st.builds(lambda s: lambda scope, now: scope.pause(now + s), st.floats(0, 20)),
    st.builds(lambda s: lambda scope, now: scope.throttled(_LIMITS, now - s, now), st.floats(0, 5)),
    st.builds(
        lambda at, need, used: lambda scope, now: scope.correct(Booking(now - at, need), used, _LIMITS, PLAIN, now),
        st.floats(0, 70),
        _NEEDS,
        _NEEDS,
    ),
    st.builds(
        lambda at, need: lambda scope, now: scope.cancel(Booking(now - at, need), _LIMITS, now),
        st.floats(0, 70),
        _NEEDS,
    ),
    st.builds(
        lambda left, reset_s: (
            lambda scope, now: scope.learn(told("tokens", limit=9e3, remaining=left, reset_s=reset_s), _LIMITS, now)
        ),
        st.floats(0, 9_000),
        st.floats(0, 90),
    ),
)


@given(st.lists(st.tuples(_ACTS, st.floats(0, 15)), max_size=60))
@settings(deadline=None, max_examples=60)
def test_writing_down_and_reading_changes_nothing(acts: list[tuple[Act, float]]) -> None:
    kept, now = Scope(START), START
    through = Scope(START)
    for act, passes_s in acts:
        now += passes_s
        through = Scope.load(through.dump(), now)

        assert act(kept, now) == act(through, now)
    assert kept.used(now) == through.used(now)
    assert kept.dump() == through.dump()


@given(st.lists(st.tuples(_NEEDS, st.floats(0, 3)), min_size=1, max_size=80))
@settings(deadline=None, max_examples=60)
def test_no_minute_holds_more_than_the_limit(asked: list[tuple[Need, float]]) -> None:
    """Whatever is asked and whenever; a request above the limit alone."""
    scope, now, went = Scope(START), START, list[tuple[float, float]]()
    for need, passes_s in asked:
        now += passes_s
        while isinstance(got := scope.admit("a:0", need, _LIMITS, now), float):
            now += got
        went.append((now, need.amount("tokens")))

    for n, (end, _) in enumerate(went):
        minute = [amount for at, amount in went[: n + 1] if at > end - 60]
        assert len(minute) <= 100
        assert sum(minute) <= max(9_000, minute[-1] if len(minute) == 1 else 0)


def test_a_limit_beyond_all_numbers_is_counted_no_further_than_any_limit() -> None:
    scope = Scope()

    scope.learn([Told("requests", limit=2.0**63, remaining=0.0)], RateLimit(), 1_000.0)

    assert Scope.load(scope.dump(), 1_000.0).used(1_000.0)["requests"] <= 1e15
