"""Send each prompt to one of two models before asking: how much of the strong one's quality for how many of its calls?

From a frame to a frame. Knows two profiles and a number of each prompt; knows nothing of how the number was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_count, check_share, few, joined, number_of
from distilkit.analysis.panel import Missing, panel
from distilkit.analysis.replays.aim import Aim, check_aim
from distilkit.analysis.replays.draws import check_numbers, check_profiles, n_missing
from distilkit.analysis.replays.policies import Policy, Terms, measured, split
from distilkit.analysis.replays.two_models import TwoModels, at_threshold, curve, threshold_for
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARES = tuple(tenth / 10 for tenth in range(11))
"""Of prompts sent to the strong model, where the caller does not say."""

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    "policy": _TEXT,
    "score": _TEXT,
    "share_strong": "Float64",
    "threshold": "Float64",
    "n": "Int64",
    "n_missing": "Int64",
    "missing": _TEXT,
    "quality": "Float64",
    "quality_low": "Float64",
    "quality_high": "Float64",
    "cost_per_item_usd": "Float64",
    "cost_low_usd": "Float64",
    "cost_high_usd": "Float64",
    "pgr": "Float64",
    "upper_bound": "boolean",
    "note": _TEXT,
}


def route(  # noqa: PLR0913 - each is a choice of the analysis, and all but two have a usual value
    frame: pd.DataFrame,
    profiles: Sequence[str],
    score: str | None = None,
    *,
    by: str | None = None,
    shares: Sequence[float] = SHARES,
    quality: float | None = None,
    budget: float | None = None,
    train: float = 0.5,
    seed: int = 0,
    cluster: str | None = None,
    missing: Missing = "drop",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return the curve of quality over strong calls: for a router by a number, at random, and at best.

        df["length"] = df["prompt"].str.len()
        dk.route(df, ["small", "large"], by="length")                # three curves, on all prompts
        dk.route(df, ["small", "large"], by="length", quality=0.85)  # one threshold, chosen on half, reported on half

    One row a policy and share: `router` sends the prompts with the highest `by` to the strong model, and of prompts
    with equal numbers each with the same chance; `random` sends a share of every prompt; `oracle` sends those first
    where the strong model gains most, and last those where it does harm. Between two prompts a share is divided, so
    that every share is met exactly. The oracle knows the answers: an upper bound (Ong et al. 2024, "RouteLLM").

    With `quality` or `budget` one threshold of `by` is chosen on a part of the prompts, and the rows, one a policy at
    the router's share, are reported on the rest. Without them no threshold is chosen, and all prompts are in the curve.

    Columns: `policy`; `score`; `share_strong`, 0 to 1; `threshold`, the least `by` that is sent to the strong model,
    `<NA>` where none is; `n`; `n_missing`, prompts left out (`drop`) or with a missing answer that scores 0 (`fail`);
    `missing`; `quality` with `quality_low` and `quality_high`; `cost_per_item_usd` with `cost_low_usd` and
    `cost_high_usd`, `<NA>` where a cost is unknown; `pgr`, the share of the gap between the two
    models that is closed, `<NA>` where the strong one is no better; `upper_bound`; `note`. Policies share a row's
    `share_strong`, not its dollars: long prompts cost more to send, so compare the dollars too.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`. The samples of a prompt are averaged.
        profiles: the weak one and the strong one.
        score: the column that says how good an answer is; None for the only score there is.
        by: a column with a number known before asking, one for each prompt, higher for those to send to the strong
            model; None for the curves of `random` and `oracle` alone. The interval takes its thresholds as given.
        shares: of prompts sent to the strong model, each from 0 to 1.
        quality: choose the threshold that reaches it for the least dollars.
        budget: choose the threshold that is best within so many US dollars an item.
        train: the share of prompts (of clusters) that a threshold is chosen on.
        seed: of the split.
        cluster: a column that says which prompts belong together; none is torn by the split.
        missing: `drop` leaves a prompt out that has no score for one of the two; `fail` scores it 0.
        confidence: of the intervals, between 0 and 1.

    Raises:
        InputError: a column is missing or of the wrong kind, `by` differs within a prompt, there are not two profiles,
            `shares` are not shares, or a threshold cannot be chosen.
    """
    aim = check_aim(quality, budget)
    check_share("confidence", confidence, 0.95)
    check_share("train", train, 0.5)
    seed = check_count("seed", seed, 0)
    whole = panel(frame, score, cluster=cluster, missing=missing)
    names = check_profiles(frame, profiles)
    if len(names) != 2:  # noqa: PLR2004 - a weak and a strong one
        raise InputError(f"profiles= takes two names for a router, the weak one and the strong one, not {len(names)}")
    both = whole.of(names)
    numbers = None if by is None else _numbers(frame, by, whole.items)
    used = np.logical_and.reduce(both.scored if numbers is None else [*both.scored, ~np.isnan(numbers)])
    if not used.any():
        raise InputError(f"no prompt has a score for {names[0]!r} and {names[1]!r}" + (f" and a {by!r}" if by else ""))
    everything = TwoModels(scores=both.scores, costs=both.costs, by=numbers, clusters=whole.clusters).of_items(used)
    if aim.chooses:
        pair, policies = _chosen(everything, aim, train, seed)
    else:
        pair, policies = everything, curve(everything, _shares(shares))
    terms = Terms(
        clusters=pair.clusters,
        verdicts=whole.binary,
        samples=int(both.samples[:, used].max()),
        confidence=confidence,
    )
    common = {"score": whole.score, "n": pair.n, "missing": missing}
    common |= {"n_missing": n_missing(frame, whole, names, used)}
    rows = [row | common for row in _rows(policies, pair, terms)]
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(rows, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _numbers(frame: pd.DataFrame, by: str, items: Sequence[object]) -> NDArray[np.float64]:
    """Return the number of each item; NaN where it has none."""
    values = check_numbers(frame, "by", by).to_numpy(dtype=float, na_value=np.nan)
    codes, _ = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    known = ~np.isnan(values)
    values, codes = values[known], codes[known]
    of_item = np.full(len(items), np.nan)
    of_item[codes] = values
    torn = of_item[codes] != values
    if torn.any():
        raise InputError(
            f"by=: {by!r} differs within prompt {items[int(codes[torn][0])]!r}; a router knows one number of a prompt, "
            "and knows it before any model is asked"
        )
    return of_item


def _shares(shares: Sequence[float]) -> list[float]:
    if isinstance(shares, str) or not isinstance(shares, Sequence | np.ndarray) or not len(shares):
        raise InputError(f"shares= takes a list of shares such as [0, 0.5, 1], not {shares!r}")
    found = [number_of(share) for share in shares]
    for given, share in zip(shares, found, strict=True):
        if share is None or not 0 <= share <= 1:
            raise InputError(f"shares= takes numbers from 0 to 1, not {given!r}")
    return [share for share in found if share is not None]


def _chosen(everything: TwoModels, aim: Aim, train: float, seed: int) -> tuple[TwoModels, list[Policy]]:
    """Return the prompts to report on, and the policies at the threshold chosen on the others."""
    if everything.by is None:
        raise InputError("quality= and budget= choose a threshold of a number known before asking; name it in by=")
    if aim.budget is not None and not np.isfinite(everything.costs).all():
        raise InputError("budget= needs every cost, and some are unknown; choose by quality=, or give prices")
    chosen, reported = split(everything.n, everything.clusters, train=train, seed=seed)
    threshold, met = threshold_for(everything.of_items(chosen), target=aim.quality, budget=aim.budget)
    pair = everything.of_items(reported)
    told = f"threshold chosen on {int(chosen.sum())} other prompts"
    return pair, at_threshold(pair, threshold, (told,) if met else (told, aim.unmet))


def _rows(policies: Sequence[Policy], pair: TwoModels, terms: Terms) -> Iterator[dict[str, object]]:
    weak, strong = pair.scores.mean(axis=1)
    for policy, row in zip(policies, measured(policies, terms, weak=weak, strong=strong), strict=True):
        unknown = ["cost unknown"] if np.isnan(policy.costs).any() else []
        yield row | {
            "threshold": policy.threshold,
            "note": joined([*policy.remarks, *unknown, *few(pair.n, pair.clusters)]),
        }
