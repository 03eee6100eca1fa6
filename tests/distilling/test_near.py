"""How near duplicates are looked for: all compared, by hashing, or not at all and said so."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from distilkit.distilling import near
from distilkit.scoring.alike import Fields

ROWS: list[Fields] = [("a question of some length", "its answer")] * 2 + [("something else", "no")]
FOUND = [None, (0, 100.0), None]


def test_few_rows_are_all_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "firsts_hashed", lambda *_: pytest.fail("hashed"))

    assert near.nearly_same(ROWS, 95.0) == FOUND


def test_more_rows_are_all_compared_too_as_long_as_they_are_unlike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "MOST_COMPARED", 2)
    monkeypatch.setattr(near, "firsts_hashed", lambda *_: pytest.fail("hashed"))

    assert near.nearly_same(ROWS, 95.0) == FOUND


@pytest.mark.parametrize("effort", [0, 65, 66])
def test_rows_beyond_the_effort_are_hashed(monkeypatch: pytest.MonkeyPatch, effort: int) -> None:
    pytest.importorskip("datasketch")
    monkeypatch.setattr(near, "MOST_COMPARED", 2)
    monkeypatch.setattr(near, "MOST_EFFORT", effort)
    rows = [*ROWS, ROWS[2]]

    assert near.nearly_same(rows, 95.0) == [*FOUND, (2, 100.0)]


def test_rows_beyond_the_effort_without_the_extra_are_not_compared_and_a_warning_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(near, "find_spec", lambda name: None if name == "datasketch" else find(name))
    monkeypatch.setattr(near, "MOST_COMPARED", 2)
    monkeypatch.setattr(near, "MOST_EFFORT", 65)

    with pytest.warns(UserWarning, match=r"not looked for among the last 1 of 4 rows.*distilkit\[near\]"):
        assert near.nearly_same([*ROWS, ROWS[2]], 95.0) == [*FOUND, None]


def test_few_rows_are_all_compared_whatever_the_effort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near, "MOST_EFFORT", 0)

    assert near.nearly_same(ROWS, 95.0) == FOUND
