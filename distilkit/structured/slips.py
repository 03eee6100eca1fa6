"""Slips of the pen in a JSON schema: a keyword that is almost one, a type there is not.

A schema may hold any name, and one that means nothing checks nothing: `propertys` would let every answer pass. Knows
where schemas stand within schemas; checks no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from distilkit.errors import InputError
from distilkit.profiles.nearest import nearest

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
# Under these stand schemas by names of one's own, lists of schemas, and schemas.
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_OTHERS = (  # noqa: SIM905 - a list of words reads better as words
    "type enum const required minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern "
    "format minItems maxItems uniqueItems minContains maxContains minProperties maxProperties dependentRequired "
    "unevaluatedItems unevaluatedProperties title description default examples deprecated readOnly writeOnly "
    "contentEncoding contentMediaType $schema $id $ref $anchor $comment discriminator"
).split()
_KEYWORDS = (*_NAMED, *_LISTED, *_SINGLE, *_OTHERS)
_SURELY = 0.8


def check_spelling(schema: Mapping[str, Any]) -> None:
    """Refuse a keyword that is surely another one misspelt, and a type that JSON has not.

    Raises:
        InputError: names the place and what is meant.
    """
    for path, each in _schemas(schema, ()):
        for name in each:
            if name not in _KEYWORDS and (meant := nearest(name, _KEYWORDS, alike=_SURELY)):
                raise InputError(f"schema=: {_at(path, name)}: is no keyword; did you mean {meant[0]!r}?")
        kinds = each.get("type", [])
        for kind in [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else ():
            if isinstance(kind, str) and kind not in _TYPES:
                raise InputError(f"schema=: {_at(path, 'type')}: {kind!r} is no type; there are {', '.join(_TYPES)}")


def _schemas(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Yield every schema within a schema, with where it stands."""
    waiting = [(path, schema)]
    while waiting:
        where, each = waiting.pop()
        if not isinstance(each, Mapping):
            continue
        yield where, each
        for name in _NAMED:
            inner = each.get(name)
            waiting += [((*where, name, key), one) for key, one in inner.items()] if isinstance(inner, Mapping) else []
        for name in _LISTED:
            listed = each.get(name)
            waiting += (
                [((*where, name, str(nth)), one) for nth, one in enumerate(listed)] if isinstance(listed, list) else []
            )
        waiting += [((*where, name), each[name]) for name in _SINGLE if name in each]


def _at(path: tuple[str, ...], name: str) -> str:
    return ".".join([*path, name])
