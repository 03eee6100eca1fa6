"""Values as JSON has them: what is missing or not finite is null, what is no JSON at all is text.

Knows values; knows no files, and pandas' and numpy's types only by what they can do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

_ABSENT_TYPES = frozenset({"NAType", "NaTType"})  # pandas' own ways of saying nothing


def to_line(fields: Mapping[Any, Any]) -> str:
    """Return the fields as one line of JSON, without its end."""
    try:
        return json.dumps(fields, default=to_plain, allow_nan=False)
    except (TypeError, ValueError):  # a NaN or an infinity, which JSON has not, or a name that is no text
        return json.dumps(to_plain(fields))


def to_text(value: Any) -> str | None:
    """Return a value as text that UTF-8 can hold, or None where it is missing; half a surrogate pair is escaped."""
    plain = to_plain(value)
    if plain is None:
        return None
    text = plain if isinstance(plain, str) else json.dumps(plain)
    return text.encode(errors="backslashreplace").decode()


def to_plain(value: Any) -> Any:
    """Return a value as JSON types.

    >>> to_plain({"a": float("nan"), 1: (1.5, {2})})
    {'a': None, '1': [1.5, [2]]}
    """
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): to_plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(each) for each in value]
    if is_missing(value):
        return None
    return value if isinstance(value, float) else _foreign(value)


def is_missing(value: Any) -> bool:
    """Say whether a value is None, no finite number, or pandas' way of saying nothing."""
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or type(value).__name__ in _ABSENT_TYPES


def _foreign(value: Any) -> Any:
    if hasattr(value, "model_dump"):  # a pydantic model, such as schema= makes
        return to_plain(value.model_dump(mode="json"))
    if hasattr(value, "isoformat"):
        return value.isoformat()
    listed = value.tolist() if hasattr(value, "tolist") else value  # numpy's arrays and numbers
    return str(value) if type(listed) is type(value) else to_plain(listed)
