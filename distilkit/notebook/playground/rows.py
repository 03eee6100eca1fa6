"""Rows of a playground's frame: those of `compare`, and which round they belong to.

Knows the plan of a call, from which the row of a failed one is made; sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from distilkit.calls import Failure
from distilkit.errors import ErrorKind
from distilkit.frame import COLUMNS, Rows, to_frame
from distilkit.notebook.playground.wish import Wish
from distilkit.planning import plan
from distilkit.prompts import to_prompts
from distilkit.targets import chosen_profiles

if TYPE_CHECKING:
    import pandas as pd

OWN = ("round", "system", "params")
"""The columns beside those of `compare`: the number in the history, and what was asked with the prompt."""


def plain_values(row: pd.Series[Any]) -> dict[str, Any]:
    """Return a finished row's values: None for unknown, `created_at` as it is. As seconds it would lose some."""
    return {name: _plain(row[name]) for name in COLUMNS}


def values_without_answer(
    wish: Wish, name: str, config: Any, *, kind: ErrorKind, message: str, at: float
) -> dict[str, Any]:
    """Return the row of a call that gave no whole answer. What it cost, and how often it was sent, is not known."""
    try:
        asked, _ = to_prompts(wish.prompt, system=wish.system)
        calls = plan(asked, chosen_profiles(wish.targets[name], config), params=wish.params, samples=1)
        rows = Rows(calls)
        rows.settle(calls[0], Failure(kind=kind, message=message, created_at=at))
        planned = plain_values(rows.frame().iloc[0])
    except Exception:  # noqa: BLE001 - it cannot even be planned: a key or an address is missing, or whatever else
        planned = {**dict.fromkeys(COLUMNS), "sample": 0, "prompt": wish.prompt, "from_store": False}
        planned |= {"error_kind": kind, "error": message, "created_at": datetime.fromtimestamp(at, UTC)}
    return {**planned, "profile": name, "attempts": None, "billed_usd": None}


def frame_of(rows: Iterable[tuple[int, Wish, Mapping[str, Any]]]) -> pd.DataFrame:
    """Return the frame of these rows: the number of the round, what was asked, and the row's values."""
    kept = list(rows)
    own = [{**values, "prompt_id": number, "created_at": None} for number, _, values in kept]
    frame = to_frame([tuple(values[name] for name in COLUMNS) for values in own])
    import pandas as pd

    times = pd.Series([values["created_at"] for _, _, values in kept], dtype=object)
    frame["created_at"] = pd.to_datetime(times, utc=True).astype("datetime64[us, UTC]")
    texts = pd.StringDtype("python")
    frame["round"] = pd.array([number for number, _, _ in kept], dtype="Int64")
    frame["system"] = pd.array([wish.system for _, wish, _ in kept], dtype=texts)
    frame["params"] = pd.array([json.dumps(dict(wish.params)) for _, wish, _ in kept], dtype=texts)
    return frame


def _plain(value: Any) -> Any:
    import pandas as pd

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
