"""A parsed profile file: values that remember the line and the path they were written at.

Knows neither YAML nor what the fields mean. Everything that goes wrong is a `Problem`; `refuse` turns all of
them into one `ConfigError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from distilkit.errors import ConfigError

Path: TypeAlias = tuple[str, ...]
Number: TypeAlias = int | Decimal
Leaf: TypeAlias = "str | bool | Number | Var | None"

# Longer or stranger words are not shown: a field name may be a key that slipped into the wrong place.
_SHOWN = re.compile(r"[\w.\-/:@]{1,64}")
_MANY = 50
# After so many problems nobody reads on, and finding the nearest word for each takes its time.
ENOUGH = 200


class Var(NamedTuple):
    """An environment variable that stands for a whole value; `adjust` converts its unit once it is known."""

    name: str
    adjust: Callable[[Number], Number] | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A value of the file: a mapping, a sequence, or a leaf.

    Attributes:
        value: what was written; numbers with a point are `Decimal`, exactly as written.
        line: its line, counted from 1; a field of a mapping has its name's line.
        path: the names that lead to it, as they were written.
    """

    value: dict[str, Item] | list[Item] | Leaf
    line: int
    path: Path = ()

    @property
    def fields(self) -> dict[str, Item]:
        """The fields of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Item]:
        """The entries of a sequence; empty for anything else."""
        return self.value if isinstance(self.value, list) else []


class Problem(NamedTuple):
    """One thing that is wrong, where, and the way out."""

    line: int
    path: Path
    text: str


def at(item: Item, text: str) -> Problem:
    """Return a problem with this value."""
    return Problem(item.line, item.path, text)


def place(file: str, line: int, path: Path) -> str:
    """Write where something stands: `file:line: path.to.field`; line 0 is no line."""
    where = f"{file}:{line}" if line else file
    return f"{where}: {dotted(path)}" if path else where


def dotted(path: Path) -> str:
    """Join the names; one that could be a secret or break the line is left out."""
    return ".".join(name if _SHOWN.fullmatch(name) else "(a name)" for name in path)


def refuse(file: str, problems: Sequence[Problem]) -> None:
    """Raise one error that lists every problem, if there is any.

    Raises:
        ConfigError: a line for each problem.
    """
    if not problems:
        return
    lines = [f"{place(file, line, path)}: {text}" for line, path, text in sorted(set(problems))]
    if len(lines) > _MANY:
        lines = [*lines[:_MANY], f"{file}: and more; correct these first"]
    raise ConfigError("\n".join(lines))


def plain(item: Item) -> object:
    """Return the value without its lines. Variables are left out."""
    if isinstance(item.value, dict):
        return {name: plain(each) for name, each in item.value.items() if not isinstance(each.value, Var)}
    if isinstance(item.value, list):
        return [plain(each) for each in item.value if not isinstance(each.value, Var)]
    return item.value


def find(item: Item, location: Sequence[str | int]) -> Item:
    """Return the deepest value on the way to `location`."""
    for step in location:
        inside = _step(item, step)
        if inside is None:
            break
        item = inside
    return item


def _step(item: Item, step: str | int) -> Item | None:
    if isinstance(step, int):
        # `plain` leaves variables out, and its indices are what comes here.
        kept = [each for each in item.items if not isinstance(each.value, Var)]
        return kept[step] if step < len(kept) else None
    return item.fields.get(step)


def merge(base: Item, over: Item, *, whole: frozenset[str] = frozenset()) -> Item:
    """Lay the fields of `over` on those of `base`, mappings within mappings; `whole` names are never mixed."""
    merged = dict(base.fields)
    for name, item in over.fields.items():
        if item.value is None:
            continue
        below = merged.get(name)
        mixed = below is not None and isinstance(below.value, dict) and isinstance(item.value, dict)
        merged[name] = merge(below, item) if below and mixed and name not in whole else item
    return Item(merged, over.line, over.path)


def rebuilt(item: Item, fields: Mapping[str, Item]) -> Item:
    """Return the same place with other fields."""
    return Item(dict(fields), item.line, item.path)
