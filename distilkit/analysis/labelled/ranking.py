"""Who beats whom, and by how much: one row a profile, with a rating on the scale of chess.

From a frame of pairs, or of scores, to a frame. Asks no judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_count, check_share, few, joined
from distilkit.analysis.labelled.bradley_terry import has_maximum, linked, log_strengths, with_ties
from distilkit.analysis.labelled.games import Games, games_of
from distilkit.analysis.panel import Missing, check_frame
from distilkit.analysis.resampling import REPLICATES, check_replicates, resampled_means
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("profile", "score"), _TEXT),
    **dict.fromkeys(("n", "n_missing"), "Int64"),
    "missing": _TEXT,
    **dict.fromkeys(("rating", "rating_low", "rating_high", "strength"), "Float64"),
    **dict.fromkeys(("wins", "losses", "ties", "games", "rank"), "Int64"),
    "p_best": "Float64",
    "note": _TEXT,
}
_MIDDLE = 1000.0
# Ten times the strength is 400 points.
_POINTS = 400 / log(10)
# Strengths that differ by rounding alone are equal.
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ratings:
    """Log strengths of the profiles that can be rated, NaN for the others.

    Attributes:
        strengths: of the games as they are.
        low: lower bound, and `high` the upper.
        best: share of the replicates in which a profile is the strongest.
        tied: whether a tie was added to each pair, because somebody was never beaten.
        tied_replicates: in what share of the replicates.
    """

    strengths: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    best: NDArray[np.float64]
    tied: bool = False
    tied_replicates: float = 0.0


def rank(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the profiles by their rating, strongest first, from games of one against another.

    "My judge compared the answers in pairs. Who is best, by how much, and how sure is that?"

        dk.rank(dk.judge_pairs(df, "judge", rubric=...))
        dk.rank(df, "correct")                           # each prompt a game: the higher score wins

    Bradley and Terry (1952): i beats j with probability s_i / (s_i + s_j); a tie is half a win for each. The rating is
    1000 + 400/ln 10 · ln s, with a mean of 1000 over the profiles rated: 400 points are odds of ten to one. Intervals
    are percentiles of a bootstrap over prompts (or clusters), so that several games on one prompt are not taken for
    independent ones.

    A profile, or group, that won all its games against the rest has no finite rating (Ford 1957). Then one tie is added
    to each pair that has played, the distances are understated, there is no interval, and `note` says so; replicates
    that need it get the same. Profiles without a game have no rating, and none has where no chain of games links them.

    Columns: `profile`; `score`, what decided the games; `n`, prompts it has a game on; `n_missing`, its games without a
    winner, or its prompts with a missing score, and in `missing` what these count as; `rating`, `rating_low`,
    `rating_high`; `strength`, s with a geometric mean of 1; `wins`, `losses`, `ties`, `games`; `rank`, 1 for the
    highest rating, equals share it; `p_best`, the share of replicates in which it is the strongest; `note`.

    Args:
        frame: pairs, with `profile_a`, `profile_b` and `winner` (`a`, `b`, `tie` or nothing), and `prompt_id` where
            rows share prompts. Or scores, with `profile` and `prompt_id`: each prompt is a game of each pair with a
            score for both, samples averaged first.
        score: of pairs, the column that says who won, `winner` if None; of scores, the score's column.
        cluster: a column that says which prompts belong together.
        missing: of scores, what a missing answer counts as: `drop` is no game, `fail` scores 0.
        confidence: of the intervals, between 0 and 1.
        replicates: of the bootstrap.
        seed: the same seed gives the same table.

    Raises:
        InputError: a column is missing or holds something else than it should, or there are under two profiles.
    """
    check_frame(frame)
    level, count = check_share("confidence", confidence, 0.95), check_replicates(replicates)
    games = games_of(frame, score, cluster=cluster, missing=missing)
    if len(games.profiles) < 2:  # noqa: PLR2004 - a game has two sides
        raise InputError(f"a ranking is between two or more profiles, and the frame has one: {games.profiles[0]!r}")
    ratings = _ratings(games, level, count, check_count("seed", seed, 0))
    table = pd.DataFrame(_rows(games, ratings, 1 - level), columns=list(_DTYPES), dtype=object).astype(_DTYPES)
    return table.sort_values("rating", ascending=False, kind="stable", na_position="last", ignore_index=True)


def _ratings(games: Games, confidence: float, replicates: int, seed: int) -> _Ratings:
    """Rate those who played, by the games and by each replicate of them."""
    wins = games.wins.sum(axis=-1)
    inside = (wins + wins.T).any(axis=1)
    unknown = np.full(len(inside), nan)
    if not inside.any() or not linked(wins[np.ix_(inside, inside)]):
        return _Ratings(strengths=unknown, low=unknown, high=unknown, best=unknown)
    among = games.wins[np.ix_(inside, inside)]
    played = (wins + wins.T)[np.ix_(inside, inside)] > 0
    point = among.sum(axis=-1)[None]
    drawn = _replicates(among, games.clusters, replicates, seed)
    strengths = log_strengths(with_ties(drawn, played))
    edges = np.quantile(strengths, [0.5 - confidence / 2, 0.5 + confidence / 2], axis=0)
    best = strengths >= strengths.max(axis=-1, keepdims=True) - _EQUAL
    tied = not has_maximum(point)[0]
    if tied:
        # One side of it would be infinite, and the other hangs on the tie added.
        edges = np.full_like(edges, nan)
    return _Ratings(
        strengths=_spread(log_strengths(with_ties(point, played))[0], inside),
        low=_spread(edges[0], inside),
        high=_spread(edges[1], inside),
        best=_spread((best / best.sum(axis=-1, keepdims=True)).mean(axis=0), inside),
        tied=tied,
        tied_replicates=float((~has_maximum(drawn)).mean()),
    )


def _replicates(
    wins: NDArray[np.float64], clusters: NDArray[np.intp] | None, replicates: int, seed: int
) -> NDArray[np.float64]:
    """Return the wins in each replicate: replicates by profiles by profiles."""
    size, _, prompts = wins.shape
    means = resampled_means(wins.reshape(size * size, prompts), replicates=replicates, seed=seed, clusters=clusters)
    means *= prompts
    return means.reshape(-1, size, size)


def _spread(values: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    full = np.full(len(inside), nan)
    full[inside] = values
    return full


def _rows(games: Games, ratings: _Ratings, rest: float) -> Iterator[dict[str, Any]]:
    ties = games.ties.sum(axis=1)
    scored, conceded = games.wins.sum(axis=(1, 2)), games.wins.sum(axis=(0, 2))
    for row, profile in enumerate(games.profiles):
        own = ratings.strengths[row]
        yield {
            "profile": profile,
            "score": games.score,
            "n": games.prompts[row],
            "n_missing": games.absent[row],
            "missing": games.missing,
            "rating": _MIDDLE + _POINTS * own,
            "rating_low": _MIDDLE + _POINTS * ratings.low[row],
            "rating_high": _MIDDLE + _POINTS * ratings.high[row],
            "strength": np.exp(own),
            "wins": round(scored[row] - ties[row] / 2),
            "losses": round(conceded[row] - ties[row] / 2),
            "ties": ties[row],
            "games": round(scored[row] + conceded[row]),
            "rank": None if np.isnan(own) else 1 + int((ratings.strengths > own + _EQUAL).sum()),
            "p_best": ratings.best[row],
            "note": joined(_remarks(games, ratings, row, rest)),
        }


def _remarks(games: Games, ratings: _Ratings, row: int, rest: float) -> Iterator[str]:
    if not games.prompts[row]:
        yield "no games"
    elif np.isnan(ratings.strengths[row]):
        yield "no chain of games links all profiles: no rating compares them"
    else:
        if ratings.tied:
            yield "somebody was never beaten by the rest: a tie added to each pair, distances understated, no interval"
        elif ratings.tied_replicates > rest / 2:
            yield f"somebody was never beaten in {ratings.tied_replicates:.0%} of the replicates: a tie added there"
        yield from few(int(games.prompts[row]), games.clusters)
    if games.absent[row] and games.missing == "drop":
        yield f"{games.absent[row]} without a result left out"
