"""Judge answers: ready-made scorers, and how any function of a row becomes a column.

Works on any frame with the columns a scorer names; knows nothing of providers, prices or files.
"""

from distilkit.scoring.applying import Score, Scores, aapply, apply, check, names
from distilkit.scoring.choices import choice
from distilkit.scoring.documents import json_equal, json_schema
from distilkit.scoring.judges import judge, pairwise
from distilkit.scoring.mathematics import math
from distilkit.scoring.numbers import number, number_or_text
from distilkit.scoring.numerals import last_number
from distilkit.scoring.outcome import Row, Scorer, Unscored
from distilkit.scoring.similar import similarity
from distilkit.scoring.texts import contains, exact, regex

__all__ = [
    "Row",
    "Score",
    "Scorer",
    "Scores",
    "Unscored",
    "aapply",
    "apply",
    "check",
    "choice",
    "contains",
    "exact",
    "json_equal",
    "json_schema",
    "judge",
    "last_number",
    "math",
    "names",
    "number",
    "number_or_text",
    "pairwise",
    "regex",
    "similarity",
]


def __dir__() -> list[str]:
    return sorted(__all__)
