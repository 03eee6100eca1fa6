"""The dials of a simulated model: everything that decides how it answers, how fast, and how it fails.

Values only; no server, no network, nothing of the rest of distilkit.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal, get_args

ThinkingStyle = Literal["none", "tags", "missing_opening_tag", "reasoning_content", "truncated"]
THINKING_STYLES: tuple[str, ...] = get_args(ThinkingStyle)

# What decides the text of an answer. The rest decides when it comes, or whether.
_ANSWER_DIALS = ("skill", "thinking", "verbosity", "thinking_tokens", "seed")


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
        tokens_per_minute: the same for tokens.
        error_rate: 0 to 1, replies with status 500.
        drop_rate: 0 to 1, connections closed without a reply.
        malformed_rate: 0 to 1, replies with status 200 and torn JSON.
        empty_choices_rate: 0 to 1, replies with `choices: []`.
        missing_usage_rate: 0 to 1, good replies without `usage`.
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
    error_rate: float = 0.0
    drop_rate: float = 0.0
    malformed_rate: float = 0.0
    empty_choices_rate: float = 0.0
    missing_usage_rate: float = 0.0
    seed: int = 0

    def digest(self) -> str:
        """Return 12 hexadecimal digits that change when, and only when, an answer could."""
        dials = asdict(self)
        chosen = json.dumps({name: dials[name] for name in _ANSWER_DIALS}, sort_keys=True)
        return hashlib.sha256(chosen.encode()).hexdigest()[:12]
