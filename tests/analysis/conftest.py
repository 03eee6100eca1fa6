"""Small frames for the analyses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest

from distilkit.frame import COLUMNS

MakeFrame = Callable[..., pd.DataFrame]

ANSWERED: Mapping[str, Any] = {
    "profile": "small",
    "content": "yes",
    "thinking_kind": "absent",
    "input_tokens": 10,
    "output_tokens": 4,
    "cost_usd": 0.25,
    "billed_usd": 0.25,
    "latency_s": 1.0,
}


@pytest.fixture
def frame_of() -> MakeFrame:
    """Make a frame as `compare` returns it: answered rows, each with what its dict says otherwise.

    An `error_kind` in a dict makes a row that failed and was not paid for.
    """

    def make(rows: list[dict[str, Any]], **scores: list[Any]) -> pd.DataFrame:
        full = [_row(index, row) for index, row in enumerate(rows)]
        frame = pd.DataFrame(full, columns=list(COLUMNS))
        frame = frame.astype({name: dtype or "Int64" for name, dtype in COLUMNS.items()})
        columns = {name: pd.Series(values, dtype=_dtype(values)) for name, values in scores.items()}
        return frame.assign(**columns)

    return make


def _row(index: int, row: dict[str, Any]) -> dict[str, Any]:
    base = {"profile": "small"} if "error_kind" in row else ANSWERED
    return {"prompt_id": index, **base, **row}


def _dtype(values: list[Any]) -> str:
    return "boolean" if all(value is None or isinstance(value, bool) for value in values) else "Float64"
