"""Teachers that say what a script tells them, sample by sample, and count what they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from distilkit.calls import Call, Record
from distilkit.errors import ProviderError
from distilkit.profiles import Price, Profile
from distilkit.profiles.profile import Retry
from distilkit.teaching import distill

PRICE = Price(input_per_million=1_000, output_per_million=1_000)


def teacher(name: str, **fields: Any) -> Profile:
    base = {"provider": "custom_openai", "model": name, "section": name, "base_url": "http://127.0.0.1:9"}
    more = {"price": PRICE, "retry": Retry(max_attempts=1), "max_concurrency": 1}
    return Profile(name=name, **{**base, **more, **fields})


@dataclass
class Teachers:
    """Takes the network's place. Each answer is 10 tokens in and 5 out: 1.5 cents.

    Attributes:
        says: by (teacher, prompt), what each sample is answered, the last of them for all further ones; an error is
            raised. Without an entry: `right`.
        asked: (teacher, prompt, sample) of each request, in order.
        before: called before each answer.
        silent: the teachers that do not show their thinking.
    """

    says: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    before: Callable[[Call], None] | None = None
    silent: set[str] = field(default_factory=set)

    async def __call__(self, call: Call) -> Record:
        await asyncio.sleep(0)
        if self.before is not None:
            self.before(call)
        self.asked.append((call.profile.name, call.prompt, call.request.sample))
        lines = self.says.get((call.profile.name, call.prompt), ["right"])
        said = lines[min(call.request.sample, len(lines) - 1)]
        if isinstance(said, ProviderError):
            raise said
        message = {"role": "assistant", "content": said}
        if call.profile.name not in self.silent:
            message["reasoning_content"] = f"I thought of {said}"
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5}
        raw = {"model": call.profile.name, "choices": [choice], "usage": usage}
        return Record(provider="custom_openai", raw=raw, created_at=1_760_000_000.0, latency_s=0.1)


def failing(kind: str = "invalid_request") -> ProviderError:
    return ProviderError("it does not like it", kind=kind, provider="custom_openai")  # type: ignore[arg-type] # one of them


RIGHT = {"right": lambda row: row.content == "right"}


@pytest.fixture
def teachers() -> Teachers:
    return Teachers()


@pytest.fixture
def fails() -> Callable[..., ProviderError]:
    return failing


@pytest.fixture
def teacher_named() -> Callable[..., Profile]:
    return teacher


@pytest.fixture
def teach(teachers: Teachers, tmp_path: Path) -> Callable[..., pd.DataFrame]:
    """Distil with the scripted teachers `small` and `large`, and a verifier that wants `right`."""

    def run(prompts: Any, names: Any = ("small",), **more: Any) -> pd.DataFrame:
        usual = {"verify": RIGHT, "near": None, "store": tmp_path, "progress": False, "send": teachers}
        who = [teacher(name) if isinstance(name, str) else name for name in names]
        return distill(prompts, who, **{**usual, **more})

    return run
