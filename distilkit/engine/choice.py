"""Which member of a strategy is asked next: the policy applied to what the board and this run know.

Ties the pure decisions of `routing` and `breaker` to states. Sends nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from distilkit.calls import Call
from distilkit.engine.backend import Backend
from distilkit.engine.breaker import Rule, available, enter, open_for_s
from distilkit.engine.limits import Scope
from distilkit.engine.routing import Candidate, order
from distilkit.engine.sheet import Sheet
from distilkit.engine.tokens import count_messages
from distilkit.engine.verdicts import Guard
from distilkit.profiles import Route
from distilkit.profiles.profile import Profile
from distilkit.reading import Completion, cost_usd
from distilkit.store.board import Board, BusyError

# Seconds after which a member that has answered in this run is tried again where nobody else can be asked.
_SOON_S = 2.0
PriceLine = Callable[[Profile], Mapping[str, str] | None]


class Choice:
    """One strategy's choosing, in one run."""

    def __init__(
        self,
        route: Route,
        backends: Mapping[str, Backend],
        board: Board,
        *,
        clock: Callable[[], float],
        price_line: PriceLine,
    ) -> None:
        strategy = route.strategy
        self.rule = Rule.of(strategy)
        self._strategy = strategy
        self._backends = backends
        self._board = board
        self._clock = clock
        self._price_line = price_line
        # Chosen by this run and not over yet: the board knows them only once their turn has come.
        self._asked: Counter[str] = Counter()
        self._probes: set[int] = set()

    def next(self, call: Call, left_out: Sequence[str]) -> Call | float | None:
        """Return whom to ask now, the seconds until that is worth asking again, or None where nobody is left.

        A member whose breaker is half open is asked by one caller at a time.

        Args:
            call: the call to the strategy.
            left_out: members that this row has asked already.
        """
        options = [
            option
            for option in call.options
            if option.profile.name not in left_out and self._backends[option.profile.name].closed is None
        ]
        if not options:
            return None
        try:
            with self._board.transaction() as page:
                return self._choose(call, options, Sheet(page, self._board, self._clock()))
        except BusyError:
            return 0.01

    def reasons(self, call: Call) -> str:
        """Say which members are left alone, and why; "" where none is."""
        try:
            with self._board.transaction() as page:
                sheet = Sheet(page, self._board, self._clock())
                found = [(option.profile.name, sheet.breaker(option.profile)) for option in call.options]
        except BusyError:
            return ""
        told = [f"{name} after {breaker.reason}" for name, breaker in found if breaker.state != "closed"]
        way = f"; left alone: {', '.join(told)} (dk.check asks them, and lets them back in where they answer)"
        return way if told else ""

    def guard(self, option: Call) -> Guard:
        """Return under which rule a member that `next` returned is asked."""
        return Guard(self.rule, is_routed=True, is_probe=id(option) in self._probes)

    def over(self, option: Call, *, sent: bool) -> None:
        """Take in that a member that `next` returned was asked, or that nothing was sent to it."""
        self._asked[option.profile.name] -= 1
        is_probe = id(option) in self._probes
        self._probes.discard(id(option))
        if is_probe and not sent:
            self._withdraw(option)

    def _withdraw(self, option: Call) -> None:
        """Let another request be the probe."""
        try:
            with self._board.transaction() as page:
                Sheet(page, self._board, self._clock()).withdraw(option.profile, self.rule)
        except BusyError:
            return  # a probe that never reports counts as lost after the recovery time

    def _choose(self, call: Call, options: Sequence[Call], sheet: Sheet) -> Call | float | None:
        now = self._clock()
        busy = sheet.page.in_flight()
        candidates = [self._candidate(option, sheet, busy) for option in options]
        ranked, turn = order(self._strategy, candidates, sheet.turn(call.name))
        sheet.set_turn(call.name, turn)
        for member in ranked:
            option = next(option for option in options if option.profile.name == member)
            if self._let_in(option, sheet, self.rule):
                return option
        # Nobody is well. One that has answered in this run is not left alone for long: better a probe than nobody.
        for option in options:
            backend = self._backends[option.profile.name]
            works = backend.outage.has_answered and backend.outage.wait_s(now) <= 0
            if works and self._let_in(option, sheet, self._rule_of(backend)):
                return option
        return max(0.05, min(self._wait_s(option, sheet) for option in options))

    def _rule_of(self, backend: Backend) -> Rule:
        """Return the rule for a member where nobody else can be asked."""
        known = backend.outage.has_answered
        return replace(self.rule, recovery_timeout_s=min(self.rule.recovery_timeout_s, _SOON_S)) if known else self.rule

    def _let_in(self, option: Call, sheet: Sheet, rule: Rule) -> bool:
        before = sheet.breaker(option.profile)
        let_in, after = enter(before, rule, self._clock())
        if after != before:
            sheet.set_breaker(option.profile, after)
        if let_in:
            self._asked[option.profile.name] += 1
            if after != before:
                self._probes.add(id(option))
        return let_in

    def _wait_s(self, option: Call, sheet: Sheet) -> float:
        now, backend = self._clock(), self._backends[option.profile.name]
        alone_s = open_for_s(sheet.breaker(option.profile), self._rule_of(backend), now)
        return max(alone_s, backend.outage.wait_s(now))

    def _candidate(self, option: Call, sheet: Sheet, busy: Mapping[str, int]) -> Candidate:
        profile, now = option.profile, self._clock()
        backend, scope = self._backends[profile.name], sheet.scope(option.profile)
        return Candidate(
            name=profile.name,
            available=available(sheet.breaker(profile), self.rule, now) and backend.outage.wait_s(now) <= 0,
            latency_s=sheet.seen(profile).latency_s,
            in_flight=max(busy.get(profile.name, 0), self._asked[profile.name]),
            most_in_flight=profile.max_concurrency,
            headroom=self._headroom(option, scope, busy),
            cost_usd=self._cost(option) if self._strategy.policy == "least_cost" else None,
            wait_s=0.0 if scope is None else scope.paused_s(now),
        )

    def _headroom(self, option: Call, scope: Scope | None, busy: Mapping[str, int]) -> float | None:
        """Return what the limits leave this minute, those counted in who are still waiting for their turn."""
        if self._strategy.policy != "most_headroom":
            return None
        profile = option.profile
        limits = profile.limits
        left: float | None = limits.tokens_per_minute or limits.input_tokens_per_minute or limits.requests_per_minute
        if scope is not None:
            left = scope.headroom(limits, self._clock())
        waiting = max(0, self._asked[profile.name] - busy.get(profile.name, 0))
        only_requests = limits.tokens_per_minute is None and limits.input_tokens_per_minute is None
        each = 1.0 if only_requests else self._tokens_in(option) + self._backends[profile.name].expected.output(option)
        return None if left is None else left - waiting * each

    @staticmethod
    def _tokens_in(option: Call) -> int:
        return count_messages(option.request.messages, option.request.model)

    def _cost(self, option: Call) -> Decimal | None:
        tokens_out = self._backends[option.profile.name].expected.output(option)
        expected = Completion(input_tokens=self._tokens_in(option), cached_tokens=0, output_tokens=round(tokens_out))
        return cost_usd(expected, option.profile.price, self._price_line(option.profile))
