"""Who is asked which prompt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.replays.policies import Terms, measured
from distilkit.analysis.replays.two_models import TwoModels, curve, sent_at, threshold_for


def two(weak: list[float], strong: list[float], by: list[float] | None = None) -> TwoModels:
    n = len(weak)
    return TwoModels(
        scores=np.array([weak, strong], dtype=float),
        costs=np.array([[1.0] * n, [10.0] * n]),
        by=None if by is None else np.array(by, dtype=float),
        clusters=None,
    )


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20), st.floats(0, 1))
def test_a_share_is_met_exactly_and_in_order_of_rank(ranks: list[int], share: float) -> None:
    sent = sent_at(share, np.unique(ranks, return_inverse=True)[1])

    assert sent.mean() == pytest.approx(share, abs=1e-12)
    order = np.argsort(ranks, kind="stable")
    assert (np.diff(sent[order]) <= 1e-12).all()


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_the_interval_of_the_oracle_holds_what_it_claims(share: float) -> None:
    """With 0.5 right of the weak and 0.9 of the strong model, the oracle's truth at a fixed share is known."""
    truth = min(0.5 + share, 0.95)
    terms = Terms(clusters=None, verdicts=True, samples=1, confidence=0.95)
    held = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        pair = two((rng.random(200) < 0.5).tolist(), (rng.random(200) < 0.9).tolist())
        oracle = curve(pair, [share])[-1]
        row = measured([oracle], terms, weak=0.5, strong=0.9)[0]
        held.append(row["quality_low"] <= truth <= row["quality_high"])  # type: ignore[operator] # floats

    assert 0.92 < np.mean(held) < 0.985


def test_no_threshold_is_inf_and_sends_nothing() -> None:
    assert threshold_for(two([1, 1], [1, 0], [3, 4]), target=None, budget=1.0) == (np.inf, True)


def test_a_target_out_of_reach_takes_the_best_threshold_and_says_so() -> None:
    assert threshold_for(two([0, 1], [1, 0], [4, 3]), target=2.0, budget=None) == (4.0, False)


def test_unknown_costs_are_replaced_by_strong_calls() -> None:
    pair = two([0, 0, 1], [1, 1, 1], [5, 4, 3])
    unknown = TwoModels(scores=pair.scores, costs=pair.costs * np.nan, by=pair.by, clusters=None)

    assert threshold_for(unknown, target=0.6, budget=None) == (5.0, True)
    assert threshold_for(unknown, target=1.0, budget=None) == (4.0, True)
