"""Fill in `${VAR}`, and the few fields that the environment may give where the file leaves them out.

The only place that reads the environment for anything but keys.
"""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal

from distilkit.profiles.fields import EnvText
from distilkit.profiles.providers import ENVIRONMENT_FIELDS
from distilkit.profiles.shapes import Notes, section
from distilkit.profiles.tree import Item, Problem, Var, at, merge
from distilkit.profiles.yaml_strict import scalar


def filled(item: Item, problems: list[Problem]) -> Item:
    """Return the value with every variable replaced; one that is not set, or empty, is a problem."""
    if isinstance(item.value, dict):
        return replace(item, value={name: filled(each, problems) for name, each in item.value.items()})
    if isinstance(item.value, list):
        return replace(item, value=[filled(each, problems) for each in item.value])
    if not isinstance(item.value, Var):
        return item
    value = looked_up(item.value)
    if value is None:
        name = item.value.name
        problems.append(at(item, f"${{{name}}} is not set; set {name} in the environment, or write the value here"))
    return replace(item, value=value)


def looked_up(var: Var) -> EnvText | int | Decimal | None:
    """Return the variable's text, converted where its unit asks for it; None where it is not set or empty."""
    text = os.environ.get(var.name)
    if not text:
        return None
    number = scalar(text.strip()) if var.adjust else None
    if var.adjust and isinstance(number, int | Decimal) and not isinstance(number, bool):
        return var.adjust(number)
    return EnvText(text)


def shown(item: Item | None) -> object:
    """Return a value for a table: a variable's text, or that it is not set."""
    if item is None or not isinstance(item.value, Var):
        return item.value if item else None
    value = looked_up(item.value)
    return f"${{{item.value.name}}} (not set)" if value is None else value


def with_environment(provider: str, item: Item) -> Item:
    """Lay under the fields what the provider's own variables say, where they are set."""
    found: dict[str, Item] = {}
    for name, variables in ENVIRONMENT_FIELDS.get(provider, ()):
        chosen = next((each for each in variables if os.environ.get(each)), None)
        if chosen:
            found[name] = Item(Var(chosen), item.line, (*item.path, name))
    return merge(section(Item(found, item.line, item.path), Notes()), item)
