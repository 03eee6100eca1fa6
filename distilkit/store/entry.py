"""What the store keeps: an answer with its question, and what it cost. Values and their bytes; no database."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from distilkit.calls import Record, Request
from distilkit.errors import InputError
from distilkit.store import codec
from distilkit.store.codec import Damaged

_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


class StoreWarning(UserWarning):
    """Something in the store cannot be used; the text says how much, and how to look closer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer as it is kept.

    Attributes:
        key: `request.key()`.
        request: what was asked.
        record: what came back.
        profile: the profile that was asked; a different one may be served the same entry later.
        section: the provider section that profile stands in, for the ledger.
        cost_usd: US dollars paid, or None where that is unknown.
        answer: False for a reply that was paid for but is no answer: it counts in the ledger and is never served.
    """

    key: str
    request: Request
    record: Record
    profile: str
    section: str
    cost_usd: Decimal | None = None
    answer: bool = True


class Row(NamedTuple):
    """An entry ready for the database; `model` is what `stats` counts by."""

    key: str
    blob: bytes
    model: str


def is_key(text: object) -> bool:
    """Say whether this can be a request's key."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def to_row(entry: Entry) -> Row:
    """Turn an entry into bytes.

    Raises:
        InputError: the key is none, the cost is no amount, or a value is not JSON.
    """
    if not is_key(entry.key):
        raise InputError(f"{entry.key!r} is not a key; use request.key()")
    check_cost(entry.cost_usd)
    try:
        blob = codec.seal(entry.key, entry.record.as_dict(), as_asked(entry))
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"the entry {entry.key[:12]} cannot be stored: {error}") from None
    # SQLite takes no half of a surrogate pair, which a name from elsewhere may hold.
    return Row(entry.key, blob, entry.request.model.encode(errors="replace").decode())


def as_asked(entry: Entry) -> dict[str, Any]:
    """Return what is kept beside the record: the request, for whom, and the dollars as text."""
    return {
        "request": entry.request.as_dict(),
        "profile": entry.profile,
        "section": entry.section,
        "cost_usd": None if entry.cost_usd is None else str(entry.cost_usd),
    }


def check_cost(cost_usd: Decimal | None) -> None:
    """Refuse a NaN, an infinity or a negative amount: it would spoil every sum after it."""
    if cost_usd is not None and not (cost_usd.is_finite() and cost_usd >= 0):
        raise InputError(f"cost_usd is {cost_usd}: an amount of dollars, or None where it is unknown")


def to_entry(key: str, record: Mapping[str, Any], asked: Mapping[str, Any]) -> Entry:
    """Build an entry from `Record.as_dict` and `as_asked`.

    Raises:
        Damaged: a field is missing or of the wrong kind.
    """
    try:
        cost = asked["cost_usd"]
        entry = Entry(
            key=key,
            request=_request(asked["request"]),
            record=Record.from_dict(record),
            profile=str(asked["profile"]),
            section=str(asked["section"]),
            cost_usd=None if cost is None else Decimal(cost),
        )
        check_cost(entry.cost_usd)
    except (KeyError, TypeError, AttributeError, InvalidOperation, ValueError) as error:
        raise Damaged(f"lacks a field or has one too many: {error!r}") from None
    return entry


def _request(fields: Mapping[str, Any]) -> Request:
    request = Request.from_dict(fields)
    if not isinstance(request.model, str):
        raise TypeError(f"model is {type(request.model).__name__}, not text")
    return request


@dataclass(slots=True)
class Tally:
    """Counts what could not be read, so that many damaged entries make one warning."""

    damaged: int = 0
    newer: int = 0
    keys: list[str] = field(default_factory=list)

    def add(self, key: object, damage: Damaged) -> None:
        """Count one entry."""
        self.keys.append(str(key))  # a damaged one can be a number
        if damage.newer:
            self.newer += 1
        else:
            self.damaged += 1

    def warn(self, folder: object, what: Sequence[str] = ("entry", "entries"), *, frames: int = 4) -> None:
        """Warn once, if there is anything to warn of; the warning names the line `frames` calls up."""
        if self.damaged:
            noun = what[self.damaged > 1]
            text = (
                f"{folder}: {self.damaged} damaged {noun} counted as missing, first {self.keys[0][:12]}; "
                "`distilkit store verify` (store.verify()) lists them, and asking again replaces them"
            )
            warnings.warn(text, StoreWarning, stacklevel=frames)
        if self.newer:
            noun = what[self.newer > 1]
            text = (
                f"{folder}: {self.newer} {noun} written by a newer distilkit counted as missing; upgrade to read them"
            )
            warnings.warn(text, StoreWarning, stacklevel=frames)
