"""Find a profile file, read it, and offer its profiles by name.

The order of the work, and nothing else: parse, bring into shape, check, list; a profile is built when asked for.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

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
from distilkit.profiles.tree import Item, place, rebuilt, refuse
from distilkit.profiles.yaml_strict import MAX_BYTES, parse

BUILTIN = "builtin.yaml"
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
    """

    catalog: Catalog
    strategies: Mapping[str, Strategy]
    budget: Budget
    default: str | None
    path: Path | None

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


def load_profiles(path: str | Path | None = None) -> Profiles:
    """Read a profile file.

    Args:
        path: the file; None for the first of `$DISTILKIT_CONFIG`, `./distilkit.yaml`, `./configs/distilkit.yaml`
            and `distilkit/distilkit.yaml` in the user's configuration folder. Without any, the built-in
            simulated profiles remain.

    Raises:
        ConfigError: a line for each thing that is wrong: file, line, field, what to do.
    """
    built_in = _read_tree(resources.files(__package__).joinpath(BUILTIN).read_bytes(), BUILTIN, Notes())[1]
    chosen = Path(path) if path is not None else found_file()
    if chosen is None:
        return Profiles(built_in, {}, Budget(), None, None)
    file, notes = str(chosen), Notes()
    root, own = _read_tree(_bytes_of(chosen), file, notes)
    offered = Catalog({**built_in.entries, **own.entries}, {**built_in.sections, **own.sections}, own.defaults)
    strategies = selection.strategies(root, offered, notes.problems)
    default = selection.default(root, offered, notes.problems)
    budget = selection.budget(root, offered, notes.problems)
    refuse(file, notes.problems)
    for line, where, text in [*notes.warnings, *selection.cautions(own)]:
        warnings.warn(f"{place(file, line, where)}: {text}", ConfigWarning, stacklevel=2)
    return Profiles(offered, strategies, budget, default, chosen)


def _read_tree(data: bytes, file: str, notes: Notes) -> tuple[Item, Catalog]:
    root = canonical(parse(data, file), notes)
    # What no profile stands in has no later moment of use: its variables are filled in now.
    now = {name: filled(root.fields[name], notes.problems) for name in _WITHOUT_PROFILE if name in root.fields}
    root = rebuilt(root, {**root.fields, **now})
    checked(File, root, notes.problems)
    return root, catalog(root, file, notes.problems)


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
