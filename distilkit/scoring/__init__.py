"""Judge answers: ready-made scorers, and how any function of a row becomes a column.

Works on any frame with the columns a scorer names; knows nothing of providers, prices or files.
"""

from distilkit.scoring.applying import Score, Scores, apply, check, names
from distilkit.scoring.numerals import last_number
from distilkit.scoring.outcome import Row, Scorer, Unscored
from distilkit.scoring.scorers import contains, exact, number, number_or_text, regex

__all__ = [
    "Row",
    "Score",
    "Scorer",
    "Scores",
    "Unscored",
    "apply",
    "check",
    "contains",
    "exact",
    "last_number",
    "names",
    "number",
    "number_or_text",
    "regex",
]
