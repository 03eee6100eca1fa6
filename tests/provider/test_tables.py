"""Prices and limits, as LiteLLM's table has them."""

from __future__ import annotations

from decimal import Decimal

from distilkit.provider import limits_of, price_line


def test_a_price_is_exact() -> None:
    line = price_line("openai", "gpt-4o-mini")

    assert line is not None
    assert Decimal(line["input_cost_per_token"]) * 1_000_000 == Decimal("0.15")
    assert Decimal(line["output_cost_per_token"]) * 1_000_000 == Decimal("0.6")
    assert all("token" in name and "batch" not in name for name in line)


def test_prefixed_and_bare_names_are_found() -> None:
    assert price_line("anthropic", "claude-sonnet-4-5") is not None
    assert price_line("gemini", "gemini-2.5-pro") is not None
    assert price_line("cohere_chat", "command-a-03-2025") is not None


def test_an_unknown_price_is_unknown() -> None:
    assert price_line("openai", "no-such-model") is None
    assert price_line("no-such-provider", "gpt-4o-mini") is None


def test_a_server_of_ones_own_has_no_price_however_its_model_is_called() -> None:
    assert price_line("hosted_vllm", "gpt-4o-mini") is None
    assert price_line("sim", "gpt-4o-mini") is None


def test_the_table_cannot_be_changed_through_a_line() -> None:
    line = price_line("openai", "gpt-4o-mini")
    assert line is not None
    line.clear()

    assert price_line("openai", "gpt-4o-mini")


def test_limits_are_known_or_none() -> None:
    assert limits_of("openai", "gpt-4o-mini") == (128_000, 16_384)
    assert limits_of("openai", "no-such-model") == (None, None)
