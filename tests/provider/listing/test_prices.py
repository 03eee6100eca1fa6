"""Prices in each provider's unit, as dollars for a million tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from distilkit.provider.listing.prices import UNKNOWN, prices_of


@pytest.mark.parametrize(
    ("provider", "item", "expected"),
    [
        ("openrouter", {"pricing": {"prompt": "0.00000015", "completion": "0.0000006"}}, ("0.15", "0.60")),
        ("openrouter", {"pricing": {"prompt": "0", "completion": "0"}}, ("0", "0")),
        ("together_ai", {"pricing": {"hourly": 0, "input": 0.88, "output": 0.9}}, ("0.88", "0.9")),
        ("xai", {"prompt_text_token_price": 30000, "completion_text_token_price": 150000}, ("3", "15")),
        ("huggingface", {"providers": [{"status": "live", "pricing": {"input": 0.1, "output": 0.4}}]}, ("0.1", "0.4")),
    ],
)
def test_a_price_is_in_dollars_for_a_million_tokens(
    provider: str, item: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert tuple(prices_of(provider, item)) == tuple(map(Decimal, expected))


def test_where_a_router_chooses_the_dearest_it_may_choose_counts() -> None:
    servers = [
        {"status": "live", "pricing": {"input": 0.1, "output": 0.4}},
        {"status": "live", "pricing": {"input": 0.3, "output": 0.2}},
        {"status": "error", "pricing": {"input": 9, "output": 9}},
    ]

    assert prices_of("huggingface", {"providers": servers}) == (Decimal("0.3"), Decimal("0.4"))


@pytest.mark.parametrize(
    ("provider", "item"),
    [
        ("openrouter", {"pricing": {"prompt": "-1", "completion": "-1"}}),
        ("openrouter", {"pricing": {"prompt": "0.1"}}),
        ("openrouter", {"pricing": {"prompt": "free", "completion": "NaN"}}),
        ("openrouter", {"pricing": {"prompt": True, "completion": True}}),
        ("openrouter", {"pricing": "none"}),
        ("openrouter", {}),
        ("together_ai", {"pricing": {"hourly": 2.5, "input": 0, "output": 0}}),
        ("together_ai", {"pricing": None}),
        ("huggingface", {"providers": [{"pricing": {"input": 1, "output": 1}}, {"status": "live"}]}),
        ("huggingface", {"providers": []}),
        ("huggingface", {"providers": ["a"]}),
        ("huggingface", {}),
        ("xai", {"prompt_text_token_price": 1}),
        ("custom_openai", {"pricing": {"input": 1, "output": 2, "prompt": "1", "completion": "1"}}),
    ],
)
def test_what_is_not_said_in_a_known_unit_is_unknown(provider: str, item: dict[str, Any]) -> None:
    assert prices_of(provider, item) == UNKNOWN
