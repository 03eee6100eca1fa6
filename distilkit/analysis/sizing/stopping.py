"""When may a comparison be stopped early, and what would that have saved?

From a frame to a frame: the recorded prompts are looked at in the order they were asked. Knows two profiles and their
paired differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.caveats import FEW_CLUSTERS, check_amount, check_count, check_share, joined, number_of
from distilkit.analysis.intervals import SMALL
from distilkit.analysis.item_means import gaps_of
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.analysis.replays.draws import check_profiles, n_missing, places
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    "profile_a": _TEXT,
    "profile_b": _TEXT,
    "score": _TEXT,
    "t": "Int64",
    "n_missing": "Int64",
    "missing": _TEXT,
    "difference": "Float64",
    "half_width": "Float64",
    "low": "Float64",
    "high": "Float64",
    "verdict": _TEXT,
    "first_crossing": "boolean",
    "items_saved": "Int64",
    "cost_saved_usd": "Float64",
    "note": _TEXT,
}


def stop_rule(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    profiles: Sequence[str] | None = None,
    r: float = 0.1,
    alpha: float = 0.05,
    every: int = 1,
    margin: float = 0.0,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> pd.DataFrame:
    """Return, look by look, whether a comparison could have been stopped, and the prompts and dollars that would save.

        dk.stop_rule(df, profiles=["small", "large"], every=25)

    Looking at an ordinary 95 % interval every 25 prompts, up to 1,000, finds a difference between equals in some 30 of
    100 studies. The intervals here hold at all looks together: all of them hold the true difference in at least
    1 − `alpha` of studies, however often one looks, in the limit of many prompts; with these looks, 2 of 100 studies
    err. After t prompts with the difference's running standard deviation sd,

        half_width = sd · √(2 (t r² + 1) / (t² r²) · ln(√(t r² + 1) / alpha)),

    the normal mixture of Robbins (1970), with an estimated deviation as in Waudby-Smith, Arbour, Sinha, Kennedy and
    Ramdas (2024, "Time-uniform central limit theory and asymptotic confidence sequences"). At its narrowest it is one
    and a half times as wide as the interval of a single look. So it pays for hopeless models, not for close ones: a gap
    of 20 points of 100 ends after some 100 prompts, one of 3 points hardly ever. For close ones plan one look.

    Columns, one row a look: `profile_a`, `profile_b`, `score`; `t`, prompts seen that both have a score for;
    `n_missing`, prompts left out (`drop`) or with a missing answer that scores 0 (`fail`), in all; `missing`;
    `difference`, a − b; `half_width`, `low`, `high`; `verdict`, `a better`, `b better` or `go on`; `first_crossing`,
    where one would have stopped; `items_saved` and `cost_saved_usd`, what came after that for both profiles, 0 until
    then, `<NA>` where a cost is unknown; `note`. No verdict is given on fewer than 30 prompts (20 clusters).

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`, in the order of asking. The prompts must be in an
            order that has nothing to do with how hard they are: shuffle them before asking.
        score: the column that says how good an answer is; None for the only score there is.
        profiles: a and b; None for the only two there are.
        r: where the interval is narrowest, fixed before looking: about 8 / r² prompts, 800 for 0.1 and 90 for 0.3.
        alpha: the share of studies that may err, between 0 and 1.
        every: prompts (clusters) between two looks; the last look is always at all of them.
        margin: the least difference that matters; a is better when `low` is above it, b when `high` is below −it.
        cluster: a column that says which prompts belong together. Looks are taken when a cluster is complete.
        missing: `drop` leaves a prompt out that has no score for one of the two; `fail` scores it 0.

    Raises:
        InputError: a column is missing or of the wrong kind, there are not two profiles, or no prompt has both scores.
    """
    if number_of(r) is None or r <= 0:
        raise InputError(f"r= must be a number above 0, such as 0.1, not {r!r}")
    check_share("alpha", alpha, 0.05)
    check_amount("margin", margin)
    every = check_count("every", every)
    whole = panel(frame, score, cluster=cluster, missing=missing)
    names = _two(frame, whole, profiles)
    both = whole.of(names)
    used = np.logical_and.reduce(both.scored)
    if not used.any():
        raise InputError(f"no prompt has a score for both {names[0]!r} and {names[1]!r}")
    seen = _units(both, used, _spent(frame, names, whole))
    looks = _looks(seen, every)
    half = half_width(looks + 1, seen.deviations[looks], r=r, alpha=alpha)
    least = SMALL if both.clusters is None else FEW_CLUSTERS
    columns = _columns(seen, looks, half, margin=margin, least=least, kind="prompts" if cluster is None else "clusters")
    common = {
        "profile_a": names[0],
        "profile_b": names[1],
        "score": whole.score,
        "n_missing": n_missing(frame, whole, names, used),
        "missing": missing,
    }
    columns |= {name: [value] * len(looks) for name, value in common.items()}
    # As objects first: guessed, texts would become an Arrow column.
    objects = {name: pd.Series(list(columns[name]), dtype=object) for name in _DTYPES}
    return pd.DataFrame(objects).astype(_DTYPES)


def half_width(t: ArrayLike, sd: ArrayLike, *, r: float = 0.1, alpha: float = 0.05) -> NDArray[np.float64]:
    """Return half the width of the confidence sequence after t observations with standard deviation sd.

    >>> half_width([100, 500], 0.5).round(7).tolist()
    [0.1828197, 0.0683369]
    """
    seen = np.asarray(t, dtype=float)
    mixed = seen * r**2 + 1
    widths: NDArray[np.float64] = np.asarray(sd) * np.sqrt(
        2 * mixed / (seen**2 * r**2) * np.log(np.sqrt(mixed) / alpha)
    )
    return widths


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is known after each unit: an item, or a cluster once all of it was asked.

    Attributes:
        items: items seen so far.
        means: mean difference over them.
        deviations: standard deviation of a unit's part in the mean, ddof 1; NaN for the first.
        left_usd: US dollars that the units after it cost; NaN where unknown.
    """

    items: NDArray[np.int64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    left_usd: NDArray[np.float64]


def _two(frame: pd.DataFrame, whole: Panel, profiles: Sequence[str] | None) -> tuple[str, ...]:
    names = check_profiles(frame, whole.profiles if profiles is None else profiles)
    if len(names) != 2:  # noqa: PLR2004 - a difference is between two
        raise InputError(f"profiles= takes the two to compare, of: {', '.join(map(repr, whole.profiles))}")
    return names


def _spent(frame: pd.DataFrame, names: tuple[str, ...], whole: Panel) -> NDArray[np.float64]:
    """Return US dollars of all answers of the two profiles to each item; NaN where one is unknown."""
    items, _ = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    bought = (places(frame, names) >= 0) & usage.paid(frame).to_numpy()
    dollars = usage.numbers(frame, "cost_usd").to_numpy(dtype=float, na_value=np.nan)
    return np.bincount(items[bought], weights=dollars[bought], minlength=len(whole.items)).astype(float)


def _units(both: Panel, used: NDArray[np.bool_], spent: NDArray[np.float64]) -> _Seen:
    differences = gaps_of(both.scores[0], both.scores[1])[used]
    codes = np.arange(int(used.sum())) if both.clusters is None else _in_order_of_end(both.clusters[used])
    sizes = np.bincount(codes)
    sums = np.bincount(codes, weights=differences)
    items, count = np.cumsum(sizes), np.arange(1, len(sizes) + 1)
    means = np.cumsum(sums) / items
    # Σ (sum of a unit − mean · its size)², from running sums, so that all looks are one pass.
    squares = np.cumsum(sums**2) - 2 * means * np.cumsum(sums * sizes) + means**2 * np.cumsum(sizes.astype(float) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = np.sqrt(np.maximum(squares, 0) / (count - 1)) / (items / count)
    dollars = np.bincount(codes, weights=spent[used], minlength=len(sizes))
    left = np.append(np.cumsum(dollars[::-1])[::-1][1:], 0.0)
    return _Seen(items=items, means=means, deviations=deviations, left_usd=left)


def _in_order_of_end(clusters: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number clusters in the order in which their last item was asked."""
    names, from_end = np.unique(clusters[::-1], return_index=True)
    rank = np.empty(int(names.max()) + 1, dtype=np.intp)
    rank[names[np.argsort(-from_end)]] = np.arange(len(names))
    return rank[clusters]


def _looks(seen: _Seen, every: int) -> NDArray[np.intp]:
    last = len(seen.items) - 1
    looks = np.arange(every - 1, last + 1, every)
    return looks if len(looks) and looks[-1] == last else np.append(looks, last)


def _columns(
    seen: _Seen, looks: NDArray[np.intp], half: NDArray[np.float64], *, margin: float, least: int, kind: str
) -> dict[str, Sequence[object]]:
    means = seen.means[looks]
    low, high = means - half, means + half
    enough = looks + 1 >= least
    verdicts = np.select([enough & (low > margin), enough & (high < -margin)], ["a better", "b better"], "go on")
    crossed = verdicts != "go on"
    stopped = np.maximum.accumulate(crossed)
    first = int(np.argmax(crossed))
    saved = np.where(stopped, seen.items[-1] - seen.items[looks[first]], 0)
    notes = [None if fine else f"under {least} {kind}, no verdict yet" for fine in enough]
    if not stopped[-1]:
        shortage = f"not decided: a difference under {half[-1]:.2g} cannot be told; a single planned look is narrower"
        notes[-1] = joined([note for note in (notes[-1], shortage) if note])
    return {
        "t": seen.items[looks],
        "difference": means,
        "half_width": half,
        "low": low,
        "high": high,
        "verdict": verdicts,
        "first_crossing": crossed & (np.arange(len(looks)) == first),
        "items_saved": saved,
        "cost_saved_usd": np.where(stopped, seen.left_usd[looks[first]], 0.0),
        "note": notes,
    }
