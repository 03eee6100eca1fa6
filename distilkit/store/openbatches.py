"""What ordinary runs must know of open batches: which requests are in one, and what they may still cost.

Costs one look for a file where a store knows of no batch. Knows what is noted; asks no provider.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from distilkit.store.batchfile import BatchFile, is_there
from distilkit.store.batchrows import Open
from distilkit.store.ledger import SpendRow


class OpenBatches:
    """The open batches of a store's folder, as they stand when one asks.

    Every method raises StoreError where the list of batches cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BatchFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def where(self, key: str) -> str | None:
        """Say in which open batch a request is, and the ways out; None where it is in none."""
        if (file := self._opened()) is None or not (held := file.holding([key])):
            return None
        noted = file.batch(held[key])
        return None if noted is None else still_in(noted)

    def held_rows(self, today: date) -> list[SpendRow]:
        """Return what open batches may still cost, as the ledger would say it had it been spent today; unknown is 0."""
        file = self._opened()
        return [
            SpendRow(
                day=today,
                section=batch.section,
                profile=batch.profile,
                cost_usd=batch.held or Decimal(0),
                answers=0,
                unknown=0,
            )
            for batch in (file.open() if file is not None else ())
        ]

    def _opened(self) -> BatchFile | None:
        if self._file is None and is_there(self._folder):
            self._file = BatchFile(self._folder)
        return self._file


def still_in(noted: Open) -> str:
    """Say of a request that it is in a batch, and the ways out."""
    if noted.id is None:
        since = f"since {_time(noted.created_at)} a batch is being handed over that holds this"
    else:
        since = f"it is in batch {noted.id} since {_time(noted.submitted_at or noted.created_at)}"
    maybe = f" ({noted.note})" if noted.note else ""
    way = f"run with batch=True to wait for it, or give it up with dk.cancel_batch({noted.name!r})"
    return f"not sent: {since}{maybe}; {way}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
