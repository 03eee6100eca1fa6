"""Holm's adjustment."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.pairs.multiplicity import holm

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_the_published_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)


@pytest.mark.parametrize("seed", range(6))
def test_holm_agrees_with_statsmodels(seed: int) -> None:
    from statsmodels.stats.multitest import multipletests

    values = np.random.default_rng(seed).beta(0.3, 1, size=seed + 3)

    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1], abs=1e-12)


@given(SHARES)
def test_an_adjusted_p_is_no_smaller_and_at_most_one(values: list[float]) -> None:
    adjusted = holm(values)

    assert (adjusted >= np.array(values)).all()
    assert (adjusted <= 1).all()


def test_what_could_not_be_tested_is_not_counted() -> None:
    assert holm([0.01, np.nan, 0.02]) == pytest.approx([0.02, np.nan, 0.02], nan_ok=True)


def test_nothing_to_adjust_is_nothing() -> None:
    assert holm([]).tolist() == []
