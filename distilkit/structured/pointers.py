"""What `$ref` points at within one schema. Knows nothing of other documents, and fetches none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

# Within these stand values, not schemas.
_VALUES = frozenset({"enum", "const", "default", "examples"})
# Within these stand schemas by names of the caller's, which may be those of keywords.
_NAMED = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})


def pointed(schema: Any, ref: Any) -> Any:
    """Return what `#` or `#/...` points at, or None where there is nothing."""
    if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
        return None
    found = schema
    for part in ref.split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def is_endless(schema: Any, ref: Any) -> bool:
    """Say whether a reference leads to another, and so on, back to where one began."""
    seen: set[str] = set()
    while isinstance(ref, str) and ref not in seen:
        seen.add(ref)
        found = pointed(schema, ref)
        ref = found.get("$ref") if isinstance(found, Mapping) else None
    return ref is not None


def references(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Run through every `$ref` of a schema, with the path to it."""
    if isinstance(node, list):
        for place, each in enumerate(node):
            yield from references(each, (*path, place))
    elif isinstance(node, Mapping):
        for name, each in node.items():
            if name == "$ref" and isinstance(each, str):
                yield (*path, name), each
            elif name in _NAMED and isinstance(each, Mapping):
                for own, part in each.items():
                    yield from references(part, (*path, name, own))
            elif name not in _VALUES:
                yield from references(each, (*path, name))
