"""How a profile is expected to answer: how much and how slowly, from what it has answered before or from a guess.

Arithmetic over stored answers and a seed. Knows nothing of clocks, limits or prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from random import Random
from statistics import fmean, pstdev
from typing import Any

from distilkit.calls import Call, Record
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.errors import ProviderError
from distilkit.profiles import Profile
from distilkit.reading import read

# With fewer stored answers than this, their mean says too little about the rest.
_ENOUGH = 5
# What is assumed of a model that nothing is known of: about what hosted chat models did in 2025.
_FIRST_S, _TOKENS_PER_S, _TOKENS = 2.0, 50.0, 300.0
# The standard deviation of the logarithm of an answer's length where it is not known, and how much a latency varies.
_SPREAD, _JITTER = 0.5, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the caller of a rehearsal states.

    Attributes:
        latency_s: seconds an answer takes, whatever its length; None for what is expected of the profile.
        output_tokens: tokens of a mean answer; None for what is expected of the profile.
        seed: changes every draw.
    """

    latency_s: float | None = None
    output_tokens: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How one profile is expected to answer.

    Attributes:
        latency_s: mean seconds until an answer is complete; None where it takes 2 s and 0.02 s for each token.
        output_tokens: mean length of an answer that no limit cuts.
        spread: standard deviation of the logarithm of the length.
        basis: where this comes from, in words.
    """

    latency_s: float | None
    output_tokens: float
    spread: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What one attempt would get, were it let in.

    Attributes:
        input_tokens: as the provider counts them.
        output_tokens: the same.
        latency_s: seconds from sending to the end of the answer.
        body: the answer, in OpenAI's shape; None where there is none.
        error: what comes in its place.
        counts: whether it counts against the limits.
    """

    input_tokens: int
    output_tokens: int
    latency_s: float
    body: Mapping[str, Any] | None = None
    error: ProviderError | None = None
    counts: bool = True


def expect(profile: Profile, history: Sequence[Record], given: Given) -> Expected:
    """Return what `profile` is expected to do: as given, else the mean of `history` (5 answers or more), else a guess.

    `history` are stored answers of this profile to calls like those to come.
    """
    lengths = [length for record in history if (length := read(record, profile.thinking).output_tokens)]
    took = [record.latency_s for record in history if record.latency_s is not None]
    slow, slow_from = _found(given.latency_s, took)
    known, much_from = _found(given.output_tokens, lengths)
    tokens = _TOKENS if known is None else known
    words = (
        (slow_from, f"{_FIRST_S:g} s + {_TOKENS_PER_S:g} tokens/s" if slow is None else f"{slow:.3g} s"),
        (much_from, f"{tokens:.0f} tokens"),
    )
    return Expected(
        latency_s=slow,
        output_tokens=tokens,
        spread=pstdev(map(log, lengths)) if len(lengths) >= _ENOUGH else _SPREAD,
        basis=_basis(words),
    )


def draw(expected: Expected, call: Call, seed: int) -> Drawn:
    """Return what `call` gets, the same for the same seed and call: lengths are lognormal, cut by `max_tokens`."""
    rng = Random(f"{seed} {call.key}")  # noqa: S311 - repeatable
    mean = log(expected.output_tokens) - expected.spread**2 / 2
    length = max(1, round(exp(mean + expected.spread * rng.gauss(0, 1))))
    limit = max_output_tokens(call.request.params)
    cut = limit is not None and length > limit
    tokens = min(length, limit) if limit is not None else length
    whole = _FIRST_S + tokens / _TOKENS_PER_S if expected.latency_s is None else expected.latency_s
    asked = count_messages(call.request.messages, call.request.model)
    return Drawn(
        input_tokens=asked,
        output_tokens=tokens,
        latency_s=whole * (1 + _JITTER * rng.uniform(-1, 1)),
        body=_body(call.profile.model, "length" if cut else "stop", asked, tokens),
    )


def _body(model: str, finish_reason: str, asked: int, said: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": "(rehearsed)"}
    return {
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said},
    }


def _found(given: float | None, seen: Sequence[float]) -> tuple[float | None, str]:
    if given is not None:
        return given, "given"
    if len(seen) >= _ENOUGH:
        return fmean(seen), f"mean of {len(seen):,} stored answers"
    return None, "assumed"


def _basis(words: Sequence[tuple[str, str]]) -> str:
    """Say what comes from where, each source once."""
    sources = dict.fromkeys(source for source, _ in words)
    return "; ".join(f"{source}: {', '.join(text for own, text in words if own == source)}" for source in sources)
