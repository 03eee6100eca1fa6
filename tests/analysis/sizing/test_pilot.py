"""What a pilot knows of scatter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.panel import panel
from distilkit.analysis.sizing.pilot import Pilot, pilot_of


def study(
    items: int, samples: int, *, seed: int, sigma: tuple[float, float] = (0.3, 0.5), omega: float = 0.4
) -> pd.DataFrame:
    """Scores of two profiles with known variances."""
    random = np.random.default_rng(seed)
    levels = {"a": random.normal(0, omega, items), "b": np.zeros(items)}
    parts = [
        pd.DataFrame(
            {
                "profile": name,
                "prompt_id": np.repeat(np.arange(items), samples),
                "grade": np.repeat(level, samples) + random.normal(0, spread, items * samples),
            }
        )
        for (name, level), spread in zip(levels.items(), sigma, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def pilot(frame: pd.DataFrame, cluster: str | None = None) -> Pilot:
    return pilot_of(panel(frame, "grade", cluster=cluster))


def test_repeats_separate_the_scatter_of_items_from_that_of_samples() -> None:
    found = pilot(study(20_000, 4, seed=1))

    assert found.omega2 == pytest.approx(0.16, rel=0.05)
    assert found.sigma2 == pytest.approx((0.09, 0.25), rel=0.05)


@pytest.mark.parametrize("samples", [1, 2, 20])
def test_the_variance_foretold_for_other_samples_comes_true(samples: int) -> None:
    foretold = pilot(study(20_000, 4, seed=2)).variance(samples)

    assert foretold == pytest.approx(pilot(study(20_000, samples, seed=3)).observed, rel=0.06)


def test_a_pilot_without_repeats_knows_the_sum_only() -> None:
    found = pilot(study(50, 1, seed=4))

    assert found.variance(1) == found.observed
    assert np.isnan([found.omega2, found.variance(2), found.relative_error(2)]).all()


def test_noise_that_explains_all_leaves_nothing_rather_than_less() -> None:
    found = [pilot(study(20, 3, seed=seed, omega=0.0)) for seed in range(8)]

    assert min(one.omega2 for one in found) == 0.0
    assert min(one.variance(5) for one in found) > 0


def test_uneven_samples_are_counted_as_they_are() -> None:
    frame = study(4_000, 4, seed=5)
    uneven = frame[~((frame["prompt_id"] % 2 == 0) & (frame.groupby(["profile", "prompt_id"]).cumcount() > 0))]

    assert pilot(uneven).shares == (0.625, 0.625)
    assert pilot(uneven).omega2 == pytest.approx(0.16, rel=0.2)


def test_clusters_that_repeat_one_item_divide_the_sample() -> None:
    frame = study(40, 1, seed=6)
    copies = [frame.assign(prompt_id=frame["prompt_id"] + 1000 * copy, page=frame["prompt_id"]) for copy in range(5)]

    found = pilot(pd.concat(copies, ignore_index=True), cluster="page")

    assert found.design_effect == pytest.approx(5 * 199 / 200 * 40 / 39, rel=1e-9)
    assert found.variance(1) == pytest.approx(found.observed * found.design_effect)


def test_clusters_that_balance_each_other_make_no_study_smaller() -> None:
    frame = pd.DataFrame(
        {
            "profile": ["a"] * 40 + ["b"] * 40,
            "prompt_id": [*range(40)] * 2,
            "grade": [1.0, 0.0] * 20 + [0.5] * 40,
            "page": [i // 2 for i in range(40)] * 2,
        }
    )

    assert pilot(frame, cluster="page").design_effect == 1.0


@pytest.mark.parametrize(("samples", "foretold"), [(1, 1), (4, 8)])
def test_the_error_of_the_variance_is_that_of_repeated_pilots(samples: int, foretold: int) -> None:
    found = [pilot(study(150, samples, seed=seed)) for seed in range(120)]

    variances = np.array([one.variance(foretold) for one in found])
    claimed = np.mean([one.relative_error(foretold) for one in found])
    assert variances.std() / variances.mean() == pytest.approx(claimed, rel=0.2)
