"""What is asked next: rounds over a grid of prompts and teachers, and the keys of their samples."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from distilkit.calls import Prompt
from distilkit.planning import plan
from distilkit.profiles import Profile, Route, Strategy
from distilkit.teaching.lesson import Cell, Found, Lesson, State, calls_of, rounds, with_sample

PROMPT = Prompt("p", "Why?", [{"role": "user", "content": "Why?"}])


def played(lesson: Lesson, valid: Callable[[Cell], bool], **more: str) -> list[list[tuple[int, int, int]]]:
    state, said = State(), []
    for cells in rounds(lesson, state):
        said.append([(cell.prompt, cell.teacher, cell.sample) for cell in cells])
        state.learn(lesson, [Found(cell, valid(cell), more.get("error_kind", "")) for cell in cells])
    return said


def test_without_a_wish_for_more_each_is_asked_its_samples_once() -> None:
    asked = played(Lesson(prompts=1, teachers=2, samples=2, most=2), lambda _: False)

    assert asked == [[(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]]


def test_each_teacher_is_asked_until_it_has_a_valid_answer() -> None:
    asked = played(Lesson(prompts=1, teachers=2, most=3), lambda cell: cell.teacher == 1 or cell.sample == 1)

    assert asked == [[(0, 0, 0), (0, 1, 0)], [(0, 0, 1)]]


def test_until_one_has_they_are_asked_one_after_the_other() -> None:
    lesson = Lesson(prompts=2, teachers=2, most=2, until="prompt")

    asked = played(lesson, lambda cell: cell.prompt == 0 and cell.sample == 1)

    assert asked == [[(0, 0, 0), (1, 0, 0)], [(0, 0, 1), (1, 0, 1)], [(1, 1, 0)], [(1, 1, 1)]]


def test_a_failed_call_ends_its_pair_but_the_next_teacher_is_asked() -> None:
    lesson = Lesson(prompts=1, teachers=2, most=3, until="prompt")

    assert played(lesson, lambda _: False, error_kind="timeout") == [[(0, 0, 0)], [(0, 1, 0)]]


def test_where_the_budget_is_spent_nobody_is_asked() -> None:
    lesson = Lesson(prompts=1, teachers=2, most=3, until="prompt")

    assert played(lesson, lambda _: False, error_kind="budget") == [[(0, 0, 0)]]


@given(st.integers(1, 3), st.sampled_from(["teacher", "prompt"]), st.lists(st.booleans(), min_size=60, max_size=60))
def test_no_question_is_asked_twice_and_none_after_its_need_is_met(samples: int, until: str, luck: list[bool]) -> None:
    lesson = Lesson(prompts=4, teachers=3, samples=samples, most=5, until=until)  # type: ignore[arg-type] # one of them
    chance = dict(zip([(p, t, s) for p in range(4) for t in range(3) for s in range(5)], luck, strict=True))

    asked = played(lesson, lambda cell: chance[cell.prompt, cell.teacher, cell.sample])

    flat = [each for cells in asked for each in cells]
    assert len(set(flat)) == len(flat)
    met: set[tuple[int, ...]] = set()
    for cells in asked:
        names = {(p,) if until == "prompt" else (p, t) for p, t, _ in cells}
        assert not names & met
        met |= {(p,) if until == "prompt" else (p, t) for p, t, s in cells if chance[p, t, s]}
    needed = {(p,) for p in range(4)} if until == "prompt" else {(p, t) for p in range(4) for t in range(3)}
    for name in needed - met:
        # Where nothing is valid, everything was tried.
        assert len([each for each in flat if each[: len(name)] == name]) == (15 if until == "prompt" else 5)


def test_a_further_sample_has_the_key_of_a_plan() -> None:
    plain = Profile(name="a", provider="sim", model="a", section="a")
    other = Profile(name="b", provider="sim", model="b", section="b", system="Be brief.")
    both = Strategy(name="both", policy="failover", profiles=["a", "b"])
    route = Route(strategy=both, members=(plain, other))
    targets = [plain, route]
    grid = plan([PROMPT], targets, params={}, samples=1)
    whole = plan([PROMPT], targets, params={}, samples=3)

    cells = [Cell(0, teacher, sample) for teacher in range(2) for sample in range(3)]

    assert calls_of(grid, cells, 2) == whole
    assert with_sample(whole[2], 0) == whole[0]
