"""Remarks on weakness, and checks of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from distilkit.analysis.caveats import check_amount, check_count, check_share, few, joined, number_of
from distilkit.errors import InputError


def test_items_are_few_under_30_and_clusters_under_20() -> None:
    assert few(29) == ["under 30 items, the interval is rough"]
    assert few(30) == few(40, np.arange(40) // 2) == []
    assert few(40, np.arange(40) // 3, "so") == ["under 20 clusters, so"]


def test_remarks_are_joined_once_each() -> None:
    assert joined(["a", "b", "a"]) == "a; b"
    assert joined([]) is None


@pytest.mark.parametrize("value", [True, np.True_, "1", None, float("nan"), float("inf"), [1]])
def test_what_is_no_finite_number_is_none(value: Any) -> None:
    assert number_of(value) is None


@pytest.mark.parametrize("value", [1, 1.0, np.int64(1), np.float32(1)])
def test_numbers_of_any_kind_are_taken(value: Any) -> None:
    assert (check_amount("x", value), check_count("x", value)) == (1.0, 1)


@pytest.mark.parametrize("value", [0, 1, -0.1, 95])
def test_a_share_lies_between_0_and_1(value: float) -> None:
    with pytest.raises(InputError, match=r"x= must lie between 0 and 1, such as 0\.9"):
        check_share("x", value, 0.9)
