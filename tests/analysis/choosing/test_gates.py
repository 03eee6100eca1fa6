"""Who is good enough, and how surely; held against other people's tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from distilkit.analysis.choosing.gates import against_quality, against_reference, items_needed
from distilkit.analysis.pairs.cheapest import cheapest
from distilkit.analysis.panel import Panel, panel


def judged(*columns: Any, samples: int = 1, clusters: Any = None) -> Panel:
    """A panel of one profile a column of scores, so many samples of an item after each other."""
    frames = [
        pd.DataFrame({"profile": f"p{k}", "prompt_id": np.arange(len(values)) // samples, "score": values})
        for k, values in enumerate(columns)
    ]
    frame = pd.concat(frames, ignore_index=True)
    if clusters is not None:
        frame["cluster"] = np.tile(np.asarray(clusters), len(columns))
    return panel(frame, "score", cluster=None if clusters is None else "cluster")


def verdicts(table: Panel, quality: float, alpha: float = 0.05) -> list[str]:
    return [gate.verdict for gate in against_quality(table, quality, alpha)]


def p_of(table: Panel, quality: float) -> float:
    """The p value, found as the least level at which the one profile is accepted."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if verdicts(table, quality, middle) == ["accept"] else (middle, high)
    return high


@pytest.mark.parametrize("seed", range(6))
def test_verdicts_agree_with_scipys_exact_binomial_test(seed: int) -> None:
    from scipy.stats import binomtest

    rng = np.random.default_rng(seed)
    n, quality = int(rng.integers(20, 300)), float(rng.uniform(0.2, 0.9))
    right = rng.random(n) < min(1, quality + 0.06)
    right[: int(quality * n) + 1] = True  # so that the mean reaches it

    expected = binomtest(int(right.sum()), n, quality, alternative="greater").pvalue

    assert p_of(judged(right.astype(float)), quality) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_numbers_agree_with_scipys_t_test(seed: int) -> None:
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(seed).gamma(2, 1.5, 40)
    quality = float(values.mean() - 0.2)

    assert p_of(judged(values), quality) == pytest.approx(
        ttest_1samp(values, quality, alternative="greater").pvalue, rel=1e-9
    )


@pytest.mark.parametrize("seed", range(4))
def test_samples_are_averaged_first_which_agrees_with_statsmodels(seed: int) -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    values = (np.random.default_rng(seed).random((50, 5)) < 0.8).astype(float)
    quality = float(values.mean() - 0.03)
    expected = DescrStatsW(values.mean(axis=1)).ttest_mean(quality, alternative="larger")[1]

    assert p_of(judged(values.ravel(), samples=5), quality) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_clusters_agree_with_statsmodels(seed: int) -> None:
    """A regression on a constant with errors by cluster, without its small-sample factor; ours is C/(C − 1)."""
    from scipy.stats import t
    from statsmodels.api import OLS

    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, 25, 150)
    values = rng.normal(0, 1, 150) + rng.normal(0, 1, 25)[clusters]
    quality, count = float(values.mean() - 0.3), len(np.unique(clusters))
    fit = OLS(values, np.ones(150)).fit(cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False})
    error = float(fit.bse[0]) * np.sqrt(count / (count - 1))

    assert p_of(judged(values, clusters=clusters), quality) == pytest.approx(
        t.sf((values.mean() - quality) / error, count - 1), rel=1e-9
    )


@pytest.mark.parametrize("seed", range(6))
def test_several_candidates_agree_with_statsmodels_holm(seed: int) -> None:
    from scipy.stats import binomtest
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(seed)
    columns = [(rng.random(120) < share).astype(float) for share in (0.8, 0.85, 0.9, 0.7, 0.88)]
    p = [binomtest(int(each.sum()), 120, 0.8, alternative="greater").pvalue for each in columns]
    accepted = multipletests(p, alpha=0.05, method="holm")[0]

    assert [verdict == "accept" for verdict in verdicts(judged(*columns), 0.8)] == accepted.tolist()


def test_a_mean_below_is_rejected_and_one_above_is_not_yet_accepted() -> None:
    ten = np.array([1.0] * 8 + [0.0] * 2)

    assert verdicts(judged(ten), 0.81) == ["reject"]
    assert verdicts(judged(ten), 0.8) == ["inconclusive"]
    assert verdicts(judged(np.repeat(ten, 20)), 0.7) == ["accept"]


def test_all_right_is_no_certainty() -> None:
    """0.8^13 is over 5 %, 0.8^14 under it."""
    assert verdicts(judged([1.0] * 13), 0.8) == ["inconclusive"]
    assert verdicts(judged([1.0] * 14), 0.8) == ["accept"]
    assert against_quality(judged([1.0] * 13), 0.8, 0.05)[0].more == 1


def test_clusters_that_all_agree_count_as_one_each() -> None:
    clusters = np.arange(100) // 20

    assert verdicts(judged([1.0] * 100, clusters=clusters), 0.8) == ["inconclusive"]
    assert verdicts(judged([1.0] * 100), 0.8) == ["accept"]


@pytest.mark.parametrize(("quality", "verdict"), [(0.0, "accept"), (-1.0, "accept"), (1.0, "inconclusive")])
def test_bounds_of_a_share_are_no_test(quality: float, verdict: str) -> None:
    assert verdicts(judged([1.0] * 50), quality) == [verdict]


def test_one_number_shows_nothing_and_none_is_unknown() -> None:
    table = panel(pd.DataFrame({"profile": ["a", "b"], "prompt_id": [1, 1], "s": [3.5, np.nan]}), "s")

    assert verdicts(table, 3.0) == ["inconclusive", "unknown"]


def test_the_same_number_everywhere_is_held_against_the_quality_as_it_is() -> None:
    assert verdicts(judged([3.5] * 9), 3.5) == ["accept"]


def test_prompts_needed_agree_with_statsmodels_power() -> None:
    from statsmodels.stats.power import NormalIndPower

    found = NormalIndPower(ddof=0).solve_power(0.1 / 0.5, alpha=0.05, power=0.8, ratio=0, alternative="larger")

    assert items_needed(0.25, 0.1, 0.05) == pytest.approx(found, rel=1e-6)


def test_so_many_more_prompts_settle_it_with_the_chance_that_is_said() -> None:
    rng = np.random.default_rng(1)
    pilot = np.array([1.0] * 85 + [0.0] * 15)
    more = against_quality(judged(pilot), 0.8, 0.05)[0].more
    assert more is not None

    studies = rng.binomial(100 + more, 0.85, 2000)
    accepted = [verdicts(judged([1.0] * k + [0.0] * (100 + more - k)), 0.8) == ["accept"] for k in np.unique(studies)]
    weights = np.unique(studies, return_counts=True)[1]

    assert np.average(accepted, weights=weights) == pytest.approx(0.8, abs=0.05)


def test_against_a_reference_it_is_as_cheapest_decides() -> None:
    rng = np.random.default_rng(0)
    base = rng.random(300) < 0.8
    columns = [base, base, np.where(rng.random(300) < 0.1, ~base, base), rng.random(300) < 0.4]
    frames = [
        pd.DataFrame({"profile": f"p{k}", "prompt_id": range(300), "s": values}) for k, values in enumerate(columns)
    ]
    table = cheapest(pd.concat(frames), "s", reference="p0", margin=0.05)

    gates = against_reference(table, 0.05)

    decided = dict(zip(table["profile"], table["verdict"], strict=True))
    assert decided["p3"] == gates["p3"].verdict == "reject"
    assert decided["p1"] == gates["p1"].verdict == gates["p0"].verdict == "accept"
    assert (gates["p2"].ahead > 0) == (gates["p2"].verdict != "reject")
