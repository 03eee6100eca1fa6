"""Word problems about the clock and the week.

Knows nothing of models or of HTTP.
"""

from __future__ import annotations

from distilkit.sim.problem import Problem, Step, Working, drawn_until, exact
from distilkit.sim.problems.names import WEEKDAYS, people

_DAY = 24 * 60
# Days from 1 March to the first of the month.
_SINCE_MARCH = {"April": 31, "May": 61, "June": 92, "July": 122, "August": 153, "September": 184, "October": 214}


def _duration(*, s: int, e: int) -> Working:
    return Working([Step("from start to end it is {} minutes", e - s)], slips=[e - s + 60, e - s - 60])


def _early(*, s: int, d: int, w: int, e: int, **_: object) -> Working:
    steps = [
        Step("on the road and waiting it takes {} minutes", d + w),
        Step("from leaving to the meeting there are {} minutes", e - s),
        Step("that leaves {} minutes", e - s - d - w),
    ]
    return Working(steps, slips=[e - s - d, e - s - d - w + 60])


def _shifts(*, s: int, e: int, n: int, b: int, k: int) -> Working:
    whole = e + _DAY - s
    steps = [
        Step("one shift lasts {} minutes", whole),
        Step("without its breaks that is {} minutes", whole - n * b),
        Step(f"{k} shifts make {{}} minutes", k * (whole - n * b)),
    ]
    return Working(steps, slips=[k * whole, k * (whole - b), k * whole - n * b])


def _later(day: str, days: int, says: str) -> Working:
    """Work out the weekday some days after another; ValueError where `day` is none."""
    start = WEEKDAYS.index(day)
    found = WEEKDAYS[(start + days) % 7]
    near = [WEEKDAYS[(start + days + slip) % 7] for slip in (1, -1, 2)]
    return Working([Step(says, exact(days % 7)), Step(f"counted on from {day} that is {{}}", found)], slips=near)


def _in_days(*, day: str, n: int) -> Working:
    return _later(day, n, "beyond whole weeks there are {} days")


def _same_month(*, day: str, d: int, e: int) -> Working:
    return _later(day, e - d, "the two days are {} days apart, beyond whole weeks")


def _same_year(*, day: str, d: int, month: str) -> Working:
    if month not in _SINCE_MARCH:
        raise ValueError(f"{month} is no month of this problem")
    return _later(day, _SINCE_MARCH[month] + d - 1, "beyond whole weeks there are {} days between them")


PROBLEMS = (
    Problem(
        "clock",
        0,
        "A concert starts at {s:clock} and ends at {e:clock} the same evening. How many minutes does it last?",
        lambda rng: {"s": rng.randrange(17 * 60, 19 * 60, 5), "e": rng.randrange(20 * 60, 23 * 60, 5)},
        _duration,
    ),
    Problem(
        "clock",
        1,
        "{who:word} leaves home at {s:clock}, waits {w} minutes for the bus, rides for {d} minutes, and has a meeting "
        "at {e:clock}. How many minutes before the meeting does {who:word} arrive?",
        drawn_until(
            lambda s, d, w, e, **_: s + d + w < e,
            lambda rng: {
                **people(rng, "who"),
                "s": rng.randrange(7 * 60, 9 * 60, 5),
                "d": rng.randint(18, 75),
                "w": rng.randint(4, 19),
                "e": rng.randrange(9 * 60, 11 * 60, 15),
            },
        ),
        _early,
    ),
    Problem(
        "clock",
        2,
        "A night shift starts at {s:clock}, ends at {e:clock} the next morning and has {n} breaks of {b} minutes each. "
        "How many minutes are worked in {k} such shifts, breaks not counted?",
        lambda rng: {
            "s": rng.randrange(20 * 60, 23 * 60, 5),
            "e": rng.randrange(4 * 60, 7 * 60, 5),
            "n": rng.randint(2, 4),
            "b": rng.randrange(10, 35, 5),
            "k": rng.randint(2, 6),
        },
        _shifts,
    ),
    Problem(
        "weekdays",
        0,
        "Today is {day:word}. What day of the week will it be in {n} days?",
        drawn_until(lambda n, **_: n % 7 > 0, lambda rng: {"day": rng.choice(WEEKDAYS), "n": rng.randint(8, 90)}),
        _in_days,
    ),
    Problem(
        "weekdays",
        1,
        "Day {d} of a month is a {day:word}. What day of the week is day {e} of the same month?",
        drawn_until(
            lambda d, e, **_: (e - d) % 7 > 0,
            lambda rng: {"day": rng.choice(WEEKDAYS), "d": rng.randint(1, 28), "e": rng.randint(1, 28)},
        ),
        _same_month,
    ),
    Problem(
        "weekdays",
        2,
        "In a certain year, 1 March is a {day:word}. What day of the week is {d} {month:word} of the same year?",
        lambda rng: {"day": rng.choice(WEEKDAYS), "d": rng.randint(2, 30), "month": rng.choice(list(_SINCE_MARCH))},
        _same_year,
    ),
)
