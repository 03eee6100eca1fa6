"""Who can be asked: the profiles and strategies of a file, or the built-in ones, and who is ticked at the start.

Reads the profile file once. Builds no profile, so a missing key is told when it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distilkit.errors import InputError
from distilkit.profiles import Profile, Profiles, Strategy, load_profiles
from distilkit.profiles.offers import models_of
from distilkit.targets import Asked

_NO_FILE = (
    "No profile file was found: these are simulated models, built in, at invented prices. For real ones write a "
    "distilkit.yaml (docs/profiles.md), or add one by its name, such as openai/gpt-4o-mini."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Who can be asked.

    Attributes:
        targets: by the name shown, in order.
        ticked: the names chosen at the start.
        note: what there is to know about where they come from, or "".
        config: where names are looked up: the file as it was read, or an object that holds its own profiles.
    """

    targets: dict[str, Asked]
    ticked: tuple[str, ...]
    note: str
    config: Any


def offers(config: Any, profiles: Sequence[Asked] | Asked | None) -> Offers:
    """Return who can be asked.

    Args:
        config: as in `compare`.
        profiles: who is ticked at the start; None for the file's default, else the first.

    Raises:
        ConfigError: the file is wrong.
        InputError: an argument is of another type.
    """
    if config is not None and not isinstance(getattr(config, "config", config), str | Path | Profiles):
        raise InputError(f"config= must be the path of a profile file, or Providers, not {type(config).__name__}")
    known = load_profiles(config)
    wanted = _wanted(profiles)
    own = [*models_of(known, None), *known.strategies]
    ticked = tuple(wanted) or ((known.default,) if known.default is not None else tuple(own[:1]))
    given = {name: wanted.get(name, name) for name in (*wanted, *ticked)}
    # Those named by the caller come first: with a long file they would be far down.
    targets: dict[str, Asked] = {**given, **{name: name for name in own if name not in given}}
    live = config if hasattr(config, "config") else known
    note = _NO_FILE if known.path is None and not hasattr(config, "config") and not wanted else ""
    return Offers(targets=targets, ticked=ticked, note=note, config=live)


def _wanted(profiles: Sequence[Asked] | Asked | None) -> dict[str, Asked]:
    if profiles is None:
        return {}
    each = [profiles] if isinstance(profiles, str | Profile | Strategy) else list(profiles)
    for one in each:
        if not isinstance(one, str | Profile | Strategy):
            raise InputError(f"profiles= takes names, Profile or Strategy objects, not {type(one).__name__}")
    return {one if isinstance(one, str) else one.name: one for one in each}
