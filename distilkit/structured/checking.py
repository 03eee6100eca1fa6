"""A JSON schema that a caller wrote: whether it is one, and whether a value fits it.

The `jsonschema` package decides both; it is imported on first use, and never fetches another document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from distilkit.errors import InputError
from distilkit.structured.fitting import TOO_DEEP, Fitting, Parsed, raised, unfit
from distilkit.structured.found import Found
from distilkit.structured.pointers import is_endless, pointed, references
from distilkit.structured.slips import check_spelling

_SAYING = frozenset(
    (
        "type",
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "items",
        "prefixItems",
        "$ref",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "if",
        "enum",
        "const",
    )
)
_EXAMPLE = "{'type': 'object', 'properties': {'answer': {'type': 'integer'}}, 'required': ['answer']}"


def plain(schema: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a copy of a schema in JSON's types.

    Raises:
        InputError: it holds something else, or is nested without end.
    """
    try:
        copy: dict[str, Any] = json.loads(json.dumps(schema, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"schema= must be JSON: {error}") from None
    return copy


def checked(schema: Mapping[str, Any]) -> Callable[[Found], Fitting]:
    """Return what checks a value against a schema.

    Raises:
        InputError: it is no JSON schema, says nothing about an answer, or points at what is not in it; names the place.
    """
    if "json_schema" in schema or ("schema" in schema and _SAYING.isdisjoint(schema)):
        raise InputError("schema= looks like a response_format; pass the schema that stands in it, alone")
    if _SAYING.isdisjoint(schema):
        raise InputError(f"schema= says nothing about the answer; write such as {_EXAMPLE}")
    check_spelling(schema)
    validator = _validator(schema)
    for path, ref in references(schema):
        where = ".".join(map(str, path))
        if pointed(schema, ref) is None:
            raise InputError(f"schema=: {where}: {ref!r} is not in the schema; put it there, e.g. under '#/$defs/'")
        if is_endless(schema, ref):
            raise InputError(f"schema=: {where}: {ref!r} refers to itself without end")
    try:
        validator.is_valid({})
    except RecursionError:
        raise InputError("schema= refers to itself without end") from None
    except Exception as error:  # noqa: BLE001 - what `$dynamicRef` names and is not there, say
        raise InputError(f"schema= cannot be checked against: {error}"[:300]) from None
    return lambda one: _fit(validator, one)


def _validator(schema: Mapping[str, Any]) -> Any:
    import referencing
    from jsonschema import Draft202012Validator, SchemaError  # type: ignore[import-untyped] # it has no types
    from jsonschema.validators import validator_for  # type: ignore[import-untyped] # the same

    if not isinstance(schema.get("$schema", ""), str):
        raise InputError("schema=: $schema: must be the address of a draft, or left out")
    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(schema, format_checker=kind.FORMAT_CHECKER)
    except SchemaError as error:
        where = "".join(f"{part}." for part in error.absolute_path).rstrip(".")
        raise InputError(f"schema=: {where or 'the whole'}: {error.message[:300]}") from None
    except RecursionError:
        raise InputError("schema= is nested too deeply") from None
    # An empty registry: the default one would fetch what a reference names.
    return kind(schema, registry=referencing.Registry())


def _fit(validator: Any, one: Found) -> Fitting:
    try:
        faults = [(error.absolute_path, error.message) for error in _first(validator, one.value)]
    except RecursionError:
        return TOO_DEEP
    except Exception as error:  # noqa: BLE001 - a number too large for a check, say: it costs one row, not the run
        return raised(error)
    return unfit(faults) if faults else Parsed(one.value)


def _first(validator: Any, value: Any) -> list[Any]:
    faults = []
    for fault in validator.iter_errors(value):
        faults.append(fault)
        if len(faults) > 5:  # noqa: PLR2004 - no more are named
            break
    return faults
