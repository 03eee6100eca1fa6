"""Which answers were missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pandas as pd
import pytest

from distilkit.analysis.absent import absent
from distilkit.analysis.panel import panel


@pytest.mark.parametrize("missing", ["drop", "fail"])
def test_an_answer_is_as_missing_when_it_counts_as_zero(
    frame_of: Callable[..., pd.DataFrame], missing: Literal["drop", "fail"]
) -> None:
    rows = [{"prompt_id": i, "profile": name} for i in range(3) for name in "ab"][:-1]
    rows[0]["error_kind"] = "timeout"
    frame = frame_of(rows, good=[None, True, False, True, True])

    assert absent(frame, panel(frame, missing=missing)).tolist() == [[True, False, False], [False, False, True]]
