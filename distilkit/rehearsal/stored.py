"""What of a plan is in the store, and what answered calls say about the rest. Reads, and makes no file or folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from distilkit.calls import Call, Record
from distilkit.store import Store
from distilkit.targets import read_store

# A mean over more answers is no better, and the records would fill the memory.
_MOST_HISTORY = 1_000
_CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was found.

    Attributes:
        keys: of the calls that are answered in the store.
        history: answers by the profile's name, at most 1,000 of each.
    """

    keys: frozenset[str] = frozenset()
    history: Mapping[str, Sequence[Record]] = field(default_factory=dict)


def look_up(calls: Sequence[Call], store: Store | str | Path | None) -> Stored:
    """Return what the store holds of these calls; nothing where there is no store yet.

    Raises:
        InputError: `store` is none.
        StoreError: it cannot be read.
    """
    names = {option.key: option.profile.name for call in calls for option in call.choices}
    keys = list(names)
    found: set[str] = set()
    history: dict[str, list[Record]] = defaultdict(list)
    with read_store(store) as kept:
        for start in range(0, len(keys) if kept else 0, _CHUNK):
            records = kept.get_many(keys[start : start + _CHUNK]) if kept else {}
            found.update(records)
            for key, record in records.items():
                if len(own := history[names[key]]) < _MOST_HISTORY:
                    own.append(record)
    return Stored(keys=frozenset(found), history=history)
