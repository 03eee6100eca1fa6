"""Every problem's answer, found a second time: by counting, trying out and calendars instead of formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations, permutations
from random import Random
from typing import TypeVar

import pytest

from distilkit.sim import Item, items
from distilkit.sim.problem import Problem, drawn_until
from distilkit.sim.problems import PROBLEMS

ITEMS = items(1080)
Again = Fraction | float | str
Order = tuple[str, ...]
T = TypeVar("T")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def figures(text: str) -> list[Fraction]:
    return [Fraction(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def of_figures(work: Callable[..., Again]) -> Callable[[str], Again]:
    return lambda prompt: work(*figures(prompt))


def the_one(candidates: Iterable[T]) -> T:
    (found,) = candidates
    return found


def bought(prompt: str) -> Again:
    *lines, paid = figures(prompt)
    return paid - sum(price for count, price in zip(lines[::2], lines[1::2], strict=True) for _ in range(int(count)))


def old_price(prompt: str) -> Again:
    cut, delivery, paid = figures(prompt)
    return the_one(price for price in range(1, 5000) if price - price * cut / 100 + delivery == paid)


def met_at(prompt: str) -> Again:
    apart, first, second = figures(prompt)
    return the_one(way for way in range(1, int(apart)) if Fraction(way) / first == (apart - way) / second)


def floor_tiles(prompt: str) -> Again:
    side, length, width = figures(prompt)
    return len(range(0, int(length * 100), int(side))) * len(range(0, int(width * 100), int(side)))


def twice_as_old(prompt: str) -> Again:
    times, *years, total = figures(prompt)
    later = years[0] if years else 0
    return the_one(times * age for age in range(120) if times * age + later + age + later == total)


def fitting(pairs: list[tuple[str, str]], also: Callable[[Order], bool] = lambda _: True) -> Order:
    """Try every order of the people, and keep the only one in which each pair stands in its order."""
    names = sorted({name for pair in pairs for name in pair})
    return the_one(
        order
        for order in permutations(names)
        if all(order.index(first) < order.index(second) for first, second in pairs) and also(order)
    )


def by_height(prompt: str) -> Order:
    return fitting(re.findall(r"(\w+) is taller than (\w+)", prompt))


def raced(prompt: str) -> Again:
    told = re.sub(r"(\w+) finished after (\w+) but ahead of (\w+)\.", r"\2 beat \1. \1 beat \3.", prompt)
    pairs = re.findall(r"(\w+) beat (\w+)", re.sub(r"finished (?:directly )?ahead of", "beat", told))
    one, other = the_one(re.findall(r"(\w+) finished directly ahead of (\w+)", prompt))
    order = fitting(pairs, also=lambda order: order.index(other) - order.index(one) == 1)
    return order[int(figures(prompt)[0]) - 1]


def clock_times(prompt: str) -> list[datetime]:
    return [datetime.strptime(found, "%H:%M") for found in re.findall(r"\d\d:\d\d", prompt)]  # noqa: DTZ007 - one place


def minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def lasted(prompt: str) -> Again:
    starts, ends = clock_times(prompt)
    return minutes(ends - starts)


def arrived_early(prompt: str) -> Again:
    leaves, meets = clock_times(prompt)
    waits, rides = figures(re.sub(r"\d\d:\d\d", "", prompt))
    return minutes(meets - (leaves + timedelta(minutes=int(waits)) + timedelta(minutes=int(rides))))


def worked(prompt: str) -> Again:
    starts, ends = clock_times(prompt)
    breaks, each, shifts = figures(re.sub(r"\d\d:\d\d", "", prompt))
    return sum(minutes(ends + timedelta(days=1) - starts) - float(breaks * each) for _ in range(int(shifts)))


def weekday_after(prompt: str, days: Fraction) -> str:
    start = DAYS.index(the_one(re.findall("|".join(DAYS), prompt)))
    # 4 May 2026 was a Monday.
    return DAYS[(date(2026, 5, 4) + timedelta(days=start) + timedelta(days=int(days))).weekday()]


def same_month(prompt: str) -> Again:
    known, wanted = figures(prompt)
    return weekday_after(prompt, wanted - known)


def later_that_year(prompt: str) -> Again:
    day, month = the_one(re.findall(r"is (\d+) (\w+) of", prompt))
    there = datetime.strptime(f"{day} {month} 2026", "%d %B %Y").date()  # noqa: DTZ007 - a day, no time
    return weekday_after(prompt, Fraction((there - date(2026, 3, 1)).days))


def pages_left(prompt: str) -> Again:
    pages, a, b, c, d = (int(figure) for figure in figures(prompt))
    unread = list(range(pages))[pages // b * a :]
    return len(unread[len(unread) // d * c :])


def diluted(prompt: str) -> Again:
    weight, before, after = figures(prompt)
    return the_one(water for water in range(3000) if weight * before / (weight + water) == after)


def filled(prompt: str) -> Again:
    a, b = figures(prompt)
    return the_one(time for time in range(1, 4000) if Fraction(time, 60) / a + Fraction(time, 60) / b == 1)


def recursive(prompt: str) -> Again:
    term, times, less, number = figures(prompt)
    for _ in range(1, int(number)):
        term = term * times - less
    return term


def multiples(prompt: str) -> Again:
    first, last, divisor = (int(figure) for figure in figures(prompt))
    return sum(number for number in range(first, last + 1) if number % divisor == 0)


def boards(prompt: str) -> Again:
    people, seats, days = (int(figure) for figure in figures(prompt))
    return sum(1 for board in combinations(range(people), seats) for _chair in board for _day in range(days))


def codes(prompt: str) -> Again:
    length, _, highest, letters = (int(figure) for figure in figures(prompt))
    return letters * sum(code[0] % 2 == 0 for code in permutations(range(1, highest + 1), length))


AGAIN = {
    ("shopping", 0): lambda prompt: -bought(f"{prompt} 0"),
    ("shopping", 1): bought,
    ("shopping", 2): bought,
    ("percentages", 0): of_figures(lambda p, r: p - p * r / 100),
    ("percentages", 1): of_figures(lambda p, r, s: (p - p * r / 100) * (1 - s / 100)),
    ("percentages", 2): old_price,
    ("rates", 0): lambda prompt: sum(figures(prompt)[0] for _ in range(int(figures(prompt)[1]))),
    ("rates", 1): of_figures(lambda a, v, b, w: (a / v + b / w) * 60),
    ("rates", 2): met_at,
    ("units", 0): of_figures(lambda n, g: len(range(0, int(n) * 1000, int(g)))),
    ("units", 1): of_figures(lambda a, m, h: sum(a for _ in range(0, int(h) * 60, int(m)))),
    ("units", 2): floor_tiles,
    ("ages", 0): lambda prompt: sum(figures(prompt)),
    ("ages", 1): twice_as_old,
    ("ages", 2): twice_as_old,
    ("ordering", 0): lambda prompt: by_height(prompt)[-1],
    ("ordering", 1): lambda prompt: by_height(prompt)[int(figures(prompt)[0]) - 1],
    ("ordering", 2): raced,
    ("clock", 0): lasted,
    ("clock", 1): arrived_early,
    ("clock", 2): worked,
    ("weekdays", 0): lambda prompt: weekday_after(prompt, *figures(prompt)),
    ("weekdays", 1): same_month,
    ("weekdays", 2): later_that_year,
    ("mixtures", 0): of_figures(lambda v, p: v * p / 100),
    ("mixtures", 1): of_figures(lambda a, p, b, q: 100 * (a * p / 100 + b * q / 100) / (a + b)),
    ("mixtures", 2): diluted,
    ("fractions", 0): of_figures(lambda n, k, m: sum(i % m >= k for i in range(int(n)))),
    ("fractions", 1): pages_left,
    ("fractions", 2): filled,
    ("sequences", 0): of_figures(lambda a, d, n: [a + d * i for i in range(99)][int(n) - 1]),
    ("sequences", 1): recursive,
    ("sequences", 2): multiples,
    ("counting", 0): lambda prompt: sum(range(int(figures(prompt)[0]))),
    ("counting", 1): boards,
    ("counting", 2): codes,
}


def items_of(problem: Problem) -> list[Item]:
    return [item for item in ITEMS if problem.pattern.search(item.prompt)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: f"{problem.kind}-{problem.level}")
def test_the_answer_is_found_again_another_way(problem: Problem) -> None:
    asked = items_of(problem)

    assert len(asked) == len(ITEMS) / len(PROBLEMS)
    for item in asked:
        assert item.answer == AGAIN[problem.kind, problem.level](item.prompt), item.prompt


def test_every_kind_has_three_levels() -> None:
    assert sorted((problem.kind, problem.level) for problem in PROBLEMS) == sorted(AGAIN)
    assert {problem.level for problem in PROBLEMS} == {0, 1, 2}


def test_a_question_is_recognised_as_one_problem_only() -> None:
    for item in ITEMS:
        assert sum(bool(problem.pattern.search(item.prompt)) for problem in PROBLEMS) == 1, item.prompt


def test_a_question_is_read_back_as_it_was_posed() -> None:
    for item in ITEMS:
        problem = the_one(problem for problem in PROBLEMS if problem.pattern.search(item.prompt))
        posed = problem.pose(problem.fields(problem.pattern.search(item.prompt)))
        assert item.prompt.startswith(posed.question)
        assert (posed.working.answer, posed.difficulty) == (item.answer, item.difficulty)


def test_numbers_that_never_fit_are_an_error_and_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="no numbers fit"):
        drawn_until(lambda **_: False, lambda _: {})(Random(0))
