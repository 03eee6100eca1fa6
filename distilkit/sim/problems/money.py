"""Word problems about money: shopping with change, and percentages.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact
from distilkit.sim.problems.names import GOODS, people


def _pay(*, n: int, p: int, **_: object) -> Working:
    return Working([Step(f"{n} at {p} dollars each come to {{}} dollars", n * p)], slips=[(n - 1) * p, n + p])


def _change(*, n: int, p: int, note: int, **_: object) -> Working:
    steps = [
        Step(f"{n} at {p} dollars each come to {{}} dollars", n * p),
        Step(f"from {note} dollars that leaves {{}} dollars", note - n * p),
    ]
    return Working(steps, slips=[note - p])


def _change_in_cents(*, n: int, p: int, m: int, q: int, note: int, **_: object) -> Working:
    first, second = n * p, m * q
    steps = [
        Step(f"the first {n} come to {{}} dollars", exact(first, 100)),
        Step(f"with the {m} others it is {{}} dollars", exact(first + second, 100)),
        Step(f"from {note} dollars that leaves {{}} dollars", exact(note * 100 - first - second, 100)),
    ]
    return Working(steps, slips=[exact(note * 100 - first, 100), exact(note * 100 - first - q, 100)])


def _sale(*, p: int, r: int) -> Working:
    steps = [
        Step(f"{r} percent of {p} dollars is {{}} dollars", exact(p * r, 100)),
        Step("taking that off the price leaves {} dollars", exact(p * (100 - r), 100)),
    ]
    return Working(steps, slips=[p - r])


def _two_cuts(*, p: int, r: int, s: int) -> Working:
    steps = [
        Step(f"after {r} percent off it costs {{}} dollars", exact(p * (100 - r), 100)),
        Step(f"{s} percent off that makes {{}} dollars", exact(p * (100 - r) * (100 - s), 10_000)),
    ]
    # The usual mistake: the two percentages added.
    return Working(steps, slips=[exact(p * (100 - r - s), 100)])


def _before_cut(*, t: int, f: int, r: int) -> Working:
    paid = t - f
    steps = [
        Step("without delivery the price paid was {} dollars", paid),
        Step(f"that is {100 - r} percent of the old price, which was {{}} dollars", exact(paid * 100, 100 - r)),
    ]
    # The usual mistake: the percentage added back to the lower price.
    return Working(steps, slips=[exact(paid * (100 + r), 100), exact(t * 100, 100 - r)])


PROBLEMS = (
    Problem(
        "shopping",
        0,
        "{who:word} buys {n} {goods:word} at ${p} each. How many dollars does {who:word} pay?",
        lambda rng: {
            **people(rng, "who"),
            "goods": rng.choice(GOODS),
            "n": rng.randint(3, 15),
            "p": rng.randint(3, 19),
        },
        _pay,
    ),
    Problem(
        "shopping",
        1,
        "{who:word} buys {n} {goods:word} at ${p} each and pays with ${note}. "
        "How many dollars of change does {who:word} get?",
        drawn_until(
            lambda n, p, note, **_: n * p < note,
            lambda rng: {
                **people(rng, "who"),
                "goods": rng.choice(GOODS),
                "n": rng.randint(3, 12),
                "p": rng.randint(3, 15),
                "note": rng.choice([50, 100, 200]),
            },
        ),
        _change,
    ),
    Problem(
        "shopping",
        2,
        "{who:word} buys {n} {goods:word} at ${p:money} each and {m} cards at ${q:money} each, and pays with ${note}. "
        "How many dollars of change does {who:word} get?",
        drawn_until(
            lambda n, p, m, q, note, **_: n * p + m * q < note * 100,
            lambda rng: {
                **people(rng, "who"),
                "goods": rng.choice(GOODS),
                "n": rng.randint(2, 6),
                "p": rng.randrange(225, 900, 25),
                "m": rng.randint(2, 8),
                "q": rng.randrange(125, 400, 25),
                "note": rng.choice([50, 100]),
            },
        ),
        _change_in_cents,
    ),
    Problem(
        "percentages",
        0,
        "A jacket costs ${p}. In a sale its price is cut by {r} percent. How many dollars does it cost in the sale?",
        lambda rng: {"p": rng.randrange(40, 800, 20), "r": rng.randrange(5, 65, 5)},
        _sale,
    ),
    Problem(
        "percentages",
        1,
        "A sofa costs ${p}. Its price is cut by {r} percent, and a week later the new price is cut by {s} percent. "
        "How many dollars does the sofa cost then?",
        lambda rng: {"p": rng.randrange(400, 4000, 400), "r": rng.randrange(5, 55, 5), "s": rng.randrange(5, 45, 5)},
        _two_cuts,
    ),
    Problem(
        "percentages",
        2,
        "The price of a bicycle was cut by {r} percent. With ${f} for delivery added, a customer pays ${t}. "
        "How many dollars was the price before the cut?",
        drawn_until(
            lambda t, f, r: t > f and (t - f) * 100 % (100 - r) == 0,
            lambda rng: {"t": rng.randint(90, 900), "f": rng.randint(8, 40), "r": rng.choice([10, 20, 25, 30, 40, 60])},
        ),
        _before_cut,
    ),
)
