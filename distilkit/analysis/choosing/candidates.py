"""The candidates of a recommendation, and which of the conditions each fails.

Values and arithmetic. Knows nothing of frames, of who is recommended, or how that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan

from distilkit.analysis.choosing.gates import Gate
from distilkit.analysis.choosing.measured import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Measured):
    """One profile, and whether it is good enough.

    Attributes:
        gate: whether it is, and how surely.
    """

    gate: Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The conditions beside quality; None is no condition.

    Attributes:
        budget: US dollars in all.
        items: for so many prompts.
        latency: seconds within which 95 % of the answers are to come.
    """

    budget: float | None
    items: int
    latency: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A condition that a candidate fails.

    Attributes:
        argument: `quality`, `budget` or `latency`.
        share: by what share of the condition it misses; infinite where a figure is unknown.
        value: the figure that would have to be allowed; NaN where it is unknown.
    """

    argument: str
    share: float
    value: float


def misses(each: Candidate, wanted: Wanted) -> Iterator[Miss]:
    """Yield the conditions that a candidate fails, quality first."""
    if each.gate.verdict in ("reject", "unknown"):
        wanted_mean = abs(each.quality - each.gate.ahead)
        share = -each.gate.ahead / wanted_mean if wanted_mean > 0 else inf
        yield Miss(argument="quality", share=share, value=each.quality)
    if wanted.budget is not None and not (total := each.cost * wanted.items) <= wanted.budget:
        yield _over("budget", total, wanted.budget)
    if wanted.latency is not None and not each.latency <= wanted.latency:
        yield _over("latency", each.latency, wanted.latency)


def nearest(every: Sequence[Candidate], failed: Mapping[str, Sequence[Miss]]) -> Candidate:
    """Return the candidate that misses least: no unknown figure first, then the fewest conditions, then the least."""

    def rank(each: Candidate) -> tuple[bool, int, float, int]:
        shares = [miss.share for miss in failed[each.name]]
        return inf in shares, len(shares), max(shares), each.place

    return min(every, key=rank)


def by_dollars(each: Candidate) -> tuple[float, float, int]:
    """Return what sorts the cheapest first, unknown costs last; of equals the better, then the first."""
    return inf if isnan(each.cost) else each.cost, -each.quality, each.place


def _over(argument: str, value: float, limit: float) -> Miss:
    share = inf if isnan(value) or not limit else value / limit - 1
    return Miss(argument=argument, share=share, value=value)
