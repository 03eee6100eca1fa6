"""What is noted of batches: the tables, a batch, and a request in it. Values and their bytes; no database."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from distilkit.calls import Request

CLOSED = frozenset({"completed", "failed", "expired", "cancelled", "never made", "gone", "forgotten"})
"""The states of a batch of which nothing more is expected; the last three were not heard of at the provider."""

SCHEMA = (
    """CREATE TABLE batches (
    token TEXT PRIMARY KEY, id TEXT, profile TEXT NOT NULL, section TEXT NOT NULL, provider TEXT NOT NULL,
    model TEXT NOT NULL, state TEXT NOT NULL, file TEXT, requests INTEGER NOT NULL, done INTEGER, failed INTEGER,
    held TEXT, created_at REAL NOT NULL, attempted_at REAL, submitted_at REAL, ends_by REAL, ended_at REAL,
    owner INTEGER, note TEXT NOT NULL)""",
    """CREATE TABLE requests (
    token TEXT NOT NULL, key TEXT NOT NULL, held TEXT, done INTEGER NOT NULL DEFAULT 0, about BLOB NOT NULL,
    PRIMARY KEY (token, key))""",
    # The promise itself: a request waits in one batch at most.
    "CREATE UNIQUE INDEX one_batch_a_key ON requests (key) WHERE done = 0",
)

_EXACT = Context(prec=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A batch that is planned.

    Attributes:
        token: our own name of it, with which it is marked at the provider.
        profile: who is asked.
        section: the profile's provider section.
        provider: LiteLLM's name.
        model: as the provider knows it.
        created_at: Unix time in seconds.
    """

    token: str
    profile: str
    section: str
    provider: str
    model: str
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request in a batch, with all that its answer must be stored with.

    Attributes:
        key: the request's key.
        request: what was asked.
        sent: the parameters as they were sent.
        changed: what became of parameters, a sentence each.
        held: US dollars it may cost at most, or None where that is not known.
    """

    key: str
    request: Request
    sent: Mapping[str, Any] = field(default_factory=dict)
    changed: Sequence[str] = ()
    held: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A batch as it is noted; times are Unix times in seconds, None where that has not come, or is not known.

    Attributes:
        token: our own name of it.
        id: the provider's, or None until it has told.
        profile: who was asked.
        section: the profile's provider section.
        provider: LiteLLM's name.
        model: as the provider knows it.
        state: `planned` (nothing of it can have been billed), `submitting` (the provider was asked to begin it, and
            nobody knows yet whether it did), `submitted`, or one of `CLOSED`.
        file: the provider's name of the file of requests, or None.
        requests: how many are in it.
        done: answered, as the provider last said.
        failed: failed, as the provider last said.
        held: US dollars its open requests may cost, or None where one is not known.
        created_at: when it was planned.
        attempted_at: when the provider was last asked to begin it.
        submitted_at: when it began.
        ends_by: when the provider gives it up.
        ended_at: when it was closed here.
        owner: the board that looks after it, or None.
        note: what is to be said of it, or "".
    """

    token: str
    id: str | None
    profile: str
    section: str
    provider: str
    model: str
    state: str
    file: str | None
    requests: int
    done: int | None
    failed: int | None
    held: Decimal | None
    created_at: float
    attempted_at: float | None
    submitted_at: float | None
    ends_by: float | None
    ended_at: float | None
    owner: int | None
    note: str

    @classmethod
    def of(cls, row: Sequence[Any]) -> Open:
        """Build one from a row of the table, in the order of the fields."""
        fields = dict(zip(cls.__slots__, row, strict=True))
        return cls(**{**fields, "held": _amount(fields["held"])})

    @property
    def is_open(self) -> bool:
        """Whether something is still expected of it."""
        return self.state not in CLOSED

    @property
    def name(self) -> str:
        """What it is called: the provider's name, or our own until there is one."""
        return self.id or self.token


def to_blob(waiting: Waiting) -> bytes:
    """Return what is kept of a request beside its key and dollars."""
    fields = {"request": waiting.request.as_dict(), "sent": dict(waiting.sent), "changed": list(waiting.changed)}
    return zlib.compress(json.dumps(fields, separators=(",", ":")).encode("utf-8", "surrogatepass"), 1)


def from_blob(key: str, held: Decimal | None, blob: bytes) -> Waiting:
    """Build a request from `to_blob`'s result.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    try:
        fields = json.loads(zlib.decompress(blob))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    request = Request.from_dict(fields["request"])
    return Waiting(key=key, request=request, sent=fields["sent"], changed=tuple(fields["changed"]), held=held)


def total(amounts: Iterable[str | None]) -> Decimal | None:
    """Add amounts up, exactly; one that is not known makes the sum unknown."""
    found = [_amount(amount) for amount in amounts]
    if any(amount is None for amount in found):
        return None
    summed = Decimal(0)
    for amount in found:
        summed = _EXACT.add(summed, amount or Decimal(0))
    return summed


def less(amount: str | None, amounts: Iterable[str | None]) -> Decimal | None:
    """Take amounts from one, exactly; never below 0, and unknown where one of them is."""
    before, away = _amount(amount), total(amounts)
    return None if before is None or away is None else max(_EXACT.subtract(before, away), Decimal(0))


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
