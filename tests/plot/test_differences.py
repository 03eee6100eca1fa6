"""What a table of pairs, or of verdicts, says of each row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from distilkit.errors import InputError
from distilkit.plot.differences import differences_of, margin_of


def pairs(**columns: list[Any]) -> pd.DataFrame:
    base = {"profile_a": ["a", "a", "b"], "profile_b": ["b", "c", "c"], "p_holm": [0.5, 0.00001, 0.04]}
    numbers = {"difference": [-0.25, 0.5, 0.125], "low": [-0.5, 0.25, 0.0], "high": [0.125, 0.75, 0.25]}
    return pd.DataFrame({**base, **numbers, **columns})


VERDICTS = pd.DataFrame(
    {
        "profile": ["cheap", "ref", "dear"],
        "difference": pd.array([-0.25, None, 0.0], dtype="Float64"),
        "low": pd.array([-0.5, None, -0.01], dtype="Float64"),
        "high": pd.array([-0.125, None, 0.01], dtype="Float64"),
        "margin": 0.03,
        "verdict": ["reject", "reference", "accept"],
        "cost_per_item_usd": pd.array([0.001, 0.01, None], dtype="Float64"),
    }
)


def test_the_greatest_difference_is_first_and_the_unknown_last() -> None:
    unknown = pairs(difference=[None, 0.5, 0.125], low=[None, 0.25, 0.0], high=[None, 0.75, 0.25])

    assert [one.profiles for one in differences_of(pairs())] == [("a", "c"), ("b", "c"), ("a", "b")]
    assert [one.right for one in differences_of(unknown)] == ["<0.001", "0.04", "unknown"]


def test_an_interval_that_ends_at_0_holds_it() -> None:
    assert [one.kind for one in differences_of(pairs())] == ["clear", "open", "open"]


def test_verdicts_stay_in_the_order_of_dollars() -> None:
    found = differences_of(VERDICTS)

    assert [one.kind for one in found] == ["reject", "reference", "accept"]
    assert [one.right for one in found] == ["$0.0010, reject", "$0.010, reference", "$ unknown, accept"]


def test_the_margin_is_the_tables_own_unless_one_is_named() -> None:
    assert margin_of(VERDICTS, None) == 0.03
    assert margin_of(VERDICTS, 0.1) == 0.1
    assert margin_of(pairs(), None) is None


@pytest.mark.parametrize("margin", [0, -1, float("nan"), float("inf"), True, "0.03"])
def test_a_margin_that_is_none_is_refused(margin: Any) -> None:
    with pytest.raises(InputError, match="margin= must be a number above 0"):
        margin_of(pairs(), margin)


def test_a_table_that_lacks_a_column_is_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match=r"lacks the columns low, high; pass what dk\.pairwise"):
        differences_of(pairs().drop(columns=["low", "high"]))
