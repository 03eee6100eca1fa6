"""What comes of reading an answer: a value that fits, or the reason why there is none.

Values, and the texts of reasons, which are shown to people and to the model alike. Knows no schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

LONGEST_REASON = 1_000
_MOST_NAMED = 5
_LONGEST_NAMED = 200


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value that fits: an instance of the caller's model, or JSON as Python objects."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why there is none, in at most about 1,000 characters."""

    reason: str


Fitting = Parsed | Unfit
"""What comes of reading an answer."""

TOO_DEEP = Unfit("it is nested too deeply")


def unfit(faults: Iterable[tuple[Iterable[Any], str]]) -> Unfit:
    """Return a reason that names the first faults, each by the path to its place and what is wrong there."""
    named = [f"{_dotted(path)}: {_short(text)}" for path, text in islice(faults, _MOST_NAMED + 1)]
    more = "; and more" if len(named) > _MOST_NAMED else ""
    return Unfit("; ".join(named[:_MOST_NAMED])[: LONGEST_REASON - len(more)] + more)


def raised(error: Exception) -> Unfit:
    """Return a reason from what a caller's own check raised."""
    return Unfit(_short(f"{type(error).__name__}: {error}"))


def _dotted(path: Iterable[Any]) -> str:
    return _short(".".join(str(part) for part in path)) or "the whole"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAMED else f"{text[:_LONGEST_NAMED]}…"
