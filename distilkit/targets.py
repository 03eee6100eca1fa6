"""From what a caller names to what is asked: profiles and strategies, the budget of their file, the store.

The profile file is read at most once, and only where a name has to be looked up. Sends nothing.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.profiles import Budget, Profile, Route, Strategy, load_profiles, resolve
from distilkit.profiles.budget import Allowance
from distilkit.store import Store
from distilkit.store.folders import default_folder
from distilkit.store.opening import DATABASE

if TYPE_CHECKING:
    import pandas as pd

Asked = str | Profile | Strategy
Wanted = Asked | Sequence[Asked] | None
"""What `profiles=` takes: names and objects, one or several; None for the file's default."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked, and the budget of the file it is in.

    Attributes:
        targets: profiles, and strategies with their profiles.
        budget: the file's; no limits where no file was read.
        sections: the provider sections there are.
    """

    targets: list[Profile | Route]
    budget: Budget
    sections: frozenset[str]


def chosen(profiles: Wanted, config: str | Path | None) -> Chosen:
    """Look up what a caller names.

    Raises:
        InputError: nothing is named, and the file has no default; or an argument is of a wrong type.
        ConfigError: the file is wrong, or a name is unknown.
    """
    if not _is_config(config):
        raise InputError(f"config= must be the path of a profile file, or Providers, not {config!r}")
    if profiles is not None and not isinstance(profiles, str | Profile | Strategy | Iterable):
        raise InputError(f"profiles= takes names, Profile or Strategy objects, not {profiles!r}")
    known = functools.cache(lambda: load_profiles(config))
    if profiles is None:
        if known().default is None:
            raise InputError("profiles= is missing, and no profile is the default; name one, e.g. profiles='sim/small'")
        profiles = known().default
    wanted = [profiles] if isinstance(profiles, str | Profile | Strategy) else list(profiles or ())
    if not wanted:
        raise InputError("profiles= is empty; name at least one, e.g. profiles=['sim/small']")
    targets = resolve(wanted, known)
    own = frozenset(profile.section for target in targets for profile in members_of(target))
    if not known.cache_info().currsize:
        return Chosen(targets, Budget(), own)
    return Chosen(targets, known().budget, own | known().catalog.sections.keys())


def _is_config(config: object) -> bool:
    if config is None or isinstance(config, str | Path):
        return True
    from distilkit.profiles import Profiles  # imports pydantic

    return isinstance(getattr(config, "config", config), Profiles)


def chosen_profiles(profiles: Wanted, config: str | Path | None) -> list[Profile | Route]:
    """Look up what a caller names, where no budget matters; raises as `chosen` does."""
    return chosen(profiles, config).targets


def members_of(target: Profile | Route) -> Sequence[Profile]:
    """Return the profiles that may be asked: a strategy's members, or the profile itself."""
    return target.members if isinstance(target, Route) else (target,)


def combined(named: Chosen, own: Budget) -> Budget:
    """Return the limits of the file with a caller's own in their places.

    Raises:
        InputError: the caller limits a provider section that is not there.
    """
    file = named.budget
    own.check_sections(named.sections)
    names = ("run", "daily", "monthly")
    given = {name: value for name in names if (value := getattr(own, name)) is not None}
    share = file.alert_at if own.alert_at == Budget().alert_at else own.alert_at
    return replace(file, **given, alert_at=share, providers=_together(file.providers, own.providers))


def _together(file: Mapping[str, Allowance], own: Mapping[str, Allowance]) -> dict[str, Allowance]:
    """Lay a caller's limits over the file's, field by field: what is not given stays limited."""
    laid = {
        name: replace(file[name], **{each: value for each in _PERIODS if (value := getattr(given, each)) is not None})
        for name, given in own.items()
        if name in file
    }
    return {**file, **own, **laid}


_PERIODS = ("run", "daily", "monthly")


@contextlib.contextmanager
def opened_store(store: Store | str | Path | None) -> Iterator[Store]:
    """Open the store, or pass on the caller's, which stays open."""
    if isinstance(store, Store):
        yield store
        return
    if store is not None and not isinstance(store, str | Path):
        raise InputError(f"store= takes a Store or the path of its folder, not {store!r}")
    with Store(store) as opened:
        yield opened


@contextlib.contextmanager
def read_store(store: Store | str | Path | None) -> Iterator[Store | None]:
    """Open the store for reading, or pass on the caller's; None where there is none, and none is made."""
    if isinstance(store, Store):
        yield store
        return
    if store is not None and not isinstance(store, str | Path):
        raise InputError(f"store= takes a Store or the path of its folder, not {store!r:.80}")
    folder = default_folder() if store is None else Path(store).expanduser()
    if not (folder / DATABASE).exists():
        yield None
        return
    with Store(folder, readonly=True) as opened:
        yield opened


def typed_frame(rows: Sequence[Sequence[Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Build a frame from rows in the order of `columns`, names to pandas dtypes; None becomes `<NA>`."""
    import pandas as pd

    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame(
        {
            name: pd.array(list(column), dtype=dtype)  # type: ignore[call-overload] # any dtype's name
            for (name, dtype), column in zip(columns.items(), values, strict=True)
        }
    )
