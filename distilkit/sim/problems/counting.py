"""Word problems about sequences, and about counting possibilities.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from math import comb, perm

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact


def _term(*, a: int, d: int, n: int) -> Working:
    steps = [
        Step(f"from term 1 to term {n} there are {{}} steps", n - 1),
        Step(f"at {d} each that leads to {{}}", a + (n - 1) * d),
    ]
    # The usual mistake: one step too many.
    return Working(steps, slips=[a + n * d])


def _recursive(*, a: int, r: int, k: int, n: int) -> Working:
    terms = [a]
    for _ in range(n - 1):
        terms.append(terms[-1] * r - k)
    steps = [Step(f"term {number} is {{}}", term) for number, term in enumerate(terms[1:], start=2)]
    return Working(steps or [Step("term 1 is {}", a)], slips=[terms[-1] * r - k, terms[-1] + k])


def _multiples(*, a: int, b: int, k: int) -> Working:
    first, last = -(-a // k), b // k
    count = last - first + 1
    steps = [
        Step(f"there are {{}} multiples of {k}", count),
        Step("the smallest and the largest add up to {}", k * (first + last)),
        Step("half of the product of these two is {}", exact(k * (first + last) * count, 2)),
    ]
    return Working(
        steps, slips=[exact(k * (first + last) * (count - 1), 2), exact(k * (first + last) * (count + 1), 2)]
    )


def _handshakes(*, n: int) -> Working:
    steps = [
        Step(f"{n} people each shake {n - 1} hands, which counts {{}}", n * (n - 1)),
        Step("every handshake was counted twice, so there are {}", comb(n, 2)),
    ]
    return Working(steps, slips=[n * n, comb(n + 1, 2)])


def _committees(*, n: int, k: int, c: int) -> Working:
    steps = [
        Step(f"the {k} members can be chosen in {{}} ways", comb(n, k)),
        Step(f"with {k} choices of a chair and {c} of a day that makes {{}} ways", comb(n, k) * k * c),
    ]
    return Working(steps, slips=[comb(n, k) * k, perm(n, k)])


def _codes(*, m: int, k: int, c: int) -> Working:
    codes = m // 2 * perm(m - 1, k - 1)
    steps = [
        Step("the first digit can be one of {} even digits", m // 2),
        Step("with the digits after it there are {} possibilities", codes),
        Step(f"times {c} letters that is {{}}", codes * c),
    ]
    return Working(steps, slips=[perm(m, k) * c, m // 2 * m ** (k - 1) * c])


PROBLEMS = (
    Problem(
        "sequences",
        0,
        "A sequence starts with {a}, and every further term is {d} larger than the one before it. "
        "What is term number {n}?",
        lambda rng: {"a": rng.randint(2, 60), "d": rng.randint(3, 19), "n": rng.randint(6, 30)},
        _term,
    ),
    Problem(
        "sequences",
        1,
        "A sequence starts with {a:small}, and every further term is {r:small} times the one before it, "
        "less {k:small}. What is term number {n:small}?",
        drawn_until(
            lambda a, r, k, n: a * (r - 1) > k and n > 0,
            lambda rng: {
                "a": rng.randint(3, 15),
                "r": rng.randint(2, 4),
                "k": rng.randint(2, 9),
                "n": rng.randint(3, 5),
            },
        ),
        _recursive,
    ),
    Problem(
        "sequences",
        2,
        "What is the sum of all whole numbers from {a} to {b} that are divisible by {k}?",
        lambda rng: {"a": rng.randint(5, 60), "b": rng.randint(100, 240), "k": rng.randint(3, 13)},
        _multiples,
    ),
    Problem(
        "counting",
        0,
        "{n} people meet, and each shakes hands once with each of the others. How many handshakes are there?",
        lambda rng: {"n": rng.randint(5, 400)},
        _handshakes,
    ),
    Problem(
        "counting",
        1,
        "A club of {n:small} people elects a board of {k:small}, one of whom is the chair, and picks one of {c:small} "
        "days for its meetings. In how many ways can this turn out?",
        lambda rng: {"n": rng.randint(5, 16), "k": rng.randint(2, 4), "c": rng.randint(2, 6)},
        _committees,
    ),
    Problem(
        "counting",
        2,
        "A code is made of {k:small} digits, each from 1 to {m:small}, followed by one of {c:small} letters. The first "
        "digit must be even, and no digit is used twice. How many codes are there?",
        drawn_until(
            lambda m, k, **_: k < m,
            lambda rng: {"m": rng.randint(4, 9), "k": rng.randint(2, 6), "c": rng.randint(2, 20)},
        ),
        _codes,
    ),
)
