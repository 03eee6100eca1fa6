"""How far a judge and people agree, against an independent measure."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from distilkit.analysis.labelled.agreement import agreement, kappa, sensitivity, specificity


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("labels", [2, 5])
def test_kappa_agrees_with_statsmodels(seed: int, labels: int) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    random = np.random.default_rng(seed)
    human = random.integers(0, labels, 80)
    judge = np.where(random.random(80) < 0.6, human, random.integers(0, labels, 80))
    table = np.zeros((labels, labels))
    np.add.at(table, (judge, human), 1)

    assert kappa(judge, human) == pytest.approx(cohens_kappa(table).kappa)
    assert agreement(judge, human) == pytest.approx(np.trace(table) / 80)


def test_a_weight_counts_like_as_many_answers() -> None:
    judge, human = [1, 0, 1, 1], [1, 0, 0, 1]
    weights = [2, 1, 3, 1]
    repeated = np.repeat(judge, weights), np.repeat(human, weights)

    for measure in (agreement, kappa, sensitivity, specificity):
        assert measure(judge, human, weights) == pytest.approx(measure(*repeated))


def test_sensitivity_is_of_the_right_and_specificity_of_the_wrong() -> None:
    human, judge = [1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 1]

    assert (sensitivity(judge, human), specificity(judge, human)) == (0.75, 0.5)


def test_what_the_labels_do_not_say_is_nan_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        unknown = [agreement([], []), kappa([], []), kappa([1, 1], [1, 1]), specificity([1, 0], [1, 1])]

    assert np.isnan(unknown).all()


def test_kappa_is_for_labels_and_not_for_measurements() -> None:
    assert np.isnan(kappa([0.51, 0.2], [0.5, 0.2]))
