"""How long to wait before asking again: growing, as the provider says where it says so, and not for ever in vain.

Arithmetic with injected clocks. Knows no provider and no batch.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from distilkit.errors import ProviderError

FIRST_S = 2.0
LONGEST_S = 60.0
_FACTOR = 1.5


class Patience:
    """Waits that grow from 2 s to a minute.

    Attributes:
        failing_since: Unix time of the first of the failures that followed one another, or None.
    """

    def __init__(self, wall: Callable[[], float], sleep: Callable[[float], Awaitable[None]], deadline_s: float) -> None:
        self._wall = wall
        self._sleep = sleep
        self._deadline_s = deadline_s
        self._next_s = FIRST_S
        self.failing_since: float | None = None

    async def wait(self) -> None:
        """Wait for the next look; all is well."""
        self.failing_since = None
        await self._sleep(self._grown())

    async def forgive(self, error: ProviderError) -> bool:
        """Wait after a failure, and say whether to try again: not where it cannot help, or has not for too long."""
        now = self._wall()
        self.failing_since = now if self.failing_since is None else self.failing_since
        wait_s = max(self._grown(), error.retry_after_s or 0.0)
        if not error.retryable or now + wait_s - self.failing_since > self._deadline_s:
            return False
        await self._sleep(wait_s)
        return True

    def _grown(self) -> float:
        now_s, self._next_s = self._next_s, min(self._next_s * _FACTOR, LONGEST_S)
        return now_s
