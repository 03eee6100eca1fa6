"""Circuit breakers: when a profile is left alone, and how it comes back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.breaker import Breaker, Rule, after, available, enter, open_for_s, withdrawn
from distilkit.errors import KINDS, ErrorKind
from distilkit.profiles import Strategy

RULE = Rule(max_failures=3, recovery_timeout_s=300)
NEVER: tuple[ErrorKind, ...] = ("context_length", "content_filter", "invalid_request", "budget")
COUNTING: tuple[ErrorKind, ...] = ("timeout", "connection", "provider_error", "unknown")


def after_all(*kinds: ErrorKind | None, breaker: Breaker | None = None, now: float = 0.0) -> Breaker:
    breaker = breaker or Breaker()
    for kind in kinds:
        breaker = after(breaker, RULE, now, kind)
    return breaker


def opened(now: float = 0.0) -> Breaker:
    return after_all("timeout", "timeout", "timeout", now=now)


def half_open(now: float = 300.0) -> Breaker:
    let_in, breaker = enter(opened(), RULE, now)
    assert let_in
    assert breaker.state == "half_open"
    return breaker


@pytest.mark.parametrize("kind", COUNTING)
def test_so_many_failures_in_a_row_open_it(kind: ErrorKind) -> None:
    assert after_all(kind, kind).state == "closed"
    assert after_all(kind, kind, kind) == Breaker("open", 3, 0.0, kind)


def test_an_answer_ends_the_row() -> None:
    assert after_all("timeout", "timeout", None, "timeout", "timeout").state == "closed"


@pytest.mark.parametrize("kind", NEVER)
def test_what_is_the_requests_fault_never_counts(kind: ErrorKind) -> None:
    assert after_all(*[kind] * 50) == Breaker()


@pytest.mark.parametrize("kind", NEVER)
def test_what_is_the_requests_fault_does_not_end_the_row_either(kind: ErrorKind) -> None:
    assert after_all("timeout", "timeout", kind, "timeout").state == "open"


def test_a_limit_that_passes_is_pacing_not_health() -> None:
    many: list[ErrorKind] = ["rate_limit"] * 50

    assert after_all(*many) == Breaker()


def test_an_exhausted_quota_opens_at_once() -> None:
    breaker = after(Breaker(), RULE, 7.0, "rate_limit", retryable=False)

    assert breaker == Breaker("open", 1, 7.0, "rate_limit")


@pytest.mark.parametrize("kind", ["authentication", "model_not_found"])
def test_what_lasts_opens_at_once(kind: ErrorKind) -> None:
    assert after_all(kind) == Breaker("open", 1, 0.0, kind)


def test_nothing_goes_until_the_recovery_time_is_over() -> None:
    breaker = opened(now=100.0)

    assert enter(breaker, RULE, 399.9) == (False, breaker)
    assert not available(breaker, RULE, 399.9)
    assert open_for_s(breaker, RULE, 399.0) == pytest.approx(1.0)
    assert enter(breaker, RULE, 400.0)[0]
    assert available(breaker, RULE, 400.0)


def test_one_request_goes_as_the_probe() -> None:
    breaker = half_open()

    assert enter(breaker, RULE, 301.0) == (False, breaker)
    assert not available(breaker, RULE, 301.0)


def test_an_answered_probe_closes_it() -> None:
    assert after_all(None, breaker=half_open()) == Breaker()


@pytest.mark.parametrize("kind", ["context_length", "content_filter", "invalid_request", "rate_limit"])
def test_a_probe_that_the_provider_refused_for_its_own_sake_closes_it(kind: ErrorKind) -> None:
    assert after_all(kind, breaker=half_open()) == Breaker()


def test_a_failed_probe_opens_it_for_a_whole_recovery_time() -> None:
    breaker = after_all("connection", breaker=half_open(now=310.0), now=320.0)

    assert breaker == Breaker("open", 4, 320.0, "connection")
    assert open_for_s(breaker, RULE, 320.0) == 300


def test_a_probe_that_never_reports_is_lost_and_another_goes() -> None:
    breaker = half_open(now=300.0)

    assert not enter(breaker, RULE, 599.0)[0]
    assert enter(breaker, RULE, 600.0) == (True, Breaker("half_open", 3, 600.0, "timeout"))


def test_a_probe_that_was_never_sent_leaves_its_place_to_the_next() -> None:
    breaker = withdrawn(half_open(now=300.0), RULE, 301.0)

    assert breaker.state == "open"
    assert enter(breaker, RULE, 301.0)[0]


def test_a_probe_that_the_budget_refused_was_never_sent() -> None:
    assert after(half_open(), RULE, 301.0, "budget") == withdrawn(half_open(), RULE, 301.0)


def test_withdrawing_changes_nothing_where_there_is_no_probe() -> None:
    assert withdrawn(Breaker(failures=2), RULE, 5.0) == Breaker(failures=2)
    assert withdrawn(opened(), RULE, 5.0) == opened()


def test_failures_that_arrive_late_do_not_prolong_the_wait() -> None:
    breaker = opened(now=100.0)

    assert after(breaker, RULE, 250.0, "timeout") == breaker


def test_its_rule_is_the_strategys() -> None:
    strategy = Strategy(name="s", policy="failover", profiles=("a",), max_failures=7, recovery_timeout_s=9)

    assert Rule.of(strategy) == Rule(7, 9)


BREAKERS = st.builds(
    Breaker, st.sampled_from(["open", "half_open"]), st.integers(0, 99), st.floats(0, 1e6), st.sampled_from(KINDS)
) | st.builds(Breaker, failures=st.integers(0, 99))


@given(BREAKERS)
@settings(deadline=None)
def test_it_survives_being_written_as_json(breaker: Breaker) -> None:
    assert Breaker.load(json.loads(json.dumps(breaker.dump())), 1e6) == breaker


@pytest.mark.parametrize(
    "blob",
    [
        None,
        {},
        [],
        {"state": "ajar", "failures": 1, "since": 0, "reason": "timeout"},
        {"state": "open", "failures": 1, "since": None, "reason": "timeout"},
        {"state": "open", "failures": "many", "since": 0, "reason": "timeout"},
        {"state": "open", "failures": 1, "since": 0, "reason": ["timeout"]},
    ],
)
def test_what_cannot_be_read_is_closed(blob: object) -> None:
    assert Breaker.load(blob, 0.0) == Breaker()  # type: ignore[arg-type] # what may have been written


def test_a_time_in_the_future_is_of_an_earlier_clock() -> None:
    blob = Breaker("open", 3, 5_000.0, "timeout").dump()

    assert open_for_s(Breaker.load(blob, 10.0), RULE, 10.0) == 300


class Callers:
    """64 callers that share one breaker; each has at most one request under way, as a probe or not."""

    def __init__(self) -> None:
        self.now, self.breaker = 0.0, Breaker()
        self.out: dict[int, float | None] = {}  # when its probe went out; None for an ordinary request
        self.kinds: list[ErrorKind | None] = []

    def step(self, caller: int, kind: ErrorKind | None, passed_s: float) -> None:
        self.now += passed_s
        if caller in self.out:
            self.finish(caller, kind)
        else:
            self.start(caller)

    def finish(self, caller: int, kind: ErrorKind | None) -> None:
        probing = self.out.pop(caller) is not None
        if kind == "budget" and not probing:
            kind = None  # refused before it is sent, and only the probe's caller withdraws
        self.kinds.append(kind)
        self.breaker = after(self.breaker, RULE, self.now, kind)

    def start(self, caller: int) -> None:
        may, was = available(self.breaker, RULE, self.now), self.breaker.state
        let_in, self.breaker = enter(self.breaker, RULE, self.now)
        assert let_in == may
        if let_in:
            self.out[caller] = None if was == "closed" else self.now

    def probes(self) -> list[int]:
        if self.breaker.state != "half_open":
            return []
        recent = self.now - RULE.recovery_timeout_s
        return [caller for caller, since in self.out.items() if since is not None and since > recent]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 63), st.none() | st.sampled_from(KINDS), st.sampled_from([0.0, 0.0, 0.0, 1.0, 100.0, 301.0])
    ),
    max_size=300,
)


@given(STEPS)
@settings(max_examples=300, deadline=None)
def test_at_most_one_probe_is_out_at_any_time(steps: list[tuple[int, ErrorKind | None, float]]) -> None:
    callers = Callers()
    for step in steps:
        callers.step(*step)

        assert len(callers.probes()) <= 1
        assert (callers.breaker.since is None) == (callers.breaker.state == "closed")


@given(st.lists(st.tuples(st.integers(0, 63), st.sampled_from([None, *NEVER]), st.just(1.0)), max_size=300))
@settings(max_examples=100, deadline=None)
def test_it_is_never_opened_by_the_requests_own_faults(steps: list[tuple[int, ErrorKind | None, float]]) -> None:
    callers = Callers()
    for step in steps:
        callers.step(*step)

        assert callers.breaker == Breaker()


@given(STEPS)
@settings(max_examples=100, deadline=None)
def test_it_never_stays_shut(steps: list[tuple[int, ErrorKind | None, float]]) -> None:
    callers = Callers()
    for step in steps:
        callers.step(*step)

    assert enter(callers.breaker, RULE, callers.now + open_for_s(callers.breaker, RULE, callers.now) + 1e-6)[0]
