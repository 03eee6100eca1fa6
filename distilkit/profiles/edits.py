"""Pieces of a profile file's tree, changed: new trees from old ones.

Knows the shape of a file; knows no catalog and no loader.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from distilkit.profiles.catalog import without
from distilkit.profiles.check import checked
from distilkit.profiles.schema import Model, Section, Shared
from distilkit.profiles.shapes import Notes
from distilkit.profiles.tree import Item, refuse

# A field, and a field of a group of fields; below that is a value of the caller's.
_DEEP = 2


def laid(base: Item, over: Item, schema: type[Model | Shared], label: str) -> Item:
    """Lay fields over others, groups within them too; nothing removes.

    Raises:
        ConfigError: a field is unknown, or a value wrong.
    """
    marked = _marked(base, over, _DEEP)
    problems = Notes().problems
    at = ("defaults",) if schema is Shared else ("providers", "x") if schema is Section else ("models", 0)
    # Headers have no names that are known; what is to be removed is no text.
    checked(schema, without(marked, frozenset({"headers"})), problems, at_location=at)
    refuse(label, [problem for problem in problems if not problem.line])
    return pruned(marked)


def _marked(base: Item, over: Item, depth: int) -> Item:
    fields = dict(base.fields)
    for name, each in over.fields.items():
        below = fields.get(name)
        is_group = isinstance(each.value, dict) and below is not None and isinstance(below.value, dict)
        fields[name] = _marked(below, each, depth - 1) if is_group and below and depth > 1 else each
    return replace(base, value=dict(fields))


def pruned(item: Item, depth: int = _DEEP) -> Item:
    """Return the fields without those that are nothing, and without groups that are left empty."""
    fields = {}
    for name, each in item.fields.items():
        is_group = isinstance(each.value, dict) and depth > 1
        kept = pruned(each, depth - 1) if is_group else each
        if kept.value is not None and not (is_group and each.value and not kept.value):
            fields[name] = kept
    return replace(item, value=fields)


def with_entry(tree: Item, top: str, name: str, item: Item) -> Item:
    """Return the tree with an entry of one of its groups set."""
    group = tree.fields.get(top, Item({}, 0, (top,)))
    return with_field(tree, top, with_field(group, name, item))


def with_field(item: Item, name: str, field: Item) -> Item:
    """Return a mapping with one of its fields set."""
    return replace(item, value={**item.fields, name: field})


def without_entry(tree: Item, top: str, name: str) -> Item:
    """Return the tree without an entry of one of its groups."""
    return with_field(tree, top, without(tree.fields[top], frozenset({name})))


def filtered(tree: Item, keep: Callable[[Item], bool]) -> Item:
    """Return the tree with only those of the models beside the sections that are to be kept."""
    models = tree.fields.get("models")
    if models is None:
        return tree
    return with_field(tree, "models", replace(models, value=[each for each in models.items if keep(each)]))


def label_of(model: Item) -> str | None:
    """Return what a model is called, or None where it is not."""
    words = (model.fields.get(name) for name in ("name", "model", "deployment_name"))
    return next((word.value for word in words if word and isinstance(word.value, str)), None)


def same(one: Item, other: Item) -> bool:
    """Say whether two trees say the same, wherever they stand."""
    if isinstance(one.value, dict) and isinstance(other.value, dict):
        names = one.value.keys() == other.value.keys()
        return names and all(same(each, other.value[name]) for name, each in one.value.items())
    if isinstance(one.value, list) and isinstance(other.value, list):
        return len(one.value) == len(other.value) and all(map(same, one.value, other.value))
    return isinstance(one.value, bool) is isinstance(other.value, bool) and one.value == other.value


def each_changed(models: Item, label: str, change: Callable[[Item], Item | None]) -> list[Item]:
    """Return the models, with that of this name changed; None takes it out."""
    changed = [change(each) if label_of(each) == label else each for each in models.items]
    return [each for each in changed if each is not None]
