"""Recorded rows as draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.replays.draws import check_numbers, draws, places
from distilkit.errors import InputError

TWO = ["small", "large"]


def rows_of(*rows: tuple[str, Any, int, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["profile", "prompt_id", "sample", "right"])
    return frame.assign(sure=0.5, cost_usd=1.0)


def test_only_samples_recorded_for_every_profile_are_draws() -> None:
    frame = rows_of(
        *[("small", "x", 0, 1), ("small", "x", 1, 0), ("small", "y", 0, 1), ("small", "z", 2, 1)],
        *[("large", "x", 1, 1), ("large", "y", 0, 0), ("large", "z", 1, 1), ("other", "z", 2, 1)],
    )

    found = draws(frame, TWO, "right", accept="sure")

    assert found.scores.tolist() == [[0, 1], [1, 0]]
    assert (found.n, found.n_missing, found.samples) == (2, 1, 1)
    assert found.left_out == ("not recorded for every profile: 1 prompts",)


def test_an_item_weighs_the_same_however_many_draws_it_has() -> None:
    frame = rows_of(
        *[(name, item, sample, item) for name in TWO for item, k in ((0, 3), (1, 1)) for sample in range(k)]
    )

    found = draws(frame, TWO, "right", accept="sure")

    assert found.weights.sum() == pytest.approx(1)
    assert found.by_item(found.scores[0]).tolist() == pytest.approx([0, 1])
    assert float(found.scores[0] @ found.weights) == pytest.approx(0.5)


def test_some_items_are_numbered_anew_with_their_clusters() -> None:
    frame = rows_of(*[(name, item, sample, item) for name in TWO for item in range(4) for sample in range(2)])
    frame["doc"] = frame["prompt_id"] // 2

    found = draws(frame, TWO, "right", accept="sure", cluster="doc").of_items(np.array([False, False, True, True]))

    assert found.items.tolist() == [0, 0, 1, 1]
    assert found.clusters is not None
    assert found.clusters.tolist() == [0, 0]
    assert found.scores[0].tolist() == [2, 2, 3, 3]


def test_one_unknown_score_takes_its_draw_and_not_its_item() -> None:
    frame = rows_of(*[(name, 0, sample, 1) for name in TWO for sample in range(3)])
    frame.loc[4, "right"] = None

    found = draws(frame, TWO, "right", accept="sure")

    assert (len(found.items), found.n, found.n_missing) == (2, 1, 0)


def test_every_row_knows_the_place_of_its_profile() -> None:
    frame = pd.DataFrame({"profile": pd.Categorical([3, 1, 2, 1])})

    assert places(frame, ["1", "3"]).tolist() == [1, 0, -1, 0]


def test_a_column_that_is_no_number_is_named_with_its_argument() -> None:
    with pytest.raises(InputError, match=r"accept=: .*'grade'"):
        check_numbers(pd.DataFrame({"grade": ["A", "B"]}), "accept", "grade")
    with pytest.raises(InputError, match=r"by=: .*infinite"):
        check_numbers(pd.DataFrame({"length": [1.0, np.inf]}), "by", "length")


@pytest.mark.parametrize("cost", [5.0, "judge_cost_usd"])
def test_what_failed_is_not_checked(cost: float | str) -> None:
    frame = rows_of(("small", 0, 0, None), ("small", 1, 0, 1), ("large", 0, 0, 1), ("large", 1, 0, 1))
    frame = frame.assign(error_kind=["timeout", None, None, None], judge_cost_usd=[None, 5.0, None, None])

    found = draws(frame, TWO, "right", accept="sure", verifier_cost_usd=cost, missing="fail")

    assert found.checks.tolist() == [[0.0, 5.0]]
    assert (found.scores[0].tolist(), found.n_missing) == ([0.0, 1.0], 1)
