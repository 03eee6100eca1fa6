"""What a profile was seen to do lately: how fast it answers, and how its last request ended.

Shared by the processes of this machine, so a script that asks once a minute knows what another learned. A value and
its bytes; knows no board and no calls.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Self

from distilkit.errors import ErrorKind

# The share of the newest answer in the running mean: about the last ten answers count.
_NEWEST = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen.

    Attributes:
        answered: answers since the board began.
        failed: attempts that were none.
        latency_s: exponentially weighted mean of the seconds an answer took; None before the first.
        output_tokens: the same of the tokens of an answer.
        answered_at: the board's clock at the last answer; None before the first.
        failed_at: the same for the last failure.
        kind: how the last failure ended; None where there was none.
    """

    answered: int = 0
    failed: int = 0
    latency_s: float | None = None
    output_tokens: float | None = None
    answered_at: float | None = None
    failed_at: float | None = None
    kind: str | None = None

    @classmethod
    def load(cls, blob: bytes | None) -> Self:
        """Read what `dump` wrote; anything else is as if nothing was seen."""
        try:
            return cls(**json.loads(blob or b"{}"))
        except (ValueError, TypeError):
            return cls()

    def dump(self) -> bytes:
        """Return it as bytes."""
        return json.dumps(asdict(self)).encode()

    def after(
        self, kind: ErrorKind | None, *, latency_s: float | None, output_tokens: float | None, now: float
    ) -> Self:
        """Return what was seen after one more request; `kind` is None for an answer."""
        if kind is not None:
            return replace(self, failed=self.failed + 1, failed_at=now, kind=kind)
        return replace(
            self,
            answered=self.answered + 1,
            answered_at=now,
            latency_s=_mean(self.latency_s, latency_s),
            output_tokens=_mean(self.output_tokens, output_tokens),
        )


def _mean(mean: float | None, newest: float | None) -> float | None:
    if newest is None or mean is None:
        return mean if newest is None else newest
    return mean + _NEWEST * (newest - mean)
