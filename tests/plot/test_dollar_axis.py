"""Ticks in dollars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt

from distilkit.plot.dollar_axis import dollar_axis, dollars


@pytest.mark.parametrize(
    "costs", [[0.00002, 0.002], [0.001, 0.012], [0.01, 300.0], [0.0, 0.001, 0.5], [0.3], [0.0], [2, 3]]
)
def test_there_are_a_few_ticks_and_each_says_dollars(costs: list[float]) -> None:
    ax = plt.figure().subplots()

    dollar_axis(ax, np.array(costs, dtype=float))

    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    shown = [text.get_text() for text in ax.get_xticklabels() if low <= text.get_position()[0] <= high]
    assert 1 <= len(shown) <= 8
    assert len(set(shown)) == len(shown)
    assert ("\\$0" in shown) is (0.0 in costs)
    assert all(text.startswith("\\$") and "e" not in text for text in shown)


@given(st.floats(1e-9, 1e6))
def test_a_tick_says_its_value_without_an_exponent(value: float) -> None:
    text = dollars(value)

    assert "e" not in text
    assert float(text.removeprefix("\\$").replace(",", "")) == pytest.approx(value, abs=0.51 if value >= 100 else 1e-10)
