"""One transaction of the board, as a run sees it: limits, health, and what each profile was seen to do.

Loads each state at most once and writes only what changed. Knows the board's pages and the arithmetic behind them;
decides nothing and sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from distilkit.calls import Call
from distilkit.engine.breaker import Breaker, Rule, after, withdrawn
from distilkit.engine.limits import Scope
from distilkit.engine.needs import Booking, Need, Policy, policy_for
from distilkit.engine.routing import Turn
from distilkit.engine.seen import Seen
from distilkit.engine.tokens import max_output_tokens
from distilkit.errors import ErrorKind
from distilkit.profiles.profile import Profile, RateLimit
from distilkit.provider.headers import Told
from distilkit.store.board import Board, Claim, Page

_LIMITS, _BREAKER, _SEEN, _TURN = "limits:", "breaker:", "seen:", "turn:"
_NONE = RateLimit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """How a request ended, for the board.

    Attributes:
        call: the plain call.
        claim: what it claimed, or None.
        place: its place in the queue, where it left before its turn.
        booking: what was counted for it, or None.
        sent: whether it went out; a booking that did not is taken back.
        left_at: when it went out, in the clock's seconds, as far as its answer tells; None where it does not.
        judged: whether it is known how it ended; nothing is learned from a request that was cancelled.
        used: the tokens it took, or None where that is unknown; the booking then stays.
        kind: None for an answer, else what went wrong.
        retryable: whether the same request may succeed later.
        latency_s: seconds an answer took.
        told: what the reply's headers say of the limits.
        pause_s: seconds for which nothing more may go to this account, or None.
        throttled_at: for a 429, when the request was sent.
        rule: when this profile counts as failing.
    """

    call: Call
    claim: Claim | None = None
    place: str | None = None
    booking: Booking | None = None
    sent: bool = False
    left_at: float | None = None
    judged: bool = False
    used: Need | None = None
    kind: ErrorKind | None = None
    retryable: bool = True
    latency_s: float | None = None
    told: Sequence[Told] = ()
    pause_s: float | None = None
    throttled_at: float | None = None
    rule: Rule = field(default_factory=Rule)


class Sheet:
    """The states that one transaction has touched."""

    def __init__(self, page: Page, board: Board, now: float) -> None:
        self.page = page
        self._board = board
        self._now = now
        self._scopes: dict[str, Scope] = {}
        self._seen: dict[str, Seen] = {}

    def admit(self, call: Call, place: str, need: Need) -> Booking | float | None:
        """Book a request for now, or return the seconds until it is worth asking again; None without limits."""
        limits = call.profile.limits
        scope = self._scope(call.profile, needed=limits != _NONE)
        if scope is None:
            return None
        if len(scope.places) > 1:
            scope.drop(self._is_dead)
        return scope.admit(place, need, limits, self._now)

    def scope(self, profile: Profile) -> Scope | None:
        """Return what is known of the limits a profile falls under, or None where nothing is."""
        return self._scope(profile, needed=False)

    def breaker(self, profile: Profile) -> Breaker:
        """Return the profile's breaker."""
        return Breaker.load(_json(self.page.read(_BREAKER + profile.name)), self._now)

    def set_breaker(self, profile: Profile, breaker: Breaker) -> None:
        """Store the profile's breaker; one that is closed and has nothing to remember takes no place."""
        if breaker == Breaker():
            self.page.delete(_BREAKER + profile.name)
        else:
            self.page.write(_BREAKER + profile.name, json.dumps(breaker.dump()).encode())

    def seen(self, profile: Profile) -> Seen:
        """Return what the profile was seen to do lately."""
        if profile.name not in self._seen:
            self._seen[profile.name] = Seen.load(self.page.read(_SEEN + profile.name))
        return self._seen[profile.name]

    def profiles_seen(self) -> list[str]:
        """Return the names of the profiles that were asked since the board was made."""
        return [name.removeprefix(_SEEN) for name in self.page.names(_SEEN)]

    def close(self, done: Aftermath) -> None:
        """Take in how a request ended."""
        if done.claim is not None:
            self.page.release(done.claim)
        limits = done.call.profile.limits
        news = bool(done.told) or done.pause_s is not None or done.throttled_at is not None
        scope = self._scope(done.call.profile, needed=limits != _NONE or news)
        if scope is not None:
            self._limits(scope, limits, done)
        if done.judged:
            self._health(done)

    def withdraw(self, profile: Profile, rule: Rule) -> None:
        """Take back that a request may have been its profile's probe: it will not report."""
        before = self.breaker(profile)
        now = withdrawn(before, rule, self._now)
        if now != before:
            self.set_breaker(profile, now)

    def turn(self, strategy: str) -> Turn:
        """Return what a strategy remembers from the request before."""
        return Turn.load(_json(self.page.read(_TURN + strategy)))

    def set_turn(self, strategy: str, turn: Turn) -> None:
        """Store what a strategy remembers for the next request."""
        self.page.write(_TURN + strategy, json.dumps(turn.dump()).encode())

    def write(self) -> None:
        """Write back what was touched."""
        for name, scope in self._scopes.items():
            self.page.write(name, scope.dump())
        for name, seen in self._seen.items():
            self.page.write(_SEEN + name, seen.dump())

    def _limits(self, scope: Scope, limits: RateLimit, done: Aftermath) -> None:
        if done.place is not None:
            scope.leave(done.place)
        if done.booking is not None and not done.sent:
            scope.cancel(done.booking, limits, self._now)
        booking = done.booking
        if booking is not None and done.left_at is not None:
            booking = scope.delay(booking, done.left_at, self._now)
        if booking is not None and done.used is not None:
            scope.correct(booking, done.used, limits, _policy(done.call), self._now)
        if done.told:
            scope.learn(done.told, limits, self._now)
        if done.throttled_at is not None:
            scope.throttled(limits, done.throttled_at, self._now)
        if done.pause_s is not None:
            scope.pause(self._now + done.pause_s)

    def _health(self, done: Aftermath) -> None:
        profile = done.call.profile
        before = self.breaker(profile)
        now = after(before, done.rule, self._now, done.kind, retryable=done.retryable)
        if now != before:
            self.set_breaker(profile, now)
        self._seen[profile.name] = self.seen(profile).after(
            done.kind,
            latency_s=done.latency_s,
            output_tokens=None if done.used is None else done.used.output_tokens,
            now=self._now,
        )

    def _scope(self, profile: Profile, *, needed: bool) -> Scope | None:
        name = _LIMITS + scope_of(profile)
        if name not in self._scopes:
            blob = self.page.read(name)
            if blob is None and not needed:
                return None
            self._scopes[name] = Scope.load(blob, self._now)
        return self._scopes[name]

    def _is_dead(self, place: str) -> bool:
        owner = place.partition(":")[0]
        return not (owner.isdecimal() and self._board.alive(int(owner)))


def _policy(call: Call) -> Policy:
    """Return how the provider counts this request: without max_tokens there are none that it could keep."""
    policy = policy_for(call.profile)
    keeps = policy.keeps_max_tokens and max_output_tokens(call.request.params) is not None
    return replace(policy, keeps_max_tokens=keeps)


def _json(blob: bytes | None) -> Any:
    """Read a state; what cannot be read is nothing."""
    try:
        return None if blob is None else json.loads(blob)
    except ValueError:
        return None


def scope_of(profile: Profile) -> str:
    """Name the limits a profile's requests fall under: the account's, as far as the profile tells it."""
    return f"{profile.limits_scope or profile.name} {profile.provider} {profile.base_url or ''}".strip()
