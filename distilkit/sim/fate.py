"""What becomes of a request that is let in: when its answer comes, and which fault strikes it.

Pure: from dials, the request's fingerprint and how often it was tried. Knows nothing of answers or HTTP.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Literal, get_args

from distilkit.sim.spec import Dials

Fault = Literal["drop", "error", "malformed", "empty_choices"]
_FAULTS: tuple[Fault, ...] = get_args(Fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one attempt.

    Attributes:
        latency_s: seconds until the answer.
        fault: what goes wrong, or None.
        has_usage: whether a good reply says what it cost.
    """

    latency_s: float
    fault: Fault | None
    has_usage: bool


def fate(dials: Dials, fingerprint: str, attempt: int) -> Fate:
    """Draw the fate of an attempt, 0 for the first.

    The attempts at one request have fates of their own, so that a retry can succeed; the order in which different
    requests arrive changes nothing. Where the rates of faults add up to more than 1, the first ones win.
    """
    key = f"{dials.seed} {fingerprint} {attempt}"
    rng = Random(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()))  # noqa: S311 - repeatable
    wobble, luck, usage_luck = rng.random(), rng.random(), rng.random()
    return Fate(
        latency_s=dials.latency_s * (1 + dials.jitter * (2 * wobble - 1)),
        fault=_fault(dials, luck),
        has_usage=usage_luck >= dials.missing_usage_rate,
    )


def _fault(dials: Dials, luck: float) -> Fault | None:
    rates = (dials.drop_rate, dials.error_rate, dials.malformed_rate, dials.empty_choices_rate)
    return next((fault for fault, bound in zip(_FAULTS, accumulate(rates), strict=True) if luck < bound), None)
