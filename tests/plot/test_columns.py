"""Numbers from columns, and figures in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.errors import InputError
from distilkit.plot.columns import figures, floats


@pytest.mark.parametrize("values", [["dear"], [float("inf")], [-1.0]])
def test_what_is_no_number_is_refused_by_name(values: list[Any]) -> None:
    with pytest.raises(InputError, match="column 'cost_usd'"):
        floats(pd.DataFrame({"cost_usd": values}), "cost_usd")


def test_unknown_is_nan_and_so_is_a_column_that_is_not_there() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None], dtype="Int64")})

    np.testing.assert_array_equal(floats(frame, "a"), [1.0, np.nan])
    np.testing.assert_array_equal(floats(frame, "b"), [np.nan, np.nan])


@given(st.floats(1e-9, 1e9))
def test_a_figure_says_its_value_to_two_digits_without_an_exponent(value: float) -> None:
    assert "e" not in figures(value)
    assert float(figures(value).replace(",", "")) == pytest.approx(value, rel=0.051)
