"""How many tokens the next request to a profile will take, from what the last ones took. Knows no clock, no queue."""

from __future__ import annotations

from distilkit.calls import Call
from distilkit.engine.needs import Need, expected_need, policy_for
from distilkit.engine.spread import Spread
from distilkit.engine.tokens import count_messages, max_output_tokens
from distilkit.profiles.profile import Profile, RateLimit

# The output expected of a model that has not answered yet, where the request sets no limit; in tokens.
_FIRST_GUESS = 500
# How far a provider's count of the input may be from ours.
_LEAST_RATIO, _MOST_RATIO = 0.25, 8.0
# A count above this is an error of the server (one below zero, read as unsigned).
_MOST_TOKENS = 10_000_000


class Expected:
    """What one run expects of one profile.

    Attributes:
        is_limited: whether tokens are counted at all: it takes time, and is only worth it where somebody else does too.
    """

    def __init__(self, profile: Profile) -> None:
        self.is_limited = profile.limits != RateLimit()
        self._policy = policy_for(profile)
        self._outputs = Spread()
        self._input_ratios = Spread()

    def count(self, call: Call) -> int:
        """Estimate a request's input tokens; 0 where nothing is limited."""
        return count_messages(call.request.messages, call.request.model) if self.is_limited else 0

    def output(self, call: Call) -> float:
        """Return the mean output tokens of an answer, bounded by the request's own limit."""
        return _bounded(self._outputs.mean if self._outputs.count else _FIRST_GUESS, call)

    def need(self, call: Call, estimate: int) -> Need:
        """Return what to book for a request whose input was estimated, by what is known now.

        What is booked too much comes back with the answer; what is booked too little is over the limit until then. So
        this is what most requests stay below.
        """
        if not self.is_limited:
            return Need()
        tokens_in = estimate * _likely(self._input_ratios, 1.0)
        tokens_out = _bounded(_likely(self._outputs, _FIRST_GUESS), call)
        return expected_need(tokens_in, tokens_out, max_output_tokens(call.request.params), self._policy)

    def answered(self, *, tokens_out: float | None, tokens_in: int | None = None, estimate: int = 0) -> None:
        """Take in what an answer took, as the provider counted; None where it did not say."""
        if tokens_out is not None:
            self._outputs.add(tokens_out)
        if tokens_in is not None and estimate:
            # Against the estimate as it was counted: correcting what is on its way already would swing.
            self._input_ratios.add(min(max(tokens_in / estimate, _LEAST_RATIO), _MOST_RATIO))


def credible(tokens: int | None) -> int | None:
    """Return a count that a provider gave, or None where it cannot be: pacing must not learn from it."""
    return None if tokens is None or tokens > _MOST_TOKENS else tokens


def _bounded(tokens: float, call: Call) -> float:
    limit = max_output_tokens(call.request.params)
    return tokens if limit is None else min(tokens, limit)


def _likely(seen: Spread, guess: float) -> float:
    return seen.mean + seen.deviation if seen.count else guess
