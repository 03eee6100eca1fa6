"""What a simulator has seen: requests, replies, and how often each request was answered.

So that a test can count at the server what was paid for twice. Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from collections import Counter
from typing import Any


class Counts:
    """Counts since the start, or since the last reset."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._most_in_flight = 0
        self._requests = 0
        self._dropped = 0
        self._abandoned = 0
        self._statuses: Counter[int] = Counter()
        self._answered: Counter[str] = Counter()
        self._asked: set[str] = set()

    def arrived(self) -> None:
        """Count a request to answer a chat."""
        self._requests += 1
        self._in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self._in_flight)

    def understood(self, fingerprint: str) -> None:
        """Count a valid request to a known model."""
        self._asked.add(fingerprint)

    def left(self, status: int | None, answered: str | None) -> None:
        """Count how a request ended.

        `status` is None where the connection was closed without a reply; `answered` is the fingerprint where the reply
        was a good answer.
        """
        self._in_flight -= 1
        if status is None:
            self._dropped += 1
            return
        self._statuses[status] += 1
        if answered is not None:
            self._answered[answered] += 1

    def abandoned(self) -> None:
        """Count a request whose client was gone before its answer."""
        self._in_flight -= 1
        self._abandoned += 1

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON types."""
        return {
            "simulated": True,
            "requests": self._requests,
            "distinct_requests": len(self._asked),
            "answers": self._answered.total(),
            "answered": dict(self._answered),
            "answered_more_than_once": sum(times > 1 for times in self._answered.values()),
            "statuses": {str(status): times for status, times in sorted(self._statuses.items())},
            "dropped": self._dropped,
            "abandoned": self._abandoned,
            "in_flight": self._in_flight,
            "most_in_flight": self._most_in_flight,
        }
