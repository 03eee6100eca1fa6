"""Quality and dollars of each profile, with their uncertainty, from any of the tables that have them.

Takes a frame of answers, a summary, a frontier, or published means. Knows columns; draws nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from distilkit.errors import InputError
from distilkit.plot.columns import floats
from distilkit.plot.regions import regions_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_COST = "cost_per_item_usd"
_EVERYWHERE = -float("inf")


@dataclass(frozen=True, slots=True)
class Points:
    """What is drawn of each profile: one value each, NaN where unknown.

    Attributes:
        score: the score's column.
        profiles: their names.
        cost: mean US dollars per item.
        mean: mean score.
        bars: the ends of the intervals of cost and of score: cost_low, cost_high, low, high.
        chance: share of resamples in which a profile is on the frontier.
        regions: outline of where 95 % of the resamples lie, as dollars and scores; None where there is none.
        prompts: how many the means are of, where it is the same number for all.
        confidence: what the bars are, in words.
    """

    score: str
    profiles: list[str]
    cost: NDArray[Any]
    mean: NDArray[Any]
    bars: dict[str, NDArray[Any]]
    chance: NDArray[Any]
    regions: list[NDArray[Any] | None]
    prompts: int | None
    confidence: str

    @property
    def known(self) -> NDArray[Any]:
        """Return which profiles have both coordinates."""
        import numpy as np

        known: NDArray[Any] = ~np.isnan(self.cost) & ~np.isnan(self.mean)
        return known

    def placed(self) -> Self:
        """Return the profiles that have both coordinates, cheapest first."""
        import numpy as np

        order = np.lexsort((self.mean, self.cost))
        kept = order[self.known[order]]
        return replace(
            self,
            profiles=[self.profiles[row] for row in kept],
            cost=self.cost[kept],
            mean=self.mean[kept],
            bars={end: values[kept] for end, values in self.bars.items()},
            chance=self.chance[kept],
            regions=[self.regions[row] for row in kept],
        )


def points_of(frame: object, score: str | None = None) -> Points:
    """Return what a table says of quality and dollars.

    Args:
        frame: from `compare` (or any that `dk.frontier` takes), `summarize` or `dk.frontier`; or published means, with
            `profile`, `cost_per_item_usd` and the score's column.
        score: the score's column; None takes the first there is.

    Raises:
        InputError: it is no such table, or has no such score.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"takes a DataFrame such as compare returns, not {type(frame).__name__}")
    if {"profile", "quality", "on_frontier", _COST} <= set(frame):
        return _of_frontier(frame, score)
    if {"profile", _COST} <= set(frame) and "prompt_id" not in frame:
        return _of_means(frame, _named(frame, score))
    return _of_answers(frame, score)


def _of_answers(frame: pd.DataFrame, score: str | None) -> Points:
    from distilkit.analysis.columns import score_columns
    from distilkit.analysis.panel import check_frame
    from distilkit.analysis.worth.frontier import frontier

    check_frame(frame)
    names = score_columns(frame, score)
    if not names:
        raise InputError("a score is needed; add one with compare(..., score=...) or name its column in score=")
    found = _of_frontier(frontier(frame, names[0]), names[0])
    known = [profile for profile, there in zip(found.profiles, found.known.tolist(), strict=True) if there]
    outlines = dict(zip(known, regions_of(frame, names[0], known), strict=True))
    return replace(found, regions=[outlines.get(profile) for profile in found.profiles], confidence="95 %")


def _of_frontier(table: pd.DataFrame, score: str | None) -> Points:
    names = list(dict.fromkeys(table["score"].dropna().tolist())) if "score" in table else []
    if score is not None and names and names != [score]:
        raise InputError(f"no score {score!r}; the table is of {', '.join(repr(name) for name in names)}")
    return _points(table, score or (str(names[0]) if names else "quality"), "quality", "n")


def _of_means(table: pd.DataFrame, score: str) -> Points:
    return _points(table, score, score, f"{score}_n")


def _points(table: pd.DataFrame, score: str, mean: str, count: str) -> Points:
    from distilkit.analysis.columns import check_kind

    check_kind(table)
    ends = {"cost_low": "cost_low_usd", "cost_high": "cost_high_usd", "low": f"{mean}_low", "high": f"{mean}_high"}
    counts = table[count].dropna().unique().tolist() if count in table else []
    return Points(
        score=score,
        profiles=[str(profile) for profile in table["profile"].tolist()],
        cost=floats(table, _COST),
        mean=floats(table, mean, least=_EVERYWHERE),
        bars={end: floats(table, name, least=_EVERYWHERE) for end, name in ends.items()},
        chance=floats(table, "p_frontier"),
        regions=[None] * len(table),
        prompts=int(counts[0]) if len(counts) == 1 else None,
        confidence="",
    )


def _named(table: pd.DataFrame, score: str | None) -> str:
    """Return the score of a table of means: one that has an interval, or any column that is asked for by name."""
    names = [str(column).removesuffix("_interval") for column in table.columns if str(column).endswith("_interval")]
    if score is None and names:
        return names[0]
    if score is not None and score in table:
        return score
    there = ", ".join(repr(name) for name in names) or "none"
    asked = "a score is needed" if score is None else f"no score {score!r}"
    raise InputError(
        f"{asked}; scores there are: {there}; add one with compare(..., score=...) or name its column in score="
    )
