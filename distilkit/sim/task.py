"""The built-in task: word problems with known answers, as many as asked for, the same for the same seed.

Knows the problems; knows nothing of models or of HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from distilkit.sim.problem import Posed, Problem, Value
from distilkit.sim.problems import PROBLEMS

MOST_ITEMS = 5000
"""How many different items a seed has. Beyond it some problems would run out of numbers."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its answer.

    Attributes:
        id: unique within a task.
        kind: what sort of word problem it is.
        prompt: the question, and how to give the answer.
        answer: a number, or one word.
        difficulty: 0 to 1, spread evenly over the task; every simulated model finds the same items hard.
    """

    id: str
    kind: str
    prompt: str
    answer: Value
    difficulty: float


def items(n: int, seed: int = 0) -> list[Item]:
    """Return `n` different items. The items of a smaller `n` are the first ones of a larger.

    Raises:
        ValueError: `n` is negative or over `MOST_ITEMS`.

    >>> [item.kind for item in items(3)] == [item.kind for item in items(9)[:3]]
    True
    """
    if not 0 <= n <= MOST_ITEMS:
        raise ValueError(f"the built-in task has from 0 to {MOST_ITEMS} items a seed, not {n}; use further seeds")
    return list(islice(_endless(seed), n))


def _endless(seed: int) -> Iterator[Item]:
    rng = Random(f"task {seed}")  # noqa: S311 - repeatable on purpose
    asked: set[str] = set()
    index = 0
    while True:
        # In rounds, so that every kind and level comes equally often in a task of any length.
        for problem in rng.sample(PROBLEMS, len(PROBLEMS)):
            posed = _unasked(problem, rng, asked)
            asked.add(posed.question)
            yield _item(problem, posed, index)
            index += 1


def _unasked(problem: Problem, rng: Random, asked: set[str]) -> Posed:
    while (posed := problem.pose(problem.draw(rng))).question in asked:
        pass
    return posed


def _item(problem: Problem, posed: Posed, index: int) -> Item:
    answer = posed.working.answer
    form = "one word" if isinstance(answer, str) else "a number"
    prompt = f"{posed.question} Give the answer as {form} on the last line."
    return Item(f"{problem.kind}-{index:04}", problem.kind, prompt, answer, posed.difficulty)
