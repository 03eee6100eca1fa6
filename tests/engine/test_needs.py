"""What a request takes of the limits, and who refuses what."""

from __future__ import annotations

import pytest

from distilkit.engine.needs import UNITS, Need, expected_need, limit_of, policy_of, too_large
from distilkit.profiles.profile import RateLimit


def test_a_need_has_an_amount_of_each_unit() -> None:
    need = Need(input_tokens=30, output_tokens=12)

    assert [need.amount(unit) for unit in UNITS] == [1, 42, 30, 12]


def test_each_unit_has_its_limit() -> None:
    limits = RateLimit(
        requests_per_minute=1, tokens_per_minute=2, input_tokens_per_minute=3, output_tokens_per_minute=4
    )

    assert [limit_of(limits, unit) for unit in UNITS] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("provider", "keeps", "refuses"),
    [("openai", True, True), ("azure", True, True), ("groq", False, True), ("anthropic", False, False)],
)
def test_providers_count_in_their_own_ways(provider: str, *, keeps: bool, refuses: bool) -> None:
    policy = policy_of(provider)

    assert (policy.keeps_max_tokens, policy.refuses_larger) == (keeps, refuses)


@pytest.mark.parametrize(
    ("provider", "max_tokens", "output"),
    [
        ("openai", None, 200),
        ("openai", 1_000, 1_000),
        ("openai", 50, 50),
        ("anthropic", None, 200),
        ("anthropic", 1_000, 200),
        ("anthropic", 50, 50),
    ],
)
def test_max_tokens_count_where_the_provider_keeps_them(provider: str, max_tokens: int | None, output: float) -> None:
    assert expected_need(100, 200, max_tokens, policy_of(provider)) == Need(100, output)


def test_what_is_refused_for_ever_is_told_with_numbers_and_the_way_out() -> None:
    text = too_large(Need(2_000, 9_000), RateLimit(tokens_per_minute=10_000), policy_of("openai"))

    assert text is not None
    for part in ("11,000 tokens", "2,000 of input", "9,000 of output", "10,000 of tokens_per_minute", "max_tokens"):
        assert part in text


@pytest.mark.parametrize(
    ("limits", "is_refused"),
    [
        (RateLimit(tokens_per_minute=300), False),
        (RateLimit(tokens_per_minute=299), True),
        (RateLimit(input_tokens_per_minute=99), True),
        (RateLimit(output_tokens_per_minute=199), True),
        (RateLimit(requests_per_minute=1), False),
        (RateLimit(), False),
    ],
)
def test_each_token_limit_refuses_what_is_larger(limits: RateLimit, *, is_refused: bool) -> None:
    assert (too_large(Need(100, 200), limits, policy_of("groq")) is not None) == is_refused


def test_most_providers_refuse_nothing_for_its_size() -> None:
    assert too_large(Need(1e9, 0), RateLimit(tokens_per_minute=1), policy_of("anthropic")) is None
