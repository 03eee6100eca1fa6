"""What simulated providers see of a paced run: no 429, no minute above the limit, and almost all of the limit used."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, count
from random import Random
from typing import Protocol

import pytest

from distilkit.engine.limits import Booking, Need, Policy, Scope
from distilkit.engine.needs import limit_of
from distilkit.profiles.profile import RateLimit

PLAIN = Policy(keeps_max_tokens=False, refuses_larger=False)
LONGEST_SLEEP_S = 0.25
JITTER_S = 0.05
UNITS = ("requests", "tokens", "input_tokens", "output_tokens")


class Provider(Protocol):
    """Judges one unit: first whether so much fits now, then, if it is taken, counts it."""

    def fits(self, amount: float, now: float) -> bool: ...
    def count(self, amount: float) -> None: ...


@dataclass
class FixedMinute:
    limit: float
    phase: float = 17.3
    minute: int = -1
    sum: float = 0

    def fits(self, amount: float, now: float) -> bool:
        minute = int((now + self.phase) // 60)
        if minute != self.minute:
            self.minute, self.sum = minute, 0
        return self.sum + amount <= self.limit

    def count(self, amount: float) -> None:
        self.sum += amount


@dataclass
class SlidingMinute:
    limit: float
    log: deque[tuple[float, float]] = field(default_factory=deque)
    sum: float = 0
    at: float = 0

    def fits(self, amount: float, now: float) -> bool:
        self.at = now
        while self.log and self.log[0][0] <= now - 60:
            self.sum -= self.log.popleft()[1]
        return self.sum + amount <= self.limit

    def count(self, amount: float) -> None:
        self.log.append((self.at, amount))
        self.sum += amount


@dataclass
class Bucket:
    """A token bucket that holds so many seconds' worth of the limit, and starts full."""

    limit: float
    seconds: float = 60
    used: float = 0
    at: float = 0

    def fits(self, amount: float, now: float) -> bool:
        self.used = max(0.0, self.used - (now - self.at) * self.limit / 60)
        self.at = now
        return self.used + amount <= self.limit * self.seconds / 60 + 1e-6

    def count(self, amount: float) -> None:
        self.used += amount


@dataclass
class Job:
    need: Need
    used: Need
    joined: float = 0


@dataclass
class Seen:
    """What came of a run."""

    sent: list[tuple[float, Need]] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    order: list[tuple[float, float]] = field(default_factory=list)
    throttled: list[float] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)

    def most(self, unit: str) -> float:
        """The most that any 60 seconds of sends have held."""
        times = [at for at, _ in self.sent]
        sums = [0.0, *accumulate(need.amount(unit) for _, need in self.sent)]
        return max(sums[i + 1] - sums[bisect_right(times, at - 60 + 1e-9)] for i, at in enumerate(times))

    def share(self, limits: RateLimit) -> float:
        """The part of the scarcest limit that was used, without the first minute."""
        times = [at for at, _ in self.sent]
        first, last = times[0] + 60, times[-1]
        steady = [need for at, need in self.sent if first < at <= last]
        return max(
            sum(need.amount(unit) for need in steady) / limit / ((last - first) / 60)
            for unit in UNITS
            if (limit := limit_of(limits, unit)) is not None
        )


class Simulation:
    """Processes that share one scope, and a provider that knows what a request will use as it arrives."""

    def __init__(self, limits: RateLimit, make: Callable[[float], Provider], seed: int = 0) -> None:
        self.limits, self.random = limits, Random(seed)
        self.judges = {unit: make(limit) for unit in UNITS if (limit := limit_of(limits, unit)) is not None}
        self.scope, self.seen, self.now = Scope(), Seen(), 1_000.0
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.ids = count()
        self.latency_s = (0.2, 2.0)
        self.retry_after_s: float | None = None
        self.through_bytes = False

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        heapq.heappush(self.events, (self.now + seconds, next(self.ids), do))

    def run(self, seconds: float) -> Seen:
        end = self.now + seconds
        while self.events and self.events[0][0] <= end:
            self.now, _, do = heapq.heappop(self.events)
            do()
        self.seen.sent.sort(key=lambda one: one[0])
        return self.seen

    def admit(self, place: str, need: Need) -> Booking | float:
        if self.through_bytes:
            self.scope = Scope.load(self.scope.dump(), self.now)
        return self.scope.admit(place, need, self.limits, self.now)

    def takes(self, job: Job) -> bool:
        """Return whether the provider takes a request."""
        amounts = [(judge, job.used.amount(unit)) for unit, judge in self.judges.items()]
        if not all(judge.fits(amount, self.now) for judge, amount in amounts):
            return False
        for judge, amount in amounts:
            judge.count(amount)
        return True


class Owner:
    """A process: many workers, one of which at a time waits in the scope's queue."""

    def __init__(self, world: Simulation, jobs: Iterator[Job], concurrency: int = 64, number: int = 1) -> None:
        self.world, self.number, self.jobs, self.free = world, number, jobs, concurrency
        self.again: deque[Job] = deque()
        self.waits = self.stopped = False
        self.next()

    def next(self) -> None:
        """Take the next request to the queue, if a worker is free and none waits there."""
        if self.waits or self.free == 0:
            return
        job = self.again.popleft() if self.again else next(self.jobs, None)
        if job is not None:
            self.waits, self.free = True, self.free - 1
            job.joined = self.world.now
            self.ask(job, f"{self.number}:{next(self.world.ids)}")

    def ask(self, job: Job, place: str) -> None:
        if self.stopped:
            return
        world = self.world
        got = world.admit(place, job.need)
        if isinstance(got, float):
            world.later(min(got, LONGEST_SLEEP_S), lambda: self.ask(job, place))
            return
        self.waits = False
        world.seen.order.append((job.joined, got.at))
        world.later(world.random.uniform(0, JITTER_S), lambda: self.arrive(job, got))
        self.next()

    def arrive(self, job: Job, booking: Booking) -> None:
        world = self.world
        if world.takes(job):
            world.seen.sent.append((booking.at, job.used))
            world.seen.owners.append(self.number)
            world.later(world.random.uniform(*world.latency_s), lambda: self.answer(job, booking))
        else:
            world.seen.throttled.append(world.now)
            world.later(0.1, lambda: self.refuse(job, booking))

    def answer(self, job: Job, booking: Booking) -> None:
        self.world.scope.correct(booking, job.used, self.world.limits, PLAIN, self.world.now)
        self.free += 1
        self.next()

    def refuse(self, job: Job, booking: Booking) -> None:
        world = self.world
        if world.retry_after_s is None:
            world.scope.throttled(world.limits, booking.at, world.now)
        else:
            world.scope.pause(world.now + world.retry_after_s)
            world.seen.pauses.append((world.now, world.now + world.retry_after_s))
        self.again.append(job)
        self.free += 1
        world.later(0.5, self.next)


def constant(_random: Random, mean: float) -> float:
    return mean


def lognormal(random: Random, mean: float) -> float:
    return min(mean * random.lognormvariate(-0.5, 1.0), 8 * mean) + 1


def one_percent_huge(random: Random, mean: float) -> float:
    return 10 * mean if random.random() < 0.01 else mean * random.uniform(0.5, 1.5)


def jobs(world: Simulation, size: Callable[[Random, float], float], mean: float, error: float = 1.0) -> Iterator[Job]:
    """Yield requests without end, whose output is estimated wrongly by a factor of `error`."""
    while True:
        total = size(world.random, mean)
        used = Need(round(total * 0.3), round(total * 0.7))
        yield Job(Need(used.input_tokens, round(used.output_tokens * error)), used)


def ten_seconds(limit: float) -> Bucket:
    return Bucket(limit, 10)


def two_seconds(limit: float) -> Bucket:
    return Bucket(limit, 2)


PROVIDERS = pytest.mark.parametrize("provider", [FixedMinute, SlidingMinute, Bucket, ten_seconds, two_seconds])
SIZES = pytest.mark.parametrize("size", [constant, lognormal, one_percent_huge])
TOGETHER = RateLimit(requests_per_minute=500, tokens_per_minute=200_000)
APART = RateLimit(requests_per_minute=500, input_tokens_per_minute=60_000, output_tokens_per_minute=80_000)
LIMITS = pytest.mark.parametrize(
    ("limits", "mean"),
    [
        pytest.param(TOGETHER, 550, id="tokens are scarce"),
        pytest.param(TOGETHER, 280, id="requests are scarce"),
        pytest.param(APART, 350, id="input and output apart"),
    ],
)


@PROVIDERS
@SIZES
@LIMITS
def test_no_429_and_almost_all_of_the_limit(
    provider: Callable[[float], Provider], size: Callable[[Random, float], float], limits: RateLimit, mean: float
) -> None:
    world = Simulation(limits, provider, seed=int(mean))
    Owner(world, jobs(world, size, mean))

    seen = world.run(240)

    assert seen.throttled == []
    assert all(seen.most(unit) <= (limit_of(limits, unit) or math.inf) for unit in UNITS)
    assert seen.share(limits) >= 0.97


@pytest.mark.parametrize("provider", [FixedMinute, SlidingMinute, two_seconds])
@SIZES
def test_an_estimate_that_is_too_high_is_corrected_by_the_usage(
    provider: Callable[[float], Provider], size: Callable[[Random, float], float]
) -> None:
    world = Simulation(TOGETHER, provider, seed=3)
    world.latency_s = (0.2, 1.0)
    Owner(world, jobs(world, size, 450, error=1.6))

    seen = world.run(300)

    assert seen.throttled == []
    assert seen.most("tokens") <= 200_000
    assert seen.share(TOGETHER) >= 0.97


@pytest.mark.parametrize("provider", [Bucket, ten_seconds])
@SIZES
def test_an_estimate_that_is_too_low_draws_no_429_from_a_bucket(
    provider: Callable[[float], Provider], size: Callable[[Random, float], float]
) -> None:
    world = Simulation(TOGETHER, provider, seed=4)
    Owner(world, jobs(world, size, 550, error=0.6))

    seen = world.run(300)

    assert seen.throttled == []
    assert seen.share(TOGETHER) >= 0.97


@pytest.mark.parametrize("provider", [FixedMinute, SlidingMinute, two_seconds])
@SIZES
def test_an_estimate_that_is_too_low_exceeds_a_minute_by_what_is_in_flight_at_most(
    provider: Callable[[float], Provider], size: Callable[[Random, float], float]
) -> None:
    """What nobody knows yet cannot be counted: a second's requests, two thirds larger than expected."""
    world = Simulation(TOGETHER, provider, seed=5)
    world.latency_s = (0.2, 1.0)
    Owner(world, jobs(world, size, 550, error=0.6))

    seen = world.run(300)

    assert len(seen.throttled) <= 0.005 * len(seen.sent)
    assert seen.most("tokens") <= 200_000 * 1.02


@PROVIDERS
def test_long_latencies_leave_nothing_unused_while_64_in_flight_suffice(provider: Callable[[float], Provider]) -> None:
    limits = RateLimit(requests_per_minute=300, tokens_per_minute=150_000)
    world = Simulation(limits, provider, seed=6)
    world.latency_s = (0.2, 20.0)
    Owner(world, jobs(world, lognormal, 600))

    seen = world.run(400)

    assert seen.throttled == []
    assert seen.share(limits) >= 0.97


def test_a_burst_declared_too_large_is_unlearned() -> None:
    limits = RateLimit(requests_per_minute=500, tokens_per_minute=200_000, burst_size=50)
    world = Simulation(limits, two_seconds, seed=7)
    Owner(world, jobs(world, lognormal, 300))

    seen = world.run(900)

    assert seen.throttled, "a burst of six seconds must be too much for a bucket of two"
    assert len(seen.throttled) <= 0.005 * len(seen.sent)
    assert seen.share(limits) >= 0.97


def test_nothing_goes_before_a_pause_ends() -> None:
    limits = RateLimit(requests_per_minute=500, tokens_per_minute=200_000, burst_size=100)
    world = Simulation(limits, two_seconds, seed=8)
    world.retry_after_s = 7.0
    for number in range(3):
        Owner(world, jobs(world, lognormal, 300), number=number)

    seen = world.run(120)

    assert seen.pauses
    assert not [at for at, _ in seen.sent for start, end in seen.pauses if start < at < end]


def test_processes_with_a_place_each_share_alike_whatever_they_have_in_flight() -> None:
    world = Simulation(TOGETHER, SlidingMinute, seed=9)
    for number in range(8):
        Owner(world, jobs(world, lognormal, 400), concurrency=2 ** (number % 4 + 4), number=number)

    seen = world.run(240)

    counts = Counter(seen.owners)
    assert len(counts) == 8
    assert sum(counts.values()) ** 2 / (8 * sum(n * n for n in counts.values())) >= 0.95
    assert seen.share(TOGETHER) >= 0.97


@SIZES
def test_nobody_is_overtaken(size: Callable[[Random, float], float]) -> None:
    """Who joined later goes earlier by no more than a sleep: until the first one looks again."""
    world = Simulation(TOGETHER, SlidingMinute, seed=10)
    for number in range(4):
        Owner(world, jobs(world, size, 600), number=number)

    order = sorted(world.run(180).order)

    latest = list(accumulate((at for _, at in order), max))
    assert max(before - at for before, (_, at) in zip(latest, order, strict=True)) <= LONGEST_SLEEP_S


def test_a_stopped_process_holds_up_its_own_request_only() -> None:
    world = Simulation(TOGETHER, SlidingMinute, seed=11)
    owners = [Owner(world, jobs(world, lognormal, 600), number=number) for number in range(4)]
    world.later(70, lambda: setattr(owners[2], "stopped", True))

    seen = world.run(300)

    assert seen.share(TOGETHER) >= 0.97
    assert [place for place in world.scope.places if place.startswith("2:")] == []


def test_a_state_that_goes_through_bytes_decides_the_same() -> None:
    worlds = [Simulation(TOGETHER, SlidingMinute, seed=12) for _ in range(2)]
    worlds[1].through_bytes = True
    for world in worlds:
        for number in range(3):
            Owner(world, jobs(world, one_percent_huge, 500, error=1.3), number=number)

    first, second = (world.run(150) for world in worlds)

    assert first.sent == second.sent
    assert worlds[0].scope.dump() == worlds[1].scope.dump()
