"""The recorded rows of several profiles as draws that can be replayed: what each would have answered, at what price.

A draw is one sample of one prompt, recorded for every profile. Knows columns; knows nothing of thresholds or policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from distilkit.analysis.absent import absent
from distilkit.analysis.caveats import check_amount
from distilkit.analysis.columns import check_columns, numbers_of
from distilkit.analysis.panel import Missing, Panel, check_frame, panel
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What was recorded: profiles by draws. Scores, dollars and checks are finite.

    Attributes:
        score: the score's column.
        profiles: in the order they would be asked.
        scores: of each answer.
        accepts: what the check said of each answer but the last profile's; NaN where it said nothing.
        costs: US dollars of each answer.
        checks: US dollars of each check.
        items: a number for each draw's item, from 0.
        clusters: a number for each item's cluster, from 0; None where items are independent.
        binary: whether every score is a verdict: 0 or 1.
        n_missing: items left out (`drop`), or with a missing answer that scores 0 (`fail`).
        missing: what a missing answer counts as.
        left_out: why items were left out, in words.
    """

    score: str
    profiles: tuple[str, ...]
    scores: NDArray[np.float64]
    accepts: NDArray[np.float64]
    costs: NDArray[np.float64]
    checks: NDArray[np.float64]
    items: NDArray[np.intp]
    clusters: NDArray[np.intp] | None
    binary: bool
    n_missing: int
    missing: Missing
    left_out: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many items."""
        return int(self.items.max()) + 1

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much a draw counts: the draws of an item share its weight, and all items weigh the same."""
        weights: NDArray[np.float64] = 1 / (np.bincount(self.items)[self.items] * self.n)
        return weights

    @property
    def samples(self) -> int:
        """The most draws any item has."""
        return int(np.bincount(self.items).max())

    def by_item(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean over the draws of each item."""
        means: NDArray[np.float64] = np.bincount(self.items, weights=values * self.weights).astype(float) * self.n
        return means

    def of_items(self, kept: NDArray[np.bool_]) -> Self:
        """Return the draws of some items, all numbered anew."""
        mine = kept[self.items]
        return replace(
            self,
            scores=self.scores[:, mine],
            accepts=self.accepts[:, mine],
            costs=self.costs[:, mine],
            checks=self.checks[:, mine],
            items=np.unique(self.items[mine], return_inverse=True)[1],
            clusters=None if self.clusters is None else np.unique(self.clusters[kept], return_inverse=True)[1],
        )


def draws(
    frame: pd.DataFrame,
    profiles: Sequence[str],
    score: str | None = None,
    *,
    accept: str,
    verifier_cost_usd: float | str = 0.0,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> Draws:
    """Return the draws that can be replayed: those recorded for every profile, with scores, checks and dollars.

    The `sample` column pairs the profiles, sample 0 with sample 0; without it their order does.

    Raises:
        InputError: a column is missing or of the wrong kind, a sample is there twice, or nothing can be replayed.
    """
    check_frame(frame)
    check_columns(frame)
    names = check_profiles(frame, profiles)
    check_numbers(frame, "accept", accept)
    whole = panel(frame, score, cluster=cluster, missing=missing)
    rows, items = _paired(frame, names, whole.items)
    scored = panel(rows, whole.score, missing=missing).of(names)
    failed = ~panel(rows, whole.score).of(names).scored & scored.scored
    accepts = panel(rows, accept).of(names[:-1]).scores
    checks = _checks(rows, verifier_cost_usd, names[:-1], failed[:-1])
    # What is not known of one profile takes the draw from all.
    everywhere = np.logical_and.reduce
    known = {
        "no score": everywhere(scored.scored),
        f"no value in {accept!r}": everywhere(~np.isnan(accepts) | (missing == "fail")),
        "cost unknown": everywhere(~np.isnan(scored.costs)),
        "cost of the check unknown": everywhere(~np.isnan(checks)),
    }
    kept = everywhere(list(known.values()))
    left_out = _left_out(known, items, len(whole.items))
    if not kept.any():
        raise InputError(f"no prompt can be replayed for {', '.join(map(repr, names))}: {'; '.join(left_out)}")
    used, codes = np.unique(items[kept], return_inverse=True)
    lost = len(np.unique(items[kept & failed.any(axis=0)]))
    return Draws(
        score=whole.score,
        profiles=names,
        scores=scored.scores[:, kept],
        accepts=accepts[:, kept],
        costs=scored.costs[:, kept],
        checks=checks[:, kept],
        items=codes,
        clusters=None if whole.clusters is None else np.unique(whole.clusters[used], return_inverse=True)[1],
        binary=whole.binary,
        n_missing=lost if missing == "fail" else len(whole.items) - len(used),
        missing=missing,
        left_out=left_out,
    )


def check_profiles(frame: pd.DataFrame, profiles: Sequence[str]) -> tuple[str, ...]:
    """Return the names of at least two profiles of the frame.

    Raises:
        InputError: they are fewer, one is named twice, or one is not there.
    """
    if isinstance(profiles, str) or not isinstance(profiles, Sequence):
        raise InputError(f"profiles= takes a list of names, from the first asked to the last, not {profiles!r}")
    names = tuple(map(str, profiles))
    if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004 - from one to another
        raise InputError(f"profiles= takes at least two different names, not {list(names)!r}")
    there = dict.fromkeys(map(str, frame["profile"].unique()))
    for name in names:
        if name not in there:
            raise InputError(f"no profile {name!r} in the frame; there are: {', '.join(map(repr, there))}")
    return names


def n_missing(frame: pd.DataFrame, whole: Panel, names: Sequence[str], used: NDArray[np.bool_]) -> int:
    """Return how many items are left out (`drop`), or have a missing answer of some profiles that scores 0 (`fail`)."""
    rows = [whole.profiles.index(name) for name in names]
    return int((absent(frame, whole)[rows].any(axis=0) | ~used).sum())


def places(frame: pd.DataFrame, names: Sequence[str]) -> NDArray[np.intp]:
    """Return the place of each row's profile among some names; −1 for other profiles."""
    codes, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))
    found = [names.index(str(name)) if str(name) in names else -1 for name in profiles]
    return np.array(found, dtype=np.intp)[codes]


def check_numbers(frame: pd.DataFrame, argument: str, column: object) -> pd.Series:
    """Return a column that an argument names as `Float64`.

    Raises:
        InputError: it is not there, or holds something else than verdicts and finite numbers.
    """
    if not isinstance(column, str) or column not in frame:
        raise InputError(f"{argument}=: no column {column!r} in the frame")
    try:
        return numbers_of(frame, column)
    except InputError as error:
        raise InputError(f"{argument}=: {error}") from error


def _paired(frame: pd.DataFrame, names: tuple[str, ...], items: Sequence[str]) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the rows of draws recorded for every profile, with the draw's number as `prompt_id`; and its item."""
    place = places(frame, names)
    item, _ = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    sample = _samples(frame)
    _, draw = np.unique(item * (int(sample.max()) + 1) + sample, return_inverse=True)
    cells = np.where(place < 0, -1, draw * len(names) + place)
    twice = pd.Series(cells).duplicated().to_numpy() & (place >= 0)
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(
            f"sample {frame['sample'].iloc[row]} of prompt {items[item[row]]!r} is there twice for profile "
            f"{names[place[row]]!r}; drop one, or number the samples in the column 'sample'"
        )
    full = np.bincount(draw[place >= 0], minlength=int(draw.max()) + 1) == len(names)
    rows = np.flatnonzero((place >= 0) & full[draw])
    if not len(rows):
        raise InputError(f"no sample of a prompt is recorded for all of {', '.join(map(repr, names))}")
    rows = rows[np.argsort(draw[rows], kind="stable")]
    _, first, dense = np.unique(draw[rows], return_index=True, return_inverse=True)
    return frame.iloc[rows].assign(prompt_id=dense), item[rows][first]


def _samples(frame: pd.DataFrame) -> NDArray[np.intp]:
    """Return the number of each row's sample, the same for the same sample of every profile."""
    if "sample" not in frame or frame["sample"].isna().all():
        counted = frame.groupby(["profile", "prompt_id"], sort=False, observed=True).cumcount()
        return np.asarray(counted, dtype=np.intp)
    codes, _ = pd.factorize(frame["sample"].to_numpy(dtype=object))
    if (codes < 0).any():
        raise InputError(f"column 'sample' is empty in row {frame.index[codes < 0][0]!r}; fill it or drop the column")
    return np.asarray(codes, dtype=np.intp)


def _checks(
    rows: pd.DataFrame, cost: float | str, names: tuple[str, ...], failed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return US dollars of the check of each answer; an answer that never came is not checked."""
    if not isinstance(cost, str):
        return np.where(failed, 0.0, check_amount("verifier_cost_usd", cost))
    check_numbers(rows, "verifier_cost_usd", cost)
    dollars = panel(rows, cost).of(names).scores
    if (dollars < 0).any():
        raise InputError(f"verifier_cost_usd=: column {cost!r} holds a negative cost")
    return np.where(failed & np.isnan(dollars), 0.0, dollars)


def _left_out(known: dict[str, NDArray[np.bool_]], items: NDArray[np.intp], asked: int) -> tuple[str, ...]:
    """Return how many items each reason takes draws from."""
    counts = {reason: len(np.unique(items[~fits])) for reason, fits in known.items()}
    counts["not recorded for every profile"] = asked - len(np.unique(items))
    return tuple(f"{reason}: {count} prompts" for reason, count in counts.items() if count)
