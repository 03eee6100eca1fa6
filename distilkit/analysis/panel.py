"""Profiles by items: the one form in which every comparison takes a frame.

Samples of an item are averaged here and nowhere else, and here it is decided what a missing row means. Knows columns,
not where they came from; knows no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.clusters import clusters_of
from distilkit.analysis.columns import (
    check_columns,
    check_kind,
    check_size,
    first_row,
    numbers_of,
    score_columns,
    twice,
)
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Missing = Literal["drop", "fail"]
"""What a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Scores and dollars, one row a profile and one column an item; NaN where there is none.

    Attributes:
        score: the score's column.
        profiles: their names, in order of first appearance.
        items: the prompts' ids, in order of first appearance.
        scores: mean over the samples of an item.
        samples: how many samples each of these means is of; 0 where there is none.
        within: variance of the samples of an item, ddof 1; NaN for fewer than two.
        costs: US dollars of one answer, mean over the samples of an item that were or may have been paid for; 0 where
            none was, NaN where one of them is unknown or nothing was asked.
        clusters: a number for each item's cluster, from 0; None where items are independent.
        binary: whether every score is a verdict: 0 or 1.
        missing: what a missing answer counts as.
    """

    score: str
    profiles: tuple[str, ...]
    items: tuple[Any, ...]
    scores: NDArray[np.float64]
    samples: NDArray[np.int64]
    within: NDArray[np.float64]
    costs: NDArray[np.float64]
    clusters: NDArray[np.intp] | None
    binary: bool
    missing: Missing

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Where there is a score, profiles by items."""
        return ~np.isnan(self.scores)

    def of(self, profiles: Sequence[str]) -> Self:
        """Return the rows of some profiles, in the order they are named.

        Raises:
            InputError: one of them is not there.
        """
        rows = [self._row(profile) for profile in profiles]
        return replace(
            self,
            profiles=tuple(profiles),
            scores=self.scores[rows],
            samples=self.samples[rows],
            within=self.within[rows],
            costs=self.costs[rows],
        )

    def complete(self) -> Self:
        """Return the items that all its profiles have a score for; clusters are numbered anew."""
        kept = np.all(self.scored, axis=0)
        return replace(
            self,
            items=tuple(item for item, keep in zip(self.items, kept.tolist(), strict=True) if keep),
            scores=self.scores[:, kept],
            samples=self.samples[:, kept],
            within=self.within[:, kept],
            costs=self.costs[:, kept],
            clusters=None if self.clusters is None else np.unique(self.clusters[kept], return_inverse=True)[1],
        )

    def _row(self, profile: str) -> int:
        if profile not in self.profiles:
            raise InputError(f"no profile {profile!r} in the frame; there are: {', '.join(self.profiles)}")
        return self.profiles.index(profile)


def panel(
    frame: pd.DataFrame, score: str | None = None, *, cluster: str | None = None, missing: Missing = "drop"
) -> Panel:
    """Average the samples of each item, profile by profile.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`; rows of the same two are samples of one item.
        score: the score's column; None for the only one there is.
        cluster: a column that says which items belong together, such as the document they are about.
        missing: `drop` leaves a sample without a score out; `fail` scores it 0 where it failed (`error_kind`), has no
            content, or was never asked. An answer that a scorer could not judge has no score either way.

    Raises:
        InputError: a column is missing or of the wrong kind, an item is in two clusters, or `fail` is asked for a
            score that is not between 0 and 1.
    """
    check_frame(frame)
    if missing not in get_args(Missing):
        raise InputError(f"missing= must be 'drop' or 'fail', not {missing!r}")
    check_columns(frame)
    name = only_score(frame, score)
    values = numbers_of(frame, name).to_numpy(dtype=float, na_value=np.nan)
    if missing == "fail":
        values = _failed_as_zero(frame, name, values)
    rows, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))
    columns, items = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    shape = (len(profiles), len(items))
    cells = rows * shape[1] + columns
    means, counts, within = _by_cell(values, cells, shape)
    if missing == "fail":
        asked = np.bincount(cells, minlength=means.size).reshape(shape) > 0
        means, counts = np.where(asked, means, 0.0), np.where(asked, counts, 1)
    known = values[~np.isnan(values)]
    names = tuple(str(profile) for profile in profiles)
    if len(set(names)) < len(names):
        raise InputError(f"two profiles are both written {twice(names)!r}; give one another name")
    return Panel(
        score=name,
        profiles=names,
        items=tuple(items),
        scores=means,
        samples=counts,
        within=within,
        costs=_costs(frame, cells, shape),
        clusters=None if cluster is None else clusters_of(frame, cluster, columns, len(items)),
        binary=bool(np.isin(known, (0.0, 1.0)).all()),
        missing=missing,
    )


def only_score(frame: pd.DataFrame, score: str | None) -> str:
    """Return the score's column: the one named, or the only one there is.

    Raises:
        InputError: it is not there, or none or several could be meant.
    """
    if score is not None and not isinstance(score, str):
        raise InputError(f"score= takes the name of one column, not {score!r}")
    names = score_columns(frame, score)
    if len(names) == 1:
        return names[0]
    if not names:
        raise InputError("the frame has no score; add one with compare(..., score=...) or name its column in score=")
    raise InputError(f"the frame has several scores; name one in score=: {', '.join(map(repr, names))}")


def check_frame(frame: pd.DataFrame) -> None:
    """See that a frame is one, with each column once and some rows.

    Raises:
        InputError: it is not.
    """
    check_kind(frame)
    if not len(frame):
        raise InputError("the frame has no rows; there is nothing to compare")


def _by_cell(
    values: NDArray[np.float64], cells: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return mean, count and variance of the values that are known, by cell."""
    known = ~np.isnan(values)
    values, cells, size = values[known], cells[known], shape[0] * shape[1]
    counts = np.bincount(cells, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(cells, weights=values, minlength=size) / counts
        squares = np.bincount(cells, weights=(values - means[cells]) ** 2, minlength=size)
        within = np.where(counts > 1, squares / (counts - 1), np.nan)
    return means.reshape(shape), counts.reshape(shape), within.reshape(shape)


def _failed_as_zero(frame: pd.DataFrame, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    outside = (values < 0) | (values > 1)
    if outside.any():
        raise InputError(
            f"missing='fail' scores a missing answer 0, which needs a score between 0 and 1, but {name!r} is "
            f"{values[outside][0]:g} in row {first_row(frame, outside)!r}; use missing='drop'"
        )
    failed = usage.failed(frame).to_numpy()
    if "content" in frame:
        failed = failed | frame["content"].isna().to_numpy()
    elif "error_kind" not in frame:
        failed = np.ones(len(frame), dtype=bool)
    return np.where(np.isnan(values) & failed, 0.0, values)


def _costs(frame: pd.DataFrame, cells: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.float64]:
    bought = usage.paid(frame).to_numpy()
    dollars = usage.numbers(frame, "cost_usd").to_numpy(dtype=float, na_value=np.nan)
    negative = dollars < 0
    if negative.any():
        raise InputError(f"cost_usd is negative in row {first_row(frame, negative)!r}")
    check_size("cost_usd", frame, dollars)
    size = shape[0] * shape[1]
    rows = np.bincount(cells, minlength=size)
    paid = np.bincount(cells[bought], minlength=size)
    # NaN in, NaN out: one unknown price makes its item's unknown.
    sums = np.bincount(cells[bought], weights=dollars[bought], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        costs = np.where(paid > 0, sums / paid, np.where(rows > 0, 0.0, np.nan))
    return costs.reshape(shape)
