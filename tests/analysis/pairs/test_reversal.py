"""List prices against what was spent."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from distilkit.analysis.pairs.reversal import list_prices, price_reversal

LOW, HIGH = (1.0, 2.0), (3.0, 6.0)


@pytest.mark.parametrize(
    ("first", "second", "dollars", "reversed_"),
    [
        (LOW, HIGH, (0.5, 0.2), True),
        (LOW, HIGH, (0.2, 0.5), False),
        (LOW, HIGH, (0.2, 0.2), False),
        (HIGH, LOW, (0.2, 0.5), True),
        (HIGH, LOW, (0.5, 0.2), False),
        ((1.0, 6.0), (1.0, 9.0), (0.5, 0.2), True),
        (LOW, LOW, (0.5, 0.2), False),
        (LOW, (1.0 + 1e-9, 2.0 - 1e-9), (0.5, 0.2), False),
        ((1.0, 6.0), (3.0, 2.0), (0.5, 0.2), None),
        (None, HIGH, (0.5, 0.2), None),
        (LOW, None, (0.5, 0.2), None),
        (LOW, HIGH, (nan, 0.2), None),
        (LOW, HIGH, (0.5, nan), None),
    ],
)
def test_the_lower_list_price_that_spent_more(
    first: tuple[float, float] | None,
    second: tuple[float, float] | None,
    dollars: tuple[float, float],
    reversed_: bool | None,  # noqa: FBT001 - the expected value
) -> None:
    assert price_reversal(first, second, dollars) is reversed_


def test_list_prices_are_those_the_frame_implies() -> None:
    rows = [("a", 100, 50), ("a", 300, 20), ("b", 100, 10), ("b", 10, 100), ("c", 5, 5)]
    frame = pd.DataFrame(rows, columns=["profile", "input_tokens", "output_tokens"])
    rates = frame["profile"].map({"a": 1.0, "b": 2.0, "c": 9.0})
    frame["cost_usd"] = (frame["input_tokens"] * rates + frame["output_tokens"] * 4 * rates) / 1e6

    prices = list_prices(frame)

    assert prices["a"] == pytest.approx((1.0, 4.0))
    assert prices["b"] == pytest.approx((2.0, 8.0))
    assert prices["c"] is None


def test_without_tokens_no_price_is_known() -> None:
    assert list_prices(pd.DataFrame({"profile": ["a", "b"], "cost_usd": [1.0, 2.0]})) == {"a": None, "b": None}
