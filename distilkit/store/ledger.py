"""What was spent: a total a day, section and profile, kept beside the answers and changed in the same transaction.

Knows dollars and days; does not know prices, budgets or what an answer says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from typing import Any, NamedTuple

from distilkit.store import codec
from distilkit.store.codec import Damaged
from distilkit.store.entry import Entry, Tally, check_cost
from distilkit.store.reader import Reader, bytes_of

_PREFIX = "spend:"
_BEHIND = "spend;"  # the first text behind all that start with the prefix
# Sums are exact whatever the caller's context says.
_EXACT = Context(prec=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendRow:
    """What one profile cost on one day.

    Attributes:
        day: the day in UTC.
        section: the provider section the profile stands in.
        profile: its name.
        cost_usd: US dollars for the replies whose cost is known.
        answers: how many replies were paid for, those that are never served as answers included.
        unknown: how many of them have an unknown cost; where it is not 0, `cost_usd` is a lower bound.
    """

    day: date
    section: str
    profile: str
    cost_usd: Decimal
    answers: int
    unknown: int


class SpendSum(NamedTuple):
    """Some rows of the ledger added up; `key` is what they have in common."""

    key: tuple[date | str, ...]
    answers: int
    cost_usd: Decimal
    unknown: int


_BY: dict[str, Callable[[SpendRow], date | str]] = {
    "day": lambda row: row.day,
    "month": lambda row: row.day.replace(day=1),
    "provider": lambda row: row.section,
    "profile": lambda row: row.profile,
}
SPEND_BY = tuple(_BY)
"""What spending can be added up by; a month is written as its first day."""


def add_up(rows: Iterable[SpendRow], by: Sequence[str]) -> list[SpendSum]:
    """Add rows up, exactly, by some of `SPEND_BY`, in ascending order; by none of them, all rows make one sum."""
    sums: dict[tuple[date | str, ...], SpendSum] = {} if by else {(): SpendSum((), 0, Decimal(0), 0)}
    for row in rows:
        key = tuple(_BY[word](row) for word in by)
        before = sums.get(key, SpendSum(key, 0, Decimal(0), 0))
        sums[key] = SpendSum(
            key, before.answers + row.answers, _EXACT.add(before.cost_usd, row.cost_usd), before.unknown + row.unknown
        )
    return [sums[key] for key in sorted(sums)]


def spend_of(entries: Iterable[Entry]) -> list[SpendRow]:
    """Add up what some entries cost, each on the day it arrived (today where it does not say)."""
    sums: dict[str, SpendRow] = {}
    for entry in entries:
        check_cost(entry.cost_usd)
        row = _row_of(entry)
        key = _key(row)
        sums[key] = _sum(sums[key], row) if key in sums else row
    return list(sums.values())


def add(cache: Any, rows: Iterable[SpendRow]) -> int:
    """Add to the stored totals, inside the caller's transaction; returns how many of them were damaged.

    A damaged total is begun anew: what it held cannot be known.
    """
    damaged = 0
    for row in rows:
        key = _key(row)
        total = row
        try:
            blob = cache.get(key)
            if blob is not None:
                total = _sum(_from_blob(key, blob), row)
        except Damaged:
            damaged += 1
        cache.set(key, _to_blob(key, total), tag="spend")
    return damaged


def read(reader: Reader, since: date | None = None) -> Iterator[SpendRow]:
    """Run through the totals by day, section and profile, from a day on; warns once of those that are damaged."""
    tally = Tally()
    # A key begins with its day, so that the totals of a month lie together.
    first = _PREFIX if since is None else f'{_PREFIX}["{since.isoformat()}'
    statement = "SELECT key, mode, filename, value FROM Cache WHERE key >= ? AND key < ? AND raw = 1 ORDER BY key"
    for key, *row in reader.query(statement, (first, _BEHIND)):
        try:
            yield _from_blob(key, bytes_of(*row))
        except Damaged as damage:
            tally.add(key, damage)
    tally.warn(reader.folder, ("total of the ledger", "totals of the ledger"))


def check(key: str, blob: bytes) -> bool:
    """Say whether this key belongs to the ledger; if it does, check its bytes.

    Raises:
        Damaged: they are not what was stored.
    """
    ours = key.startswith(_PREFIX)
    if ours:
        _from_blob(key, blob)
    return ours


def _row_of(entry: Entry) -> SpendRow:
    created = entry.record.created_at
    moment = datetime.now(UTC) if created is None else datetime.fromtimestamp(created, UTC)
    return SpendRow(
        day=moment.date(),
        section=entry.section,
        profile=entry.profile,
        cost_usd=entry.cost_usd if entry.cost_usd is not None else Decimal(0),
        answers=1,
        unknown=int(entry.cost_usd is None),
    )


def _sum(one: SpendRow, other: SpendRow) -> SpendRow:
    return replace(
        one,
        cost_usd=_EXACT.add(one.cost_usd, other.cost_usd),
        answers=one.answers + other.answers,
        unknown=one.unknown + other.unknown,
    )


def _key(row: SpendRow) -> str:
    return _PREFIX + json.dumps([row.day.isoformat(), row.section, row.profile])


def _to_blob(key: str, row: SpendRow) -> bytes:
    totals = {"cost_usd": str(row.cost_usd), "answers": row.answers, "unknown": row.unknown}
    return codec.seal(key, totals, None)


def _from_blob(key: str, blob: bytes) -> SpendRow:
    totals = codec.first_section(key, blob)
    try:
        day, section, profile = json.loads(key.removeprefix(_PREFIX))
        return SpendRow(
            day=date.fromisoformat(day),
            section=section,
            profile=profile,
            cost_usd=Decimal(totals["cost_usd"]),
            answers=int(totals["answers"]),
            unknown=int(totals["unknown"]),
        )
    except (ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise Damaged(f"is no total: {error!r}") from None
