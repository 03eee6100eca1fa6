"""Exact McNemar and sign flips."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from distilkit.analysis.pairs.exact_tests import mcnemar, sampled_sign_flips, sign_flip

A = np.array([1, 0, 1, 1, 0, 1, 1, 1, 0, 1])
B = np.array([0, 0, 1, 0, 0, 1, 0, 1, 0, 1])


def test_published_tables_give_their_published_p() -> None:
    assert mcnemar(121, 59) == pytest.approx(4.434449e-06, rel=1e-6)
    assert mcnemar(383, 95) == pytest.approx(5.116157e-42, rel=1e-6)


@pytest.mark.parametrize(("first", "second", "p"), [(0, 0, 1.0), (5, 5, 1.0), (1, 0, 1.0), (6, 0, 0.03125)])
def test_mcnemar_is_at_most_one(first: int, second: int, p: float) -> None:
    assert mcnemar(first, second) == pytest.approx(p)


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar_agrees_with_statsmodels(seed: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar as theirs

    table = np.random.default_rng(seed).integers(0, 60, size=(2, 2))

    assert mcnemar(int(table[0, 1]), int(table[1, 0])) == pytest.approx(theirs(table, exact=True).pvalue, rel=1e-9)


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_agrees_with_scipys_sign_test(first: int, second: int) -> None:
    theirs = stats.binomtest(first, first + second).pvalue if first + second else 1.0

    assert mcnemar(first, second) == pytest.approx(theirs, rel=1e-6)


def test_the_published_small_example_has_p_of_a_quarter() -> None:
    assert sign_flip(A - B) == pytest.approx(0.25)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_flipping_verdicts_is_mcnemar(first: int, second: int, ties: int) -> None:
    gaps = [1.0] * first + [-1.0] * second + [0.0] * ties

    assert sign_flip(gaps) == pytest.approx(mcnemar(first, second), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["grades", "fractions", "real"])
def test_sign_flip_agrees_with_scipys_exact_permutation_test(seed: int, kind: str) -> None:
    draws = np.random.default_rng(seed)
    gaps = {
        "grades": draws.integers(-3, 5, size=9) / 5,
        "fractions": draws.integers(-2, 4, size=9) / 3,
        "real": draws.normal(0.4, 1, size=9),
    }[kind]
    theirs = stats.permutation_test((gaps,), np.sum, permutation_type="samples", n_resamples=np.inf)

    assert sign_flip(gaps) == pytest.approx(theirs.pvalue, abs=1e-12)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_counting_and_listing_agree(steps: list[int]) -> None:
    sums = [abs(sum(sign * step for sign, step in zip(signs, steps, strict=True))) for signs in _signs(len(steps))]
    expected = np.mean([total >= abs(sum(steps)) for total in sums])

    assert sign_flip(np.array(steps) / 7) == pytest.approx(expected)


def _signs(n: int) -> list[tuple[int, ...]]:
    return list(product((1, -1), repeat=n))


def test_no_difference_at_all_has_p_of_one() -> None:
    assert sign_flip([0.0, 0.0]) == 1.0
    assert sign_flip([]) == 1.0


def test_differences_that_cancel_but_for_rounding_have_p_of_one() -> None:
    assert sign_flip([0.1, 0.2, -0.3]) == 1.0


@pytest.mark.parametrize("scale", [1e-12, 1e-300, 1e50])
def test_tiny_and_huge_differences_are_flipped_like_others(scale: float) -> None:
    gaps = np.array([1.0, 2.0, -0.5, 3.0, 1.5])

    assert sign_flip(gaps * scale) == pytest.approx(sign_flip(gaps))


def test_a_tiny_difference_beside_large_ones_is_rounding_and_not_a_step_of_nothing() -> None:
    assert sign_flip([1.0, 1.0, 1e-11]) == pytest.approx(sign_flip([1.0, 1.0]))


def test_many_different_sizes_are_left_to_sampling() -> None:
    assert sign_flip(np.random.default_rng(0).normal(size=21)) is None


def test_hundreds_of_averaged_samples_are_still_exact_far_in_the_tail() -> None:
    p = sign_flip([0.2] * 400)

    assert p == pytest.approx(2 * 0.5**400, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_sampled_flips_agree_with_exact_ones(seed: int) -> None:
    gaps = np.random.default_rng(seed).integers(-3, 5, size=(3, 40)) / 5

    sampled = sampled_sign_flips(gaps, replicates=20_000, seed=seed)

    assert sampled == pytest.approx([sign_flip(row) for row in gaps], abs=0.012)


@pytest.mark.parametrize("seed", range(3))
def test_sampled_flips_agree_with_scipys_permutation_test(seed: int) -> None:
    draws = np.random.default_rng(seed)
    gaps = draws.normal(0.15, 1, size=60)
    theirs = stats.permutation_test(
        (gaps,), np.sum, permutation_type="samples", n_resamples=9_999, rng=np.random.default_rng(seed)
    )

    assert sampled_sign_flips(gaps, replicates=9_999)[0] == pytest.approx(theirs.pvalue, abs=0.02)


def test_a_sampled_p_is_never_zero() -> None:
    assert sampled_sign_flips(np.linspace(1, 2, 40), replicates=999)[0] == pytest.approx(1 / 1000)


def test_a_pair_that_never_differs_is_sampled_as_one() -> None:
    assert sampled_sign_flips(np.zeros((1, 5)), replicates=200).tolist() == [1.0]


def test_zeros_and_other_rows_do_not_change_a_sampled_p() -> None:
    gaps = np.random.default_rng(1).normal(0.2, 1, size=(2, 30))

    alone, both = sampled_sign_flips(gaps[:1], replicates=500), sampled_sign_flips(gaps, replicates=500)

    assert alone[0] == both[0]


def test_mcnemar_keeps_its_level_for_every_share_of_differing_answers() -> None:
    """Of all tables with m differing answers, no more than 5 in 100 are called different at 5 %."""
    for differing in range(1, 80):
        first = np.arange(differing + 1)
        called = np.array([mcnemar(int(k), differing - int(k)) < 0.05 for k in first])

        assert stats.binom.pmf(first, differing, 0.5)[called].sum() <= 0.05


def test_sampled_flips_keep_their_level() -> None:
    studies = np.random.default_rng(5).laplace(size=(2000, 40))

    called = (sampled_sign_flips(studies, replicates=999, seed=6) < 0.05).mean()

    assert 0.035 < called < 0.065
