"""Answers in the form a JSON schema asks for, as providers with a schema mode give them.

A property that takes a number gets the answer, a text the sentence before it, anything else the first value that
fits. Knows schemas and workings; knows nothing of requests or models.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from distilkit.sim.working import Said

_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Form:
    """A schema with the definitions its references point to."""

    schema: Mapping[str, Any]

    def filled(self, said: Said, *, complete: bool) -> str:
        """Return the JSON of an answer; an incomplete one lacks its last property, as weak models forget one."""
        value = _value(self.schema, self.schema, said, _DEEPEST)
        if not complete and isinstance(value, dict) and value:
            value.popitem()
        return json.dumps(value, ensure_ascii=False)


def _value(schema: Any, root: Mapping[str, Any], said: Said, deeper: int) -> Any:
    schema = _resolved(schema, root) if deeper > 0 else {}
    if "const" in schema:
        return schema["const"]
    if (choices := schema.get("enum")) and isinstance(choices, list):
        return said.value if said.value in choices else choices[0]
    for words in ("anyOf", "oneOf", "allOf"):
        if isinstance(branches := schema.get(words), list) and branches:
            branch = next((each for each in branches if each != {"type": "null"}), branches[0])
            return _value(branch, root, said, deeper - 1)
    kind = schema.get("type")
    kind = next((each for each in kind if each != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object" or isinstance(schema.get("properties"), Mapping):
        return _object(schema, root, said, deeper)
    if kind == "array":
        count = schema.get("minItems")
        items = range(min(count, 100) if isinstance(count, int) else 1)
        return [_value(schema.get("items", {}), root, said, deeper - 1) for _ in items]
    return _scalar(kind, said)


def _object(schema: Mapping[str, Any], root: Mapping[str, Any], said: Said, deeper: int) -> dict[str, Any]:
    properties = schema.get("properties")
    given = properties.items() if isinstance(properties, Mapping) else ()
    return {name: _value(each, root, said, deeper - 1) for name, each in given}


def _scalar(kind: object, said: Said) -> Any:
    match kind:
        case "integer":
            return int(_number(said))
        case "number":
            number = _number(said)
            return int(number) if number.is_integer() else number
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return said.sentences[-1] if said.sentences else said.value


def _number(said: Said) -> float:
    """Return the answer as a number; 0 where it is none."""
    try:
        return float("".join(character for character in said.value if character in "0123456789.-"))
    except ValueError:
        return 0.0


def _resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(_DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        found: Any = root
        for name in reference[2:].split("/"):
            found = found.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
        schema = found
    return schema if isinstance(schema, Mapping) else {}
