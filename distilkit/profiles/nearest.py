"""Find the word somebody meant: for unknown fields, types and names.

Knows the schema's field names, at every level; does not judge values.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from distilkit.profiles import aliases, schema, schema_strategies
from distilkit.profiles.aliases import Rule
from distilkit.profiles.tree import Path, dotted

if TYPE_CHECKING:
    from pydantic import BaseModel

_GROUPS: dict[str, type[BaseModel]] = {
    "rate_limit": schema.RateLimitFields,
    "retry": schema.RetryFields,
    "connection": schema.ConnectionFields,
    "proxy": schema.ProxyFields,
    "thinking": schema.ThinkingFields,
    "price": schema.PriceFields,
    "simulation": schema.SimulationFields,
    "generation_params": schema.ParamFields,
    "processing": schema.ProcessingFields,
}
_LEVELS: dict[str, tuple[type[BaseModel], Mapping[Path, Rule]]] = {
    "file": (schema.File, {}),
    "defaults": (schema.Shared, aliases.SECTION),
    "provider": (schema.Section, aliases.SECTION),
    "model": (schema.TopModel, aliases.MODEL),
    "strategies": (schema_strategies.StrategyFields, aliases.STRATEGY),
    "evidence": (schema_strategies.EvidenceFields, {}),
    "budget": (schema.BudgetFields, aliases.BUDGET),
}
_KNOWN_MISTAKES: dict[str, str] = {
    "n": "one answer a call; ask for more with samples=",
    "stream": "answers are taken whole; leave it out",
    "messages": "prompts are given to compare(), not to a profile",
    "prompt": "prompts are given to compare(), not to a profile",
}
_ONE_HOST = frozenset({"api_key", "apiKey", "headers", "base_url", "organization"})
_ALIKE, _SURELY = 0.6, 0.8
_FEW = 40


def nearest(word: str, known: Iterable[str], *, count: int = 1, alike: float = _ALIKE) -> list[str]:
    """Return the known words most like this one, best first; case, `_` and `-` do not count.

    >>> nearest("max-Tokens", ["top_p", "max_tokens"])
    ['max_tokens']
    """
    names: dict[str, str] = {}
    for name in known:
        names.setdefault(_folded(name), name)
    found = difflib.get_close_matches(_folded(word), list(names), n=count, cutoff=alike)
    return [names[each] for each in found]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean X?`, or the known words where none is near and they are few."""
    words = sorted(known)
    if found := nearest(word, words, alike=_SURELY) or nearest(word, words, count=3):
        return f"did you mean {' or '.join(found)}?"
    return f"known: {', '.join(words)}" if words and len(words) <= _FEW else "see the list in docs/profiles.md"


def unknown_field(location: Sequence[str | int]) -> str:
    """Say that a field is unknown, and where the nearest known one belongs."""
    name, level = str(location[-1]), _level(location)
    if level == "defaults" and name in _ONE_HOST:
        return "not for defaults, which reach every host; write it in the provider's section"
    if name in _KNOWN_MISTAKES:
        return f"unknown field; {_KNOWN_MISTAKES[name]}"
    return f"unknown field; {_suggestion(name, level)}"


def _suggestion(name: str, level: str) -> str:
    here, elsewhere = _here(level), _elsewhere(level)
    exact = {_folded(leaf): leaf for leaf in elsewhere}.get(_folded(name))
    if exact and name not in here and _folded(name) not in {_folded(word) for word in here}:
        return f"did you mean {elsewhere[exact]}?"
    if found := nearest(name, [*here, *elsewhere]):
        return f"did you mean {found[0] if found[0] in here else elsewhere[found[0]]}?"
    return f"known here: {', '.join(_canonical(level))}"


def _level(location: Sequence[str | int]) -> str:
    if len(location) > 1 and location[-2] in _GROUPS and location[0] != "strategies":
        return str(location[-2])
    if len(location) == 1:
        return "file"
    if location[0] == "strategies" and "evidence" in location[2:-1]:
        return "evidence"
    if location[0] == "providers":
        return "model" if "models" in location[2:-1] else "provider"
    return {"models": "model"}.get(str(location[0]), str(location[0]))


@functools.cache  # derived from the code, not from any input
def _canonical(level: str) -> tuple[str, ...]:
    model = _GROUPS.get(level) or _LEVELS[level if level in _LEVELS else "provider"][0]
    return tuple(model.model_fields)


@functools.cache
def _here(level: str) -> tuple[str, ...]:
    rules = _LEVELS[level][1] if level in _LEVELS else aliases.SECTION
    group = (level,) if level in _GROUPS else ()
    paths = (*rules, *aliases.NO_EFFECT)
    spellings = [path[-1] for path in paths if path[:-1] == group]
    return (*_canonical(level), *spellings)


@functools.cache
def _elsewhere(level: str) -> dict[str, str]:
    """Every field of the other levels that can be meant, and how it is written from here."""
    prefix = "" if level in ("provider", "model", "defaults") else "the provider's "
    nested = {
        leaf: f"{prefix}{dotted((group, leaf))}" for group in reversed(_GROUPS) for leaf in _GROUPS[group].model_fields
    }
    nested |= {leaf: f"generation_params.{leaf}" for leaf in schema.ParamFields.model_fields if not prefix}
    sections = {} if not prefix else {leaf: f"{prefix}{leaf}" for leaf in schema.Section.model_fields}
    return {**nested, **sections}


def _folded(name: str) -> str:
    return re.sub(r"[_\-\s]", "", name).lower()
