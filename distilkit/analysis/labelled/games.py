"""Who beat whom, prompt by prompt: from a judge's verdicts on pairs, or from scores.

From a frame to arrays. Knows nothing of strengths or ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from distilkit.analysis.absent import absent
from distilkit.analysis.clusters import clusters_of
from distilkit.analysis.columns import first_row, twice
from distilkit.analysis.panel import Missing, panel
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDES = ("profile_a", "profile_b")
_WINNERS = ("a", "b", "tie")
# Means that differ by rounding alone are equal.
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Games:
    """The games of some prompts.

    Attributes:
        score: the column that decided them.
        profiles: who played, in order of first appearance.
        wins: profiles by profiles by prompts: how often the first beat the second there; a tie is ½ for each.
        ties: profiles by profiles: how many of their games were ties.
        prompts: for each profile, how many prompts it has a game on.
        absent: for each profile, how many games (of a judge) or prompts (of scores) ended without a winner or a score.
        missing: what a missing score counts as.
        clusters: a number for each prompt's cluster; None where prompts are independent.
    """

    score: str
    profiles: tuple[str, ...]
    wins: NDArray[np.float64]
    ties: NDArray[np.int64]
    prompts: NDArray[np.int64]
    absent: NDArray[np.int64]
    missing: Missing
    clusters: NDArray[np.intp] | None


def games_of(frame: pd.DataFrame, score: str | None, *, cluster: str | None, missing: Missing) -> Games:
    """Return the games of a frame: of its pairs when it has `profile_a` and `profile_b`, else of its scores.

    Raises:
        InputError: a column is missing or holds something else than it should.
    """
    if all(side in frame for side in _SIDES):
        if missing != "drop":
            raise InputError("missing='fail' is for scores; a pair without a winner is no game for either")
        return _of_pairs(frame, "winner" if score is None else score, cluster)
    return _of_scores(frame, score, cluster, missing)


def _of_scores(frame: pd.DataFrame, score: str | None, cluster: str | None, missing: Missing) -> Games:
    whole = panel(frame, score, cluster=cluster, missing=missing)
    first, second = whole.scores[:, None, :], whole.scores[None, :, :]
    both = whole.scored[:, None, :] & whole.scored[None, :, :]
    both[np.diag_indices(len(whole.profiles))] = False
    tied = both & (np.abs(first - second) <= _EQUAL)
    won = both & ~tied & (first > second)
    return Games(
        score=whole.score,
        profiles=whole.profiles,
        wins=won + 0.5 * tied,
        ties=tied.sum(axis=-1),
        prompts=both.any(axis=1).sum(axis=-1),
        absent=absent(frame, whole).sum(axis=-1),
        missing=missing,
        clusters=whole.clusters,
    )


def _of_pairs(frame: pd.DataFrame, winner: str, cluster: str | None) -> Games:
    verdicts = _verdicts(frame, winner)
    sides, names = pd.factorize(np.concatenate([frame[side].to_numpy(dtype=object) for side in _SIDES]))
    a, b = np.split(sides, 2)
    _check_sides(frame, a, b)
    written = tuple(str(name) for name in names)
    if len(set(written)) < len(written):
        raise InputError(f"two profiles are both written {twice(written)!r}; give one another name")
    codes, items = _prompts(frame)
    size, count = len(names), len(items)
    shares = [verdicts == "a", verdicts == "b", verdicts == "tie"]
    wins = np.zeros((size, size, count))
    for row, column, share in ((a, b, shares[0] + 0.5 * shares[2]), (b, a, shares[1] + 0.5 * shares[2])):
        np.add.at(wins, (row, column, codes), share)
    ties = np.zeros((size, size), dtype=np.int64)
    np.add.at(ties, (a, b), shares[2])
    none = ~np.logical_or.reduce(shares)
    return Games(
        score=winner,
        profiles=written,
        wins=wins,
        ties=ties + ties.T,
        prompts=((wins + wins.swapaxes(0, 1)).sum(axis=1) > 0).sum(axis=-1),
        absent=np.bincount(a[none], minlength=size) + np.bincount(b[none], minlength=size),
        missing="drop",
        clusters=None if cluster is None else clusters_of(frame, cluster, codes, count),
    )


def _verdicts(frame: pd.DataFrame, winner: str) -> NDArray[np.object_]:
    if winner not in frame:
        raise InputError(f"score: no column {winner!r}; a frame of pairs needs who won: 'a', 'b' or 'tie'")
    unknown = frame[winner].notna() & ~frame[winner].isin(_WINNERS)
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise InputError(
            f"column {winner!r} must hold 'a', 'b', 'tie' or nothing, not {frame[winner].iloc[row]!r} in row "
            f"{frame.index[row]!r}"
        )
    return frame[winner].astype(object).where(frame[winner].notna(), None).to_numpy()


def _check_sides(frame: pd.DataFrame, a: NDArray[np.intp], b: NDArray[np.intp]) -> None:
    for side, codes in zip(_SIDES, (a, b), strict=True):
        if (codes < 0).any():
            raise InputError(
                f"column {side!r} is empty in row {first_row(frame, codes < 0)!r}; fill it or drop the row"
            )
    if (a == b).any():
        raise InputError(
            f"row {first_row(frame, a == b)!r} pairs {frame['profile_a'].to_numpy()[a == b][0]!r} with itself"
        )


def _prompts(frame: pd.DataFrame) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return each row's prompt as a number, and the prompts; each row is one of its own where the frame has none."""
    if "prompt_id" not in frame:
        rows = np.arange(len(frame))
        return rows, rows.astype(object)
    codes, items = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    if (codes < 0).any():
        raise InputError(f"column 'prompt_id' is empty in row {first_row(frame, codes < 0)!r}; fill it or drop the row")
    return codes, np.asarray(items, dtype=object)
