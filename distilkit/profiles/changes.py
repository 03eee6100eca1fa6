"""Changes to profiles at run time: each returns new ones, checked as a file is, and leaves the old as they were.

From a tree to a tree, then through the loader. Knows no run; nothing here is sent, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from distilkit.errors import ConfigError, InputError
from distilkit.profiles.catalog import without
from distilkit.profiles.edits import (
    each_changed,
    filtered,
    label_of,
    laid,
    pruned,
    same,
    with_entry,
    with_field,
    without_entry,
)
from distilkit.profiles.load import BUILTIN, Profiles, profiles_of, tell
from distilkit.profiles.nearest import did_you_mean
from distilkit.profiles.providers import provider_of
from distilkit.profiles.schema import Model, Section, Shared
from distilkit.profiles.selection import cautions
from distilkit.profiles.shapes import Notes
from distilkit.profiles.strategy import Strategy
from distilkit.profiles.tree import Item, refuse
from distilkit.profiles.written import model_item, new_section, section_item, strategy_item

# Of a new section's fields, those that say where to send and as whom; the rest is of the model.
_OF_SECTION = frozenset(
    {
        *("type", "base_url", "endpoint", "api_base", "api_url", "baseUrl", "baseURL", "apiBase", "azure_endpoint"),
        *("api_key", "apiKey", "api_version", "apiVersion", "headers", "extra_headers", "organization"),
        *("site_url", "siteUrl", "site_name", "siteName", "connection", "proxy"),
        *("verify_ssl", "ssl_verify", "ssl_cert_path"),
    }
)
_ADDRESSES = ("base_url", "endpoint", "api_base", "api_url", "baseUrl", "baseURL", "apiBase", "azure_endpoint")
_NONE = Item({}, 0)


def with_model(known: Profiles, section: str, name: str, fields: Mapping[str, Any]) -> Profiles:
    """Return the profiles and one more, `section/name`; the same again changes nothing.

    Raises:
        InputError: a name or value is none.
        ConfigError: there is no such section and `fields` do not make one, there is another model of this name, or a
            field is wrong.
    """
    label = f"add_model({_word(section)!r}, {_word(name)!r})"
    if "name" in fields:
        raise ConfigError(f"{label}: the second argument is the name; leave name= out")
    notes, sections = Notes(), known.tree.fields.get("providers", _NONE).fields
    if section in sections:
        base = sections[section]
        rest = _beside(base, section, fields, label)
        added = model_item(section, name, rest, notes, label=label)
    else:
        fields = {word: value for word, value in fields.items() if value is not None}
        base = _section_of(known, section, fields, notes, label)
        rest = {word: value for word, value in fields.items() if word not in _OF_SECTION}
        added = model_item(section, name, rest, notes, label=label)
    added = pruned(added)
    models = base.fields.get("models", Item([], base.line, (*base.path, "models")))
    for there in models.items:
        if label_of(there) == name:
            if same(there, added):
                return known
            raise ConfigError(f"{label}: {section}/{name} is there already; change it with update('{section}/{name}')")
    more = replace(models, value=[*models.items, added])
    return _changed(known, with_entry(known.tree, "providers", section, with_field(base, "models", more)), notes, label)


def _section_of(known: Profiles, section: str, fields: Mapping[str, Any], notes: Notes, label: str) -> Item:
    """Return a new section, of the fields that say where to send."""
    own = {word: value for word, value in fields.items() if word in _OF_SECTION}
    if "type" not in own and provider_of(section) is None:
        if not any(word in own for word in _ADDRESSES):
            names = [*known.tree.fields.get("providers", _NONE).fields]
            way = f"{did_you_mean(section, names)} Or make" if names else "make"
            raise ConfigError(f"{label}: no such section; {way} a new one with type= or base_url=")
        own = {"type": "custom", **own}  # an address alone speaks OpenAI's protocol
    return new_section(section, own, notes, label=label)


def _beside(base: Item, section: str, fields: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return the fields without those that the section has just so: a model at its address has none of its own."""

    def is_there(word: str) -> bool:
        said = new_section(section, {word: fields[word]}, Notes(), label=label).fields
        names = ["type"] if word == "type" else [name for name in said if name != "type"]
        return all(name in base.fields and same(base.fields[name], said[name]) for name in names)

    rest = {word: value for word, value in fields.items() if word not in _OF_SECTION or not is_there(word)}
    if "type" in rest:
        raise ConfigError(f"{label}: the section is of another type; a model of this type needs a section of its own")
    return rest


def with_fields(known: Profiles, name: str, fields: Mapping[str, Any]) -> Profiles:
    """Return the profiles with some fields of a section, or of one profile, changed; None removes a field.

    A group such as `rate_limit` keeps those of its fields that are not given.

    Raises:
        InputError: a value is none that a file could hold.
        ConfigError: there is no such section or profile, or a field is wrong.
    """
    label, notes = f"update({_word(name)!r})", Notes()
    if name in known.tree.fields.get("providers", _NONE).fields or name == "defaults":
        return _changed(known, _with_section_fields(known, name, fields, notes, label), notes, label)
    section = _section_name(known, name, label)

    def change(model: Item) -> Item:
        given = without(model_item(section, name, fields, notes, label=label), frozenset({"name"} - fields.keys()))
        return laid(model, given, Model, label)

    return _changed(known, _with_model_changed(known.tree, section, name, change), notes, label)


def _with_section_fields(known: Profiles, name: str, fields: Mapping[str, Any], notes: Notes, label: str) -> Item:
    given = section_item(name, fields, notes, label=label)
    if name == "defaults":
        changed = laid(known.tree.fields.get("defaults", _NONE), given, Shared, label)
        return with_field(known.tree, "defaults", changed)
    base = known.tree.fields["providers"].fields[name]
    return with_entry(known.tree, "providers", name, laid(base, given, Section, label))


def with_strategy(known: Profiles, strategy: Strategy) -> Profiles:
    """Return the profiles and one more strategy; the same again changes nothing.

    Raises:
        InputError: it is no strategy, or has `Profile` objects.
        ConfigError: it names a profile that is not there, or there is another strategy or a profile of its name.
    """
    if not isinstance(strategy, Strategy):
        raise InputError(f"add_strategy() takes a Strategy, not {type(strategy).__name__}")
    label, notes = f"add_strategy({strategy.name!r})", Notes()
    added = strategy_item(strategy, notes, label=label)
    there = known.tree.fields.get("strategies", _NONE).fields.get(strategy.name)
    if there is not None:
        if same(there, added):
            return known
        raise ConfigError(f"{label}: there is another strategy of this name; remove({strategy.name!r}) first")
    return _changed(known, with_entry(known.tree, "strategies", strategy.name, added), notes, label)


def with_default(known: Profiles, name: str) -> Profiles:
    """Return the profiles with another default: a profile, a section's first, or a strategy.

    Raises:
        ConfigError: there is none of this name.
    """
    item = Item(_word(name), 0, ("default_provider",))
    return _changed(known, with_field(known.tree, "default_provider", item), Notes(), f"set_default({name!r})")


def less(known: Profiles, name: str) -> Profiles:
    """Return the profiles without one of them, without a section and all its models, or without a strategy.

    Raises:
        ConfigError: there is none of this name, it is built in, or the default or a strategy names it.
    """
    label = f"remove({_word(name)!r})"
    if name in known.strategies:
        _refuse_users(known, [name], label)
        return _changed(known, without_entry(known.tree, "strategies", name), Notes(), label)
    sections = known.tree.fields.get("providers", _NONE).fields
    if name in sections:
        _refuse_users(known, [name, *(entry.name for entry in known.catalog.of_section(name))], label)
        tree = without_entry(known.tree, "providers", name)
        tree = filtered(tree, lambda model: model.fields.get("provider", _NONE).value != name)
    else:
        section = _section_name(known, name, label)
        _refuse_users(known, [name], label)
        tree = _with_model_changed(known.tree, section, name, lambda _: None)
    return _changed(known, tree, Notes(), label)


def _refuse_users(known: Profiles, names: Sequence[str], label: str) -> None:
    if known.default in names:
        raise ConfigError(f"{label}: it is the default; set_default(...) to another first")
    users = [each.name for each in known.strategies.values() if set(each.names) & set(names) and each.name not in names]
    if users:
        raise ConfigError(f"{label}: the strategy {users[0]!r} names it; remove({users[0]!r}) first")


def _changed(known: Profiles, tree: Item, notes: Notes, label: str) -> Profiles:
    refuse(label, notes.problems)
    changed, warned = profiles_of(tree, known.path, notes, label=label)
    # What was warned of before has been read. The caller is behind the change, the lambda, and two methods.
    told = set(cautions(known.catalog))
    tell([each for each in warned if each not in told], changed, stacklevel=6)
    return changed


def _section_name(known: Profiles, name: str, label: str) -> str:
    """Return the section of a profile that the file lists.

    Raises:
        ConfigError: none does; says which name is near, or that it is built in.
    """
    own = [*known.tree.fields.get("providers", _NONE).fields]
    mine = {entry: each.section for entry, each in known.catalog.entries.items() if each.file != BUILTIN}
    if name in mine:
        return mine[name]
    if name in known.catalog.entries or name in known.catalog.sections:
        raise ConfigError(f"{label}: {name} is built in and stays as it is; add_model(...) adds one of your own")
    raise ConfigError(f"{label}: no such section or profile; {did_you_mean(name, [*own, *mine, *known.strategies])}")


def _with_model_changed(tree: Item, section: str, name: str, change: Callable[[Item], Item | None]) -> Item:
    """Change the one model of this name, in its section or beside them all; None takes it out."""
    sections = tree.fields.get("providers", _NONE).fields
    base = sections.get(section, _NONE)
    models = base.fields.get("models")
    label = name.removeprefix(f"{section}/")
    if models is not None and name != label and any(label_of(each) == label for each in models.items):
        more = replace(models, value=each_changed(models, label, change))
        return with_entry(tree, "providers", section, with_field(base, "models", more))
    beside = tree.fields["models"]
    return with_field(tree, "models", replace(beside, value=each_changed(beside, name, change)))


def _word(name: object) -> str:
    if not isinstance(name, str):
        raise InputError(f"expected a name, got {type(name).__name__}; see list() and models()")
    return name[:200]
