"""What one request takes of a provider's limits, and how providers count it.

Values and small sums. Knows LiteLLM's provider names; knows no clock and no state.
"""

from __future__ import annotations

from dataclasses import dataclass

from distilkit.profiles.profile import Profile, RateLimit
from distilkit.profiles.providers import is_own_host

UNITS = ("requests", "tokens", "input_tokens", "output_tokens")
"""What is limited; `tokens` are input and output together, against `tokens_per_minute`."""

_TOKEN_UNITS = UNITS[1:]


@dataclass(frozen=True, slots=True)
class Need:
    """What one request takes, in tokens: an estimate before it is sent, the usage after."""

    input_tokens: float = 0
    output_tokens: float = 0

    def amount(self, unit: str) -> float:
        """Return how much of `unit`, one of UNITS, the request takes."""
        if unit == "requests":
            return 1
        if unit == "tokens":
            return self.input_tokens + self.output_tokens
        return self.input_tokens if unit == "input_tokens" else self.output_tokens


@dataclass(frozen=True, slots=True)
class Booking:
    """A request that may go.

    Attributes:
        at: when it goes, in the clock's seconds.
        need: what was counted for it.
    """

    at: float
    need: Need


@dataclass(frozen=True, slots=True)
class Policy:
    """How a provider counts.

    Attributes:
        keeps_max_tokens: whether a request's `max_tokens` stay counted until the minute is over, whatever it used.
        refuses_larger: whether it refuses for ever a request that is larger than a token limit.
    """

    keeps_max_tokens: bool
    refuses_larger: bool


_POLICIES = {
    "openai": Policy(keeps_max_tokens=True, refuses_larger=True),
    "azure": Policy(keeps_max_tokens=True, refuses_larger=True),
    "groq": Policy(keeps_max_tokens=False, refuses_larger=True),
}
_USUAL = Policy(keeps_max_tokens=False, refuses_larger=False)


def policy_of(provider: str) -> Policy:
    """Return how a provider counts, by LiteLLM's name for it."""
    return _POLICIES.get(provider, _USUAL)


def policy_for(profile: Profile) -> Policy:
    """Return how the host of a profile counts: as its provider does, where it is the provider's own."""
    return policy_of(profile.provider) if is_own_host(profile.provider, profile.base_url) else _USUAL


def expected_need(input_tokens: float, expected_output: float, max_tokens: int | None, policy: Policy) -> Need:
    """Return what to book for a request before it is sent.

    Args:
        input_tokens: of its messages.
        expected_output: tokens that an answer is expected to have.
        max_tokens: the limit the request sets on its output, or None for none.
        policy: how the provider counts.
    """
    if max_tokens is None:
        return Need(input_tokens, expected_output)
    return Need(input_tokens, max_tokens if policy.keeps_max_tokens else min(expected_output, max_tokens))


def too_large(need: Need, limits: RateLimit, policy: Policy) -> str | None:
    """Return why the provider would refuse a request for ever, and the way out; None where it would not."""
    if not policy.refuses_larger:
        return None
    for unit in _TOKEN_UNITS:
        limit = limit_of(limits, unit)
        if limit is not None and need.amount(unit) > limit:
            return (
                f"the request counts {need.amount(unit):,.0f} {unit} ({need.input_tokens:,.0f} of input, "
                f"{need.output_tokens:,.0f} of output), more than the {limit:,} of {unit}_per_minute, so the provider "
                f"would refuse it for ever; shorten the prompt, lower max_tokens, or raise "
                f"rate_limit.{unit}_per_minute if the account allows more"
            )
    return None


def limit_of(limits: RateLimit, unit: str) -> int | None:
    """Return the limit of `unit`, one of UNITS, a minute; None where there is none."""
    if unit == "requests":
        return limits.requests_per_minute
    if unit == "tokens":
        return limits.tokens_per_minute
    return limits.input_tokens_per_minute if unit == "input_tokens" else limits.output_tokens_per_minute
