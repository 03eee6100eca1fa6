"""Hold a file's tree against the schema, and say every problem in words, with its line.

Knows pydantic's error types and nothing of providers; no message here shows a value, since it may be a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from distilkit.profiles.nearest import nearest, unknown_field
from distilkit.profiles.tree import ENOUGH, Item, Problem, Var, at, find, plain

Checked = TypeVar("Checked", bound=BaseModel)

_EXPECTED: dict[str, str] = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "decimal_type": "a number",
    "is_instance_of": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "fields",
    "model_type": "fields",
    "model_attributes_type": "fields",
}
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float, Decimal), "a number"),
    (str, "text"),
    (dict, "fields"),
    (list, "a list"),
)


def checked(
    schema: type[Checked], item: Item, problems: list[Problem], *, at_location: tuple[str | int, ...] = ()
) -> Checked | None:
    """Return the fields as the schema has them, or None after noting what is wrong.

    `at_location` says where in a whole file the fields stand, for suggestions.
    """
    try:
        return schema.model_validate(plain(item))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True)
    for each in found[:ENOUGH]:
        problem = _problem(item, each, at_location)
        if problem is not None:
            problems.append(problem)
    return None


def _problem(root: Item, error: Mapping[str, Any], before: tuple[str | int, ...]) -> Problem | None:
    location: Sequence[str | int] = error["loc"]
    item = find(root, location)
    if error["type"] == "missing":
        # What holds a variable is left out until the profile is used, and is not missing.
        return None if isinstance(item.value, Var) else at(item, f"{location[-1]} is missing; add it")
    if error["type"] == "extra_forbidden":
        return at(item, unknown_field((*before, *location)))
    return at(item, _words(error))


def _words(error: Mapping[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, got {_kind(error['input'])}{_way_out(kind, error['input'])}"
    if kind == "literal_error":
        known = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        near = nearest(str(error["input"]), known)
        return f"must be one of {', '.join(known)}" + (f"; did you mean {near[0]}?" if near else "")
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    told = [f"{words} {context[bound]}" for bound, words in bounds.items() if bound in context]
    return f"must be {' and '.join(told)}" if told else f"not accepted ({kind}); see docs/profiles.md"


def _kind(value: object) -> str:
    if isinstance(value, float | Decimal) and value != int(value):
        return "a fraction"
    return next((words for types, words in _KINDS if isinstance(value, types)), "nothing")


def _way_out(kind: str, value: object) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float | Decimal):
        return "; put it in quotes"
    if _EXPECTED[kind] in ("a whole number", "a number") and isinstance(value, str):
        return "; write it as a plain number, without quotes or units"
    if kind == "bool_type":
        return "; write true or false, without quotes"
    if kind == "list_type":
        return "; write [one, two]"
    return "; write a single value" if kind == "string_type" and isinstance(value, dict | list) else "; correct it"
