"""Does one of k tries succeed, and do all k: pass@k and pass^k from the samples that were recorded.

From a frame to a frame. Knows verdicts and how many samples there are; knows nothing of dollars.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_count, check_share, few, joined
from distilkit.analysis.intervals import interval
from distilkit.analysis.item_means import item_mean
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_TEXT = pd.StringDtype("python")
_NAMES = ("pass_at_k", "pass_hat_k")
_DTYPES: dict[str, Any] = {
    "profile": _TEXT,
    "score": _TEXT,
    "k": "Int64",
    "n": "Int64",
    "n_missing": "Int64",
    "missing": _TEXT,
    "samples": "Int64",
    **{f"{name}{ending}": "Float64" for name in _NAMES for ending in ("", "_se", "_low", "_high")},
    "note": _TEXT,
}


def pass_at_k(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    k: int | Sequence[int] | None = None,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how likely k tries hold a right answer (pass@k), and how likely all k are right (pass^k).

        df = dk.compare(tasks, ["small", "large"], samples=5, score={"solved": ...})
        dk.pass_at_k(df)            # k = 1 to 5 for each profile
        dk.pass_at_k(df, k=[1, 5])

    For a prompt with c of n samples right, pass@k = 1 − C(n−c, k) / C(n, k), which is unbiased (Chen et al. 2021,
    "Evaluating Large Language Models Trained on Code"), and pass^k = C(c, k) / C(n, k) (Yao et al. 2024, "τ-bench");
    then the mean over prompts. Standard errors are over prompts, never over samples. Intervals are Wilson's (1927): for
    one verdict a prompt where k is all the samples there are, otherwise for as many verdicts as have this error (Korn
    and Graubard 1998).

    Columns, one row a profile and k: `profile`; `score`; `k`; `n`, prompts used; `n_missing`, prompts left out (`drop`)
    or with a missing answer counted as wrong (`fail`); `missing`; `samples`, the fewest of a prompt used; `pass_at_k`
    and `pass_hat_k`, each with `_se`, `_low` and `_high`; `note`. `<NA>` where no prompt has k samples.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`; rows of the same two are samples.
        score: the column of verdicts; None for the only score there is.
        k: how many tries, one number or several; None for 1 up to the fewest samples of the profile. A prompt with
            fewer than k samples is left out, and `note` says how many were.
        cluster: a column that says which prompts belong together; then errors are over clusters.
        missing: `drop` leaves a sample without a verdict out; `fail` counts it as wrong where it failed, has no content
            or was never asked. A prompt without any answer then fails at every k.
        confidence: of the intervals, between 0 and 1.

    Raises:
        InputError: the score is no verdict, no prompt has k samples, or a column is missing.
    """
    check_share("confidence", confidence, 0.95)
    asked = _asked(k)
    recorded = panel(frame, score, cluster=cluster, missing=missing)
    if not recorded.binary:
        raise InputError(
            f"pass@k needs verdicts, but score {recorded.score!r} holds other numbers than 0 and 1; "
            "make a verdict of it first, such as frame['right'] = frame['stars'] >= 4"
        )
    answered = recorded if missing == "drop" else panel(frame, recorded.score)
    tallies = [_tally(recorded, answered, row) for row in range(len(recorded.profiles))]
    _check_reach(tallies, asked)
    rows = [row for tally in tallies for row in _rows(tally, recorded, asked, confidence)]
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(rows, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def all_right(samples: ArrayLike, right: ArrayLike, most: int) -> NDArray[np.float64]:
    """Return C(c, k) / C(n, k) for k = 1 to `most`, items by k; NaN where k is more than the samples.

    As a running product of (c − i) / (n − i), which neither overflows nor loses digits.

    >>> all_right([10], [7], 2).round(4).tolist()
    [[0.7, 0.4667]]
    """
    drawn = np.arange(most, dtype=float)
    left = np.asarray(samples, dtype=float)[:, None] - drawn
    factors = np.maximum(np.asarray(right, dtype=float)[:, None] - drawn, 0) / np.where(left > 0, left, 1)
    products: NDArray[np.float64] = np.multiply.accumulate(np.where(left > 0, factors, np.nan), axis=1)
    return products


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """What is known of a profile's items.

    Attributes:
        samples: of each item; 0 where there is none.
        right: how many of them are right.
        silent: items without any answer that count as wrong at every k.
        failed: how many items have a missing answer that counts as wrong.
    """

    profile: str
    samples: NDArray[np.int64]
    right: NDArray[np.int64]
    silent: NDArray[np.bool_]
    failed: int

    @property
    def heard(self) -> NDArray[np.int64]:
        """The samples of the items that have any."""
        return self.samples[(self.samples > 0) & ~self.silent]


def _asked(k: int | Sequence[int] | None) -> tuple[int, ...] | None:
    if k is None:
        return None
    several = isinstance(k, Sequence | np.ndarray) and not isinstance(k, str)
    found = tuple(check_count("k", value) for value in (k if several else [k]))  # type: ignore[union-attr] # seen above
    if not found:
        raise InputError("k= is empty; give a number of tries such as k=5, several, or None for all there are")
    return tuple(dict.fromkeys(found))


def _tally(recorded: Panel, answered: Panel, row: int) -> _Tally:
    samples, known = recorded.samples[row], answered.samples[row]
    return _Tally(
        profile=recorded.profiles[row],
        samples=samples,
        right=np.rint(np.nan_to_num(recorded.scores[row]) * samples).astype(np.int64),
        # Nothing came at all: no number of tries would have helped.
        silent=(known == 0) & (samples > 0),
        failed=int((samples > known).sum()),
    )


def _check_reach(tallies: Sequence[_Tally], asked: tuple[int, ...] | None) -> None:
    most = max(int(tally.heard.max(initial=0)) for tally in tallies)
    for k in asked or ():
        if k > most > 0:
            raise InputError(f"k={k} is more than any prompt has samples ({most}); ask with samples={k}, or lower k")


def _rows(
    tally: _Tally, recorded: Panel, asked: tuple[int, ...] | None, confidence: float
) -> Iterator[dict[str, object]]:
    fewest = int(tally.heard.min()) if len(tally.heard) else 1
    ks = asked or tuple(range(1, fewest + 1))
    samples = np.where(tally.silent, max(ks), tally.samples)
    # Few prompts differ in both counts, so each pair is worked out once.
    (n, c), place = np.unique(np.stack([samples, tally.right]), axis=1, return_inverse=True)
    tables = dict(zip(_NAMES, (1 - all_right(n, n - c, max(ks)), all_right(n, c, max(ks))), strict=True))
    for k in ks:
        used = samples >= k
        clusters = None if recorded.clusters is None else recorded.clusters[used]
        # Where k is all the samples there are, a prompt is one verdict.
        drawn = np.ones(int(used.sum()), dtype=int) if (samples[used] == k).all() else samples[used]
        row: dict[str, object] = {
            "profile": tally.profile,
            "score": recorded.score,
            "k": k,
            "missing": recorded.missing,
        }
        for name, table in tables.items():
            row |= _estimate(name, table[place[used], k - 1], clusters, confidence, drawn)
        yield row | _counts(tally, used, recorded, clusters)


def _estimate(
    name: str,
    values: NDArray[np.float64],
    clusters: NDArray[np.intp] | None,
    confidence: float,
    samples: NDArray[np.int64],
) -> dict[str, object]:
    if not len(values):
        return {}
    estimate = item_mean(values, samples=samples, clusters=clusters)
    bounds = interval(estimate, binary=True, confidence=confidence)
    return {
        name: estimate.mean,
        f"{name}_se": estimate.standard_error,
        f"{name}_low": bounds.low,
        f"{name}_high": bounds.high,
    }


def _counts(
    tally: _Tally, used: NDArray[np.bool_], recorded: Panel, clusters: NDArray[np.intp] | None
) -> dict[str, object]:
    n = int(used.sum())
    short = int(((tally.samples > 0) & ~used).sum())
    remarks = [f"{short} prompts have fewer samples than k and are left out"] if short else []
    remarks += few(n, clusters) if n else ["no prompt has enough samples"]
    heard = tally.samples[used & ~tally.silent]
    return {
        "n": n,
        "n_missing": len(used) - n if recorded.missing == "drop" else tally.failed,
        "samples": int(heard.min()) if len(heard) else None,
        "note": joined(remarks),
    }
