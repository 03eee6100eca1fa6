"""Word problems about people: their ages, and who stands where.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact
from distilkit.sim.problems.names import people


def _older(*, age: int, d: int, t: int, b: str, **_: object) -> Working:
    steps = [
        Step(f"{b} is {{}} years old now", age + d),
        Step(f"in {t} years that will be {{}}", age + d + t),
    ]
    return Working(steps, slips=[age + t, age - d + t])


def _together(*, a: str, b: str, k: int, s: int) -> Working:
    steps = [
        Step(f"their ages make {k + 1} equal parts, so {b} is {{}}", exact(s, k + 1)),
        Step(f"{k} parts are {a}, who is {{}}", exact(s * k, k + 1)),
    ]
    return Working(steps, slips=[exact(s, k)])


def _together_later(*, a: str, b: str, k: int, t: int, s: int) -> Working:
    now = s - 2 * t
    steps = [
        Step("today their ages add up to {}", now),
        Step(f"in {k + 1} equal parts that makes {b} {{}}", exact(now, k + 1)),
        Step(f"{k} parts are {a}, who is {{}}", exact(now * k, k + 1)),
    ]
    return Working(steps, slips=[exact((s - t) * k, k + 1), exact(s * k, k + 1)])


def _placed(order: Sequence[str], place: int) -> Working:
    """Work out who has a place, 1 for the first, when the order is known."""
    if not 1 <= place <= len(order):
        raise ValueError(f"there is no place {place} among {len(order)}")
    chosen = order[place - 1]
    steps = [Step(f"in order they are {', '.join(order)}; number {place} is {{}}", chosen)]
    return Working(steps, slips=[name for name in order if name != chosen])


def _shortest(*, a: str, b: str, c: str) -> Working:
    return _placed([a, b, c], 3)


def _by_height(*, a: str, b: str, c: str, d: str, p: int) -> Working:
    return _placed([a, b, c, d], p)


def _race(*, a: str, b: str, c: str, d: str, e: str, p: int) -> Working:
    return _placed([e, a, b, c, d], p)


PROBLEMS = (
    Problem(
        "ages",
        0,
        "{a:word} is {age} years old, and {b:word} is {d} years older. How old will {b:word} be in {t} years?",
        lambda rng: {**people(rng, "a b"), "age": rng.randint(4, 50), "d": rng.randint(2, 19), "t": rng.randint(2, 15)},
        _older,
    ),
    Problem(
        "ages",
        1,
        "{a:word} is {k} times as old as {b:word}. Together they are {s} years old. How old is {a:word}?",
        drawn_until(
            lambda k, s, **_: s % (k + 1) == 0,
            lambda rng: {**people(rng, "a b"), "k": rng.randint(2, 6), "s": rng.randint(16, 90)},
        ),
        _together,
    ),
    Problem(
        "ages",
        2,
        "{a:word} is {k} times as old as {b:word}. In {t} years their ages will add up to {s}. "
        "How old is {a:word} now?",
        drawn_until(
            lambda k, t, s, **_: s - 2 * t > k and (s - 2 * t) % (k + 1) == 0,
            lambda rng: {
                **people(rng, "a b"),
                "k": rng.randint(2, 6),
                "t": rng.randint(2, 12),
                "s": rng.randint(30, 110),
            },
        ),
        _together_later,
    ),
    Problem(
        "ordering",
        0,
        "{a:word} is taller than {b:word}, and {b:word} is taller than {c:word}. Who is the shortest of the three?",
        lambda rng: people(rng, "a b c"),
        _shortest,
    ),
    Problem(
        "ordering",
        1,
        "{c:word} is taller than {d:word}, {a:word} is taller than {b:word}, and {b:word} is taller than {c:word}. "
        "Counting from the tallest, who is number {p}?",
        lambda rng: {**people(rng, "a b c d"), "p": rng.randint(1, 4)},
        _by_height,
    ),
    Problem(
        "ordering",
        2,
        "Five friends ran a race, and no two finished together. {a:word} finished directly ahead of {b:word}. "
        "{c:word} finished after {b:word} but ahead of {d:word}. {e:word} finished ahead of {a:word}. "
        "Who finished in place {p}?",
        lambda rng: {**people(rng, "a b c d e"), "p": rng.randint(1, 5)},
        _race,
    ),
)
