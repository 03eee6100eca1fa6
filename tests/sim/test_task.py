"""The built-in task: many, different, repeatable, evenly hard."""

from __future__ import annotations

import hashlib
import json
from statistics import mean

import pytest

from distilkit.sim import items


def test_the_same_seed_gives_the_same_items() -> None:
    assert items(200, seed=3) == items(200, seed=3)
    assert items(50, seed=3) != items(50, seed=4)


def test_fewer_items_are_the_first_of_more() -> None:
    assert items(400)[:73] == items(73)


def test_items_are_what_they_were_in_earlier_versions() -> None:
    """Stored answers refer to these texts: another Python or a harmless edit must not change them."""
    told = json.dumps([(item.id, item.prompt, item.answer, item.difficulty) for item in items(300)])

    assert hashlib.sha256(told.encode()).hexdigest()[:16] == "7672a95b12499fd3"


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_thousands_of_items_are_all_different(seed: int) -> None:
    many = items(5000, seed)

    assert len({item.prompt for item in many}) == len({item.id for item in many}) == 5000


def test_there_are_many_kinds_each_as_often() -> None:
    kinds = [item.kind for item in items(360)]

    assert len(set(kinds)) >= 8
    assert {kinds.count(kind) for kind in set(kinds)} == {360 // len(set(kinds))}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_difficulty_is_spread_evenly(seed: int) -> None:
    """A model's skill is its mean over the task only because of this."""
    difficulties = [item.difficulty for item in items(400, seed)]
    tenths = [sum(low <= 10 * difficulty < low + 1 for difficulty in difficulties) for low in range(10)]

    assert mean(difficulties) == pytest.approx(0.5, abs=0.02)
    assert min(tenths) >= 20
    assert max(tenths) <= 60


def test_some_answers_are_words_and_some_are_fractions() -> None:
    answers = [item.answer for item in items(300)]

    assert {type(answer) for answer in answers} == {int, float, str}


def test_prompts_say_how_to_end() -> None:
    for item in items(120):
        form = "one word" if isinstance(item.answer, str) else "a number"
        assert item.prompt.endswith(f"Give the answer as {form} on the last line.")


@pytest.mark.parametrize("n", [-1, 5001])
def test_an_impossible_number_of_items_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 5000 items a seed, not {n}"):
        items(n)


def test_no_items_are_no_items() -> None:
    assert items(0) == []
