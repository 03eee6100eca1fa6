"""Find a profile file, read it, and offer its profiles by name.

The order of the work, and nothing else: parse, bring into shape, check, list; a profile is built when asked for.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from distilkit.errors import ConfigError
from distilkit.profiles import selection
from distilkit.profiles.budget import Budget
from distilkit.profiles.build import build
from distilkit.profiles.catalog import Catalog, catalog
from distilkit.profiles.check import checked
from distilkit.profiles.environment import filled
from distilkit.profiles.notices import ConfigWarning
from distilkit.profiles.profile import Profile
from distilkit.profiles.schema import File
from distilkit.profiles.shapes import Notes, canonical
from distilkit.profiles.strategy import Strategy
from distilkit.profiles.table import row
from distilkit.profiles.tree import Item, Problem, place, rebuilt, refuse
from distilkit.profiles.unseen import concealed
from distilkit.profiles.yaml_strict import MAX_BYTES, parse

BUILTIN = "builtin.yaml"
IN_CODE = "given in code"
"""What stands for the file in a message about something that no file says."""
_WITHOUT_PROFILE = ("strategies", "budget", "default_provider")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profiles(Mapping[str, Profile]):
    """The profiles of a file, by name, and the built-in simulated ones; each is built when it is asked for.

    Attributes:
        catalog: what can be built.
        strategies: the file's strategies, by name.
        budget: the file's budget.
        default: the profile or strategy the file marks as its default, or None.
        path: the file, or None where there is none.
        tree: what the file says, in its one shape, before any variable is filled in.
    """

    catalog: Catalog
    strategies: Mapping[str, Strategy]
    budget: Budget
    default: str | None
    path: Path | None
    tree: Item = field(default=Item({}, 0))

    def __getitem__(self, name: str) -> Profile:
        """Build the profile.

        Raises:
            KeyError: no profile has this name.
            ConfigError: it needs what is not there: a variable, a model, an address.
        """
        return build(self.catalog.entries[name], self.folder)

    @property
    def folder(self) -> Path:
        """Where the file's relative paths start."""
        return self.path.absolute().parent if self.path else Path.cwd()

    def __iter__(self) -> Iterator[str]:
        return iter(self.catalog.entries)

    def __len__(self) -> int:
        return len(self.catalog.entries)

    def __contains__(self, name: object) -> bool:
        return name in self.catalog.entries

    def __repr__(self) -> str:
        return f"Profiles({self.path or 'built-in'}: {', '.join(self)})"

    def table(self) -> list[dict[str, Any]]:
        """Return a row for each profile: what it is, its limits, its price, where its key comes from."""
        return [row(entry) for entry in self.catalog.entries.values()]


class HoldsProfiles(Protocol):
    """What can stand for a profile file: it has its profiles ready."""

    @property
    def config(self) -> Profiles:
        """The profiles as they are now."""


Config = str | Path | Profiles | HoldsProfiles | None
"""What `config=` takes: a profile file's path, profiles that are loaded, or None for the file that is found."""


def load_profiles(path: Config = None) -> Profiles:
    """Read a profile file.

    Args:
        path: the file; None for the first of `$DISTILKIT_CONFIG`, `./distilkit.yaml`, `./configs/distilkit.yaml`
            and `distilkit/distilkit.yaml` in the user's configuration folder. Without any, the built-in
            simulated profiles remain. Profiles that are loaded, or held by an object, are returned as they are.

    Raises:
        ConfigError: a line for each thing that is wrong: file, line, field, what to do.
    """
    ready: Any = getattr(path, "config", path)
    if isinstance(ready, Profiles):
        return ready
    chosen = found_file() if ready is None else Path(ready)
    if chosen is None:
        return Profiles(_built_in(), {}, Budget(), None, None)
    notes = Notes()
    tree = canonical(parse(_bytes_of(chosen), str(chosen)), notes)
    profiles, warned = profiles_of(tree, chosen, notes)
    tell(warned, profiles, stacklevel=2)
    return profiles


def profiles_of(tree: Item, path: Path | None, notes: Notes, *, label: str = IN_CODE) -> tuple[Profiles, list[Problem]]:
    """Return what a canonical tree offers, and what deserves a warning.

    Args:
        tree: as `canonical` returns it; what was written in code stands on line 0.
        path: the file it comes from, or None.
        notes: what was found while it was made.
        label: what stands for the file in messages about what was written in code.

    Raises:
        ConfigError: a line for each thing that is wrong.
    """
    file, built_in = IN_CODE if path is None else str(path), _built_in()
    tree = concealed(tree)
    root, own = _offered(tree, file, notes)
    offered = Catalog({**built_in.entries, **own.entries}, {**built_in.sections, **own.sections}, own.defaults)
    strategies = selection.strategies(root, offered, notes.problems)
    default = selection.default(root, offered, notes.problems)
    budget = selection.budget(root, offered, notes.problems)
    refuse(label, [problem for problem in notes.problems if not problem.line])
    refuse(file, notes.problems)
    return Profiles(offered, strategies, budget, default, path, tree), [*notes.warnings, *selection.cautions(own)]


def tell(warned: list[Problem], profiles: Profiles, *, stacklevel: int) -> None:
    """Warn of each, naming the line of the caller `stacklevel` calls up."""
    for line, where, text in warned:
        file = str(profiles.path) if line and profiles.path else IN_CODE
        warnings.warn(f"{place(file, line, where)}: {text}", ConfigWarning, stacklevel=stacklevel + 1)


def _built_in() -> Catalog:
    data, notes = resources.files(__package__).joinpath(BUILTIN).read_bytes(), Notes()
    return _offered(canonical(parse(data, BUILTIN), notes), BUILTIN, notes)[1]


def _offered(tree: Item, file: str, notes: Notes) -> tuple[Item, Catalog]:
    # What no profile stands in has no later moment of use: its variables are filled in now.
    now = {name: filled(tree.fields[name], notes.problems) for name in _WITHOUT_PROFILE if name in tree.fields}
    root = rebuilt(tree, {**tree.fields, **now})
    checked(File, root, notes.problems)
    listed = catalog(root, file, notes.problems)
    in_code = {name: replace(entry, file=IN_CODE) for name, entry in listed.entries.items() if not entry.item.line}
    return root, replace(listed, entries={**listed.entries, **in_code})


def found_file() -> Path | None:
    """Return the profile file that stands where one is looked for, or None.

    Raises:
        ConfigError: `$DISTILKIT_CONFIG` names no file.
    """
    if named := os.environ.get("DISTILKIT_CONFIG"):
        if not Path(named).is_file():
            raise ConfigError(f"$DISTILKIT_CONFIG: no such file: {named}; correct the variable, or unset it")
        return Path(named)
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 - never raises
    places = (Path("distilkit.yaml"), Path("configs", "distilkit.yaml"), Path(home, "distilkit", "distilkit.yaml"))
    return next((each for each in places if each.is_file()), None)


def _bytes_of(path: Path) -> bytes:
    # One byte more than is allowed, so that a huge file is refused without being read.
    try:
        if not path.is_file():
            raise ConfigError(f"{path}: no such file; give the path of a profile file")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
