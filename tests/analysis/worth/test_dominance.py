"""Who is beaten, by one other or by a mixture of two."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.worth.dominance import dominators, hull, undominated

HUMANEVAL = {
    "gpt-3.5": (0.0549, 0.7390),
    "Escalation": (0.2731, 0.8500),
    "LDB(3.5,3.5)": (0.6289, 0.8024),
    "GPT-4": (1.9301, 0.8963),
    "LDB(3.5,4)": (2.1886, 0.9098),
    "Warming": (2.4484, 0.9317),
    "Retry": (2.5072, 0.9195),
    "Reflexion": (3.8977, 0.8780),
    "LDB(Reflexion,3.5)": (4.1935, 0.8890),
    "LDB(4)": (6.3554, 0.9329),
    "LDB(Reflexion,4)": (7.2622, 0.9293),
    "LATS(3.5)": (9.4857, 0.8037),
    "LATS(4)": (134.5024, 0.8805),
}
COSTS, SCORES = zip(*HUMANEVAL.values(), strict=True)
POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def _names(kept: np.ndarray) -> list[str]:
    return [name for name, keep in zip(HUMANEVAL, kept, strict=True) if keep]


def test_thirteen_published_systems() -> None:
    names = _names(undominated(COSTS, SCORES))

    assert names == ["gpt-3.5", "Escalation", "GPT-4", "LDB(3.5,4)", "Warming", "LDB(4)"]


def test_the_hull_of_the_thirteen_drops_two_that_mixtures_beat() -> None:
    assert _names(hull(COSTS, SCORES)) == ["gpt-3.5", "Escalation", "Warming", "LDB(4)"]


def test_whoever_is_beaten_is_told_the_cheapest_that_beats_it() -> None:
    names = list(HUMANEVAL)
    found = {name: names[by] for name, by in zip(names, dominators(COSTS, SCORES), strict=True) if by >= 0}

    assert found["LDB(3.5,3.5)"] == "Escalation"
    assert found["Retry"] == "Warming"
    assert found["LATS(3.5)"] == "Escalation"
    assert set(names) - set(found) == set(_names(undominated(COSTS, SCORES)))


def test_equals_both_stay_and_a_tie_on_one_axis_decides_by_the_other() -> None:
    assert undominated([1, 1], [0.5, 0.5]).tolist() == [True, True]
    assert undominated([1, 2], [0.5, 0.5]).tolist() == [True, False]
    assert undominated([1, 1], [0.4, 0.5]).tolist() == [False, True]


def test_the_order_of_a_sum_beats_nobody() -> None:
    """0.1 + 0.2 is not 0.3, yet they cost the same."""
    assert undominated([0.1 + 0.2, 0.3], [0.5, 0.5]).tolist() == [True, True]
    assert undominated([1, 1], [0.1 + 0.2, 0.3]).tolist() == [True, True]
    assert dominators([0.1 + 0.2, 0.3], [0.5, 0.5]).tolist() == [-1, -1]


def test_free_is_cheaper_than_almost_free() -> None:
    assert undominated([0.0, 1e-30], [0.5, 0.5]).tolist() == [True, False]


def test_nobody_is_nobody() -> None:
    assert undominated([], []).tolist() == hull([], []).tolist() == dominators([], []).tolist() == []


def test_equals_of_a_corner_stay_and_do_not_hide_a_hollow() -> None:
    """The second and third are the same point, below the line from the first to the last."""
    assert hull([1, 2, 2, 3], [0.1, 0.2, 0.2, 0.9]).tolist() == [True, False, False, True]
    assert hull([1, 2, 2, 3], [0.1, 0.8, 0.8, 0.9]).tolist() == [True, True, True, True]


def test_a_point_on_the_line_between_two_stays() -> None:
    assert hull([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]).tolist() == [True, True, True]


@given(POINTS)
def test_whoever_is_beaten_is_beaten_by_someone_on_the_frontier(points: list[tuple[int, int]]) -> None:
    costs, scores = zip(*points, strict=True)
    best, by = undominated(costs, scores), dominators(costs, scores)

    for (cost, score), kept, other in zip(points, best, by, strict=True):
        beaten = any(
            c <= cost and s >= score and (c, s) != (cost, score) for (c, s), b in zip(points, best, strict=True) if b
        )
        assert beaten is not bool(kept)
        assert bool(other >= 0) is beaten
        assert other < 0 or best[other]


@given(POINTS)
def test_whoever_is_off_the_hull_is_beaten_by_a_mixture_and_nobody_on_it_is(points: list[tuple[int, int]]) -> None:
    kept = hull(*zip(*points, strict=True))

    for point, on in zip(points, kept, strict=True):
        assert _beaten_by_a_mixture(point, points) is not bool(on)


def _beaten_by_a_mixture(point: tuple[int, int], points: list[tuple[int, int]]) -> bool:
    """By its definition, in whole numbers: some line between two points passes above or left of this one."""
    cost, score = point
    for a, b in [(a, b) for a in points for b in points]:
        if a[0] <= cost and a[1] >= score and a != point:
            return True
        if a[0] < cost < b[0] and (b[1] - a[1]) * (cost - a[0]) > (score - a[1]) * (b[0] - a[0]):
            return True
    return False


@pytest.mark.parametrize("seed", range(5))
def test_the_frontier_agrees_with_moocore(seed: int) -> None:
    from moocore import hypervolume, is_nondominated

    points = np.random.default_rng(seed).integers(1, 40, size=(60, 2)).astype(float)
    loss = np.column_stack([points[:, 0], -points[:, 1]])

    kept = undominated(points[:, 0], points[:, 1])

    assert kept.tolist() == is_nondominated(loss, keep_weakly=True).tolist()
    assert hypervolume(loss[kept], ref=[50, 0]) == pytest.approx(hypervolume(loss, ref=[50, 0]))


@pytest.mark.parametrize("seed", range(5))
def test_the_hull_agrees_with_scipy(seed: int) -> None:
    """With two points far to the right and below, what is left of the convex hull is its upper left part."""
    from scipy.spatial import ConvexHull

    points = np.random.default_rng(seed).random((50, 2))
    top = points[:, 1].max()
    best = points[:, 1].argmax()
    closed = np.vstack([points, [9.0, top], [9.0, -9.0], [points[:, 0].min(), -9.0]])
    corners = set(ConvexHull(closed).vertices.tolist()) - {50, 51, 52}

    found = set(np.flatnonzero(hull(points[:, 0], points[:, 1])).tolist())

    assert found == corners | {int(best)}


@pytest.mark.parametrize("seed", range(3))
def test_sets_are_each_judged_by_themselves(seed: int) -> None:
    generator = np.random.default_rng(seed)
    costs, scores = generator.integers(0, 6, size=(2, 300, 7))

    assert np.array_equal(undominated(costs, scores), [undominated(*pair) for pair in zip(costs, scores, strict=True)])


def test_many_sets_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    costs, scores = np.random.default_rng(0).random((2, 50, 4))
    whole = undominated(costs, scores)

    monkeypatch.setattr("distilkit.analysis.worth.dominance._AT_ONCE", 12)

    assert np.array_equal(undominated(costs, scores), whole)
