"""Whom a strategy asks first, and whom next: each policy as arithmetic over what is known about its profiles.

Values in, an order out. Knows no clock, no network and no board; `Turn` is what one request leaves for the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from distilkit.errors import ErrorKind
from distilkit.profiles import Strategy

# A profile whose limits hold a request back for longer is asked after those that can go sooner.
PATIENCE_S = 60.0

# The request itself is at fault, or its dollars: the next profile would refuse it too, or must not be asked.
_OF_THE_REQUEST: frozenset[str] = frozenset({"invalid_request", "content_filter", "budget"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What is known about one profile of a strategy when a request is to go.

    Attributes:
        name: the profile's.
        available: whether its breaker would let a request go.
        latency_s: seconds its recent answers took, or None when there were none.
        in_flight: its requests under way.
        most_in_flight: how many may be.
        headroom: tokens its limits still allow in this minute, or None where no limit is set.
        cost_usd: dollars expected for this request, or None when unknown.
        wait_s: seconds until its limits let the request go.
    """

    name: str
    available: bool = True
    latency_s: float | None = None
    in_flight: int = 0
    most_in_flight: int = 1
    headroom: float | None = None
    cost_usd: Decimal | None = None
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What a strategy remembers from one request to the next.

    Attributes:
        current: how much each profile is owed, in units of its weight; for `round_robin` and `weighted`.
        tried: profiles that were asked first though their latency is not known; for `fastest`.
    """

    current: Mapping[str, int] = field(default_factory=dict)
    tried: tuple[str, ...] = ()

    @classmethod
    def load(cls, blob: Mapping[str, Any] | None) -> Turn:
        """Return what `dump` wrote; a fresh one where there is nothing, or nothing readable."""
        try:
            known = blob or {}
            current = {str(name): int(owed) for name, owed in known.get("current", {}).items()}
            return cls(current, tuple(map(str, known.get("tried", ()))))
        except (AttributeError, TypeError, ValueError):
            return cls()

    def dump(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {"current": dict(self.current), "tried": list(self.tried)}


def order(strategy: Strategy, candidates: Sequence[Candidate], turn: Turn) -> tuple[list[str], Turn]:
    """Return whom to ask, best first, the rest as fallbacks in order; and the turn of the next request.

    `candidates` are in the strategy's order, which decides between equals. Those that are not available are left out,
    those that would wait longer than `PATIENCE_S` come last. Empty when none is available: waiting is another's work.
    """
    usable = [each for each in candidates if each.available]
    soon = [each for each in usable if each.wait_s <= PATIENCE_S]
    late = [each for each in usable if each.wait_s > PATIENCE_S]
    first, then = (soon, late) if soon else (late, [])
    if not first:
        return [], turn
    chosen, following = _ordered(strategy, first, turn)
    rest, _ = _ordered(strategy, then, turn)
    return [each.name for each in (*chosen, *rest)], following


def may_fail_over(kind: ErrorKind) -> bool:
    """Say whether another profile may be asked after this error."""
    return kind not in _OF_THE_REQUEST


def _ordered(strategy: Strategy, candidates: Sequence[Candidate], turn: Turn) -> tuple[list[Candidate], Turn]:
    if strategy.policy in {"round_robin", "weighted"}:
        return _in_turn(_weights(strategy), candidates, turn)
    if strategy.policy == "fastest":
        return _fastest(candidates, turn)
    if strategy.policy == "cheapest_good_enough":
        return _good_enough(strategy, candidates), turn
    return sorted(candidates, key=_RANKS[strategy.policy]), turn  # sorted keeps the order of equals


_RANKS: dict[str, Callable[[Candidate], float | Decimal]] = {
    "failover": lambda _: 0,
    "least_cost": lambda each: Decimal("Infinity") if each.cost_usd is None else each.cost_usd,
    "least_busy": lambda each: each.in_flight / max(1, each.most_in_flight),
    "most_headroom": lambda each: -math.inf if each.headroom is None else -each.headroom,
}


def _weights(strategy: Strategy) -> dict[str, int]:
    """Return the weights as whole numbers in the same proportion, so that no share drifts over many requests."""
    # From its text, since 0.1 in binary is not quite a tenth.
    shares = {name: Fraction(str(strategy.weights.get(name, 1))) for name in strategy.names}
    unit = math.lcm(*(share.denominator for share in shares.values()))
    return {name: int(share * unit) for name, share in shares.items()}


def _in_turn(weights: Mapping[str, int], candidates: Sequence[Candidate], turn: Turn) -> tuple[list[Candidate], Turn]:
    """Smooth weighted round robin, as in nginx: each is owed its weight, the most owed goes and pays for all.

    Equal weights are plain round robin. Whoever cannot go is owed nothing meanwhile, and comes back to its share alone.
    """
    owed = {each.name: turn.current.get(each.name, 0) + weights[each.name] for each in candidates}
    ordered = sorted(candidates, key=lambda each: -owed[each.name])
    if ordered:
        owed[ordered[0].name] -= sum(weights[each.name] for each in candidates)
    # Names that the strategy no longer has are forgotten.
    kept = {name: value for name, value in turn.current.items() if name in weights}
    return ordered, Turn({**kept, **owed}, turn.tried)


def _good_enough(strategy: Strategy, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those whose evidence reaches the quality, cheapest first; the others are never asked."""
    places = {name: place for place, name in enumerate(strategy.asked)}
    return sorted((each for each in candidates if each.name in places), key=lambda each: places[each.name])


def _fastest(candidates: Sequence[Candidate], turn: Turn) -> tuple[list[Candidate], Turn]:
    """Lowest latency first. One that is not measured goes before all, once, and then last until it is measured."""
    measured = {each.name for each in candidates if each.latency_s is not None}
    tried = tuple(name for name in turn.tried if name not in measured)

    def rank(each: Candidate) -> tuple[int, float]:
        if each.latency_s is not None:
            return 1, each.latency_s
        return (2, each.in_flight / max(1, each.most_in_flight)) if each.name in tried else (0, 0.0)

    ordered = sorted(candidates, key=rank)
    if ordered and rank(ordered[0])[0] == 0:
        tried = (*tried, ordered[0].name)
    return ordered, Turn(turn.current, tried)
