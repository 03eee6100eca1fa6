"""Working aloud: a slip shows in the sentences, not only in the answer."""

from __future__ import annotations

from random import Random

from distilkit.sim.problem import Posed, Step, Value, Working
from distilkit.sim.working import rightly, wrongly

STEPS = [Step("half of it is {}", 2), Step("and once more makes {}", 5)]


def posed(slips: list[Value]) -> Posed:
    return Posed("?", Working(STEPS, slips), 0.5)


def test_the_steps_are_sentences() -> None:
    said = rightly(posed([]))

    assert (said.sentences, said.value) == (("Half of it is 2.", "And once more makes 5."), "5")


def test_a_forgotten_step_is_not_said() -> None:
    said = wrongly(posed([]), Random(0))

    assert (said.sentences, said.value) == (("Half of it is 2.",), "2")


def test_a_wrong_result_stands_in_its_sentence() -> None:
    said = {wrongly(posed([7, 5, -1]), Random(seed)) for seed in range(20)}

    assert {one.value for one in said} == {"2", "7"}
    assert ("Half of it is 2.", "And once more makes 7.") in {one.sentences for one in said}


def test_where_nothing_is_likely_something_near_is_said() -> None:
    one_step = Posed("?", Working([Step("it is {}", 3)]), 0.5)

    assert wrongly(one_step, Random(0)).value in {"4", "13"}
