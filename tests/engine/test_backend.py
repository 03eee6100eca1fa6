"""A profile in a run uses its limits to the full, whatever its provider's tokenizer makes of a text."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from distilkit.calls import Call, Prompt, Record
from distilkit.engine.fastclock import FastLoop, run_fast
from distilkit.engine.ports import Ports
from distilkit.engine.run import run
from distilkit.engine.tokens import count_messages
from distilkit.planning import plan
from distilkit.profiles.profile import Profile, RateLimit

PER_MINUTE = 60_000


class Provider:
    """Answers after a second, and counts `factor` times the tokens that are counted here."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.random = Random(1)
        self.went: list[tuple[float, int]] = []

    async def __call__(self, call: Call) -> Record:
        tokens_in = round(count_messages(call.request.messages, call.request.model) * self.factor)
        tokens_out = round(self.random.uniform(20, 60))
        self.went.append((asyncio.get_running_loop().time(), tokens_in + tokens_out))
        await asyncio.sleep(1.0)
        choice = {"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}
        return Record(provider="x", raw={"model": "m", "choices": [choice], "usage": usage}, latency_s=1.0)

    def busiest_minute(self) -> int:
        ends = [at for at, _ in self.went]
        return max(sum(tokens for at, tokens in self.went if end - 60 < at <= end) for end in ends)


async def _nothing(_entry: object) -> None:
    return None


def ask(provider: Provider, calls: list[Call]) -> float:
    def main(loop: FastLoop) -> Any:
        return run(
            calls,
            Ports(
                send=provider,
                keep=_nothing,
                settle=lambda _call, _outcome: None,
                observe=lambda _event: None,
                clock=loop.time,
                wall=loop.time,
                random=Random(0),
            ),
        )

    run_fast(main)
    return provider.went[-1][0] - provider.went[0][0]


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.15, 1.6])
def test_the_limit_is_kept_and_used_whatever_the_tokenizer(factor: float) -> None:
    profile = Profile(name="p", provider="x", model="m", section="s", limits=RateLimit(tokens_per_minute=PER_MINUTE))
    prompts = [f"{n} " + "word " * (5 + n * 37 % 110) for n in range(1_500)]
    messages = [Prompt(n, text, [{"role": "user", "content": text}]) for n, text in enumerate(prompts)]
    provider = Provider(factor)

    seconds = ask(provider, plan(messages, [profile], params={}, samples=1))

    least = sum(tokens for _, tokens in provider.went) / PER_MINUTE * 60
    assert provider.busiest_minute() <= PER_MINUTE
    assert seconds <= 1.04 * least + 2
