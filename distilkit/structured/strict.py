"""A schema as the strict modes of providers want it: every object closed, every field required, few keywords.

What strict modes do not enforce (bounds, lengths, patterns) is told to the model in the description; the answer is
checked against the caller's own schema all the same. Knows no provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distilkit.structured.pointers import pointed

_DEFS = ("$defs", "definitions")
# There is no strict way to say these.
_LOOSE = frozenset(
    (
        "not",
        "if",
        "then",
        "else",
        "dependentRequired",
        "dependentSchemas",
        "dependencies",
        "patternProperties",
        "unevaluatedProperties",
        "unevaluatedItems",
        "propertyNames",
        "contains",
        "prefixItems",
        "$dynamicRef",
    )
)
_BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
)
_TYPES: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_NESTING = frozenset({"object", "array"})


class _LooseError(Exception):
    """The schema says what no strict mode can say."""


def strict_copy(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the schema in its strict form, or None where it has none: free-form objects, tuples, conditions.

    Every value that fits the strict form and keeps to the bounds in its descriptions fits the schema, with all its
    optional fields given.
    """
    root = {name: part for name, part in schema.items() if name not in _DEFS}
    try:
        if "$ref" in root:  # a model that holds itself; the root must be an object as it stands
            target = pointed(schema, root["$ref"])
            root = dict(target) if isinstance(target, Mapping) else {}
        copy = _node(root)
        defs = {name: {each: _node(part) for each, part in schema[name].items()} for name in _DEFS if name in schema}
    except _LooseError:
        return None
    return {**copy, **defs} if copy.get("type") == "object" else None


def _node(node: Any) -> dict[str, Any]:
    if not isinstance(node, Mapping) or not _LOOSE.isdisjoint(node) or not node.keys().isdisjoint(_DEFS):
        raise _LooseError
    described = _description(node)
    if "$ref" in node:
        return _reference(node["$ref"], described)
    if "allOf" in node:
        if len(node["allOf"]) != 1:
            raise _LooseError
        return {**_node(node["allOf"][0]), **described}
    if (several := node.get("anyOf") or node.get("oneOf")) is not None:
        if "type" in node or "properties" in node:
            raise _LooseError
        return {"anyOf": [_node(each) for each in several], **described}
    return {**_plain(node), **described}


def _reference(ref: Any, described: dict[str, Any]) -> dict[str, Any]:
    if ref != "#" and not str(ref).startswith(tuple(f"#/{name}/" for name in _DEFS)):
        raise _LooseError
    # Beside a reference nothing may stand.
    return {"anyOf": [{"$ref": ref}], **described} if described else {"$ref": ref}


def _plain(node: Mapping[str, Any]) -> dict[str, Any]:
    kind = node.get("type")
    if "const" in node or "enum" in node:
        return _choice([node["const"]] if "const" in node else node["enum"], kind)
    if kind == "object":
        return _object(node)
    if kind == "array":
        return {"type": "array", "items": _node(node.get("items"))}
    if isinstance(kind, list):
        if _NESTING.isdisjoint(kind):
            return {"type": kind}
        bare = {name: part for name, part in node.items() if name not in ("description", *_BOUNDS)}
        return {"anyOf": [_node({**bare, "type": each}) for each in kind]}
    if not isinstance(kind, str):
        raise _LooseError
    return {"type": kind}


def _object(node: Mapping[str, Any]) -> dict[str, Any]:
    properties = node.get("properties")
    if not properties or node.get("additionalProperties", False) is not False:
        raise _LooseError
    if not set(node.get("required", ())) <= properties.keys():
        raise _LooseError
    return {
        "type": "object",
        "properties": {name: _node(each) for name, each in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


def _choice(values: Any, kind: Any) -> dict[str, Any]:
    kinds = {_TYPES.get(type(value)) for value in values}
    if kind is None:
        kind = next(iter(kinds)) if len(kinds) == 1 else None
    if kind is None or None in kinds:
        raise _LooseError
    return {"type": kind, "enum": list(values)}


def _description(node: Mapping[str, Any]) -> dict[str, Any]:
    bounds = ", ".join(f"{name}: {node[name]}" for name in _BOUNDS if name in node)
    said = node.get("description")
    texts = [said] if isinstance(said, str) and said else []
    if bounds:
        texts.append(f"({bounds})")
    return {"description": " ".join(texts)} if texts else {}
