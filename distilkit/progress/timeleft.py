"""How long a run still takes: an estimate from latencies, requests in flight, limits, and what is waited for.

Three things can hold a queue up, and the slowest of them decides: how many requests may be out at once, what the
limits let out in a minute, and whatever else has held it up so far (other processes, lowered limits, a busy machine),
which is seen in how fast answers came lately. Arithmetic alone; knows no events and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt

from distilkit.engine.meter import WINDOW_S
from distilkit.engine.needs import limit_of
from distilkit.profiles.profile import RateLimit
from distilkit.progress.minute import Minute
from distilkit.progress.pace import Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What is still to be done for one profile.

    Attributes:
        queued: calls that are not out.
        ages_s: for each request that is out, seconds since it was sent.
        latency_s: mean seconds until a request is over; None before the first.
        spread_s: the standard deviation of that.
        at_once: requests that may be out together, 1 or more.
        start_s: seconds for which nothing may go.
        last_retry_s: seconds until the last of those goes that are tried once more; 0 for none.
        per_call: what one call takes of each limited unit, on average.
        has_no_end: whether it waits for something that nobody can tell the end of.
    """

    queued: float
    ages_s: Sequence[float] = ()
    latency_s: float | None = None
    spread_s: float = 0.0
    at_once: int = 1
    start_s: float = 0.0
    last_retry_s: float = 0.0
    per_call: Mapping[str, float] = field(default_factory=dict)
    has_no_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The account a profile falls under, and who else does.

    Attributes:
        limits: what it may send.
        minute: what it has sent in the last one.
        pace: how fast its answers came lately.
        others: the other profiles of this run that fall under the same limits.
    """

    limits: RateLimit
    minute: Minute
    pace: Pace
    others: Sequence[Going] = ()


def seconds_left(going: Going, shared: Shared, now: float) -> float | None:
    """Return about how many seconds it takes until the last call is over, or None where nobody can say.

    Args:
        going: what is still to be done.
        shared: the account that it falls under.
        now: the time.
    """
    if going.queued <= 0 and not going.ages_s:
        return 0.0
    if going.has_no_end or going.latency_s is None:
        return None
    latency_s = going.latency_s
    found = [_by_slots(going, latency_s)]
    if going.queued > 0:
        found.append(_by_limits(going, shared, now) + latency_s)
        pace_s = shared.pace.seconds(latency_s, now)
        if pace_s is not None:
            found.append(max(going.start_s, _ahead(going, shared) * pace_s) + latency_s)
    if going.last_retry_s > 0:
        found.append(going.last_retry_s + latency_s)
    return max(found) + _tail_s(going)


def _tail_s(going: Going) -> float:
    """Return by how much the slowest of the last requests takes longer than the mean one (Cramér, for normal times)."""
    last = min(going.at_once, going.queued + len(going.ages_s))
    return going.spread_s * sqrt(2 * log(last)) if last > 1 else 0.0


def _ahead(going: Going, shared: Shared) -> float:
    """Return how many go until the queue is through, if those under the same limits take turns."""
    return sum(min(each.queued, going.queued) for each in (going, *shared.others))


def _by_slots(going: Going, latency_s: float) -> float:
    """Return when the last call is over if each takes the mean time, and a slot that is free takes the next."""
    out = sorted(max(0.0, latency_s - age) for age in going.ages_s)
    if going.queued <= 0:
        return out[-1]  # one that is late already is over at any moment
    free = max(0, going.at_once - len(out))
    slots = [going.start_s] * free + [max(each, going.start_s) for each in out]
    rounds, rest = divmod(going.queued, len(slots))
    last = slots[min(len(slots), int(rest + 0.999)) - 1] + latency_s if rest > 0 else 0.0
    return max(slots[-1], last) + rounds * latency_s


def _burst_s(limits: RateLimit) -> float:
    """Return how much may go at once, in seconds' worth of a limit: a second's where nothing is declared."""
    if limits.burst_size is None or limits.requests_per_minute is None:
        return 1.0
    return limits.burst_size * WINDOW_S / limits.requests_per_minute


def _by_limits(going: Going, shared: Shared, now: float) -> float:
    """Return when the last call goes out, if those under the same limits take turns."""
    found = going.start_s
    for unit in going.per_call:
        limit = limit_of(shared.limits, unit)
        if limit is None:
            continue
        amount = sum(min(each.queued, going.queued) * each.per_call.get(unit, 0.0) for each in (going, *shared.others))
        released_s = shared.minute.release_s(
            unit, amount, limit=limit, burst_s=_burst_s(shared.limits), start_s=going.start_s, now=now
        )
        found = max(found, released_s)
    return found
