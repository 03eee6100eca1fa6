"""What rounding leaves of equal numbers is no difference, no spread and no shortfall."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import distilkit as dk
from distilkit.analysis.item_means import gaps_of, mean_se
from distilkit.analysis.panel import panel
from distilkit.analysis.sizing.pilot import pilot_of


def _grades(**of_profile: list[float]) -> pd.DataFrame:
    """Return 40 prompts, each asked as often as there are grades."""
    rows = [
        {"profile": name, "prompt_id": prompt, "grade": grade, "cost_usd": 0.01}
        for name, grades in of_profile.items()
        for prompt in range(40)
        for grade in grades
    ]
    return pd.DataFrame(rows)


# The mean of the same three samples in another order is not the same float.
_FORTH, _BACK = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]


def test_the_orders_of_these_samples_do_differ_by_rounding() -> None:
    assert sum(_FORTH) != sum(_BACK)


def test_samples_in_another_order_are_no_difference_to_a_paired_test() -> None:
    row = dk.pairwise(_grades(a=_FORTH, b=_BACK), "grade", replicates=100).iloc[0]

    assert (row["difference"], row["se"], row["p"]) == (0.0, 0.0, 1.0)
    assert "score the same on every prompt" in row["note"]


def test_samples_in_another_order_beside_real_differences_are_tested() -> None:
    frame = _grades(a=_FORTH, b=_BACK)
    frame.loc[(frame["prompt_id"] < 8) & (frame["profile"] == "b"), "grade"] += 0.3

    row = dk.pairwise(frame, "grade", replicates=100).iloc[0]

    assert (row["test"], row["p"]) == ("sign-flip exact", pytest.approx(2 * 0.5**8))


def test_samples_in_another_order_never_end_a_study_early() -> None:
    looks = dk.stop_rule(_grades(a=_FORTH, b=_BACK), "grade")

    assert set(looks["verdict"]) == {"go on"}


def test_samples_in_another_order_are_no_variance_to_plan_with() -> None:
    assert pilot_of(panel(_grades(a=_FORTH, b=_BACK), "grade")).observed == 0


@pytest.mark.parametrize("n", [3, 6, 7, 40, 299])
@pytest.mark.parametrize("value", [0.1, 0.7, 1 / 3, 1e-9, 1e9 / 7])
def test_equal_numbers_have_no_error(n: int, value: float) -> None:
    clusters = np.arange(n) % 3

    assert mean_se(np.full(n, value))[0] == 0
    assert mean_se(np.full(n, value), clusters)[0] == 0


def test_a_small_spread_around_a_large_number_is_kept() -> None:
    values = 1e6 + np.array([0.0, 1e-6] * 20)

    assert mean_se(values)[0] == pytest.approx(np.std([0, 1e-6] * 20, ddof=1) / np.sqrt(40), rel=1e-3)


@pytest.mark.parametrize("grade", [0.1, 0.7, 0.3])
def test_a_mean_that_is_what_is_asked_for_is_good_enough(grade: float) -> None:
    frame = _grades(a=[grade]).query("prompt_id < 7")

    row = dk.recommend(frame, "grade", quality=grade).iloc[0]

    assert row["profile"] == "a"
    assert "score the same: nothing says how sure that is" in row["note"]


@pytest.mark.parametrize("grade", [0.1, 0.7, 0.3])
def test_a_mean_that_is_what_is_asked_for_is_asked(grade: float) -> None:
    for prompts in range(2, 40):
        strategy = dk.to_strategy(
            _grades(a=[grade]).query(f"prompt_id < {prompts}"), "router", score="grade", quality=grade
        )

        assert strategy.evidence["a"].quality == grade


def test_gaps_keep_what_is_small_but_real() -> None:
    assert gaps_of([1.0, 1e-300, 0.0], [1.0 - 1e-9, 0.0, -0.0]).tolist() == [pytest.approx(1e-9), 1e-300, 0.0]
