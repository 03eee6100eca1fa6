"""A simulated provider without its network: models, limits, faults and counts; a request in, a reply out.

Knows nothing of sockets, and sleeps nowhere: a reply says how long it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from distilkit.sim import replies
from distilkit.sim.answer import Choice, answer
from distilkit.sim.asked import Asked, RefusedError, read_request
from distilkit.sim.counts import Counts
from distilkit.sim.fate import Fate, fate
from distilkit.sim.limits import Minute
from distilkit.sim.spec import Dials


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back, and when.

    Attributes:
        status: the HTTP status, or None to close the connection without a reply.
        pieces: the body; several where it is streamed.
        headers: those that say something about limits.
        latency_s: seconds until it is complete.
        streamed: whether the pieces are events, sent one by one.
        answers: the fingerprint of the request that this is a good answer to, or None.
    """

    status: int | None
    pieces: Sequence[bytes] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    latency_s: float = 0.0
    streamed: bool = False
    answers: str | None = None


class _Model:
    """One model and what it has been through."""

    def __init__(self, name: str, dials: Dials) -> None:
        self.name = name
        self.dials = dials
        self.minute = Minute(
            dials.requests_per_minute,
            dials.tokens_per_minute,
            input_tokens_per_minute=dials.input_tokens_per_minute,
            output_tokens_per_minute=dials.output_tokens_per_minute,
            style=dials.limit_style,
            burst_s=dials.burst_s,
            retry_after=dials.retry_after,
        )
        self.attempts: Counter[str] = Counter()
        self.first_at: float | None = None

    def is_out(self, now: float) -> bool:
        """Say whether a request that comes now finds it down; the first one starts its clock."""
        self.first_at = now if self.first_at is None else self.first_at
        return self.dials.is_out(now - self.first_at)


class Simulation:
    """Models by the name they are asked under. Not safe to share between threads.

    Attributes:
        counts: what has been seen.
    """

    def __init__(self, models: Mapping[str, Dials]) -> None:
        self.counts = Counts()
        self._models = {name: _Model(name, dials) for name, dials in models.items()}

    @property
    def names(self) -> list[str]:
        """The names that models are asked under."""
        return list(self._models)

    def register(self, name: str, dials: Dials) -> str:
        """Add a model and return the name to ask it under, `name@digest`; the same again for the same dials."""
        wire_name = f"{name}@{dials.full_digest()}"
        self._models.setdefault(wire_name, _Model(name, dials))
        return wire_name

    def reset(self) -> None:
        """Forget everything but the models: counts, minutes and attempts."""
        # What is in flight leaves the counts that it came into.
        self.counts = Counts()
        self._models = {wire_name: _Model(model.name, model.dials) for wire_name, model in self._models.items()}

    def stats(self) -> dict[str, Any]:
        """Return the counts, and for each model the most that any minute has seen."""
        most = {wire_name: model.minute.most for wire_name, model in self._models.items()}
        return {**self.counts.as_dict(), "most_per_minute": most}

    def receive(self, body: bytes, sample: str, now: float) -> Reply:
        """Decide what a request gets; `now` is in seconds and never goes back."""
        try:
            asked = read_request(body, sample)
            return self._decide(asked, self._model(asked.model), now)
        except RefusedError as refused:
            return Reply(status=refused.status, pieces=[replies.error(refused)])

    def _model(self, wire_name: str) -> _Model:
        model = self._models.get(wire_name)
        if model is None:
            text = f"The simulated model '{wire_name[:200]}' does not exist; there are: {', '.join(self.names)}."
            raise RefusedError(text, status=404, code="model_not_found", param="model")
        return model

    def _decide(self, asked: Asked, model: _Model, now: float) -> Reply:
        self.counts.understood(asked.fingerprint)
        if model.is_out(now):
            raise RefusedError("The simulated server is down.", status=503)
        choices = answer(asked, model.name, model.dials)
        usage = replies.usage_of(asked, choices)
        verdict = model.minute.admit(now, asked.prompt_tokens, _counted_output(asked, model.dials, usage))
        headers = model.minute.headers(verdict)
        if verdict.wait_s > 0:
            wait_s = verdict.wait_s if model.dials.retry_after else None
            body = replies.throttled(model.name, verdict.short_of, wait_s)
            return Reply(status=429, pieces=[body], headers=headers)
        # Only what is let in is an attempt: how often a client was throttled must not change its luck.
        attempt = model.attempts[asked.fingerprint]
        model.attempts[asked.fingerprint] += 1
        fated = fate(model.dials, asked.fingerprint, attempt)
        pieces = _pieces(asked, model.name, choices, usage, fated)
        return _reply(asked, fated, headers, pieces)


def _counted_output(asked: Asked, dials: Dials, usage: Mapping[str, Any]) -> int:
    """Return the output tokens that count against the limits."""
    if dials.counts_max_tokens and asked.max_tokens is not None:
        return asked.max_tokens * asked.n
    return int(usage["completion_tokens"])


def _pieces(asked: Asked, name: str, choices: Sequence[Choice], usage: dict[str, Any], fated: Fate) -> list[bytes]:
    """Return the body as it would be if nothing but the choices and the usage went missing."""
    given = [] if fated.fault == "empty_choices" else choices
    counted = usage if fated.has_usage else None
    if asked.stream:
        return list(replies.chunks(asked, name, given, counted))
    return [replies.encode(replies.completion(asked, name, given, counted))]


def _reply(asked: Asked, fated: Fate, headers: Mapping[str, str], pieces: list[bytes]) -> Reply:
    match fated.fault:
        case "drop":
            return Reply(status=None, latency_s=fated.latency_s)
        case "error":
            body = replies.error(RefusedError("The simulated server had an error.", status=500))
            return Reply(status=500, pieces=[body], headers=headers, latency_s=fated.latency_s)
        case "malformed":
            # Torn in the middle, of a stream too: the rest never comes.
            half = pieces[: len(pieces) // 2 + 1]
            pieces = [*half[:-1], half[-1][: len(half[-1]) // 2]]
    return Reply(
        status=200,
        pieces=pieces,
        headers=headers,
        latency_s=fated.latency_s,
        streamed=asked.stream,
        answers=None if fated.fault else asked.fingerprint,
    )
