"""What may be asked of one account now: the declared limits, lowered by what the provider said and by its 429s.

Pure arithmetic over the times it is given. Knows how much may go; knows nothing of what went or who waits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from distilkit.engine.easing import Easing
from distilkit.engine.meter import WINDOW_S, Pace
from distilkit.engine.needs import UNITS, limit_of
from distilkit.profiles.profile import RateLimit
from distilkit.provider.headers import Told

# How much may go at once where the profile does not say: a second's worth.
_BURST_S = 1.0
# The burst is as good as gone at this share, where no limit of requests says what one request is.
_LEAST_BURST = 1 / 16
_TOLD_LASTS_S = 600.0


class Allowance:
    """What the provider has shown of its limits.

    Attributes:
        easing: how far 429s have lowered the pace.
    """

    __slots__ = ("_told", "easing")

    def __init__(self) -> None:
        self.easing = Easing()
        self._told: dict[str, tuple[float, float]] = {}

    @classmethod
    def of(cls, state: list[Any]) -> Allowance:
        """Return the allowance whose `state` this was."""
        allowance = cls()
        easing, told = state
        allowance.easing = Easing(*easing)
        allowance._told = {unit: (limit, at) for unit, (limit, at) in told.items()}
        return allowance

    def state(self) -> list[Any]:
        """Return what to keep, as JSON types."""
        return [[self.easing.burst, self.easing.rate, self.easing.cut_at], self._told]

    def hear(self, told: Told, now: float) -> None:
        """Take in a limit from a reply's headers; it counts for ten minutes."""
        if told.per_minute and told.limit is not None and told.limit >= 1:
            self._told[told.unit] = (told.limit, now)

    def throttled(self, limits: RateLimit, sent_at: float, now: float) -> None:
        """Hold back more after a 429, without an explanation, to a request sent at `sent_at`."""
        requests = self.limits(limits, now).get("requests")
        at_once = 1 / _LEAST_BURST if requests is None else _burst_s(limits, requests) * requests / WINDOW_S
        self.easing = self.easing.cut(sent_at, now, floor=1 / max(1.0, at_once))

    def limits(self, limits: RateLimit, now: float) -> dict[str, float]:
        """Return the limit of each limited unit: the declared one, or what was told lately where that is less."""
        found: dict[str, float] = {}
        for unit in UNITS:
            declared = limit_of(limits, unit)
            told, told_at = self._told.get(unit, (None, now))
            known = [one for one in (declared, told if now < told_at + _TOLD_LASTS_S else None) if one is not None]
            if known:
                found[unit] = float(min(known))
        return found

    def lowered(self, limits: RateLimit, now: float) -> RateLimit:
        """Return the declared limits as far as the provider's headers have lowered them, or set some."""
        found = {f"{unit}_per_minute": int(limit) for unit, limit in self.limits(limits, now).items()}
        return replace(limits, **found)

    def paces(self, limits: RateLimit, now: float, opened: float) -> dict[str, Pace]:
        """Return how fast each limited unit may go, with the share `opened` of the burst, 0 to 1."""
        found = self.limits(limits, now)
        burst_s = _burst_s(limits, found.get("requests"))
        eased = self.easing.at(now)
        share = opened * eased.burst
        return {unit: Pace(limit * eased.rate, burst_s, share) for unit, limit in found.items()}


def _burst_s(limits: RateLimit, requests_per_minute: float | None) -> float:
    """Return the burst in seconds' worth, the same for requests and tokens."""
    if limits.burst_size is None or requests_per_minute is None:
        return _BURST_S
    return limits.burst_size * WINDOW_S / requests_per_minute
