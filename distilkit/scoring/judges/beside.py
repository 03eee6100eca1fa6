"""The columns beside a judge's score: what it said, and what it cost.

Knows endings and dtypes; asks nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from distilkit.scoring.judges.replies import Bill

TEXT = "text"
"""In place of a dtype: texts of any kind, for which `applying` knows the dtype."""

_BILL = {"cost_usd": "Float64", "billed_usd": "Float64", "input_tokens": "Int64", "output_tokens": "Int64"}

DTYPES: Mapping[str, str] = {"explanation": TEXT, **_BILL}
"""The endings of the columns beside a grade, and their dtypes."""

PAIR_DTYPES: Mapping[str, str] = {
    "first_order": TEXT,
    "second_order": TEXT,
    "flipped": "boolean",
    **DTYPES,
}
"""The same beside a comparison of two answers."""


def beside_of(said: Sequence[tuple[str | None, Bill]]) -> dict[str, list[Any]]:
    """Return the columns of `DTYPES`, from what was said and what it cost, row by row."""
    columns: dict[str, list[Any]] = {"explanation": [text for text, _ in said]}
    return columns | {each.name: [getattr(bill, each.name) for _, bill in said] for each in fields(Bill)}
