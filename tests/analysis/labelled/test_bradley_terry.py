"""Strengths from wins, against independent ones."""

from __future__ import annotations

import numpy as np
import pytest

from distilkit.analysis.labelled.bradley_terry import has_maximum, linked, log_strengths, with_ties


def tables(seed: int, *, profiles: int = 6, games: int = 30, spread: float = 1.0, number: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    skill = random.normal(0, spread, profiles)
    chance = 1 / (1 + np.exp(skill[None, :] - skill[:, None]))
    won = np.triu(random.binomial(games, chance, (number, profiles, profiles)), 1).astype(float)
    return won + np.triu(np.full_like(won, games) - won, 1).swapaxes(1, 2)


@pytest.mark.parametrize("seed", range(6))
def test_strengths_agree_with_choix(seed: int) -> None:
    import choix

    wins = tables(seed)[0]
    games = [(i, j) for i, j in np.ndindex(6, 6) for _ in range(int(wins[i, j]))]

    expected = choix.ilsr_pairwise(6, games, max_iter=1000, tol=1e-12)

    assert log_strengths(wins[None])[0] == pytest.approx(expected - expected.mean(), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_strengths_agree_with_a_logit_of_statsmodels(seed: int) -> None:
    import statsmodels.api as sm

    wins = tables(seed, profiles=4)[0]
    pairs = [(i, j) for i in range(4) for j in range(i)]
    design = np.array([np.eye(4)[i] - np.eye(4)[j] for i, j in pairs])[:, 1:]
    counts = np.array([[wins[i, j], wins[j, i]] for i, j in pairs])
    found = np.concatenate([[0.0], sm.GLM(counts, design, family=sm.families.Binomial()).fit().params])

    assert log_strengths(wins[None])[0] == pytest.approx(found - found.mean(), abs=1e-6)


@pytest.mark.parametrize("spread", [0.1, 2.0, 5.0])
def test_a_maximum_is_where_expected_wins_are_the_wins(spread: float) -> None:
    wins = tables(1, games=200, spread=spread, number=300)
    wins = wins[has_maximum(wins)]

    strengths = log_strengths(wins)

    chances = 1 / (1 + np.exp(strengths[:, None, :] - strengths[:, :, None]))
    expected = ((wins + wins.swapaxes(1, 2)) * chances).sum(axis=-1)
    assert np.abs(expected - wins.sum(axis=-1)).max() < 1e-6
    assert strengths.mean(axis=-1) == pytest.approx(np.zeros(len(wins)), abs=1e-12)


def test_many_tables_at_once_are_each_as_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wins = tables(2, number=20)
    whole = log_strengths(wins)
    monkeypatch.setattr("distilkit.analysis.labelled.bradley_terry._AT_ONCE", 36 * 3)

    assert log_strengths(wins) == pytest.approx(whole)


def test_the_scale_of_the_counts_does_not_matter() -> None:
    wins = tables(3)

    assert log_strengths(wins / 7) == pytest.approx(log_strengths(wins))


@pytest.mark.parametrize(
    ("wins", "maximum"),
    [
        ([[0, 1, 0], [0, 0, 1], [1, 0, 0]], True),
        ([[0, 1, 1], [0, 0, 1], [0, 0, 0]], False),
        ([[0, 1, 1], [1, 0, 1], [0, 0, 0]], False),
        ([[0, 0.5], [0.5, 0]], True),
        ([[0.0]], True),
    ],
)
def test_a_maximum_needs_a_chain_of_wins_from_each_to_each(wins: list[list[float]], *, maximum: bool) -> None:
    assert has_maximum(np.array([wins], dtype=float)).tolist() == [maximum]


def test_a_long_chain_is_followed_to_its_end() -> None:
    ring = np.roll(np.eye(50), 1, axis=1)
    cut = ring.copy()
    cut[17] = 0

    assert has_maximum(np.array([ring, cut])).tolist() == [True, False]
    assert linked(cut)


def test_two_islands_are_not_linked() -> None:
    wins = np.zeros((4, 4))
    wins[0, 1] = wins[2, 3] = 5

    assert not linked(wins)


def test_ties_are_added_only_where_there_is_no_maximum() -> None:
    whole = np.array([[0, 3.0], [1.0, 0]])
    swept = np.array([[0, 4.0], [0, 0]])

    found = with_ties(np.array([whole, swept]), np.array([[False, True], [True, False]]))

    assert found.tolist() == [whole.tolist(), [[0, 4.5], [0.5, 0]]]
