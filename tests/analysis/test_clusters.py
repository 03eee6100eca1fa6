"""Clusters of items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.clusters import clusters_of
from distilkit.errors import InputError

FRAME = pd.DataFrame({"prompt_id": ["x", "y", "x", "z"]}, index=["r0", "r1", "r2", "r3"])
CODES = np.array([0, 1, 0, 2])


def test_items_of_one_value_share_a_number() -> None:
    assert clusters_of(FRAME.assign(page=["p", "q", "p", "p"]), "page", CODES, 3).tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        (["p", None, "p", "p"], "'page' is empty in row 'r1'"),
        (["p", "q", "q", "p"], "prompt 'x' is in two clusters of 'page'"),
    ],
)
def test_a_gap_or_a_torn_item_is_refused(pages: list[Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        clusters_of(FRAME.assign(page=pages), "page", CODES, 3)


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(InputError, match="no column 'page'"):
        clusters_of(FRAME, "page", CODES, 3)
