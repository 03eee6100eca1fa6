"""What a report is asked for, in one value that its parts share.

Pure values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.analysis.panel import Missing

if TYPE_CHECKING:
    import pandas as pd


MOST_DRAWN = 24
"""Profiles in one plot with a row for each: more nobody reads, and they take minutes to draw."""
MARGIN = 0.03
"""What `recommend` takes for good enough where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """A frame, and what is asked of it; the arguments of `report` of the same names.

    Attributes:
        frame: rows to report on.
        scores: the score columns there are, the one that decides first; empty where there is none.
        verdicts: whether the one that decides holds verdicts, right or wrong.
        conditions: those of `recommend` that were given.
        cluster: the column of clusters, or None.
        missing: what a missing answer counts as.
        examples: how many prompts are shown with their answers.
    """

    frame: pd.DataFrame
    scores: tuple[str, ...]
    verdicts: bool
    conditions: Mapping[str, Any]
    cluster: str | None
    missing: Missing
    examples: int

    @property
    def score(self) -> str | None:
        """Return the score that decides."""
        return next(iter(self.scores), None)

    @property
    def profiles(self) -> list[str]:
        """Return the profiles, in order of first appearance."""
        return [str(name) for name in self.frame["profile"].unique()]

    @property
    def drawn(self) -> pd.DataFrame:
        """Return the rows of the profiles that are drawn: the first ones."""
        if len(self.profiles) <= MOST_DRAWN:
            return self.frame
        return self.frame[self.frame["profile"].isin(self.frame["profile"].unique()[:MOST_DRAWN])]

    @property
    def undrawn(self) -> str:
        """Return what a plot leaves out, as a sentence after a space; "" for nothing."""
        most, every = MOST_DRAWN, len(self.profiles)
        return "" if every <= most else f" Drawn are the first {most} of {every:,} profiles."

    @property
    def prompts(self) -> int:
        """Return how many distinct prompts there are."""
        return int(self.frame["prompt_id"].nunique())


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its place in links, its heading, and HTML in which everything foreign is escaped."""

    anchor: str
    title: str
    body: str
