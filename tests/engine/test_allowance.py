"""What may be asked of an account now: declared limits, lowered by what the provider says and by its 429s."""

from __future__ import annotations

import pytest

from distilkit.engine.allowance import Allowance
from distilkit.profiles.profile import RateLimit
from distilkit.provider.headers import Told

NOW = 1_000.0


@pytest.mark.parametrize(
    ("limits", "burst_s"),
    [
        (RateLimit(requests_per_minute=120, tokens_per_minute=600), 1),
        (RateLimit(requests_per_minute=120, tokens_per_minute=600, burst_size=10), 5),
        (RateLimit(tokens_per_minute=600, burst_size=10), 1),
    ],
)
def test_the_declared_burst_is_as_long_for_tokens_as_for_requests(limits: RateLimit, burst_s: float) -> None:
    paces = Allowance().paces(limits, NOW, 1.0)

    assert {pace.burst_s for pace in paces.values()} == {burst_s}


def test_only_what_is_limited_has_a_pace() -> None:
    assert set(Allowance().paces(RateLimit(input_tokens_per_minute=5), NOW, 1.0)) == {"input_tokens"}


def test_a_burst_opens_with_the_scope_and_shrinks_with_429s() -> None:
    limits = RateLimit(requests_per_minute=600)
    allowance = Allowance()
    allowance.throttled(limits, NOW, NOW)

    assert allowance.paces(limits, NOW, 0.5)["requests"].share == 0.25


def test_a_burst_of_one_request_cannot_shrink_so_the_rate_does() -> None:
    limits = RateLimit(requests_per_minute=600, tokens_per_minute=100, burst_size=1)
    allowance = Allowance()
    allowance.throttled(limits, NOW, NOW)

    assert allowance.paces(limits, NOW, 1.0)["requests"].per_minute == pytest.approx(540)
    assert allowance.paces(limits, NOW, 1.0)["tokens"].per_minute == pytest.approx(90)


def test_news_replace_what_was_told_before() -> None:
    limits = RateLimit(requests_per_minute=600)
    allowance = Allowance()
    for limit in (100.0, 300.0):
        allowance.hear(Told("requests", limit), NOW)

    assert allowance.lowered(limits, NOW) == RateLimit(requests_per_minute=300)
    assert allowance.lowered(limits, NOW + 600) == limits


def test_an_allowance_survives_being_written_down() -> None:
    limits = RateLimit(requests_per_minute=600)
    allowance = Allowance()
    allowance.hear(Told("tokens", 5_000.0), NOW)
    allowance.throttled(limits, NOW, NOW)

    assert Allowance.of(allowance.state()).paces(limits, NOW, 1.0) == allowance.paces(limits, NOW, 1.0)
