"""How far a scope holds back after 429s that nobody explained, and how it slowly dares more again.

First the burst is halved, since most such 429s are a provider that judges by the second; once single requests are
spaced evenly, the rate goes down. Both recover by themselves. Pure; knows neither limits nor queue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_BURST_DOUBLES_S = 300.0
_LESS_RATE = 0.9
_RATE_BACK_A_SECOND = 0.01 / 10
_LEAST_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Easing:
    """What is left of the allowed burst and rate.

    Attributes:
        burst: the share of the burst, above 0, at most 1, as it was at `cut_at`.
        rate: the share of every limit, 0.1 to 1, the same.
        cut_at: when either was last lowered, in the clock's seconds; negative for never.
    """

    burst: float = 1.0
    rate: float = 1.0
    cut_at: float = -1.0

    def at(self, now: float) -> Easing:
        """Return what has come back by `now`."""
        if self.burst == self.rate == 1:
            return self
        quiet_s = max(0.0, now - self.cut_at)
        return replace(
            self,
            burst=1.0 if quiet_s > 100 * _BURST_DOUBLES_S else min(1.0, self.burst * 2 ** (quiet_s / _BURST_DOUBLES_S)),
            rate=min(1.0, self.rate + quiet_s * _RATE_BACK_A_SECOND),
        )

    def cut(self, sent_at: float, now: float, floor: float) -> Easing:
        """Hold back more, because of a 429 to a request sent at `sent_at`; once for all that were under way together.

        Args:
            sent_at: when the refused request was sent.
            now: when that is known.
            floor: the share of the burst at which no more than one request goes at once.
        """
        if sent_at <= self.cut_at:
            return self
        back = self.at(now)
        if back.burst > floor:
            return Easing(back.burst / 2, back.rate, now)
        return Easing(back.burst, max(_LEAST_RATE, back.rate * _LESS_RATE), now)
