"""Answers recorded elsewhere, brought into the store, so that they are compared like any other and never paid for.

Turns files and frames into rows; the store knows what to do with rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from distilkit.errors import InputError
from distilkit.files import read_table
from distilkit.profiles import Profile, Route
from distilkit.store import Store
from distilkit.targets import chosen_profiles, opened_store

if TYPE_CHECKING:
    import pandas as pd


def add_recorded(
    answers: pd.DataFrame | str | Path,
    profile: str | Profile,
    *,
    config: str | Path | None = None,
    store: Store | str | Path | None = None,
) -> int:
    """Put answers recorded elsewhere into the store, under `profile`, and return how many were new.

    `compare` with the same prompts and profile then finds them, also with `cache="only"`. Nothing is sent, and no spend
    is booked.

    Args:
        answers: a frame, or a CSV, JSONL or Parquet file, with `prompt` (or `messages`) and `content`, and whatever
            else is known: `system`, `params`, `sample`, `model`, `thinking`, `finish_reason`, `input_tokens`,
            `cached_tokens`, `output_tokens`, `reasoning_tokens`, `cost_usd`, `latency_s`, `created_at`. What is not
            there, or missing in a row, stays unknown.
        profile: whom the answers are from; its parameters and system prompt are part of what was asked.
        config: the profile file; see `compare`.
        store: a `Store` or its folder; see `compare`.

    Raises:
        InputError: a column is unknown, a row has no prompt or content, or `profile` is a strategy; the text names it.
    """
    import pandas as pd

    if isinstance(answers, str | Path):
        frame = read_table(answers)
    elif isinstance(answers, pd.DataFrame):
        frame = answers
    else:
        raise InputError(f"answers= takes a DataFrame or the path of a file, not {type(answers).__name__}")
    known = frame.astype(object).where(frame.notna(), None)
    rows = [{str(name): value for name, value in row.items() if value is not None} for row in known.to_dict("records")]
    (whose,) = chosen_profiles(profile, config)
    if isinstance(whose, Route):
        names = ", ".join(whose.strategy.names)
        raise InputError(
            f"profile={whose.name!r} is a strategy; say which of its profiles the answers are from: {names}"
        )
    with opened_store(store) as kept:
        try:
            return kept.add_recorded(rows, profile=whose)
        except InputError as error:
            if isinstance(answers, pd.DataFrame):
                raise
            raise InputError(f"{answers}: {error}") from None
