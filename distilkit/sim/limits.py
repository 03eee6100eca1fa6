"""The limits of a simulated provider: requests and tokens in any sixty seconds.

Arithmetic over the times it is given; knows no clock, no models and no HTTP.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import ceil

WINDOW_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may go, and how full the minute is after it.

    Attributes:
        wait_s: seconds until it could go; 0 where it goes now.
        short_of: what there was too little of, `requests` or `tokens`; "" where it goes now.
        requests: how many went within the last minute, this one included where it goes.
        tokens: the same.
        reset_s: seconds until the minute is empty, if nothing more comes.
    """

    wait_s: float
    short_of: str
    requests: int
    tokens: int
    reset_s: float


class Minute:
    """What went within the last sixty seconds.

    A request larger than the limit of tokens goes when nothing else has gone for a minute; a provider that refused it
    for good would be the truer one, but a rehearsal has to come to an end.

    Attributes:
        most_requests: the most that any minute has seen.
        most_tokens: the same.
    """

    def __init__(self, requests_per_minute: int | None, tokens_per_minute: int | None) -> None:
        self._requests_per_minute = requests_per_minute
        self._tokens_per_minute = tokens_per_minute
        self._log: deque[tuple[float, int]] = deque()
        self._tokens = 0
        self.most_requests = 0
        self.most_tokens = 0

    def admit(self, now: float, tokens: int) -> Verdict:
        """Let a request of `tokens` go at `now` (seconds, never going back), or say how long it has to wait.

        A refused request counts for nothing.
        """
        self._forget(now)
        requests_wait = self._wait(now, 1, len(self._log), self._requests_per_minute, each=True)
        tokens_wait = self._wait(now, tokens, self._tokens, self._tokens_per_minute, each=False)
        wait = max(requests_wait, tokens_wait)
        if wait > 0:
            return self._verdict(now, wait, "requests" if requests_wait >= tokens_wait else "tokens")
        self._log.append((now, tokens))
        self._tokens += tokens
        self.most_requests = max(self.most_requests, len(self._log))
        self.most_tokens = max(self.most_tokens, self._tokens)
        return self._verdict(now, 0.0, "")

    def headers(self, verdict: Verdict) -> dict[str, str]:
        """Return OpenAI's rate-limit headers, for what is limited."""
        reset = go_duration(verdict.reset_s)
        found: dict[str, str] = {}
        for unit, limit, used in (
            ("requests", self._requests_per_minute, verdict.requests),
            ("tokens", self._tokens_per_minute, verdict.tokens),
        ):
            if limit is not None:
                found[f"x-ratelimit-limit-{unit}"] = str(limit)
                found[f"x-ratelimit-remaining-{unit}"] = str(max(0, limit - used))
                found[f"x-ratelimit-reset-{unit}"] = reset
        if verdict.wait_s > 0:
            found["retry-after"] = str(ceil(verdict.wait_s))
            found["retry-after-ms"] = str(ceil(verdict.wait_s * 1000))
        return found

    def _forget(self, now: float) -> None:
        while self._log and self._log[0][0] <= now - WINDOW_S:
            self._tokens -= self._log.popleft()[1]

    def _wait(self, now: float, wanted: int, used: int, limit: int | None, *, each: bool) -> float:
        """Return the seconds until enough of the oldest entries have left, at most all of them."""
        wait_s = 0.0
        for at, tokens in self._log:
            if limit is None or used + wanted <= limit:
                break
            used -= 1 if each else tokens
            wait_s = at + WINDOW_S - now
        return wait_s

    def _verdict(self, now: float, wait_s: float, short_of: str) -> Verdict:
        reset_s = self._log[-1][0] + WINDOW_S - now if self._log else 0.0
        return Verdict(wait_s=wait_s, short_of=short_of, requests=len(self._log), tokens=self._tokens, reset_s=reset_s)


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
