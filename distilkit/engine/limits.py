"""When the next request may go out, so that no minute ever exceeds what the provider allows: the state of one scope.

A scope is a provider's account. Its state is small and goes through bytes, so that the processes of a machine can
share it. Strictly first come, first served: a place's moment is found by letting all those ahead of it go first, in
thought. Pure arithmetic over the times it is given; knows no database, no provider's names and no event loop.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any
from zlib import crc32

from distilkit.engine.allowance import Allowance
from distilkit.engine.meter import WINDOW_S, Ahead, Meter, Pace
from distilkit.engine.needs import UNITS, Booking, Need, Policy, expected_need, policy_of, too_large
from distilkit.profiles.profile import RateLimit
from distilkit.provider.headers import Told

__all__ = ["UNITS", "Booking", "Need", "Policy", "Scope", "expected_need", "policy_of", "too_large"]

# Written before every blob; another layout gets another.
_LAYOUT = b"limits1"
# Who writes may have waited for the lock longer than who reads; a clock further back than this was started anew.
_CLOCK_SLACK_S = 60.0
# A provider that judges by the second draws its 429s in the first second: begin evenly, then let the burst come in.
_PROBE_S = 1.0
# More than any limit; what a header says beyond it is no number to count with.
_MOST = 1e15
_OPENING_S = 2.0
_ASLEEP_S = 10.0
_LONGEST_PAUSE_S = 86_400.0
# Sums of floats are not sharper than this.
_TICK_S = 1e-6


@dataclass(slots=True)
class _Waiting:
    """A place in the queue: what it wants, and when it should ask again at the latest."""

    need: Need
    by: float


class Scope:
    """What was sent, who waits, and what the provider said, for one account."""

    def __init__(self, now: float = 0.0) -> None:
        self._seen = now
        self._paused_until = 0.0
        self._started = now
        self._allowance = Allowance()
        self._meters: dict[str, Meter] = {"requests": Meter()}
        self._queue: dict[str, _Waiting] = {}

    @classmethod
    def load(cls, blob: bytes | None, now: float) -> Scope:
        """Read what `dump` wrote; empty where there is nothing, where it is damaged, or the clock was started anew."""
        scope = cls(now)
        layout, _, rest = (blob or b"").partition(b" ")
        checksum, _, body = rest.partition(b" ")
        if layout != _LAYOUT or not body or checksum != b"%08x" % crc32(body):
            return scope
        head, _, logs = body.partition(b"\n")
        state = json.loads(head)
        if state["seen"] <= now + _CLOCK_SLACK_S:
            scope._restore(state, logs)
        return scope

    def dump(self) -> bytes:
        """Return the state as bytes: a checksum, a line of JSON, and the meters' logs."""
        logs = {unit: meter.log() for unit, meter in self._meters.items()}
        state = {
            "seen": self._seen,
            "paused_until": self._paused_until,
            "started": self._started,
            "allowance": self._allowance.state(),
            "meters": [[unit, len(logs[unit]), meter.state()] for unit, meter in self._meters.items()],
            "queue": [[place, w.need.input_tokens, w.need.output_tokens, w.by] for place, w in self._queue.items()],
        }
        body = b"\n".join((json.dumps(state, separators=(",", ":")).encode(), b"".join(logs.values())))
        return b"%s %08x %s" % (_LAYOUT, crc32(body), body)

    def _restore(self, state: dict[str, Any], logs: bytes) -> None:
        self._seen = max(self._seen, state["seen"])
        self._paused_until = state["paused_until"]
        self._started = state["started"]
        self._allowance = Allowance.of(state["allowance"])
        start = 0
        for unit, size, kept in state["meters"]:
            self._meters[unit] = Meter.of(kept, logs[start : start + size])
            start += size
        self._queue = {place: _Waiting(Need(i, o), by) for place, i, o, by in state["queue"]}

    @property
    def places(self) -> tuple[str, ...]:
        """Who waits, in order."""
        return tuple(self._queue)

    @property
    def burst_share(self) -> float:
        """What 429s have left of the allowed burst, above 0, at most 1."""
        return self._allowance.easing.at(self._seen).burst

    def admit(self, place: str, need: Need, limits: RateLimit, now: float) -> Booking | float:
        """Let the request of `place` go now, or return the seconds until it is worth asking again.

        A place that is not in the queue joins it at the end; one that is keeps its position, with this need. It leaves
        with its booking.
        """
        self._look(now)
        self._queue[place] = waiting = _Waiting(need, now)
        paces = self._paces(limits, now)
        at = self._moment(place, paces, now)
        if at > now + _TICK_S:
            waiting.by = at
            return at - now
        del self._queue[place]
        self._book(need, paces, now)
        return Booking(now, need)

    def leave(self, place: str) -> None:
        """Give a place back; an unknown one is fine."""
        self._queue.pop(place, None)

    def drop(self, dead: Callable[[str], bool]) -> None:
        """Remove the places of which `dead` says that nobody is there any more."""
        for place in [place for place in self._queue if dead(place)]:
            del self._queue[place]

    def correct(self, booking: Booking, used: Need, limits: RateLimit, policy: Policy, now: float) -> None:
        """Count what a request has used in place of what was booked for it."""
        if policy.keeps_max_tokens:
            used = replace(used, output_tokens=max(used.output_tokens, booking.need.output_tokens))
        paces = self._paces(limits, now)
        for unit, meter in self._meters.items():
            if unit != "requests":
                booked = ceil(booking.need.amount(unit))
                meter.change(booking.at, ceil(used.amount(unit)) - booked, now, paces.get(unit))
                meter.largest = max(meter.largest, booked)

    def delay(self, booking: Booking, left_at: float, now: float) -> Booking:
        """Count a request when it left, where that was later than its turn: a busy process sends late.

        The provider counts from then on, so a minute after its turn is too early for the next one.
        """
        if not booking.at < left_at <= now:
            return booking
        for unit, meter in self._meters.items():
            meter.move(booking.at, left_at, ceil(booking.need.amount(unit)), now)
        return replace(booking, at=left_at)

    def cancel(self, booking: Booking, limits: RateLimit, now: float) -> None:
        """Take back all of a booking whose request was never sent."""
        paces = self._paces(limits, now)
        for unit, meter in self._meters.items():
            meter.change(booking.at, -ceil(booking.need.amount(unit)), now, paces.get(unit))

    def pause(self, until: float) -> None:
        """Let nothing go before `until`, those who wait included; a pause is never shortened."""
        self._paused_until = max(self._paused_until, until)

    def throttled(self, limits: RateLimit, sent_at: float, now: float) -> None:
        """Hold back more after a 429, without an explanation, to a request sent at `sent_at`."""
        self._look(now)
        self._allowance.throttled(limits, sent_at, now)

    def learn(self, told: Sequence[Told], limits: RateLimit, now: float) -> None:
        """Take in what a reply's headers say of the limits; they only ever lower them."""
        self._look(now)
        for one in filter(_is_sane, told):
            self._allowance.hear(one, now)
            is_ours = self._is_ours(one, limits, now)
            if not is_ours and one.remaining == 0 and one.reset_s is not None:
                self.pause(now + min(one.reset_s, _LONGEST_PAUSE_S))

    def used(self, now: float) -> dict[str, float]:
        """Return what was counted in the last 60 s, by unit: requests, and what is limited."""
        self._look(now)
        return {unit: float(meter.total) for unit, meter in self._meters.items()}

    def headroom(self, limits: RateLimit, now: float) -> float | None:
        """Return the tokens left this minute, or the requests where only those are limited; None for no limit."""
        self._look(now)
        paces = self._paces(limits, now)
        left = {unit: max(0.0, pace.per_minute - self._meter(unit).total) for unit, pace in paces.items()}
        tokens = [amount for unit, amount in left.items() if unit != "requests"]
        return min(tokens) if tokens else left.get("requests")

    def limits_now(self, limits: RateLimit, now: float) -> RateLimit:
        """Return the limits as far as the provider's headers have lowered them."""
        return self._allowance.lowered(limits, now)

    def paused_s(self, now: float) -> float:
        """Return for how many seconds nothing may go; 0 for no pause."""
        return max(0.0, self._paused_until - now)

    def _look(self, now: float) -> None:
        """Take notice of the time."""
        self._seen = max(self._seen, now)
        for meter in self._meters.values():
            meter.forget(now)

    def _meter(self, unit: str) -> Meter:
        return self._meters.setdefault(unit, Meter())

    def _paces(self, limits: RateLimit, now: float) -> dict[str, Pace]:
        begun_s = now - self._started if self._meters["requests"].total else 0.0
        opened = min(1.0, max(0.0, (begun_s - _PROBE_S) / _OPENING_S))
        return self._allowance.paces(limits, now, opened)

    def _moment(self, place: str, paces: dict[str, Pace], now: float) -> float:
        """Return when `place` may go, after those ahead of it; at most a minute away, and the pause.

        Those ahead who are due and do not ask are passed over in time, not in their share, which is kept for when they
        were due; after a while they are taken for asleep and lose their place.
        """
        at, horizon = self._paused_until, max(now, self._paused_until) + WINDOW_S
        ahead = [Ahead(self._meter(unit), pace) for unit, pace in paces.items()]
        for name, waiting in list(self._queue.items()):
            amounts = [ceil(waiting.need.amount(unit)) for unit in paces]
            moment = max(at, min(now, waiting.by))
            for meter, amount in zip(ahead, amounts, strict=True):
                moment = meter.earliest(amount, moment)
            if name == place or moment >= horizon:
                break
            if moment <= now and waiting.by + _ASLEEP_S < now:
                del self._queue[name]
                continue
            at = moment
            for meter, amount in zip(ahead, amounts, strict=True):
                meter.take(amount, at)
        return min(moment, horizon)

    def _book(self, need: Need, paces: dict[str, Pace], now: float) -> None:
        if self._meters["requests"].total == 0:
            self._started = now
            for meter in self._meters.values():
                meter.largest = 0
        for unit in {"requests", *paces}:
            self._meter(unit).book(ceil(need.amount(unit)), now, paces.get(unit))

    def _is_ours(self, one: Told, limits: RateLimit, now: float) -> bool:
        """Return whether what is used of a limit was sent from here within the minute; book what others use, if not."""
        if not one.per_minute or one.limit is None or one.remaining is None:
            return False
        meter = self._meter(one.unit)
        used, reset_s = one.limit - one.remaining, WINDOW_S if one.reset_s is None else one.reset_s
        # What the account has beyond the declared limit is there for others.
        theirs = one.limit - self._allowance.limits(limits, now).get(one.unit, one.limit)
        is_ours = used <= meter.total and reset_s <= WINDOW_S
        if (foreign := ceil(min(used - theirs - meter.total, _MOST))) > 0:
            meter.put_until(now + min(reset_s, WINDOW_S), foreign)
        return is_ours


def _is_sane(told: Told) -> bool:
    numbers = (told.limit, told.remaining, told.reset_s)
    return told.unit in UNITS and all(number is None or 0 <= number < inf for number in numbers)
