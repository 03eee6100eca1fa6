"""From what a caller writes in code to a piece of a profile file's tree, by the file's own reading.

Keywords become the JSON they stand for and are read as a file is, so that every rule holds: `${NAME}`, other
spellings, exact numbers. What they say stands on line 0. Knows no catalog.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from distilkit.errors import ConfigError, InputError
from distilkit.profiles import aliases
from distilkit.profiles.aliases import Rule
from distilkit.profiles.shapes import Notes, canonical
from distilkit.profiles.strategy import Strategy
from distilkit.profiles.tree import Item, Path
from distilkit.profiles.yaml_strict import parse

# YAML reads JSON's \\ud83d\\ude00 as two halves, and some characters as the end of a line.
_ODD = re.compile(r"[^\x20-\x7e]")


def section_item(name: str, fields: Mapping[str, Any], notes: Notes, *, label: str) -> Item:
    """Return the fields of a section in their one shape; a value of None marks what is to be removed.

    Raises:
        InputError: a value is none that a file could hold; the text begins with `label`.
        ConfigError: a text cannot be read.
    """
    shaped = _canonical({name: _given(fields)}, notes, label).fields[name]
    if "type" not in fields:  # else filled in by the name
        shaped = replace(shaped, value={word: each for word, each in shaped.fields.items() if word != "type"})
    return _with_removals(shaped, fields, aliases.SECTION, ("providers", name))


def new_section(name: str, fields: Mapping[str, Any], notes: Notes, *, label: str) -> Item:
    """Return a whole section, its type filled in where its name says it; raises as `section_item` does."""
    return _canonical({name: dict(fields)}, notes, label).fields[name]


def model_item(section: str, name: str, fields: Mapping[str, Any], notes: Notes, *, label: str) -> Item:
    """Return an entry of `models:`, as `section_item` does."""
    content = {section: {"type": "custom", "models": [{"name": name, **_given(fields)}]}}
    [entry] = _canonical(content, notes, label).fields[section].fields["models"].items
    at = ("providers", section, name)
    moved = _moved(entry, len(entry.path), at)
    return _with_removals(moved, fields, aliases.MODEL, at)


def strategy_item(strategy: Strategy, notes: Notes, *, label: str) -> Item:
    """Return an entry of `strategies:`.

    Raises:
        InputError: it has `Profile` objects, which no file could name.
    """
    objects = [name for name, each in zip(strategy.names, strategy.profiles, strict=True) if not isinstance(each, str)]
    if objects:
        way = "add it with Providers.add_model(...), and name it"
        raise InputError(f"{label}: {objects[0]!r} is a Profile object, which a file cannot name; {way}")
    return _canonical({strategy.name: _fields_of(strategy)}, notes, label, top="strategies").fields[strategy.name]


def _fields_of(strategy: Strategy) -> dict[str, Any]:
    """Return the fields that a file would have, without those that are as they would be anyway."""
    said = {
        # Within a text `${` is a variable to the reader.
        "profiles": [name.replace("${", "$${") for name in strategy.names],
        "weights": strategy.weights,
        "quality": strategy.quality,
        "evidence": {name: each.given() for name, each in strategy.evidence.items()},
    }
    usual = {each.name: each.default for each in dataclasses.fields(Strategy) if each.name in _HEALTH}
    health = {name: getattr(strategy, name) for name, value in usual.items() if getattr(strategy, name) != value}
    return {
        "policy": strategy.policy,
        **{name: value for name, value in said.items() if value is not None and value != {}},
        **health,
    }


_HEALTH = frozenset({"max_failures", "recovery_timeout_s", "health_check_interval_s"})


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _canonical(entries: Mapping[str, Any], notes: Notes, label: str, *, top: str = "providers") -> Item:
    text = _ODD.sub(_escaped, _dumped({top: entries}, label))
    try:
        tree = parse(text.encode(), label)
    except ConfigError as error:
        raise ConfigError(str(error).replace(f"{label}:1: ", f"{label}: ")) from None
    return canonical(_unlined(tree), notes).fields[top]


def _dumped(content: Mapping[str, Any], label: str) -> str:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        # What json says names types, never a value.
        raise InputError(f"{label}: fields are texts, numbers, true or false, lists and mappings: {error}") from None


def _plain(value: Any) -> Any:
    """Return what a file would hold for a path, an exact number, or one of numpy's."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"not {type(value).__name__}")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - what \u can write


def _unlined(item: Item) -> Item:
    if isinstance(item.value, dict):
        return replace(item, line=0, value={name: _unlined(each) for name, each in item.value.items()})
    if isinstance(item.value, list):
        return replace(item, line=0, value=[_unlined(each) for each in item.value])
    return replace(item, line=0)


def _moved(item: Item, depth: int, at: Path) -> Item:
    """Return the tree with `at` in the place of the first `depth` names of every path."""
    path = (*at, *item.path[depth:])
    if isinstance(item.value, dict):
        return replace(item, path=path, value={name: _moved(each, depth, at) for name, each in item.value.items()})
    if isinstance(item.value, list):
        return replace(item, path=path, value=[_moved(each, depth, at) for each in item.value])
    return replace(item, path=path)


def _with_removals(item: Item, fields: Mapping[str, Any], rules: Mapping[Path, Rule], at: Path) -> Item:
    """Put a mark of nothing where a field of None would stand."""
    top = dict(item.fields)
    for name in (name for name, value in fields.items() if value is None):
        group, *inner = rules.get((name,), Rule((name,))).target
        mark = Item(None, 0, (*at, name))
        below = top.get(group)
        inside = below.fields if below is not None and inner else {}
        top[group] = Item({**inside, inner[0]: mark}, 0, (*at, name)) if inner else mark
    return replace(item, value=top)
