"""Who is beaten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from distilkit.analysis.dominance import undominated

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


def test_thirteen_published_systems() -> None:
    best = undominated([cost for cost, _ in HUMANEVAL.values()], [score for _, score in HUMANEVAL.values()])

    names = [name for name, kept in zip(HUMANEVAL, best, strict=True) if kept]
    assert names == ["gpt-3.5", "Escalation", "GPT-4", "LDB(3.5,4)", "Warming", "LDB(4)"]


def test_equals_both_stay_and_a_tie_on_one_axis_decides_by_the_other() -> None:
    assert undominated([1, 1], [0.5, 0.5]).tolist() == [True, True]
    assert undominated([1, 2], [0.5, 0.5]).tolist() == [True, False]
    assert undominated([1, 1], [0.4, 0.5]).tolist() == [False, True]


def test_nobody_is_nobody() -> None:
    assert undominated([], []).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_whoever_is_beaten_is_beaten_by_someone_on_the_frontier(points: list[tuple[int, int]]) -> None:
    best = undominated([cost for cost, _ in points], [score for _, score in points])

    for (cost, score), kept in zip(points, best, strict=True):
        beaten = any(
            c <= cost and s >= score and (c, s) != (cost, score) for (c, s), b in zip(points, best, strict=True) if b
        )
        assert beaten is not bool(kept)
