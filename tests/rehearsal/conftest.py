"""Profiles of providers that are never asked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from distilkit.calls import Call, Prompt, Record
from distilkit.planning import plan
from distilkit.profiles import Price, Profile

PRICE = Price(input_per_million=Decimal(1_000_000), output_per_million=Decimal(2_000_000))


@pytest.fixture
def make_profile() -> Callable[..., Profile]:
    def make(name: str = "p", **more: Any) -> Profile:
        fields: dict[str, Any] = {"provider": "openai", "model": "m", "section": name, "price": PRICE, **more}
        return Profile(name=name, **fields)

    return make


@pytest.fixture
def make_calls() -> Callable[..., list[Call]]:
    def make(count: int, profile: Profile, **params: Any) -> list[Call]:
        prompts = [Prompt(n, f"q{n}", [{"role": "user", "content": f"q{n}"}]) for n in range(count)]
        return plan(prompts, [profile], params=params, samples=1)

    return make


@pytest.fixture
def make_record() -> Callable[..., Record]:
    def make(output_tokens: int | None = 10, latency_s: float | None = 1.0) -> Record:
        choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        body: dict[str, Any] = {"model": "m", "choices": [choice]}
        if output_tokens is not None:
            body["usage"] = {"prompt_tokens": 5, "completion_tokens": output_tokens}
        return Record(provider="openai", raw=body, latency_s=latency_s)

    return make
