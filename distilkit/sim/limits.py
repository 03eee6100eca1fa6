"""The limits of a simulated provider: requests, and tokens together or apart, by one of three styles of window.

Arithmetic over the times it is given; knows no clock, no models and no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from distilkit.sim.spec import LimitStyle
from distilkit.sim.windows import Sliding, Window, window


@dataclass(frozen=True, slots=True)
class Level:
    """How full one limit is.

    Attributes:
        limit: per minute.
        used: what counts against it.
        reset_s: seconds until nothing does, if nothing more comes.
    """

    limit: int
    used: float
    reset_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may go, and how full the limits are after it.

    Attributes:
        wait_s: seconds until it could go; 0 where it goes now.
        short_of: what there was too little of, e.g. `requests` or `input_tokens`; "" where it goes now.
        levels: each limit, by what it limits; this request counts where it goes.
    """

    wait_s: float
    short_of: str
    levels: Mapping[str, Level]


class Minute:
    """What went lately, against limits per minute of which None is no limit."""

    def __init__(
        self,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        *,
        input_tokens_per_minute: int | None = None,
        output_tokens_per_minute: int | None = None,
        style: LimitStyle = "sliding",
        burst_s: float = 60.0,
        retry_after: bool = True,
    ) -> None:
        limits = {
            "requests": requests_per_minute,
            "tokens": tokens_per_minute,
            "input_tokens": input_tokens_per_minute,
            "output_tokens": output_tokens_per_minute,
        }
        self._limits = {unit: limit for unit, limit in limits.items() if limit is not None}
        self._windows: dict[str, Window] = {unit: window(limit, style, burst_s) for unit, limit in self._limits.items()}
        self._seen = {unit: Sliding(None) for unit in limits}
        self._retry_after = retry_after

    @property
    def most(self) -> dict[str, int]:
        """The most requests, tokens, input and output tokens that any sixty seconds have seen, whatever the style."""
        return {unit: round(log.most) for unit, log in self._seen.items()}

    def admit(self, now: float, input_tokens: int, output_tokens: int = 0) -> Verdict:
        """Let a request go at `now` (seconds, never going back), or say how long it has to wait.

        A refused request counts for nothing.
        """
        amounts = {
            "requests": 1,
            "tokens": input_tokens + output_tokens,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
        }
        waits = {unit: each.wait_s(now, amounts[unit]) for unit, each in self._windows.items()}
        # Of equal waits the first counts: requests before tokens.
        short_of = max(waits, key=lambda unit: waits[unit], default="")
        wait_s = waits.get(short_of, 0.0)
        if wait_s == 0:
            for unit, each in (*self._windows.items(), *self._seen.items()):
                each.take(now, amounts[unit])
        return Verdict(wait_s=wait_s, short_of=short_of if wait_s else "", levels=self._levels(now))

    def headers(self, verdict: Verdict) -> dict[str, str]:
        """Return OpenAI's rate-limit headers, for what is limited, and for a refusal when to come back."""
        found: dict[str, str] = {}
        for unit, level in verdict.levels.items():
            name = unit.replace("_", "-")
            found[f"x-ratelimit-limit-{name}"] = str(level.limit)
            found[f"x-ratelimit-remaining-{name}"] = str(max(0, int(level.limit - level.used)))
            found[f"x-ratelimit-reset-{name}"] = go_duration(level.reset_s)
        if verdict.wait_s > 0 and self._retry_after:
            found["retry-after"] = str(ceil(verdict.wait_s))
            found["retry-after-ms"] = str(ceil(verdict.wait_s * 1000))
        return found

    def _levels(self, now: float) -> dict[str, Level]:
        return {
            unit: Level(self._limits[unit], each.used(now), each.reset_s(now)) for unit, each in self._windows.items()
        }


def go_duration(seconds: float) -> str:
    """Write a duration as OpenAI's headers do.

    >>> go_duration(0.1189), go_duration(1), go_duration(59.5), go_duration(360)
    ('119ms', '1s', '59.5s', '6m0s')
    """
    milliseconds = ceil(seconds * 1000)
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    return (f"{minutes}m" if minutes else "") + f"{rest / 1000:g}s"
