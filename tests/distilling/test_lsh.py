"""Near duplicates by hashing: what is found is right, and little is missed."""

from __future__ import annotations

import random

import pytest

from distilkit.distilling import lsh
from distilkit.distilling.lsh import firsts_hashed
from distilkit.scoring.alike import Fields, firsts_alike

pytest.importorskip("datasketch")

WORDS = [f"{first}{middle}{last}" for first in "bdgklmnprst" for middle in ("a", "e", "io", "u") for last in "nrstlx"]


def rows(count: int, seed: int = 7) -> list[Fields]:
    """Random questions and answers; each fifth is one before it, with one word in thirty changed."""
    chance = random.Random(seed)
    made: list[Fields] = []
    for nth in range(count):
        if nth % 5 == 4:
            made.append(tuple(_changed(text, chance) for text in made[chance.randrange(len(made))]))
        else:
            made.append((" ".join(chance.choices(WORDS, k=40)), " ".join(chance.choices(WORDS, k=90))))
    return made


def _changed(text: str, chance: random.Random) -> str:
    words = text.split()
    for _ in range(len(words) // 30):
        words[chance.randrange(len(words))] = chance.choice(WORDS)
    return " ".join(words)


def test_it_finds_nearly_all_that_comparing_all_finds() -> None:
    made = rows(600)
    all_of_them, found = firsts_alike(made, 95.0), firsts_hashed(made, 95.0)

    planted = sum(each is not None for each in all_of_them)
    assert planted > 90
    assert sum(each is not None for each in found) >= 0.98 * planted


def test_what_it_finds_is_right() -> None:
    made = rows(300)
    for nth, found in enumerate(firsts_hashed(made, 95.0)):
        if found is not None:
            other, like = found
            assert other < nth
            assert firsts_alike([made[other], made[nth]], 95.0) == [None, (0, like)]


def test_the_same_rows_give_the_same_result() -> None:
    assert firsts_hashed(rows(200), 95.0) == firsts_hashed(rows(200), 95.0)


def test_short_and_empty_texts_are_compared_too() -> None:
    assert firsts_hashed([("a", "b"), ("a", "b"), ("", ""), ("", "")], 95.0) == [None, (0, 100.0), None, (2, 100.0)]


def test_rows_from_a_template_are_given_up_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsh, "_CROWD", 20)
    text = "Tom has {} apples and buys some more of them at the market in the old town; how many has he now?"
    # Of a hundred rows the first twenty are added, and one that the hashes take for something else.
    made: list[Fields] = [(text.format(nth), f"{nth}{nth * 7}{nth * 31}") for nth in range(100, 200)]

    with pytest.warns(UserWarning, match=r"79 rows resemble 20 others or more"):
        assert firsts_hashed(made, 95.0) == [None] * 100
