"""Fields of parsed JSON, whatever is in them: a provider's words are taken where they make sense, else passed over.

Never raises. Knows nothing of batches.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_LONGEST_NAME = 500
_HALF = re.compile("[\ud800-\udfff]")
_NONE = "\ufffd"
# Beyond it a number is no time; before it, none of a batch.
_LAST_MOMENT = 9e9


def text(holder: Any, name: str) -> str:
    """Return a text, or "" where there is none; half a character, which JSON can write, is shown as none."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    # It can be neither noted nor stand in an address.
    return _HALF.sub(_NONE, value) if isinstance(value, str) else ""


def is_name(name: str) -> bool:
    """Say whether a provider's name of a batch or file can be kept, shown, and asked for by its address.

    >>> is_name("batch_1"), is_name(".."), is_name("")
    (True, False, False)
    """
    # Quoting leaves dots as they are, and an address with them leads elsewhere.
    return 0 < len(name) <= _LONGEST_NAME and name.isprintable() and _NONE not in name and set(name) != {"."}


def count(holder: Any, name: str) -> int | None:
    """Return a whole number of at least 0, or None."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if type(value) is int and value >= 0 else None


def moment(holder: Any, name: str) -> float | None:
    """Return Unix time in seconds, from a number or from RFC 3339, or None.

    >>> moment({"at": "1970-01-01T00:01:00.1234567+00:00"}, "at"), moment({"at": 60}, "at"), moment({}, "at")
    (60.123456, 60.0, None)
    """
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
            value = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = float(value)
    return seconds if math.isfinite(seconds) and 0 < seconds < _LAST_MOMENT else None


def within(holder: Any, name: str) -> Any:
    """Return what stands under a name, or None."""
    return holder.get(name) if isinstance(holder, Mapping) else None


def items(holder: Any, name: str) -> list[Any]:
    """Return a list, or an empty one."""
    value = within(holder, name)
    return value if isinstance(value, list) else []
