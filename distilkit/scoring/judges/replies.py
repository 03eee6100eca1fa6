"""What a judge replied, and what that cost: the rows of its run as plain values.

Knows the columns of a frame; reads no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from distilkit.frame import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What calls cost; None where it is not known.

    Attributes:
        cost_usd: dollars at list price.
        billed_usd: dollars that this run paid; 0 from the store.
        input_tokens: tokens in.
        output_tokens: tokens out, thinking included.
    """

    cost_usd: float | None = None
    billed_usd: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @classmethod
    def of(cls, replies: Iterable[Reply]) -> Bill:
        """Return what several replies cost together.

        Calls that were refused or never sent cost nothing beside one that was answered; alone, they are unknown.
        """
        bills = [reply.bill for reply in replies if reply.is_paid]
        return cls(**{each.name: _sum([getattr(bill, each.name) for bill in bills]) for each in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one call to a judge came to.

    Attributes:
        content: the answer without its thinking; None where the call failed.
        finish_reason: why it ended.
        error_kind: why it failed, in the words of the column of that name; None where it did not, or was not made.
        error: the same in a sentence; or why it was not made.
        bill: what it cost.
    """

    content: str | None = None
    finish_reason: str | None = None
    error_kind: str | None = None
    error: str | None = None
    bill: Bill = Bill()

    @property
    def is_paid(self) -> bool:
        """Whether it was, or may have been, paid for."""
        return self.error is None or self.bill.cost_usd is not None or self.bill.input_tokens is not None

    @property
    def trouble(self) -> str | None:
        """Why there is nothing to read, or None."""
        if self.error is None:
            return None
        return self.error if self.error_kind is None else f"the judge failed: {self.error_kind}: {self.error}"


def replies_of(rows: Rows, total: int, unasked: str) -> list[Reply]:
    """Return a reply for each call, in the plan's order.

    Args:
        rows: those that are finished.
        total: how many calls there are.
        unasked: why the others were not made.
    """
    replies = [Reply(error=unasked)] * total
    table = rows.frame()
    names = ("content", "finish_reason", "error_kind", "error", *(each.name for each in fields(Bill)))
    columns = [_plain(table[name]) for name in names]
    for place, (content, finish, kind, error, *bill) in zip(rows.finished, zip(*columns, strict=True), strict=True):
        replies[place] = Reply(
            content=content if kind is None else None,
            finish_reason=finish,
            error_kind=kind,
            error=error if kind is not None else None,
            bill=Bill(**dict(zip((each.name for each in fields(Bill)), bill, strict=True))),
        )
    return replies


def _plain(column: Any) -> Sequence[Any]:
    """Return a column's values, None for `<NA>`."""
    missing = column.isna().tolist()
    return [None if gone else value for value, gone in zip(column.tolist(), missing, strict=True)]


def _sum(values: Sequence[Any]) -> Any:
    """Return the sum, or None when one is unknown or there is none."""
    return sum(values) if values and all(value is not None for value in values) else None
