"""Fixtures of the judges' tests: profiles, a fake network that answers and judges from a script, simulated judges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk
from distilkit.calls import Call, Record
from distilkit.errors import ProviderError
from distilkit.profiles import Price, Profile
from distilkit.profiles.profile import Retry
from distilkit.sim.spec import Dials

PRICE = Price(input_per_million=1_000, output_per_million=1_000)
Said = str | ProviderError | dict[str, Any]


def profile_of(name: str, **fields: Any) -> Profile:
    base = {"provider": "custom_openai", "model": name, "section": name, "base_url": "http://127.0.0.1:9"}
    # One at a time, so that a judge's lines are said in the order of the plan.
    more = {"price": PRICE, "retry": Retry(max_attempts=1), "max_concurrency": 1}
    return Profile(name=name, **{**base, **more, **fields})


def simulated(name: str, **dials: Any) -> Profile:
    sim = Dials(**{"latency_s": 0.0, "jitter": 0.0, **dials})
    return Profile(name=name, provider="sim", model=name, section="sim", sim=sim, price=PRICE)


@dataclass
class Network:
    """Takes the network's place: the judge says the next of its lines, the last one again; others say their own.

    A text is a whole answer, a mapping a choice, an error is raised. Each call has so many tokens in, and 5 out.
    """

    judge: Iterable[Said] = ("Verdict: 4",)
    answers: dict[str, str] = field(default_factory=dict)
    has_usage: bool = True
    tokens: int = 10
    judge_tokens: int = 10
    judged: list[Call] = field(default_factory=list)
    asked: list[Call] = field(default_factory=list)

    async def __call__(self, call: Call) -> Record:
        await asyncio.sleep(0)
        if not call.profile.name.startswith("judge"):
            self.asked.append(call)
            said = self.answers.get(call.profile.name, f"an answer to {call.prompt}")
            return reply(said, tokens=self.tokens if self.has_usage else None)
        lines = list(self.judge)
        said = lines[min(len(self.judged), len(lines) - 1)]
        self.judged.append(call)
        if isinstance(said, ProviderError):
            raise said
        return reply(said, tokens=self.judge_tokens)

    @property
    def prompts(self) -> list[str]:
        return [call.request.messages[-1]["content"] for call in self.judged]


def reply(said: str | dict[str, Any], *, tokens: int | None) -> Record:
    choice = said if isinstance(said, dict) else {"message": {"content": said}, "finish_reason": "stop"}
    usage = {} if tokens is None else {"usage": {"prompt_tokens": tokens, "completion_tokens": 5}}
    return Record(provider="custom_openai", raw={"choices": [choice], **usage}, created_at=1.0, latency_s=0.5)


Compare = Callable[..., pd.DataFrame]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    """Ask profile `a` (or those given) with a score named `grade`, in a store of the test's own."""

    def run(prompts: Any, score: Any, profiles: Any = None, **more: Any) -> pd.DataFrame:
        scores = score if score is None or isinstance(score, dict) else {"grade": score}
        asked = profile_of("a") if profiles is None else profiles
        return dk.compare(prompts, asked, score=scores, **{"store": tmp_path / "store", "progress": False, **more})

    return run


@pytest.fixture
def network() -> type[Network]:
    return Network


@pytest.fixture
def the_judge() -> Profile:
    return profile_of("judge")


@pytest.fixture
def sim() -> Callable[..., Profile]:
    """Make a simulated profile."""
    return simulated


@pytest.fixture
def profile() -> Callable[..., Profile]:
    return profile_of
