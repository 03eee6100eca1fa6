"""How many may be in flight where no limit is declared: found out by trying."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from distilkit.engine.concurrency import Concurrency


def answer_a_round(found: Concurrency) -> None:
    for _ in range(found.limit):
        found.answered(found.limit)


def test_it_begins_with_few() -> None:
    found = Concurrency(100)

    assert found.limit == 4
    assert found.may_start(3)
    assert not found.may_start(4)


def test_it_begins_with_no_more_than_is_allowed() -> None:
    assert Concurrency(2).limit == 2


def test_until_the_first_429_a_round_of_answers_doubles_it() -> None:
    found = Concurrency(100)

    for _ in range(4):
        found.answered(found.limit)

    assert found.limit == 8


def test_it_never_exceeds_the_most() -> None:
    found = Concurrency(10)

    for _ in range(50):
        found.answered(found.limit)

    assert found.limit == 10


def test_answers_below_the_limit_show_nothing_about_more() -> None:
    found = Concurrency(100)

    for _ in range(50):
        found.answered(3)

    assert found.limit == 4


def test_a_429_halves_it_and_from_then_on_a_round_adds_one() -> None:
    found = Concurrency(100)
    for _ in range(12):
        found.answered(found.limit)

    found.throttled(sent_at=9.0, now=10.0)
    halved = found.limit
    answer_a_round(found)

    assert halved == 8
    assert found.limit == 9


def test_429s_of_one_round_halve_it_once() -> None:
    found = Concurrency(100)
    for _ in range(12):
        found.answered(found.limit)

    for sent_at in (9.0, 9.5, 10.0):
        found.throttled(sent_at, now=10.0)
    once = found.limit
    found.throttled(sent_at=10.1, now=11.0)

    assert (once, found.limit) == (8, 4)


def test_one_always_remains() -> None:
    found = Concurrency(100)

    for n in range(20):
        found.throttled(sent_at=n + 0.5, now=n + 1.0)

    assert found.limit == 1
    assert found.may_start(0)


@given(st.integers(1, 50), st.lists(st.booleans(), max_size=200))
@settings(deadline=None)
def test_it_stays_between_one_and_the_most(most: int, answers: list[bool]) -> None:
    found = Concurrency(most)
    for n, is_answer in enumerate(answers):
        if is_answer:
            found.answered(found.limit)
        else:
            found.throttled(n, n)

        assert 1 <= found.limit <= most
