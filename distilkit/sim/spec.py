"""The dials of a simulated model: everything that decides how it answers, how fast, and how it fails.

Values only; no server, no network, nothing of the rest of distilkit.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Literal, get_args

ThinkingStyle = Literal["none", "tags", "missing_opening_tag", "reasoning_content", "truncated"]
THINKING_STYLES: tuple[str, ...] = get_args(ThinkingStyle)
LimitStyle = Literal["sliding", "fixed", "bucket"]
LIMIT_STYLES: tuple[str, ...] = get_args(LimitStyle)

# What decides the text of an answer. The rest decides when it comes, or whether.
_ANSWER_DIALS = ("skill", "thinking", "verbosity", "thinking_tokens", "seed")
# Dials that came after the first digests of all dials were taken; left alone, they change none.
_LATER_DIALS = frozenset(
    (
        "input_tokens_per_minute",
        "output_tokens_per_minute",
        "limit_style",
        "burst_s",
        "counts_max_tokens",
        "retry_after",
        "outage_from_s",
        "outage_until_s",
        "position_bias",
    )
)
# The same for what decides the text of an answer.
_LATER_ANSWER_DIALS = ("position_bias",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """One simulated model.

    Attributes:
        skill: share of the built-in task, 0 to 1, that is answered rightly; easy items more often than hard ones.
        thinking: the shape its reasoning comes in.
        thinking_tokens: about how many tokens it reasons, when it does.
        verbosity: 0 for the bare answer, 1 for a sentence, larger for more words around it.
        latency_s: seconds until the answer, before jitter.
        jitter: 0 to 1; the latency varies by up to this share, either way.
        requests_per_minute: limit it enforces with 429s; None for no limit.
        tokens_per_minute: the same for tokens, input and output together.
        input_tokens_per_minute: the same for input tokens alone.
        output_tokens_per_minute: the same for output tokens alone.
        limit_style: what a minute is: `sliding` any sixty seconds, `fixed` the server's clock minute, `bucket` a token
            bucket that fills at the limit's rate.
        burst_s: seconds of the rate that a full bucket holds.
        counts_max_tokens: whether a request's `max_tokens` counts against the limits rather than what it answers with.
        retry_after: whether a 429 says when to come back.
        outage_from_s: seconds from the model's first request until it answers with status 503 only; None for the start
            where `outage_until_s` is set, else for no outage.
        outage_until_s: seconds from the model's first request until it answers again; None for never.
        error_rate: 0 to 1, replies with status 500.
        drop_rate: 0 to 1, connections closed without a reply.
        malformed_rate: 0 to 1, replies with status 200 and torn JSON.
        empty_choices_rate: 0 to 1, replies with `choices: []`.
        missing_usage_rate: 0 to 1, good replies without `usage`.
        position_bias: 0 to 1, comparisons of two answers that are decided for the first one, whatever it says.
        seed: changes every random choice above.
    """

    skill: float = 0.7
    thinking: ThinkingStyle = "none"
    thinking_tokens: int = 80
    verbosity: float = 1.0
    latency_s: float = 0.05
    jitter: float = 0.2
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    limit_style: LimitStyle = "sliding"
    burst_s: float = 60.0
    counts_max_tokens: bool = False
    retry_after: bool = True
    outage_from_s: float | None = None
    outage_until_s: float | None = None
    error_rate: float = 0.0
    drop_rate: float = 0.0
    malformed_rate: float = 0.0
    empty_choices_rate: float = 0.0
    missing_usage_rate: float = 0.0
    position_bias: float = 0.0
    seed: int = 0

    def digest(self) -> str:
        """Return 12 hexadecimal digits that change when, and only when, an answer could."""
        dials = asdict(self)
        later = [name for name in _LATER_ANSWER_DIALS if dials[name] != getattr(_DEFAULT, name)]
        return _digest({name: dials[name] for name in (*_ANSWER_DIALS, *later)})

    def full_digest(self) -> str:
        """Return 12 hexadecimal digits that change when any dial does."""
        left_alone = {name for name in _LATER_DIALS if getattr(self, name) == getattr(_DEFAULT, name)}
        return _digest({name: value for name, value in asdict(self).items() if name not in left_alone})

    def is_out(self, since_first_s: float) -> bool:
        """Say whether it is down, so many seconds after its first request."""
        if self.outage_from_s is None is self.outage_until_s:
            return False
        until_s = inf if self.outage_until_s is None else self.outage_until_s
        return (self.outage_from_s or 0.0) <= since_first_s < until_s


_DEFAULT = Dials()


def _digest(dials: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(dials, sort_keys=True).encode()).hexdigest()[:12]
