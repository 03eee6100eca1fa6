"""What `$ref` points at within one schema. Knows nothing of other documents, and fetches none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

# Within these stand values, not schemas.
_VALUES = frozenset({"enum", "const", "default", "examples"})


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


def references(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Run through every `$ref` of a schema, with the path to it."""
    if isinstance(node, list):
        for place, each in enumerate(node):
            yield from references(each, (*path, place))
    elif isinstance(node, Mapping):
        for name, each in node.items():
            if name == "$ref" and isinstance(each, str):
                yield (*path, name), each
            elif name not in _VALUES:
                yield from references(each, (*path, name))
