"""The cascade that is chosen on some prompts, and what it must beat on the others.

Arithmetic on draws, from thresholds to policies. Knows nothing of frames or intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from distilkit.analysis.replays.aim import Aim
from distilkit.analysis.replays.draws import Draws
from distilkit.analysis.replays.policies import Policy, random_mix, worth_mixing
from distilkit.analysis.replays.replay import candidates, choose, combinations, replay, sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was chosen, before the prompts it is reported on were looked at.

    Attributes:
        thresholds: one a stage.
        best_single: the place of the profile that the same choice would take.
        mixable: the places of the profiles worth mixing at random, cheapest first.
        remarks: what the choice could not fulfil.
    """

    thresholds: tuple[float, ...]
    best_single: int
    mixable: list[int]
    remarks: tuple[str, ...]


def plan(recorded: Draws, aim: Aim) -> Plan:
    """Choose thresholds, the single profile the same choice would take, and which profiles a coin would mix."""
    weights = recorded.weights
    quality, cost = recorded.scores @ weights, recorded.costs @ weights
    strongest, _ = choose(quality, cost, target=None, budget=None)
    budget = aim.budget if aim.chooses else float(cost[strongest])
    best, _ = choose(quality, cost, target=aim.quality, budget=budget)
    tried = candidates(recorded)
    place, met = choose(*sweep(recorded, tried), target=aim.quality, budget=budget)
    return Plan(
        thresholds=combinations(tried)[place],
        best_single=best,
        mixable=worth_mixing(cost.tolist(), quality.tolist()),
        remarks=() if met else (aim.unmet,),
    )


def contenders(held_out: Draws, chosen: Plan, *, perfect: bool) -> list[Policy]:
    """Return the cascade and what it must beat, on prompts it was not chosen on.

    Args:
        held_out: the draws of these prompts.
        chosen: on the others.
        perfect: whether the check is the score itself.
    """
    scores = [held_out.by_item(row) for row in held_out.scores]
    costs = [held_out.by_item(row) for row in held_out.costs]
    played = _cascade(held_out, chosen, perfect=perfect)
    singles = [_single(held_out, scores, costs, place, "single") for place in range(len(scores))]
    return [
        played,
        *singles,
        _single(held_out, scores, costs, chosen.best_single, "best single"),
        _mix(held_out.profiles, scores, costs, random_mix(float(played.costs.mean()), costs, chosen.mixable)),
        _oracle(np.stack(scores), np.stack(costs)),
    ]


def _cascade(held_out: Draws, chosen: Plan, *, perfect: bool) -> Policy:
    answered_by, cost = replay(held_out, chosen.thresholds)
    taken = held_out.scores[answered_by, np.arange(len(answered_by))]
    strong = (answered_by == len(held_out.profiles) - 1).astype(float)
    knows = ("the check is the score itself, which nobody has beforehand: an upper bound",) if perfect else ()
    return Policy(
        name="cascade",
        scores=held_out.by_item(taken),
        costs=held_out.by_item(cost),
        share_strong=float(strong @ held_out.weights),
        upper_bound=perfect,
        threshold="; ".join(repr(float(threshold)) for threshold in chosen.thresholds),
        remarks=(*knows, *chosen.remarks, *_in_words(held_out.profiles, chosen.thresholds)),
    )


def _in_words(profiles: Sequence[str], thresholds: Sequence[float]) -> Iterator[str]:
    for profile, threshold in zip(profiles, thresholds, strict=False):
        if threshold == -np.inf:
            yield f"every answer of {profile} is taken unchecked"
            return
        if threshold == np.inf:
            yield f"{profile} is not asked"


def _single(
    held_out: Draws, scores: Sequence[NDArray[np.float64]], costs: Sequence[NDArray[np.float64]], place: int, name: str
) -> Policy:
    return Policy(
        name=name,
        profile=held_out.profiles[place],
        scores=scores[place],
        costs=costs[place],
        share_strong=float(place == len(scores) - 1),
    )


def _mix(
    profiles: Sequence[str],
    scores: Sequence[NDArray[np.float64]],
    costs: Sequence[NDArray[np.float64]],
    chances: NDArray[np.float64],
) -> Policy:
    parts = [f"{chance:.1%} {name}" for name, chance in zip(profiles, chances, strict=True) if chance]
    return Policy(
        name="random mix",
        scores=chances @ np.stack(scores),
        costs=chances @ np.stack(costs),
        share_strong=float(chances[-1]),
        remarks=(", ".join(parts),),
    )


def _oracle(scores: NDArray[np.float64], costs: NDArray[np.float64]) -> Policy:
    best = scores == scores.max(axis=0)
    place = np.argmin(np.where(best, costs, np.inf), axis=0)
    items = np.arange(scores.shape[1])
    return Policy(
        name="oracle router",
        scores=scores[place, items],
        costs=costs[place, items],
        share_strong=float((place == len(scores) - 1).mean()),
        upper_bound=True,
        remarks=("chosen with the answers known: an upper bound",),
    )
