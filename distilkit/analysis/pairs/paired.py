"""Two models at a time on the same prompts: how far apart they are, how sure that is, and what each costs.

From a frame to a frame. Knows columns, not where they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd  # noqa: TC002 - get_type_hints resolves the public signatures

from distilkit.analysis.caveats import check_count, check_share, joined
from distilkit.analysis.pairs.differences import Pair, difference, pair_of, paired_interval
from distilkit.analysis.pairs.exact_tests import mcnemar, sampled_sign_flips, sign_flip
from distilkit.analysis.pairs.multiplicity import holm
from distilkit.analysis.pairs.paired_panel import TEXT, dollars, frame_of_rows, known_profile, remarks, unscored
from distilkit.analysis.pairs.ratios import ratio_intervals, ratio_of_means
from distilkit.analysis.pairs.reversal import list_prices, price_reversal
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.analysis.resampling import REPLICATES, check_replicates

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAIR = {"profile_a": TEXT, "profile_b": TEXT, "score": TEXT, "n": "Int64", "n_missing": "Int64", "missing": TEXT}
_NUMBERS = dict.fromkeys(("quality_a", "quality_b", "difference", "se", "low", "high"), "Float64")
_TEST = {"interval": TEXT, "test": TEXT, "p": "Float64", "p_holm": "Float64", "pairing_gain": "Float64"}
_DOLLARS = dict.fromkeys(("cost_a_usd", "cost_b_usd", "cost_ratio", "cost_ratio_low", "cost_ratio_high"), "Float64")
_DTYPES = {**_PAIR, **_NUMBERS, **_TEST, **_DOLLARS, "price_reversal": "boolean", "note": TEXT}


def pairwise(
    frame: pd.DataFrame,
    score: str | None = None,
    *,
    reference: str | None = None,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how far apart each two profiles are on the prompts they share: one row a pair.

        pairwise(df)                                    # every pair
        pairwise(df, "correct", reference="gpt-4o")     # each against one

    Paired: the difference is taken prompt by prompt, after averaging the samples of a prompt, so what makes a prompt
    hard for both cancels. Columns:

    * `profile_a`, `profile_b`, in order of appearance, or with `reference` as `profile_b`; `score`, which column.
    * `n`, prompts scored for both; `n_missing`, those that were not: left out, or as `missing` says scored 0.
    * `quality_a`, `quality_b`, means over those prompts; `difference`, a − b; `se` = sd(a − b) / √n, or clustered.
    * `low`, `high` at `confidence`, made as `interval` says: `tango`, Tango's score interval, for one verdict a prompt
      (Tango 1998); `tango, effective n`, the same for as many prompts as give the error found, for verdicts in several
      samples or clusters; `t` and `cluster t` for grades; `none` where there is too little.
    * `p`, two-sided, that the two are the same, by `test`: `mcnemar exact` for one verdict a prompt (McNemar 1947);
      else flipping the sign of each prompt's difference, or of each cluster's (Fisher 1935): `sign-flip exact`, or
      `sign-flip sampled` from `replicates` flips, whose p is at least 1 / (replicates + 1). `p_holm`, adjusted for all
      rows (Holm 1979). An exact test may be less sure than the interval, near its bound.
    * `pairing_gain`, (unpaired SE / paired SE)²: how many times as many prompts an unpaired study would need.
    * `cost_a_usd`, `cost_b_usd`, dollars a prompt on the same prompts; `cost_ratio`, a / b, with `cost_ratio_low` and
      `cost_ratio_high` by the joint bootstrap, studentised on the log scale (Hall 1988). `<NA>` where a cost is
      unknown or b is free.
    * `price_reversal`: the one with the lower list price, input and output, cost more here. List prices are those the
      frame implies (`unit_prices`); `<NA>` where they or a cost are unknown, or each is cheaper in one of the two.
    * `note`, what to keep in mind.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and a score; without `cost_usd` dollars are unknown.
        score: the score's column; None for the only one there is.
        reference: the profile that each other is compared with; None for all pairs.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: what a missing answer counts as: `drop` leaves its prompt out, `fail` scores it 0.
        confidence: of the intervals, between 0 and 1.
        replicates: bootstrap draws, and sampled flips.
        seed: the same seed gives the same table.

    Raises:
        InputError: a column is missing or of the wrong kind, there is no such reference, or an argument is wrong.
    """
    confidence = check_share("confidence", confidence, 0.95)
    replicates, seed = check_replicates(replicates), check_count("seed", seed, 0)
    table = panel(frame, score, cluster=cluster, missing=missing)
    pairs = [pair_of(table, first, second) for first, second in _names(table, reference)]
    gone = unscored(frame, table, cluster)
    prices = list_prices(frame)
    tests = _tests(table, pairs, replicates, seed)
    adjusted = holm([p for _, p in tests])
    ratios = _ratios(table, pairs, confidence, replicates, seed)
    rows = [
        {
            **_quality(table, pair, gone, confidence),
            "test": test,
            "p": p,
            "p_holm": float(p_holm),
            **_costs(pair, ratio, prices),
            "note": joined([*remarks(pair, "the interval is rough"), *_unbounded(ratio)]),
        }
        for pair, (test, p), p_holm, ratio in zip(pairs, tests, adjusted, ratios, strict=True)
    ]
    return frame_of_rows(rows, _DTYPES)


def _names(table: Panel, reference: str | None) -> list[tuple[str, str]]:
    if reference is None:
        return list(combinations(table.profiles, 2))
    name = known_profile(table, reference, "reference")
    return [(profile, name) for profile in table.profiles if profile != name]


def _quality(table: Panel, pair: Pair, gone: NDArray[np.bool_], confidence: float) -> dict[str, object]:
    found = difference(pair)
    bounds = paired_interval(pair, found, confidence)
    rows = [table.profiles.index(name) for name in (pair.first, pair.second)]
    first, second = pair.scores.mean(axis=1) if pair.n else (None, None)
    return {
        "profile_a": pair.first,
        "profile_b": pair.second,
        "score": table.score,
        "n": pair.n,
        "n_missing": int(gone[rows].any(axis=0).sum()),
        "missing": table.missing,
        "quality_a": first,
        "quality_b": second,
        "difference": found.mean,
        "se": found.se,
        "low": bounds.low,
        "high": bounds.high,
        "interval": bounds.method,
        "pairing_gain": found.pairing_gain,
    }


def _costs(
    pair: Pair, ratio: tuple[float, float, float], prices: dict[str, tuple[float, float] | None]
) -> dict[str, object]:
    first, second = dollars(pair)
    middle, low, high = ratio
    return {
        "cost_a_usd": first,
        "cost_b_usd": second,
        "cost_ratio": middle,
        "cost_ratio_low": low,
        "cost_ratio_high": None if high == inf else high,
        "price_reversal": price_reversal(prices[pair.first], prices[pair.second], (first, second)),
    }


def _unbounded(ratio: tuple[float, float, float]) -> list[str]:
    return ["too few prompts to bound the cost ratio"] if ratio[2] == inf else []


def _tests(table: Panel, pairs: Sequence[Pair], replicates: int, seed: int) -> list[tuple[str, float]]:
    """Return the test's name and its p for each pair; those too large to be exact share one round of draws."""
    units = _units(table, pairs, [pair.differences for pair in pairs])
    tests = [_exact(pair, row) for pair, row in zip(pairs, units, strict=True)]
    large = [index for index, (_, p) in enumerate(tests) if p is None]
    sampled = sampled_sign_flips(units[large], replicates=replicates, seed=seed) if large else np.empty(0)
    estimates = dict(zip(large, sampled, strict=True))
    return [(name, float(estimates[at]) if p is None else p) for at, (name, p) in enumerate(tests)]


def _exact(pair: Pair, units: NDArray[np.float64]) -> tuple[str, float | None]:
    if not pair.n:
        return "none", np.nan
    if pair.plain:
        ahead, behind = pair.discordant
        return "mcnemar exact", mcnemar(round(ahead), round(behind))
    p = sign_flip(units)
    return ("sign-flip sampled", None) if p is None else ("sign-flip exact", p)


def _ratios(
    table: Panel, pairs: Sequence[Pair], confidence: float, replicates: int, seed: int
) -> list[tuple[float, float, float]]:
    """Return the cost ratio with its bounds for each pair, NaN where it is unknown."""
    middles = [ratio_of_means(*pair.costs)[0] for pair in pairs]
    above, below = (_units(table, pairs, [np.nan_to_num(pair.costs[row]) for pair in pairs]) for row in (0, 1))
    known = ~np.isnan(middles)
    low, high = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    low[known], high[known] = ratio_intervals(
        above[known], below[known], confidence=confidence, replicates=replicates, seed=seed
    )
    return [(middle, float(low[at]), float(high[at])) for at, middle in enumerate(middles)]


def _units(table: Panel, pairs: Sequence[Pair], values: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return values of shared items as pairs by all items, 0 elsewhere; with clusters as pairs by sums over them."""
    rows = np.zeros((len(pairs), len(table.items)))
    for row, pair, own in zip(rows, pairs, values, strict=True):
        row[pair.shared] = own
    if table.clusters is None:
        return rows
    count = int(table.clusters.max()) + 1
    return np.array([np.bincount(table.clusters, weights=row, minlength=count) for row in rows]).reshape(-1, count)
