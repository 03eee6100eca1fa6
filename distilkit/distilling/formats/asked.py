"""What a row was asked, as messages: from a column, or from the store, which knows system messages and earlier turns.

Knows frames and stores; knows no format.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from distilkit.distilling.formats.example import Message, Unfit
from distilkit.errors import InputError, StoreError
from distilkit.progress import RunWarning
from distilkit.store import Store

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 500
"""Rows that are taken from a frame, and looked up in the store, at once."""


class Asked:
    """Finds the messages of a frame's rows, a chunk at a time.

    A column `messages` is taken first; then the request in the store, by `key`; then the column `prompt`: a text is
    one user message, a list is messages, and so is the JSON of such a list in a row without a `key`.

    Args:
        store: a `Store` or its folder; None for the default store, where there is one.
        system: a system message for rows that bring none.

    Raises:
        InputError: one of them is none of these.
    """

    def __init__(self, store: Store | str | Path | None, system: str | None) -> None:
        if system is not None and not isinstance(system, str):
            raise InputError(f"system= takes the text of a system message, not {system!r:.80}")
        if store is not None and not isinstance(store, Store | str | Path):
            raise InputError(f"store= takes a Store or the path of its folder, not {store!r:.80}")
        self._given, self._system = store, system
        self._stack = ExitStack()
        self._store: Store | None = None
        self._looked = False
        self._unknown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, rows: pd.DataFrame) -> Iterator[tuple[Message, ...] | Unfit]:
        """Yield the messages of each row, or why it has none."""
        keys, own, prompts = (_column(rows, name) for name in ("key", "messages", "prompt"))
        stored = self._stored([key for key, cell in zip(keys, own, strict=True) if isinstance(key, str) and not cell])
        for key, cell, prompt in zip(keys, own, prompts, strict=True):
            try:
                if cell:
                    found = _as_messages(_plain(cell))
                elif isinstance(key, str) and key in stored:
                    found = tuple(stored[key])
                else:
                    self._unknown += isinstance(key, str)
                    found = _of_prompt(prompt, literal=isinstance(key, str))
                yield self._completed(found)
            except Unfit as unfit:
                yield unfit

    def warn(self, *, stacklevel: int = 2) -> None:
        """Say of how many rows of a comparison the request was not in the store, so that only the prompt is known."""
        if self._unknown and self._system is None:
            text = (
                f"{self._unknown:,} rows: what was asked is not in the store, so any system message or earlier turn is "
                "missing; pass store= the store they were asked with, or system= the text"
            )
            warnings.warn(text, RunWarning, stacklevel=stacklevel + 1)

    def _stored(self, keys: Sequence[str]) -> Mapping[Any, Sequence[Message]]:
        store = self._opened() if keys else None
        if store is None:
            return {}
        return {entry.key: entry.request.messages for entry in store.entries(list(dict.fromkeys(keys)))}

    def _opened(self) -> Store | None:
        if not self._looked:
            self._looked = True
            if isinstance(self._given, Store):
                self._store = self._given
            else:
                try:
                    self._store = self._stack.enter_context(Store(self._given, readonly=True))
                except StoreError:
                    if self._given is not None:
                        raise
        return self._store

    def _completed(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        if not self._system or any(message.get("role") in {"system", "developer"} for message in messages):
            return messages
        return ({"role": "system", "content": self._system}, *messages)


def _column(rows: pd.DataFrame, name: str) -> list[Any]:
    values = rows[name].tolist() if name in rows else [None] * len(rows)
    return [None if _says_nothing(value) else value for value in values]


def _says_nothing(value: Any) -> bool:
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return (isinstance(value, float) and value != value) or (hasattr(value, "__len__") and len(value) == 0)  # noqa: PLR0124 - NaN


def _plain(cell: Any) -> Any:
    """Return a cell as Python lists and mappings: Parquet gives arrays, CSV gives JSON."""
    if isinstance(cell, str):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return [_plain_part(each) for each in cell] if hasattr(cell, "__iter__") else cell


def _plain_part(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A struct of Parquet has every field in every row.
        return {str(name): _plain_part(each) for name, each in value.items() if each is not None}
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain_part(each) for each in value]


def _of_prompt(prompt: Any, *, literal: bool) -> tuple[Message, ...]:
    if prompt is None:
        raise Unfit("has no prompt")
    if not isinstance(prompt, str):
        return _as_messages(_plain(prompt))
    if not literal and prompt.lstrip().startswith("[{"):
        value = _plain(prompt)
        if _are_messages(value):
            return tuple(value)
    return ({"role": "user", "content": prompt},)


def _as_messages(value: Any) -> tuple[Message, ...]:
    if not _are_messages(value):
        raise Unfit("has a prompt that is neither a text nor a list of messages with role and content")
    return tuple(value)


def _are_messages(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(each, Mapping)
            and isinstance(each.get("role"), str)
            and ("content" in each or "tool_calls" in each)
            for each in value
        )
    )
