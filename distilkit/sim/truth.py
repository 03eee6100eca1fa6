"""The truth about a prompt: is there a problem of the built-in task in it, and what is its answer?

Works from the text alone, so that a server in another process needs no list of items. Knows no models and no HTTP.
"""

from __future__ import annotations

from functools import lru_cache

from distilkit.sim.problem import Posed, Problem, Value
from distilkit.sim.problems import PROBLEMS

# A question stands at the end of its prompt; what is further up is context, and not worth searching at any length.
_SEARCHED = 20_000


def solve(prompt: str) -> Value | None:
    """Return the answer to the problem of the built-in task in a text, or None where there is none.

    Where there are several (worked examples, then the question), the last one counts.

    >>> solve("Please think first. Today is Monday. What day of the week will it be in 9 days? Thank you!")
    'Wednesday'
    """
    posed = find(prompt)
    return None if posed is None else posed.working.answer


def find(prompt: str) -> Posed | None:
    """Return the last problem of the built-in task in a text, with its working, or None."""
    return _find(prompt[-_SEARCHED:])


@lru_cache(maxsize=1024)  # several models are asked the same
def _find(text: str) -> Posed | None:
    found = [hit for problem in PROBLEMS if problem.keyword in text and (hit := _last(problem, text))]
    return max(found)[1] if found else None


def _last(problem: Problem, text: str) -> tuple[int, Posed] | None:
    last = None
    for last in problem.pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if last is None:
        return None
    try:
        return last.start(), problem.pose(problem.fields(last))
    except (ArithmeticError, ValueError):
        # Worded like a problem, with numbers that make none: a price shared among 0 people.
        return None
