"""Small frames for scorers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from distilkit.frame import COLUMNS

MakeFrame = Callable[..., pd.DataFrame]


@pytest.fixture
def frame_of() -> MakeFrame:
    """Make a frame as `compare` returns it, from contents (None for a failed row) and the caller's columns."""

    def make(contents: list[str | None], **own: list[Any]) -> pd.DataFrame:
        frame = pd.DataFrame({name: [pd.NA] * len(contents) for name in COLUMNS})
        frame["prompt_id"] = range(len(contents))
        frame["content"] = contents
        frame["error_kind"] = ["timeout" if content is None else pd.NA for content in contents]
        frame = frame.astype({name: dtype or "Int64" for name, dtype in COLUMNS.items()})
        return frame.assign(**{name: pd.Series(values, index=frame.index) for name, values in own.items()})

    return make
