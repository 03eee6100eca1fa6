"""A comparison becomes a router: the strategy that asks the cheapest profile that was good enough.

From a frame to a strategy, which is a value: nothing is asked and nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd  # noqa: TC002 - get_type_hints resolves the public signatures

from distilkit.analysis.choosing.measured import measured
from distilkit.analysis.panel import Missing, panel
from distilkit.errors import InputError
from distilkit.profiles import Profile, Strategy, resolve
from distilkit.profiles.load import Config, load_profiles


def to_strategy(
    frame: pd.DataFrame,
    name: str,
    *,
    quality: float,
    score: str | None = None,
    profiles: Sequence[str | Profile] | None = None,
    config: Config = None,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> Strategy:
    """Return a strategy that asks the cheapest profile that was good enough, and the next one where it fails.

        router = dk.to_strategy(df, "router", quality=0.8)
        dk.compare(prompts, router)
        dk.save_strategy(router, "distilkit.yaml")        # then dk.compare(prompts, "router")

    Its policy is `cheapest_good_enough`; its evidence is what the frame says of each profile: the mean score, the lower
    end of its interval, US dollars for one answer, and the number of prompts. A profile is good enough when its mean
    reaches `quality`; one that is not is never asked. How sure that is, `recommend` says. A profile of unknown cost is
    asked last, one without a score is left out.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and a score.
        name: how the strategy is called in `profiles=`, and the `profile` column.
        quality: the least mean score.
        score: the score's column; None for the only one there is. Higher is better.
        profiles: whom it may ask: names in the frame, or `Profile` objects of these names. None for all.
        config: a profile file, loaded profiles or `Providers` that must have every name; None does not look them up.
        cluster: a column that says which prompts belong together.
        missing: what a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0.

    Raises:
        InputError: no profile reaches `quality`, one that is named is not in the frame or has no score, a column is
            missing or of the wrong kind, or an argument is wrong.
        ConfigError: `config` lacks a profile.
    """
    table = panel(frame, score, cluster=cluster, missing=missing)
    known = {each.name: each for each in measured(frame, table, cluster=cluster) if each.n}
    wanted = _wanted(profiles, known)
    strategy = Strategy(
        name=name,
        policy="cheapest_good_enough",
        profiles=wanted,
        quality=quality,
        evidence={each: known[each].evidence() for each in map(_name, wanted)},
    )
    if config is not None:
        resolve([strategy], load_profiles(config))
    return strategy


def _wanted(profiles: Any, known: dict[str, Any]) -> list[str | Profile]:
    if isinstance(profiles, str | Profile):
        profiles = [profiles]
    wanted = list(known if profiles is None else profiles)
    for each in wanted:
        if not isinstance(each, str | Profile):
            raise InputError(f"profiles= takes names and Profile objects, not {type(each).__name__}")
        if _name(each) not in known:
            raise InputError(f"profiles=: {_name(each)!r} has no score in the frame; scored are: {', '.join(known)}")
    if not wanted:
        raise InputError("no profile in the frame has a score; there is nobody to choose from")
    return wanted


def _name(profile: str | Profile) -> str:
    return profile if isinstance(profile, str) else profile.name
