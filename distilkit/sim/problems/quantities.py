"""Word problems about mixtures and fractions.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from math import gcd

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact
from distilkit.sim.problems.names import people


def _fruit(*, v: int, p: int) -> Working:
    return Working(
        [Step(f"{p} percent of {v} litres are {{}} litres", exact(v * p, 100))], slips=[exact(v * (100 - p), 100)]
    )


def _mixed(*, a: int, p: int, b: int, q: int) -> Working:
    steps = [
        Step("the first part brings {} litres of acid", exact(a * p, 100)),
        Step("both parts bring {} litres of acid", exact(a * p + b * q, 100)),
        Step(f"in {a + b} litres that is {{}} percent", exact(a * p + b * q, a + b)),
    ]
    # The usual mistake: the plain average of the percentages.
    return Working(steps, slips=[exact(p + q, 2)])


def _diluted(*, a: int, p: int, q: int) -> Working:
    steps = [
        Step("the salt weighs {} kilograms", exact(a * p, 100)),
        Step(f"at {q} percent the whole must weigh {{}} kilograms", exact(a * p, q)),
        Step("so the water to add weighs {} kilograms", exact(a * (p - q), q)),
    ]
    return Working(steps, slips=[exact(a * (p - q), 100)])


def _not_walking(*, n: int, k: int, m: int) -> Working:
    steps = [
        Step("there are {} pupils who walk", exact(n * k, m)),
        Step("the others are {} pupils", exact(n * (m - k), m)),
    ]
    return Working(steps, slips=[n - k])


def _pages_left(*, who: str, n: int, a: int, b: int, c: int, d: int) -> Working:
    left = exact(n * (b - a), b)
    steps = [
        Step(f"after Monday {who} has {{}} pages left", left),
        Step("on Tuesday that goes down to {} pages", exact(n * (b - a) * (d - c), b * d)),
    ]
    # The usual mistake: Tuesday's share taken of the whole book.
    return Working(steps, slips=[exact(n * (b * d - a * d - c * b), b * d), exact(n * (b - a) * c, b * d)])


def _proper(numerator: int, denominator: int) -> bool:
    return numerator < denominator and gcd(numerator, denominator) == 1


def _pumps(*, a: int, b: int) -> Working:
    steps = [
        Step(f"in {a * b} hours both together fill it {{}} times", a + b),
        Step("so filling it once takes {} minutes", exact(60 * a * b, a + b)),
    ]
    return Working(steps, slips=[30 * (a + b), exact(60 * (a + b), 4)])


PROBLEMS = (
    Problem(
        "mixtures",
        0,
        "A tank holds {v} litres of a drink that is {p} percent fruit juice. How many litres of fruit juice are in it?",
        lambda rng: {"v": rng.randrange(20, 500, 20), "p": rng.choice([5, 10, 15, 20, 30, 35, 40, 45, 60])},
        _fruit,
    ),
    Problem(
        "mixtures",
        1,
        "{a} litres of a {p} percent acid are mixed with {b} litres of a {q} percent acid. "
        "How many percent acid is the mixture?",
        drawn_until(
            lambda a, p, b, q: p != q and a != b and (a * p + b * q) % (a + b) == 0,
            lambda rng: {
                "a": rng.randint(2, 24),
                "p": rng.randrange(5, 60, 5),
                "b": rng.randint(2, 24),
                "q": rng.randrange(5, 60, 5),
            },
        ),
        _mixed,
    ),
    Problem(
        "mixtures",
        2,
        "A salt solution weighs {a} kilograms and is {p} percent salt. How many kilograms of water must be added to "
        "bring it down to {q} percent?",
        drawn_until(
            lambda a, p, q: p > q and a * (p - q) % q == 0,
            lambda rng: {"a": rng.randint(6, 90), "p": rng.randint(8, 45), "q": rng.randint(3, 30)},
        ),
        _diluted,
    ),
    Problem(
        "fractions",
        0,
        "A school has {n} pupils, and {k} out of every {m} of them walk to school. How many pupils do not walk?",
        drawn_until(
            lambda n, k, m: _proper(k, m) and n % m == 0,
            lambda rng: {"n": rng.randint(90, 900), "k": rng.randint(2, 7), "m": rng.randint(3, 9)},
        ),
        _not_walking,
    ),
    Problem(
        "fractions",
        1,
        "A book has {n} pages. {who:word} reads {a}/{b} of them on Monday and {c}/{d} of the remaining pages on "
        "Tuesday. How many pages are left to read?",
        drawn_until(
            lambda n, a, b, c, d, **_: _proper(a, b) and _proper(c, d) and n % (b * d) == 0,
            lambda rng: {
                **people(rng, "who"),
                "n": rng.randrange(60, 600, 12),
                "a": rng.randint(1, 3),
                "b": rng.randint(2, 6),
                "c": rng.randint(1, 3),
                "d": rng.randint(2, 6),
            },
        ),
        _pages_left,
    ),
    Problem(
        "fractions",
        2,
        "One pump fills a pool in {a} hours, another fills it in {b} hours. "
        "How many minutes do both together need to fill it?",
        drawn_until(
            lambda a, b: a != b and 60 * a * b % (a + b) == 0,
            lambda rng: {"a": rng.randint(2, 60), "b": rng.randint(2, 60)},
        ),
        _pumps,
    ),
)
