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


def test_many_rows_are_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("datasketch")
    monkeypatch.setattr(near, "MOST_COMPARED", 2)
    monkeypatch.setattr(near, "firsts_alike", lambda *_: pytest.fail("compared"))

    assert near.nearly_same(ROWS, 95.0) == FOUND


def test_many_rows_without_the_extra_are_not_compared_and_a_warning_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(near, "find_spec", lambda name: None if name == "datasketch" else find(name))
    monkeypatch.setattr(near, "MOST_COMPARED", 2)

    with pytest.warns(UserWarning, match=r"not looked for among 3 rows.*distilkit\[near\]"):
        assert near.nearly_same(ROWS, 95.0) == [None, None, None]
