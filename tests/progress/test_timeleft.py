"""The estimate of the time left, against runs whose end is known: the engine on a virtual clock."""

from __future__ import annotations

from random import Random

import pytest

from distilkit.errors import ProviderError
from distilkit.profiles.profile import RateLimit
from distilkit.progress.minute import Minute
from distilkit.progress.pace import Pace
from distilkit.progress.timeleft import Going, Shared, seconds_left

from .playing import calls_of, filmed, limited, profile

ALONE = Shared(limits=RateLimit(), minute=Minute(), pace=Pace())


def left(**going: object) -> float | None:
    return seconds_left(Going(**going), ALONE, 0.0)  # type: ignore[arg-type] # names of its fields


def test_what_is_out_is_over_when_it_has_taken_as_long_as_the_others() -> None:
    assert left(queued=0, ages_s=[1.0, 2.5], latency_s=3.0) == 2.0


def test_a_request_that_is_late_is_over_at_any_moment() -> None:
    assert left(queued=0, ages_s=[9.0], latency_s=3.0) == 0.0


def test_each_free_slot_takes_the_next_call() -> None:
    assert left(queued=5, ages_s=[1.0, 2.0], latency_s=3.0, at_once=2) == pytest.approx(1.0 + 3 * 3.0)


def test_nothing_is_known_before_the_first_answer() -> None:
    assert left(queued=5, ages_s=[1.0], latency_s=None) is None


def test_nobody_knows_when_a_batch_is_over() -> None:
    assert left(queued=5, latency_s=1.0, has_no_end=True) is None


def test_nothing_is_left_when_all_is_done() -> None:
    assert left(queued=0) == 0.0


def test_a_pause_is_waited_for() -> None:
    assert left(queued=1, latency_s=2.0, start_s=30.0) == 32.0
    assert left(queued=1, latency_s=2.0, last_retry_s=45.0) == 47.0


def test_a_run_bound_by_its_concurrency() -> None:
    film = filmed(calls_of([profile(max_concurrency=10)], 100), lambda _call, _nth: 3.0)

    errors = film.errors(since=7.0)
    assert len(errors) > 20
    assert max(map(abs, errors.values())) <= 5.0


def test_a_run_whose_answers_take_very_different_times() -> None:
    random = Random(3)
    calls = calls_of([profile(max_concurrency=10)], 300)

    film = filmed(calls, lambda _call, _nth: random.lognormvariate(1.0, 0.6))

    assert max(map(abs, film.errors(since=20.0).values())) < 0.15 * film.ended_s


@pytest.mark.parametrize(
    ("limits", "latency_s", "tokens"),
    [
        ({"requests_per_minute": 60}, 2.0, 5),
        ({"requests_per_minute": 60}, 20.0, 5),
        ({"requests_per_minute": 60, "burst_size": 60}, 2.0, 5),
        ({"tokens_per_minute": 6_000}, 2.0, 90),
        ({"output_tokens_per_minute": 5_000}, 2.0, 90),
    ],
    ids=["requests", "slow", "burst", "tokens", "output"],
)
def test_a_run_bound_by_its_limits(limits: dict[str, int], latency_s: float, tokens: int) -> None:
    """Right from the first answer on: nothing of the limits has to be found out."""
    film = filmed(calls_of([limited(**limits)], 200), lambda _call, _nth: latency_s, tokens=tokens, every_s=5.0)

    errors = film.errors(since=latency_s + 1.0)
    assert film.ended_s > 150
    assert len(errors) > 25
    assert max(map(abs, errors.values())) < 0.06 * film.ended_s


def test_profiles_that_share_their_limits_are_through_when_all_are() -> None:
    both = [limited(name, scope="account", requests_per_minute=60) for name in ("a", "b")]

    film = filmed(calls_of(both, 100), lambda _call, _nth: 2.0, every_s=5.0)

    errors = film.errors()
    assert film.ended_s > 190
    assert len(errors) > 25
    assert max(map(abs, errors.values())) < 3.0


def test_the_slowest_profile_decides() -> None:
    slow, fast = profile("slow", max_concurrency=2), limited("fast", requests_per_minute=60)

    film = filmed(calls_of([slow, fast], 60), lambda call, _nth: 10.0 if call.name == "slow" else 1.0, every_s=10.0)

    assert film.ended_s == pytest.approx(300.0, abs=1.0)
    assert max(map(abs, film.errors().values())) < 0.04 * film.ended_s
    look = film.looks[60.0]
    assert {bar.name: bar.left_s for bar in look.bars}["fast"] < 5.0


def test_a_pause_that_the_provider_asks_for_is_counted_in() -> None:
    def reply(call: object, nth: int) -> float | Exception:
        if getattr(call, "prompt_id") == 20 and nth == 0:  # noqa: B009 - an object here
            return ProviderError("slow down", kind="rate_limit", provider="own", retry_after_s=30.0)
        return 2.0

    film = filmed(calls_of([limited(requests_per_minute=60)], 100), reply, every_s=5.0)

    before, after = film.errors(), film.errors(since=25.0)
    assert before[10.0] < -25.0  # nobody could know
    assert max(map(abs, after.values())) < 6.0
    assert film.looks[30.0].bars[0].reason == "rate_limit"
    assert film.looks[30.0].bars[0].wait_s == pytest.approx(20.0, abs=4.0)


def test_what_others_take_of_the_limits_shows_in_the_pace() -> None:
    """Two processes on one account: this one gets half of what it declares, and only its answers tell."""
    pace = Pace()
    for nth in range(30):
        pace.add(2.0 * nth)
    shared = Shared(limits=RateLimit(requests_per_minute=60), minute=Minute(), pace=pace)

    found = seconds_left(Going(queued=100, ages_s=[1.0], latency_s=2.0, per_call={"requests": 1.0}), shared, 59.0)

    assert found == pytest.approx(202.0, abs=4.0)
