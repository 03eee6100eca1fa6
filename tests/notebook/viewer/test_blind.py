"""The order of a blind reading."""

from __future__ import annotations

from distilkit.notebook.viewer.blind import letter, shuffled

NAMES = ["a", "b", "c", "d"]


def test_the_order_is_the_same_for_the_same_seed_and_prompt_whatever_order_came_in() -> None:
    assert shuffled(NAMES, 7, 0) == shuffled(NAMES[::-1], 7, 0)


def test_every_profile_comes_first_as_often_as_the_others() -> None:
    firsts = [shuffled(NAMES, prompt, 0)[0] for prompt in range(2000)]

    assert all(400 < firsts.count(name) < 600 for name in NAMES)


def test_another_seed_is_another_order() -> None:
    assert [shuffled(NAMES, prompt, 0) for prompt in range(9)] != [shuffled(NAMES, prompt, 1) for prompt in range(9)]


def test_letters_go_on_after_z() -> None:
    assert [letter(nth) for nth in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_half_a_surrogate_pair_in_a_name_is_no_trouble() -> None:
    assert shuffled(["\ud800"], "\udfff", 0) == ["\ud800"]
