"""Every word problem of the built-in task, three levels of each kind.

Knows how problems are worded and solved; knows nothing of models or of HTTP.
"""

from __future__ import annotations

from distilkit.sim.problem import Problem
from distilkit.sim.problems import calendar, counting, money, motion, people, quantities

PROBLEMS: tuple[Problem, ...] = (
    *money.PROBLEMS,
    *motion.PROBLEMS,
    *people.PROBLEMS,
    *calendar.PROBLEMS,
    *quantities.PROBLEMS,
    *counting.PROBLEMS,
)
"""In a fixed order: the items of a seed depend on it."""
