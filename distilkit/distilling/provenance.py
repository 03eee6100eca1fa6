"""Where each row comes from: who was asked and who answered, with which parameters, when, at which price.

From the frame, and from the store where the answer is still there. What neither says is None. Keeps a few hundred
records in memory, however many rows there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit.calls import Record
from distilkit.distilling.cells import numbers_of, texts_of
from distilkit.distilling.split import hashes_of
from distilkit.reading import cost_usd, read
from distilkit.store import Store
from distilkit.store.entry import is_key
from distilkit.targets import read_store

if TYPE_CHECKING:
    import pandas as pd

FIELDS = (
    "profile",
    "provider",
    "model",
    "served_by",
    "served_model",
    "sample",
    "params",
    "created_at",
    "cost_usd",
    "price",
    "thinking_kind",
    "prompt_hash",
    "key",
    "distilkit",
    "litellm",
)
"""What is told of each row, in order."""

_CHUNK = 200
_OWN = ("profile", "provider", "model", "served_by", "thinking_kind", "key")


def provenance(frame: pd.DataFrame, store: Store | str | Path | None = None) -> Iterator[dict[str, Any]]:
    """Yield, for each row of a frame in its order, where it comes from, as JSON types.

    Args:
        frame: any rows; whether they are chosen does not matter.
        store: a `Store` or its folder, where a row's `key` is looked up; None for `$DISTILKIT_STORE`, else the user's
            data folder. It is only read; nothing is made where there is none.

    Yields:
        The fields of `FIELDS`; None is unknown. `served_model` is the model as the provider names it; `params` what was
        sent beside model and messages; `created_at` when the answer came (UTC); `price` the line of LiteLLM's price
        table that gives the row's cost (dollars a token; None where the profile's own price did, or none is known);
        `distilkit` and `litellm` the versions installed now.

    Raises:
        InputError: `store` is none.
        StoreError: the store cannot be read.
    """
    now = versions()
    with read_store(store) as kept:
        for start in range(0, len(frame), _CHUNK):
            rows = frame.iloc[start : start + _CHUNK]
            records = _records(kept, rows)
            for fields in _of_frame(rows):
                yield _told({**fields, **now}, records.get(fields["key"] or ""))


def versions() -> dict[str, str | None]:
    """Return the versions of distilkit and LiteLLM that are installed; None for one that is not."""
    return {name: _version(name) for name in ("distilkit", "litellm")}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _of_frame(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    columns: dict[str, Sequence[Any]] = {name: [text or None for text in texts_of(rows, name)] for name in _OWN}
    columns["sample"] = [None if each is None else int(each) for each in numbers_of(rows, "sample")]
    columns["cost_usd"] = numbers_of(rows, "cost_usd")
    columns["created_at"] = _moments(rows)
    columns["prompt_hash"] = hashes_of(texts_of(rows, "prompt"))
    for place in range(len(rows)):
        yield {name: values[place] for name, values in columns.items()}


def _moments(rows: pd.DataFrame) -> list[str | None]:
    """Return when each answer came, in UTC to the microsecond; None for what is no time."""
    import pandas as pd

    if "created_at" not in rows:
        return [None] * len(rows)
    found = pd.to_datetime(rows["created_at"], utc=True, errors="coerce")
    return [None if pd.isna(moment) else moment.isoformat() for moment in found]


def _told(fields: Mapping[str, Any], record: Record | None) -> dict[str, Any]:
    kept = {"served_model": None, "params": None, "price": None} if record is None else _of_record(fields, record)
    known = {**fields, **kept}
    return {name: known.get(name) for name in FIELDS}


def _of_record(fields: Mapping[str, Any], record: Record) -> dict[str, Any]:
    said = read(record)
    return {
        "served_model": said.served_model,
        "params": {name: value for name, value in record.sent.items() if name != "model"},
        "price": dict(record.price) if record.price and _gives(record, fields["cost_usd"]) else None,
    }


def _gives(record: Record, cost: object) -> bool:
    """Say whether it is LiteLLM's line that gives a row's cost, and not a price that the profile states itself."""
    if "cost_usd" in (record.price or {}) or not isinstance(cost, int | float):
        return False  # an answer recorded elsewhere says what it cost in all, which is no price
    found = cost_usd(read(record), None, record.price)
    return found is not None and math.isclose(float(found), cost, rel_tol=1e-9)


def _records(store: Store | None, rows: pd.DataFrame) -> dict[str, Record]:
    keys = list(dict.fromkeys(key for key in texts_of(rows, "key") if is_key(key) and key))
    return store.get_many(keys) if store is not None and keys else {}
