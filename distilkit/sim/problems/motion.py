"""Word problems about speed, and about filling and converting.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact
from distilkit.sim.problems.names import people


def _distance(*, v: int, t: int) -> Working:
    return Working(
        [Step(f"{t} hours at {v} kilometres an hour make {{}} kilometres", v * t)], slips=[v * (t - 1), v + t]
    )


def _two_legs(*, a: int, v: int, b: int, w: int, **_: object) -> Working:
    steps = [
        Step("the first part takes {} minutes", exact(60 * a, v)),
        Step("the second part takes {} minutes", exact(60 * b, w)),
        Step("together that is {} minutes", exact(60 * (a * w + b * v), v * w)),
    ]
    # The usual mistake: the average of the speeds.
    return Working(steps, slips=[exact(120 * (a + b), v + w)])


def _meeting(*, d: int, v: int, w: int) -> Working:
    steps = [
        Step("they come closer by {} kilometres every hour", v + w),
        Step("so they meet after {} hours", exact(d, v + w)),
        Step("by then the first train has covered {} kilometres", exact(d * v, v + w)),
    ]
    return Working(steps, slips=[exact(d * w, v + w), exact(d, 2)])


def _glasses(*, n: int, g: int) -> Working:
    steps = [
        Step(f"{n} litres are {{}} millilitres", n * 1000),
        Step(f"divided by {g} that makes {{}} glasses", exact(n * 1000, g)),
    ]
    return Working(steps, slips=[exact(n * 100, g)])


def _tap(*, a: int, m: int, h: int) -> Working:
    steps = [
        Step(f"{h} hours are {{}} minutes", h * 60),
        Step(f"that is {{}} times {m} minutes", exact(h * 60, m)),
        Step(f"at {a} litres each time it makes {{}} litres", exact(h * 60 * a, m)),
    ]
    return Working(steps, slips=[a * h, a * m * h])


def _tiles(*, t: int, length: int, w: int) -> Working:
    steps = [
        Step("along the length lie {} tiles", exact(length * 100, t)),
        Step("along the width lie {} tiles", exact(w * 100, t)),
        Step("multiplied that is {} tiles", exact(length * w * 10_000, t * t)),
    ]
    return Working(steps, slips=[exact(length * w * 100, t), exact(100 * (length + w), t)])


PROBLEMS = (
    Problem(
        "rates",
        0,
        "A train travels at {v} kilometres an hour for {t} hours. How many kilometres does it cover?",
        lambda rng: {"v": rng.randint(45, 160), "t": rng.randint(2, 9)},
        _distance,
    ),
    Problem(
        "rates",
        1,
        "{who:word} cycles {a} kilometres at {v} kilometres an hour and then {b} kilometres at {w} kilometres an hour. "
        "How many minutes does the whole ride take?",
        drawn_until(
            lambda a, v, b, w, **_: v != w and 60 * a % v == 0 and 60 * b % w == 0,
            lambda rng: {
                **people(rng, "who"),
                "a": rng.randint(4, 40),
                "v": rng.choice([10, 12, 15, 18, 20, 24]),
                "b": rng.randint(4, 40),
                "w": rng.choice([10, 12, 15, 18, 20, 24]),
            },
        ),
        _two_legs,
    ),
    Problem(
        "rates",
        2,
        "Two trains leave stations {d} kilometres apart at the same moment and travel towards each other, the first at "
        "{v} and the second at {w} kilometres an hour. How many kilometres has the first train covered when they meet?",
        drawn_until(
            lambda d, v, w: v != w and d % (v + w) == 0,
            lambda rng: {
                "d": rng.randrange(200, 1200, 10),
                "v": rng.randrange(50, 140, 5),
                "w": rng.randrange(50, 140, 5),
            },
        ),
        _meeting,
    ),
    Problem(
        "units",
        0,
        "A barrel holds {n} litres of cider. How many glasses of {g} millilitres can be filled from it?",
        lambda rng: {"n": rng.randint(4, 90), "g": rng.choice([125, 200, 250, 500])},
        _glasses,
    ),
    Problem(
        "units",
        1,
        "A tap gives {a} litres of water every {m} minutes. How many litres does it give in {h} hours?",
        lambda rng: {"a": rng.randint(3, 28), "m": rng.choice([2, 3, 4, 5, 6, 10, 12, 15]), "h": rng.randint(2, 11)},
        _tap,
    ),
    Problem(
        "units",
        2,
        "A square tile has sides of {t} centimetres. How many tiles cover a floor {length} metres long and {w} metres "
        "wide, with no gaps?",
        lambda rng: {"t": rng.choice([10, 20, 25, 50]), "length": rng.randint(3, 24), "w": rng.randint(2, 18)},
        _tiles,
    ),
)
