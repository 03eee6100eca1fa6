"""List the profiles of a file by name, before any of them is built: sections times their models.

From a canonical tree; knows no environment, so a file with unset variables still lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from distilkit.profiles.fields import check_name
from distilkit.profiles.nearest import did_you_mean
from distilkit.profiles.providers import known_types, provider_of
from distilkit.profiles.tree import ENOUGH, Item, Problem, at, dotted, merge, rebuilt

# A model's own limits, price and terms replace its provider's; mixed, they would be nobody's.
_WHOLE = frozenset({"rate_limit", "price", "terms"})
_FOR_ONE_HOST = frozenset({"api_key", "headers", "organization", "terms"})
_OF_ONE_MODEL = frozenset({"models", "model", "deployment_name", "default"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A profile that can be built.

    Attributes:
        name: how it is called.
        section: the provider section it stands in.
        item: all its fields, defaults and section included.
        scope: who shares its limits.
        file: the file it stands in, for messages.
    """

    name: str
    section: str
    item: Item
    scope: str
    file: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """What a file offers: its profiles, and its sections for models that it does not list."""

    entries: Mapping[str, Entry]
    sections: Mapping[str, Item]
    defaults: Item

    def of_section(self, section: str) -> list[Entry]:
        """Return the section's profiles, in the file's order."""
        return [entry for entry in self.entries.values() if entry.section == section]


def catalog(root: Item, file: str, problems: list[Problem]) -> Catalog:
    """List the profiles; names that cannot be used, and unknown types, are problems."""
    defaults = root.fields.get("defaults", Item({}, 1))
    sections = _sections(root, problems)
    entries: dict[str, Entry] = {}
    for entry in _entries(root, sections, defaults, file):
        if entry.name in entries:
            text = f"a second profile named {dotted((entry.name,))}; give one of them another name"
            problems.append(at(entry.item, text))
        entries.setdefault(entry.name, entry)
    return Catalog(entries, sections, defaults)


def _sections(root: Item, problems: list[Problem]) -> dict[str, Item]:
    sections = dict(root.fields["providers"].fields) if "providers" in root.fields else {}
    for name, item in sections.items():
        if len(problems) > ENOUGH:
            break
        _check_name(name, item, problems)
        _check_type(item, problems)
    for model in _mappings(root, "models"):
        if len(problems) > ENOUGH:
            break
        implied = _implied_section(model, sections, problems)
        if implied is not None:
            sections[implied[0]] = implied[1]
    return {name: item for name, item in sections.items() if isinstance(item.value, dict)}


def _check_name(name: str, item: Item, problems: list[Problem]) -> None:
    try:
        check_name(name)
    except ValueError as error:
        problems.append(Problem(item.line, item.path[:-1], f"bad name: {error}"))


def _check_type(item: Item, problems: list[Problem]) -> None:
    if not isinstance(item.value, dict):
        return
    word = item.fields.get("type")
    if word is None:
        problems.append(at(item, "type is missing; add one, such as openai, anthropic, ollama or custom"))
    elif isinstance(word.value, str) and provider_of(word.value) is None:
        problems.append(at(word, f"unknown type; {did_you_mean(word.value, known_types())}"))


def _implied_section(model: Item, sections: Mapping[str, Item], problems: list[Problem]) -> tuple[str, Item] | None:
    """Make a section for a model whose `provider` has none but is known."""
    provider, name = model.fields.get("provider"), model.fields.get("name")
    if name is None:
        problems.append(at(model, "name is missing; add the model's name"))
    if provider is None or not isinstance(provider.value, str):
        problems.append(at(model, "provider is missing; name one of the providers"))
    elif provider.value not in sections:
        if provider_of(provider.value) is None:
            problems.append(
                at(provider, f"unknown provider; {did_you_mean(provider.value, [*sections, *known_types()])}")
            )
        else:
            fields = {"type": provider}
            return provider.value, Item(fields, model.line, model.path)
    return None


def _entries(root: Item, sections: Mapping[str, Item], defaults: Item, file: str) -> Iterator[Entry]:
    elsewhere = _mappings(root, "models")
    users = {model.fields["provider"].value for model in elsewhere if "provider" in model.fields}
    for name, section in sections.items():
        base = without(merge(defaults, section), frozenset({"models"}))
        models = _mappings(section, "models")
        if {"model", "deployment_name"} & section.fields.keys() or not (models or name in users):
            yield Entry(name, name, base, name, file)
        for model in models:
            if label := _label(model):
                yield of_model(f"{name}/{label}", name, base, model, file)
    for model in elsewhere:
        provider, label = model.fields.get("provider"), _label(model)
        if label and provider and isinstance(provider.value, str) and provider.value in sections:
            base = without(merge(defaults, sections[provider.value]), _OF_ONE_MODEL)
            yield of_model(label, provider.value, base, without(model, frozenset({"provider"})), file)


def of_model(name: str, section: str, base: Item, model: Item, file: str) -> Entry:
    """Return the profile of one model: its section's fields, and its own over them."""
    # An address of its own gets a key of its own: the section's was given for another host.
    dropped = _OF_ONE_MODEL | (_FOR_ONE_HOST if "base_url" in model.fields else frozenset())
    item = merge(without(base, dropped), model, whole=_WHOLE)
    return Entry(name, section, item, name if "rate_limit" in model.fields else section, file)


def without(item: Item, names: frozenset[str]) -> Item:
    """Return the mapping without some fields."""
    return rebuilt(item, {name: each for name, each in item.fields.items() if name not in names})


def _mappings(item: Item, name: str) -> list[Item]:
    there = item.fields.get(name)
    return [each for each in there.items if isinstance(each.value, dict)] if there else []


def _label(model: Item) -> str | None:
    words = (model.fields.get(name) for name in ("name", "model", "deployment_name"))
    return next((word.value for word in words if word and isinstance(word.value, str)), None)
