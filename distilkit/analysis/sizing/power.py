"""How many items, and how many dollars, it takes to see a gap between two profiles.

From a pilot's frame, or from variances alone, to a frame. Asks nothing and pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import ceil, isnan, nan
from typing import TYPE_CHECKING, Any

import pandas as pd

from distilkit.analysis.absent import absent
from distilkit.analysis.caveats import check_amount, few, joined
from distilkit.analysis.panel import Missing, Panel, panel
from distilkit.analysis.sizing.goal import Goal, goal_of, samples_of
from distilkit.analysis.sizing.pilot import Pilot, pilot_of
from distilkit.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("profile_a", "profile_b", "score"), _TEXT),
    **dict.fromkeys(("samples", "n_pilot", "n_missing"), "Int64"),
    "missing": _TEXT,
    **dict.fromkeys(("omega2", "sigma2_a", "sigma2_b", "design_effect", "gap", "power", "alpha"), "Float64"),
    "items_needed": "Int64",
    "items_exact": "Float64",
    **dict.fromkeys(("items_low", "items_high"), "Int64"),
    **dict.fromkeys(("cost_per_item_usd", "dollars_needed", "smallest_gap"), "Float64"),
    "note": _TEXT,
}
# A whole number that rounding has lifted by some last digits is still that number.
_ROUNDING = 1e-9


def plan(  # noqa: PLR0913 - the parts of one formula, each with a name
    frame: pd.DataFrame | None = None,
    score: str | None = None,
    *,
    gap: float = 0.03,
    power: float = 0.8,
    alpha: float = 0.05,
    samples: int | Sequence[int] = (1,),
    profiles: Sequence[str] | None = None,
    omega2: float | None = None,
    sigma2: float | tuple[float, float] | None = None,
    n: int | None = None,
    cost_per_item_usd: float | None = None,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return how many items, and dollars, it takes to see a gap between two profiles.

    "My pilot has 60 prompts. How many do I need to tell a gap of three points, and what will that cost?"

        dk.plan(pilot, gap=0.03, samples=(1, 5))
        dk.plan(omega2=1 / 9, sigma2=0, gap=0.03)     # no pilot: 969 items

    Items for a two-sided test at level `alpha` that finds a true gap with probability `power`, every item asked of
    both profiles K times: (z₁ + z₂)²·(ω² + σ²_A/K + σ²_B/K) / gap², with the normal quantiles z₁ of 1 − alpha/2 and z₂
    of `power` (Cohen 1988; Miller 2024). ω² is the variance over items of the expected paired difference, σ² that of
    the samples of one item. From a pilot with repeated samples ω² is the variance of the items' mean differences less
    σ²_A/K_A + σ²_B/K_B, at least 0. A pilot that asked once shows only their sum: enough to plan for K = 1, and `<NA>`
    with a note for other K. With clusters (of the pilot's sizes) the variance is multiplied by the design effect, at
    least 1.

    The formula is normal: under some 30 items it asks for one or two too few. Items that end without a score come on
    top; so does what failed answers cost.

    Columns, one row a pair and K: `profile_a`, `profile_b`; `score`; `samples`, K; `n_pilot`, items both have a score
    for; `n_missing`, items with a missing answer, left out (`drop`) or scored 0 (`fail`), and which in `missing`;
    `omega2`, `sigma2_a`, `sigma2_b` in squared units of the score; `design_effect`; `gap`, `power`, `alpha` as asked
    for; `items_needed`, rounded up from `items_exact`; `items_low` and `items_high`, the interval of it that the
    pilot's size leaves open (delta method on the log of the variance, as in Bonett 2006); `cost_per_item_usd`, US
    dollars of K answers of each of the two; `dollars_needed` for `items_needed`; `smallest_gap` that `n` items, or else
    the pilot's own, show with this power; `note`.

    Args:
        frame: a pilot, from `compare` or any with `profile`, `prompt_id` and a score; None to plan from `omega2`.
        score: the score's column; None for the only one there is.
        gap: the smallest difference worth seeing, in units of the score.
        power: chance of seeing it, between 0 and 1.
        alpha: level of the two-sided test.
        samples: K, or several to compare; each gives a row.
        profiles: which profiles to pair, in this order; None for all. Without a frame, two names for the row.
        omega2: without a frame, the variance over items of the expected difference.
        sigma2: without a frame, the variance of the samples of one item, one number for both or one for each; 0 where
            asking again gives the same.
        n: how many items `smallest_gap` is for; None for the pilot's.
        cost_per_item_usd: US dollars of one answer of A and one of B together; None for the pilot's mean.
        cluster: a column of the pilot that says which items belong together.
        missing: what a missing answer of the pilot counts as, `drop` or `fail`.
        confidence: of `items_low` to `items_high`.

    Raises:
        InputError: an argument is out of its range, a column is missing, or a pilot and variances are both given.
    """
    goal = goal_of(gap, power, alpha, n, confidence)
    counts = samples_of(samples)
    cost = None if cost_per_item_usd is None else check_amount("cost_per_item_usd", cost_per_item_usd)
    if frame is None:
        if score is not None or cluster is not None:
            raise InputError("score= and cluster= name columns of a pilot, and no frame is given")
        rows = _rows_of_variances(goal, counts, _names(profiles), _known(omega2, sigma2), cost)
    else:
        if omega2 is not None or sigma2 is not None:
            raise InputError("omega2= and sigma2= are for planning without a frame; give one or the other")
        whole = panel(frame, score, cluster=cluster, missing=missing)
        chosen = whole if profiles is None else whole.of(_names(profiles))
        lacking = dict(zip(whole.profiles, absent(frame, whole), strict=True))
        rows = _rows_of_pilot(goal, counts, chosen, cost, lacking)
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(rows, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _names(profiles: Sequence[str] | None) -> list[str]:
    names = [] if profiles is None else [profiles] if isinstance(profiles, str) else list(profiles)
    if profiles is not None and (len(names) < 2 or len(set(names)) < len(names)):  # noqa: PLR2004 - a gap is between two
        raise InputError(f"profiles= needs two or more different names, not {profiles!r}")
    return names


def _known(omega2: float | None, sigma2: float | tuple[float, float] | None) -> tuple[float, float, float]:
    if omega2 is None or sigma2 is None:
        raise InputError(
            "plan() needs a pilot's frame, or omega2= and sigma2= (0 where asking again gives the same answer)"
        )
    pair = sigma2 if isinstance(sigma2, Sequence) else (sigma2, sigma2)
    if len(pair) != 2:  # noqa: PLR2004 - two profiles
        raise InputError(f"sigma2= takes one number, or one for each of the two profiles, not {sigma2!r}")
    return check_amount("omega2", omega2), check_amount("sigma2", pair[0]), check_amount("sigma2", pair[1])


def _rows_of_variances(
    goal: Goal, counts: list[int], names: list[str], parts: tuple[float, float, float], cost: float | None
) -> list[dict[str, Any]]:
    if len(names) > 2:  # noqa: PLR2004 - variances of one pair
        raise InputError(f"without a frame profiles= takes two names, not {len(names)}")
    first, second = names or (None, None)
    omega2, *sigma2 = parts
    known = {"profile_a": first, "profile_b": second, "omega2": omega2, "sigma2_a": sigma2[0], "sigma2_b": sigma2[1]}
    rows = []
    for count in counts:
        row = _row(goal, omega2 + sum(sigma2) / count, count, None if cost is None else cost * count, goal.n)
        remarks = _needs_few(row["items_needed"])
        if not row["items_exact"]:
            remarks = ["without variance any gap is seen at once"]
        rows.append(known | row | {"note": joined(remarks)})
    return rows


def _rows_of_pilot(
    goal: Goal, counts: list[int], whole: Panel, cost: float | None, lacking: dict[str, NDArray[np.bool_]]
) -> list[dict[str, Any]]:
    pairs = list(combinations(whole.profiles, 2))
    if not pairs:
        raise InputError(f"a gap is between two profiles, and the frame has one: {whole.profiles[0]!r}")
    return [
        {"n_missing": int((lacking[first] | lacking[second]).sum())} | row
        for first, second in pairs
        for row in _rows_of_pair(goal, counts, whole.of((first, second)), cost)
    ]


def _rows_of_pair(goal: Goal, counts: list[int], pair: Panel, cost: float | None) -> Iterator[dict[str, Any]]:
    pilot = pilot_of(pair)
    paid = cost if cost is not None else _cost(pair)
    sigma2_a, sigma2_b = pilot.sigma2
    known = {
        "profile_a": pair.profiles[0],
        "profile_b": pair.profiles[1],
        "score": pair.score,
        "n_pilot": pilot.items,
        "missing": pair.missing,
        "omega2": pilot.omega2,
        "sigma2_a": sigma2_a,
        "sigma2_b": sigma2_b,
        "design_effect": pilot.design_effect,
    }
    for count in counts:
        variance = pilot.variance(count)
        usable = variance if variance > 0 else nan
        row = _row(goal, usable, count, None if paid is None else paid * count, goal.n or pilot.items)
        row |= _bounds(goal, row["items_exact"], pilot.relative_error(count))
        yield known | row | {"note": joined(_remarks(pilot, count, row))}


def _row(goal: Goal, variance: float, samples: int, cost: float | None, n: int | None) -> dict[str, Any]:
    exact = goal.items(variance)
    needed = None if isnan(exact) else _up(exact)
    return {
        "samples": samples,
        "gap": goal.gap,
        "power": goal.power,
        "alpha": goal.alpha,
        "items_needed": needed,
        "items_exact": exact,
        "cost_per_item_usd": cost,
        "dollars_needed": None if cost is None or needed is None else cost * needed,
        "smallest_gap": goal.smallest_gap(variance, n) if n else None,
    }


def _bounds(goal: Goal, exact: float, relative_error: float) -> dict[str, int | None]:
    if isnan(exact * relative_error):
        return {"items_low": None, "items_high": None}
    factor = goal.factor(relative_error)
    return {"items_low": _up(exact / factor), "items_high": _up(exact * factor)}


def _up(items: float) -> int:
    return ceil(items * (1 - _ROUNDING))


def _cost(pair: Panel) -> float | None:
    """Return US dollars of one answer of each of the two, over the items both have a score for."""
    costs = pair.complete().costs
    dollars = float(costs.mean(axis=1).sum()) if costs.shape[1] else nan
    return None if isnan(dollars) else dollars


def _remarks(pilot: Pilot, samples: int, row: dict[str, Any]) -> Iterator[str]:
    if pilot.items < 2:  # noqa: PLR2004 - one item has no scatter
        yield "under 2 items with a score from both: no plan"
        return
    if isnan(pilot.design_effect):
        yield "one cluster: its effect cannot be told"
    elif isnan(pilot.variance(samples)):
        yield f"a profile was asked once a prompt: what {samples} samples would save is not known"
    elif pilot.variance(samples) <= 0:
        yield "every item has the same difference: a larger pilot is needed"
    yield from few(pilot.items, pilot.clusters, "the plan is rough")
    if row["cost_per_item_usd"] is None:
        yield "cost unknown"
    yield from _needs_few(row["items_needed"])


def _needs_few(items: int | None) -> list[str]:
    return [] if items is None else [f"for so few items the formula is rough: take {items + 2}"] * (0 < items < 30)  # noqa: PLR2004 - as `SMALL` says
