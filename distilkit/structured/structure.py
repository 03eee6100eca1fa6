"""What `schema=` means: a pydantic model, or a JSON schema, made ready to be sent and to be checked against.

Pydantic models are known by what they can do; pydantic itself is not imported here. Sends nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from distilkit.errors import InputError
from distilkit.structured.checking import checked, plain
from distilkit.structured.fitting import Fitting, Parsed, Unfit, raised, unfit
from distilkit.structured.found import Found, found
from distilkit.structured.pointers import pointed
from distilkit.structured.strict import strict_copy

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The shape answers shall have.

    Attributes:
        name: what the schema is called where a provider wants a name.
        schema: the JSON schema, as the caller means it.
        strict: the same for strict modes, or None where it cannot be said there.
        fit: says whether a JSON value fits, and what it becomes.
    """

    name: str
    schema: Mapping[str, Any]
    strict: Mapping[str, Any] | None
    fit: Callable[[Found], Fitting]

    @property
    def is_object(self) -> bool:
        """Whether answers are JSON objects, which is all that most providers promise."""
        root = self.schema
        if "type" not in root and "$ref" in root:
            root = pointed(self.schema, root["$ref"]) or {}
        return isinstance(root, Mapping) and root.get("type") == "object"

    @property
    def words(self) -> str:
        """How a model is asked for it in words."""
        schema = json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))
        return f"Answer with JSON alone, no other text and no code fence. It must fit this JSON schema:\n{schema}"

    def read(self, content: str) -> Fitting:
        """Read an answer. Never raises.

        Of several JSON values in it, the one that fits is meant; where several fit, nobody can say which.
        """
        values = found(content)
        if isinstance(values, Unfit):
            return values
        fits = [self.fit(one) for one in values]
        good = [each for each in fits if isinstance(each, Parsed)]
        if len(good) == 1:
            return good[0]
        if good:
            return Unfit(f"{len(good)} different JSON values fit; answer with one")
        longest = max(range(len(values)), key=lambda place: len(values[place].text))
        return fits[longest]


def prepare(schema: Any, params: Mapping[str, Any] | None = None) -> Structure:
    """Return the structure that a caller means.

    Args:
        schema: a pydantic model class (version 2), or a JSON schema as a mapping.
        params: the caller's generation parameters, which must not say something else.

    Raises:
        InputError: it is neither, is wrong, or `params` asks for another format; the text names the place.
    """
    if (params or {}).get("response_format") is not None:
        raise InputError("params= holds 'response_format' beside schema=, which decides it; leave one of them out")
    if isinstance(schema, Mapping):
        described = plain(schema)
        return _structure(described.get("title"), described, checked(described))
    if isinstance(schema, type) and hasattr(schema, "model_json_schema") and hasattr(schema, "model_validate_json"):
        return _structure(schema.__name__, _schema_of(schema), lambda one: _instance(schema, one))
    raise InputError(f"schema= takes a pydantic model class or a JSON schema (a dict), not {_shown(schema)}")


def _structure(name: Any, schema: dict[str, Any], fit: Callable[[Found], Fitting]) -> Structure:
    plain_name = _NOT_IN_NAMES.sub("_", name).strip("_") if isinstance(name, str) else ""
    try:
        strict = strict_copy(schema)
    except RecursionError:
        raise InputError("schema= is nested too deeply") from None
    return Structure(name=plain_name[:_LONGEST_NAME] or "answer", schema=schema, strict=strict, fit=fit)


def _shown(schema: Any) -> str:
    if isinstance(schema, type):
        return f"the class {schema.__name__}, which is no model of pydantic 2"
    if hasattr(schema, "model_json_schema"):
        return f"an instance; pass the class itself, {type(schema).__name__}"
    return f"{schema!r}"[:100]


def _schema_of(model: Any) -> dict[str, Any]:
    try:
        schema = model.model_json_schema()
    except Exception as error:  # noqa: BLE001 - pydantic's own errors, and what a model's own hooks raise
        raise InputError(f"schema=: {model.__name__} has no JSON schema: {error}") from None
    return plain(schema)


def _instance(model: Any, one: Found) -> Fitting:
    try:
        return Parsed(model.model_validate_json(one.text))
    except Exception as error:  # noqa: BLE001 - a model's own validators may raise anything; it costs one row, not the run
        return _faults(error) or raised(error)


def _faults(error: Any) -> Unfit | None:
    """Return what pydantic found wrong, or None for an error of somebody else's."""
    try:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        return unfit((fault["loc"], fault["msg"]) for fault in told)
    except (AttributeError, TypeError, KeyError):
        return None
