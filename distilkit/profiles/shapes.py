"""Bring every accepted shape of a profile file into one: other spellings, a flat map of providers, nested fields.

From a tree to a tree; every value keeps the line and path it was written at, so later errors speak of the file as
it is. What the fields may hold is checked afterwards, in `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from distilkit.profiles import aliases
from distilkit.profiles.aliases import Rule
from distilkit.profiles.providers import provider_of
from distilkit.profiles.tree import Item, Number, Path, Problem, Var, at, dotted, merge, rebuilt

TOP = frozenset({"defaults", "providers", "models", "strategies", "budget", "default_provider", "processing"})


@dataclass(frozen=True, slots=True)
class Notes:
    """What was found wrong, and what deserves a warning, while reading."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def canonical(root: Item, notes: Notes) -> Item:
    """Return the file in its one shape: `defaults`, `providers`, `models`, `strategies`, `budget`, `default_provider`.

    What is not understood stays where it was, for the check to name.
    """
    if not isinstance(root.value, dict):
        notes.problems.append(at(root, "expected fields such as `providers:`"))
        return Item({}, 1)
    fields = _gather_flat(root.fields)
    if "processing" in fields:
        fields["defaults"] = _with_processing(fields.get("defaults"), fields.pop("processing"))
    shaped = {name: _shape_top(name, item, notes) for name, item in fields.items()}
    return rebuilt(root, shaped)


def _gather_flat(fields: Mapping[str, Item]) -> dict[str, Item]:
    """Move a flat map of providers, recognised by their `type` or a provider's name, under `providers`."""
    if "providers" in fields or "models" in fields:
        return dict(fields)
    flat = {name: item for name, item in fields.items() if name not in TOP and _is_section(name, item)}
    rest = {name: item for name, item in fields.items() if name not in flat}
    if flat:
        line = min(item.line for item in flat.values())
        rest["providers"] = Item(flat, line)
    return rest


def _is_section(name: str, item: Item) -> bool:
    return isinstance(item.value, dict) and ("type" in item.fields or provider_of(name) is not None)


def _with_processing(defaults: Item | None, processing: Item) -> Item:
    moved = Item({"processing": processing}, processing.line, processing.path)
    return merge(moved, defaults) if defaults else moved


def _shape_top(name: str, item: Item, notes: Notes) -> Item:
    if name == "defaults":
        return section(item, notes)
    if name == "providers":
        return _each(item, lambda provider, each: _provider(provider, each, notes))
    if name == "models":
        return _models(item, notes)
    if name == "strategies":
        return _each(item, lambda _, each: _strategy(each, notes))
    return _budget(item, notes) if name == "budget" else item


def _each(item: Item, shape: Callable[[str, Item], Item]) -> Item:
    if not isinstance(item.value, dict):
        return item
    return rebuilt(item, {name: shape(name, each) for name, each in item.fields.items()})


def _provider(name: str, item: Item, notes: Notes) -> Item:
    # `openai:` with nothing under it says enough.
    shaped = section(replace(item, value={}) if item.value is None else item, notes)
    if not isinstance(shaped.value, dict):
        return shaped
    fields = dict(shaped.value)
    if "type" not in fields and provider_of(name):
        fields["type"] = Item(name, item.line, item.path)
    if "models" in fields:
        fields["models"] = _models(fields["models"], notes)
    return rebuilt(shaped, fields)


def section(item: Item, notes: Notes) -> Item:
    """Return a provider's fields, or those of `defaults`, under their canonical names."""
    rules = dict(aliases.SECTION)
    timeout = item.fields.get("timeout")
    if aliases.CAMEL & item.fields.keys():
        rules["timeout",] = Rule(("timeout_s",), aliases.from_ms)
    elif timeout and isinstance(timeout.value, int | Decimal) and timeout.value >= aliases.MILLISECONDS_FROM:
        notes.warnings.append(at(timeout, "read as milliseconds; write timeout_s, in seconds, to be sure"))
    return reshape(item, rules, notes)


def _models(item: Item, notes: Notes) -> Item:
    if not isinstance(item.value, list):
        return item
    return replace(item, value=[_model(each, notes) for each in item.items])


def _model(item: Item, notes: Notes) -> Item:
    if isinstance(item.value, dict):
        return reshape(item, aliases.MODEL, notes)
    if isinstance(item.value, Var):
        notes.problems.append(at(item, "names in a list are needed on loading; write the model's name"))
        return Item({}, item.line, item.path)
    return Item({"name": item}, item.line, item.path) if isinstance(item.value, str) else item


def _strategy(item: Item, notes: Notes) -> Item:
    shaped = reshape(item, aliases.STRATEGY, notes)
    if not isinstance(shaped.value, dict):
        return shaped
    fields = dict(shaped.value)
    policy = fields.get("policy")
    if policy and isinstance(policy.value, str):
        fields["policy"] = replace(policy, value=aliases.POLICY_WORDS.get(policy.value, policy.value))
    profiles = fields.get("profiles")
    if profiles and isinstance(profiles.value, dict) and "weights" not in fields:
        fields["weights"] = profiles
        names = [Item(name, each.line, each.path) for name, each in profiles.fields.items()]
        fields["profiles"] = replace(profiles, value=list(names))
    elif (evidence := fields.get("evidence")) and evidence.fields and "profiles" not in fields:
        fields["profiles"] = replace(
            evidence, value=[Item(name, each.line, each.path) for name, each in evidence.fields.items()]
        )
    return rebuilt(shaped, _with_first(fields, item, notes))


def _with_first(fields: dict[str, Item], item: Item, notes: Notes) -> dict[str, Item]:
    """Turn `provider`, `model` and `fallback_providers` into `profiles`, the first one first."""
    words = [fields.pop(name, None) for name in ("provider", "model", "fallback_providers")]
    if not any(words):
        return fields
    if "profiles" in fields:
        notes.problems.append(at(item, "has both profiles and provider; keep one"))
        return fields
    provider, model, others = words
    named = [each.value for each in (provider, model) if each and isinstance(each.value, str)]
    first = provider or model or item
    start = [replace(first, value="/".join(named))] if named else []
    if others and not isinstance(others.value, list):
        return {**fields, "profiles": others}
    return {**fields, "profiles": replace(first, value=[*start, *(others.items if others else [])])}


def _budget(item: Item, notes: Notes) -> Item:
    shaped = reshape(item, aliases.BUDGET, notes)
    if (providers := shaped.fields.get("providers")) is None:
        return shaped
    own = _each(providers, lambda _, each: reshape(each, aliases.BUDGET, notes))
    return rebuilt(shaped, {**shaped.fields, "providers": own})


def reshape(item: Item, rules: Mapping[Path, Rule], notes: Notes) -> Item:
    """Return the mapping with every field where its rule puts it; two fields for one place are a problem."""
    if not isinstance(item.value, dict):
        return item
    groups = {path[0] for path in (*rules, *aliases.NO_EFFECT) if len(path) > 1}
    shaped = rebuilt(item, {})
    for name, each in item.fields.items():
        if name in groups and isinstance(each.value, dict):
            _put(shaped, (name,), rebuilt(each, {}), notes)
            for inner, value in each.fields.items():
                _apply(shaped, (name, inner), value, rules, notes)
        elif name not in groups or each.value is not None:
            _apply(shaped, (name,), each, rules, notes)
    return shaped


def _apply(shaped: Item, path: Path, item: Item, rules: Mapping[Path, Rule], notes: Notes) -> None:
    if path in aliases.NO_EFFECT:
        notes.warnings.append(at(item, aliases.NO_EFFECT[path]))
        return
    rule = rules.get(path, Rule(path))
    _put(shaped, rule.target, adjusted(item, rule.adjust), notes)


def _put(shaped: Item, target: Path, item: Item, notes: Notes) -> None:
    inside = shaped.fields
    for group in target[:-1]:
        below = inside.setdefault(group, Item({}, item.line, item.path))
        if not isinstance(below.value, dict):
            return  # the group itself is mistyped, and named as such
        inside = below.value
    there = inside.get(target[-1])
    if there is None or there.value == {}:
        inside[target[-1]] = item
    elif item.value != {}:
        where = f"{dotted(there.path)} on line {there.line}"
        notes.problems.append(at(item, f"means the same as {where}; keep one"))


def adjusted(item: Item, adjust: Callable[[Number], Number] | None) -> Item:
    """Convert a number, now or once its variable is known; anything else is left for the check."""
    value = item.value
    if adjust is None or isinstance(value, bool):
        return item
    if isinstance(value, Var):
        return replace(item, value=Var(value.name, adjust))
    return replace(item, value=adjust(value)) if isinstance(value, int | Decimal) else item
