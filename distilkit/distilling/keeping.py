"""Both sides of a training set, kept in the store: the verdicts of what may be learnt from, and of what may not.

The answers are in the store already, by their keys, with their thinking; `kept` reads both again. Knows frames and the
store; asks nobody.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distilkit._callers import outside
from distilkit.distilling.cells import is_missing, texts_of, verdicts_of
from distilkit.errors import StoreError
from distilkit.profiles.profile import ThinkingRules
from distilkit.progress import RunWarning
from distilkit.store import Store, verdicts
from distilkit.store.entry import is_key
from distilkit.store.verdicts import Verdict
from distilkit.targets import opened_store

if TYPE_CHECKING:
    import pandas as pd

UNNAMED = "unnamed"
"""What a set is kept under that has no name; the next one without a name takes its place."""

_ABOUT = ("profile", "served_by", "split", "error_kind", "error")


def keep(
    frame: pd.DataFrame,
    store: Store | str | Path | None,
    name: str | None,
    rules: Mapping[str, ThinkingRules] | None = None,
) -> None:
    """Keep the verdicts of a frame beside its answers; where they cannot be kept, a warning says why.

    Args:
        frame: with the columns that distilling adds. Rows without the key of a request are in no store, and left out.
        store: where its answers are.
        name: the set's; None for `UNNAMED`.
        rules: by profile, how its thinking is read, where it is not the usual way.
    """
    keys = texts_of(frame, "key")
    keyed = [place for place, key in enumerate(keys) if is_key(key)]
    if not keyed:
        if name is not None:
            _warn(
                f"name={name!r}: no row has the key of a stored answer, so nothing is kept; the frame has all there is"
            )
        return
    try:
        with opened_store(store) as opened:
            if opened.readonly:
                raise StoreError(f"{opened.folder}: the store is read-only ({opened.reason})")  # noqa: TRY301 - one warning for both
            verdicts.write(opened.folder, name or UNNAMED, _verdicts(frame, keyed, rules or {}))
    except StoreError as error:
        _warn(f"the verdicts are not kept, dk.distilled() will not know them: {error}")
        return
    if name is not None and len(keyed) < len(frame):
        _warn(f"name={name!r}: {len(frame) - len(keyed):,} of {len(frame):,} rows have no key in the store; not kept")


def _warn(text: str) -> None:
    warnings.warn(text, RunWarning, stacklevel=outside())


def _verdicts(frame: pd.DataFrame, places: Sequence[int], rules: Mapping[str, ThinkingRules]) -> Iterator[Verdict]:
    keys, reasons, evidence = (texts_of(frame, name) for name in ("key", "reasons", "evidence"))
    valid, chosen = verdicts_of(frame, "valid"), verdicts_of(frame, "chosen")
    about = _about(frame, rules)
    for place in places:
        yield Verdict(
            key=keys[place] or "",
            valid=valid[place] is True,
            chosen=chosen[place] is True,
            reasons=reasons[place] or "",
            evidence=evidence[place] or "",
            about=about[place],
        )


def _about(frame: pd.DataFrame, rules: Mapping[str, ThinkingRules]) -> list[dict[str, Any]]:
    """Return what the answer itself does not say, for each row; nothing that is not known."""
    columns = {name: texts_of(frame, name) for name in _ABOUT}
    own = {name: asdict(each) for name, each in rules.items() if each != ThinkingRules()}
    ids, costs, prompts = (_plain(frame, name) for name in ("prompt_id", "cost_usd", "prompt"))
    found = []
    for place in range(len(frame)):
        row: dict[str, Any] = {name: values[place] for name, values in columns.items()}
        row |= {"prompt_id": ids[place], "cost_usd": costs[place]}
        # What was asked stands beside a stored answer; of a call that failed it may stand nowhere.
        row["prompt"] = prompts[place] if row["error_kind"] else None
        row["thinking"] = own.get(row["served_by"] or row["profile"] or "")
        found.append({name: value for name, value in row.items() if value is not None})
    return found


def _plain(frame: pd.DataFrame, name: str) -> list[Any]:
    """Return a column as JSON's types: numbers stay numbers, the rest is text."""
    if name not in frame:
        return [None] * len(frame)
    values = frame[name].astype(object).tolist()
    return [
        None if is_missing(value) else value if isinstance(value, int | float | str) else str(value) for value in values
    ]
