"""Frames of answers, and a judge from a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from distilkit.calls import Call, Record
from distilkit.errors import ProviderError
from distilkit.profiles import Price, Profile
from distilkit.profiles.profile import Retry


@pytest.fixture
def answers() -> Callable[..., pd.DataFrame]:
    """Make a frame of one prompt or more from each profile's contents, None for a failed row."""

    def make(**contents: Sequence[str | None]) -> pd.DataFrame:
        rows = [
            {
                "prompt_id": nth,
                "profile": profile,
                "sample": 0,
                "prompt": f"q{nth}",
                "content": text,
                "error_kind": "timeout" if text is None else None,
            }
            for profile, texts in contents.items()
            for nth, text in enumerate(texts)
        ]
        # Objects, as a frame from elsewhere may have them: an Arrow column holds no half surrogate pairs.
        return pd.DataFrame(rows, dtype=object)

    return make


class Judge:
    """Says the next of its lines, the last one again, and remembers what it was asked."""

    def __init__(self, *lines: str | ProviderError) -> None:
        self.lines = lines
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> Record:
        said = self.lines[min(len(self.calls), len(self.lines) - 1)]
        self.calls.append(call)
        if isinstance(said, ProviderError):
            raise said
        choice = {"message": {"content": said}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5}
        return Record(provider="custom_openai", raw={"choices": [choice], "usage": usage}, created_at=1.0)


@pytest.fixture
def judge() -> type[Judge]:
    return Judge


@pytest.fixture
def the_judge() -> Profile:
    price = Price(input_per_million=1_000, output_per_million=1_000)
    how: dict[str, Any] = {"provider": "custom_openai", "base_url": "http://127.0.0.1:9", "price": price}
    return Profile(name="judge", model="judge", section="judge", retry=Retry(max_attempts=1), max_concurrency=1, **how)
