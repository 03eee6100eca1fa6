"""Whatever stands in a frame has a form in JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.files.plain import to_line, to_plain, to_text


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int64(3), 3),
        (np.float32("nan"), None),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.longdouble(2), "2.0"),
        (pd.NA, None),
        (pd.NaT, None),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (Decimal("0.10"), "0.10"),
        (b"x", "b'x'"),
        ((1, {2}), [1, [2]]),
    ],
)
def test_foreign_values_become_plain_ones(value: Any, plain: Any) -> None:
    assert to_plain(value) == plain


def test_text_is_itself_and_anything_else_its_json() -> None:
    assert [to_text(value) for value in ("a", 1, True, [None], None, "\ud800")] == [
        *("a", "1", "true", "[null]"),
        None,
        "\\ud800",
    ]


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(pd.NA), st.decimals())
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text(), inner) | st.tuples(inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(), _VALUES))
def test_any_row_is_one_line_of_strict_json(row: dict[str, Any]) -> None:
    line = to_line(row)

    assert "\n" not in line
    assert json.loads(line, parse_constant=pytest.fail).keys() == row.keys()
