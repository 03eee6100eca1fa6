"""What a larger run will cost, from the dollars of a small one.

From a frame to a frame. Asks nothing and pays nothing; knows no prices, only what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.caveats import check_count, check_share, few, joined
from distilkit.analysis.clusters import clusters_of
from distilkit.analysis.columns import check_size, codes_of, first_row, twice
from distilkit.analysis.dollars.future import Draw, Outlook, outlook
from distilkit.analysis.panel import check_frame
from distilkit.analysis.resampling import REPLICATES, check_replicates
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("n", "items", "samples"), "Int64"),
    **dict.fromkeys(("predicted_usd", "low_usd", "high_usd", "mean_usd"), "Float64"),
    "note": _TEXT,
}
# Above this share of replicates that cannot tell their own error, a few items carry the sum.
_ROUGH = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bills:
    """What the prompts of one group cost.

    Attributes:
        costs: US dollars of one answer, by prompt; NaN where unknown.
        counts: answers paid for, by prompt.
        within: variance of the answers of a prompt, averaged over prompts with more than one; NaN where there is none.
        codes: each prompt's number in the whole frame.
        clusters: a number for each prompt's cluster; None where prompts are independent.
        unpaid: rows that failed and were not paid for.
    """

    costs: NDArray[np.float64]
    counts: NDArray[np.int64]
    within: float
    codes: NDArray[np.intp]
    clusters: NDArray[np.intp] | None
    unpaid: int


def predict_cost(
    frame: pd.DataFrame,
    items: int = 10_000,
    *,
    samples: int | None = None,
    by: str = "profile",
    total: bool = False,
    cluster: str | None = None,
    confidence: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what a larger run of the same kind of prompts will cost, with an interval, one row a profile.

    "My 100 prompts cost 40 cents. What will 10,000 cost, and how far off can that be?"

        dk.predict_cost(df, items=10_000)
        dk.predict_cost(df, items=10_000, samples=5, total=True)

    The mean dollars of an answer (samples of a prompt averaged first) times answers. The interval is for the bill
    itself: it holds what few prompts leave open of the mean, and the scatter of the prompts to come, by a bootstrap-t
    on the log scale (Efron and Tibshirani 1993, chapter 12), because costs are skewed. It cannot hold what was not
    seen: a kind of prompt that this run has not, a new price, failures that must be asked again. On lognormal costs
    with a spread of 0.5 to 1 on the log scale, simulated intervals from 100 prompts hold 93 to 96 times in 100; from 30
    prompts, 90 to 94 times.

    Dollars are list prices (`cost_usd`), whether or not an answer came from the store. Failed rows without cost and
    without tokens are left out, as if they would be answered at the mean price.

    Columns: `profile`, or what `by` names; `n`, prompts paid for; `items` and `samples` of the run foretold;
    `predicted_usd`, `low_usd`, `high_usd` for all of it; `mean_usd` of one answer; `note`. A cost that is unknown makes
    the prediction `<NA>`. With `total=True` a last row `total`, from the prompts that every profile was paid for,
    so that a prompt that is dear for one profile may be dear for all.

    Args:
        frame: from `compare`, or any with `prompt_id`, `cost_usd` and the column `by`.
        items: prompts of the larger run.
        samples: answers of each profile to each prompt; None for as many as this run has, rounded.
        by: the column to give a row for each value of.
        total: whether to add a row for the sum of all.
        cluster: a column that says which prompts belong together, such as the document they are about.
        confidence: of the interval, between 0 and 1.
        replicates: of the bootstrap.
        seed: the same seed gives the same table.

    Raises:
        InputError: a column is missing or empty in some row, a cost is negative, or an argument is out of its range.
    """
    check_frame(frame)
    many = check_count("items", items)
    asked = None if samples is None else check_count("samples", samples)
    level = check_share("confidence", confidence, 0.95)
    draw = Draw(confidence=level, replicates=check_replicates(replicates), seed=check_count("seed", seed, 0))
    bills = _bills(frame, by, cluster)
    rows = [{by: name} | _row(own, many, asked or _samples(own), draw) for name, own in bills.items()]
    if total:
        rows.append({by: "total"} | _total(list(bills.values()), rows, many, draw))
    dtypes = {by: _TEXT} | _DTYPES
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(rows, columns=list(dtypes), dtype=object).astype(dtypes)


def _bills(frame: pd.DataFrame, by: str, cluster: str | None) -> dict[str, _Bills]:
    for name in dict.fromkeys((by, "prompt_id", "cost_usd")):
        if name not in frame:
            raise InputError(f"the frame needs a column {name!r} to predict a cost from")
    if by in _DTYPES:
        raise InputError(f"by= names a column that the prediction has too, {by!r}; rename it")
    for name in dict.fromkeys((by, "prompt_id")):
        gaps = frame[name].isna().to_numpy()
        if gaps.any():
            raise InputError(f"column {name!r} is empty in row {first_row(frame, gaps)!r}; fill it or drop the row")
        codes_of(frame, name)
    dollars = usage.numbers(frame, "cost_usd").to_numpy(dtype=float, na_value=np.nan)
    wrong = (dollars < 0) | np.isinf(dollars)
    if wrong.any():
        raise InputError(f"cost_usd is negative or infinite in row {first_row(frame, wrong)!r}")
    check_size("cost_usd", frame, dollars)
    codes, prompts = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    clusters = None if cluster is None else clusters_of(frame, cluster, codes, len(prompts))
    groups, found = pd.factorize(frame[by].to_numpy(dtype=object))
    names = [str(name) for name in found]
    if len(set(names)) < len(names):
        raise InputError(f"by: two values of {by!r} are both written {twice(names)!r}; give one another name")
    paid = usage.paid(frame).to_numpy(dtype=bool)
    return {name: _bills_of(dollars, codes, groups == group, paid, clusters) for group, name in enumerate(names)}


def _bills_of(
    dollars: NDArray[np.float64],
    codes: NDArray[np.intp],
    own: NDArray[np.bool_],
    paid: NDArray[np.bool_],
    clusters: NDArray[np.intp] | None,
) -> _Bills:
    costs = dollars[own & paid]
    prompts, rows = np.unique(codes[own & paid], return_inverse=True)
    counts = np.bincount(rows, minlength=len(prompts))
    means = np.bincount(rows, weights=costs, minlength=len(prompts)) / counts
    squares = np.bincount(rows, weights=(costs - means[rows]) ** 2, minlength=len(prompts))
    several = counts > 1
    return _Bills(
        costs=means,
        counts=counts,
        within=float((squares[several] / (counts[several] - 1)).mean()) if several.any() else nan,
        codes=prompts,
        clusters=None if clusters is None else clusters[prompts],
        unpaid=int((own & ~paid).sum()),
    )


def _samples(own: _Bills) -> int:
    return round(float(own.counts.mean())) if len(own.counts) else 1


def _row(own: _Bills, items: int, samples: int, draw: Draw) -> dict[str, Any]:
    seen = outlook(own.costs, items, draw, steadier=_steadier(own, samples), clusters=own.clusters)
    return {
        "n": len(own.costs),
        "items": items,
        "samples": samples,
        **_dollars(seen, items * samples),
        "mean_usd": seen.mean,
        "note": joined(_remarks(own, seen, samples)),
    }


def _dollars(seen: Outlook, answers: int) -> dict[str, float]:
    return {
        "predicted_usd": seen.mean * answers,
        "low_usd": seen.low * answers,
        "high_usd": seen.high * answers,
    }


def _steadier(own: _Bills, samples: int) -> float:
    """Return the variance that a prompt to come has less than one of these, for it is the mean of other samples.

    0 where nobody asked twice: then one sample's scatter is taken for that of several, which is wide enough.
    """
    if isnan(own.within):
        return 0.0
    return own.within * (float((1 / own.counts).mean()) - 1 / samples)


def _total(bills: list[_Bills], rows: list[dict[str, Any]], items: int, draw: Draw) -> dict[str, Any]:
    """Return the row of the sum over all groups, from the prompts that all of them were paid for."""
    shared = bills[0].codes
    for own in bills[1:]:
        shared = np.intersect1d(shared, own.codes)
    picked = [np.searchsorted(own.codes, shared) for own in bills]
    counts = [row["samples"] for row in rows]
    sums = sum((k * own.costs[at] for k, own, at in zip(counts, bills, picked, strict=True)), np.zeros(len(shared)))
    steadier = sum(k * k * _steadier(own, k) for k, own in zip(counts, bills, strict=True))
    clusters = None if bills[0].clusters is None else bills[0].clusters[picked[0]]
    seen = outlook(sums, items, draw, steadier=steadier, clusters=clusters)
    widest = max(len(own.costs) for own in bills)
    remarks = list(_remarks_of(seen, sums, clusters))
    if len(shared) < widest:
        remarks.append(f"from the {len(shared)} of {widest} prompts that all were paid for")
    return {
        "n": len(shared),
        "items": items,
        "samples": None,
        **_dollars(seen, items),
        "mean_usd": seen.mean / sum(counts),
        "note": joined(remarks),
    }


def _remarks(own: _Bills, seen: Outlook, samples: int) -> Iterator[str]:
    if not len(own.costs):
        yield "nothing was paid for"
        return
    yield from _remarks_of(seen, own.costs, own.clusters)
    if isnan(own.within) and samples > 1:
        yield "no prompt was asked twice: the interval is wide rather than narrow"
    if own.unpaid:
        yield f"{own.unpaid} failed rows that cost nothing left out"


def _remarks_of(seen: Outlook, costs: NDArray[np.float64], clusters: NDArray[np.intp] | None) -> Iterator[str]:
    if np.isnan(costs).any():
        yield f"cost unknown: {int(np.isnan(costs).sum())} of {len(costs)} prompts"
        return
    yield from few(len(costs), clusters)
    if len(costs) and seen.low == seen.high:
        yield "every prompt cost the same: the interval holds nothing else"
    if seen.rough > _ROUGH:
        yield "a few prompts carry the cost: the interval is rough"
