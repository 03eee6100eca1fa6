"""The state of a run as its events tell it: who is done, who waits and why, what it cost, and how long it still takes.

`observe` may be called from any thread, and `look` from any other. Takes its time from the clock it is given. Draws
nothing and writes nothing.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from math import ceil

from distilkit.calls import Call
from distilkit.engine.account import account_of
from distilkit.engine.events import Account, Event
from distilkit.engine.needs import UNITS, limit_of
from distilkit.profiles.profile import RateLimit
from distilkit.progress.counted import Counted
from distilkit.progress.look import Bar, Look, Rate
from distilkit.progress.minute import Minute
from distilkit.progress.pace import Pace
from distilkit.progress.timeleft import Shared, seconds_left

Slot = tuple[str, str | None]


class Tally:
    """How a run is doing.

    Attributes:
        note: how it ended, such as `interrupted`; empty while it goes on.

    Args:
        total: rows expected.
        rows: by profile and key, the rows that one answer fills, where it is more than one.
        calls: those that are asked, where they are known; events tell the same when the run begins.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        total: int,
        *,
        rows: Mapping[Slot, int] | None = None,
        calls: Iterable[Call] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.note = ""
        self._total = total
        self._rows = rows or {}
        self._clock = clock
        self._started = clock()
        self._lock = threading.Lock()
        self._counted: dict[str, Counted] = {}
        self._minutes: dict[str, Minute] = {}
        self._paces: dict[str, Pace] = {}
        self._has_sent = False
        self._is_active = False
        self._repeated: Counter[str] = Counter()
        for (profile, _), more in self._rows.items():
            self._repeated[profile] += more - 1
        for name, call in {call.name: call for call in calls or ()}.items():
            self._of(name).account = account_of(call)

    @property
    def is_worth_telling(self) -> bool:
        """Whether anything was sent or waited for; a run served from the store in a moment needs no report."""
        return self._is_active

    def observe(self, event: Event) -> None:
        """Take in one event."""
        if event.kind == "alert":
            return
        with self._lock:
            now = self._clock()
            counted = self._of(event.profile)
            if event.kind == "planned":
                self._plan(counted, event)
            elif event.kind == "sent":
                self._is_active = self._has_sent = True
                self._minute(self._scope(event)).add(counted.sent(event, now))
            elif event.kind in {"waiting", "retrying"}:
                self._is_active = True
                counted.waits(event, now)
                self._pace(self._scope(event)).interrupt(event.wait_s or 0.0, now)
            else:
                key = event.asked_key or event.key
                counted.ended(event, event.count * self._rows.get((event.profile, key), 1), now)
                if event.kind == "answered":
                    self._pace(self._scope(event)).add(now)

    def look(self) -> Look:
        """Return how things are now."""
        with self._lock:
            now = self._clock()
            bars = tuple(self._bar(name, counted, now) for name, counted in self._counted.items() if counted.total)
            whole = _whole(bars, self._total)
            return Look(whole=whole, bars=bars, elapsed_s=now - self._started, has_sent=self._has_sent, note=self.note)

    def _of(self, profile: str) -> Counted:
        if (counted := self._counted.get(profile)) is None:
            counted = self._counted[profile] = Counted()
        return counted

    def _plan(self, counted: Counted, event: Event) -> None:
        counted.planned += event.count
        counted.repeated = self._repeated[event.profile]
        counted.account = event.account or counted.account

    def _scope(self, event: Event) -> str:
        """Return the account that a request falls under, as far as anybody said."""
        served = self._counted.get(event.served_by or event.profile)
        return _scope(event.served_by or event.profile, None if served is None else served.account)

    def _minute(self, scope: str) -> Minute:
        return self._minutes.setdefault(scope, Minute())

    def _pace(self, scope: str) -> Pace:
        return self._paces.setdefault(scope, Pace())

    def _bar(self, name: str, counted: Counted, now: float) -> Bar:
        reason, wait_s = counted.why(now)
        return Bar(
            name=name,
            total=counted.total,
            **{kind: counted.rows[kind] for kind in ("answered", "from_store", "failed")},
            retried=counted.retried,
            in_flight=counted.in_flight,
            waiting=ceil(counted.queued),
            reason=reason,
            wait_s=wait_s,
            spent_usd=counted.spent_usd,
            expected_usd=counted.expected_usd(),
            left_s=seconds_left(counted.going(now), self._shared(name, counted, now), now),
            rates=self._rates(name, counted, now),
        )

    def _beside(self, counted: Counted) -> list[Counted]:
        """Return the other profiles under the same limits."""
        account = counted.account
        if account is None or account.limits == RateLimit():
            return []
        others = [each for each in self._counted.values() if each is not counted and each.account is not None]
        return [each for each in others if each.account is not None and each.account.scope == account.scope]

    def _shared(self, name: str, counted: Counted, now: float) -> Shared:
        account = counted.account
        scope = _scope(name, account)
        return Shared(
            limits=RateLimit() if account is None else account.limits,
            minute=self._minute(scope),
            pace=self._pace(scope),
            others=[each.going(now) for each in self._beside(counted)],
        )

    def _rates(self, name: str, counted: Counted, now: float) -> tuple[Rate, ...]:
        account = counted.account
        used = self._minute(_scope(name, account)).used(now)
        limits = {unit: None if account is None else limit_of(account.limits, unit) for unit in UNITS}
        shown = [unit for unit in UNITS if limits[unit] is not None or (unit in _ALWAYS and used[unit])]
        shared = bool(self._beside(counted))
        return tuple(Rate(unit=unit, used=used[unit], limit=limits[unit], is_shared=shared) for unit in shown)


# Worth showing without a limit too.
_ALWAYS = ("requests", "tokens")


def _scope(name: str, account: Account | None) -> str:
    """Return what shares limits with a profile; without limits it stands alone."""
    return f"profile {name}" if account is None or account.limits == RateLimit() else account.scope


_SEVERAL = "several reasons"


def _whole(bars: tuple[Bar, ...], total: int) -> Bar:
    """Return all bars as one. What is not known of one of them is not known of all."""
    waiting = [bar for bar in bars if bar.waiting]
    reasons = [bar.reason for bar in waiting if bar.reason is not None]
    named = {
        kind: sum(getattr(bar, kind) for bar in bars)
        for kind in ("answered", "from_store", "failed", "retried", "in_flight", "waiting")
    }
    whole = Bar(
        name="",
        total=max(total, sum(bar.total for bar in bars)),
        **named,
        reason=None if not reasons else reasons[0] if len(set(reasons)) == 1 else _SEVERAL,
        wait_s=min((bar.wait_s for bar in waiting if bar.wait_s is not None), default=None),
        spent_usd=_sum([bar.spent_usd for bar in bars]),
        expected_usd=_sum([bar.expected_usd for bar in bars]),
    )
    lefts = [bar.left_s for bar in bars]
    known = [left for left in lefts if left is not None]
    is_known = len(known) == len(lefts) and sum(bar.total for bar in bars) >= total
    return replace(whole, left_s=max(known, default=None) if is_known else None)


def _sum(dollars: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for each in dollars:
        if each is None:
            return None
        total += each
    return total
