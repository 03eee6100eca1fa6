"""Few human labels correct a judge: one row a profile.

From a frame to a frame. Asks neither judges nor people.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import check_share, few, joined
from distilkit.analysis.clusters import clusters_of
from distilkit.analysis.columns import check_columns, numbers_of
from distilkit.analysis.labelled import agreement
from distilkit.analysis.labelled.rectified import Estimate, Items, ppi_mean, rogan_gladen_mean
from distilkit.analysis.panel import check_frame
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Method = Literal["ppi", "ppi++", "rogan_gladen"]
"""How the labels correct the judge."""

_TEXT = pd.StringDtype("python")
_DTYPES: dict[str, Any] = {
    **dict.fromkeys(("profile", "judge", "human"), _TEXT),
    **dict.fromkeys(("n", "n_judged", "n_human"), "Int64"),
    **dict.fromkeys(("judge_mean", "human_mean", "quality", "quality_low", "quality_high", "se"), "Float64"),
    "method": _TEXT,
    **dict.fromkeys(("weight", "agreement", "kappa", "sensitivity", "specificity"), "Float64"),
    "note": _TEXT,
}
# A rate that rests on fewer answers than this is a guess.
_FEW = 10


def judge_correction(
    frame: pd.DataFrame,
    judge: str,
    human: str,
    *,
    method: Method = "ppi",
    confidence: float = 0.95,
    cluster: str | None = None,
) -> pd.DataFrame:
    """Return each profile's quality as people would have scored it, from a judge of all answers and few human labels.

    "A judge scored 2,000 answers, I labelled 150. What would I have found had I labelled them all?"

        dk.judge_correction(df, judge="judged", human="mine")

    The labelled answers must be drawn at random from those judged: labels of the hard cases correct towards the hard
    cases. Each profile is corrected by its own labels, because a judge may favour one. Samples of a prompt are averaged
    first; a prompt with a label counts with its labelled answers only.

    `ppi`, for scores of any kind (Angelopoulos et al. 2023): mean(f_unlabelled) + mean(Y − f_labelled), SE² =
    var(f_unlabelled)/N + var(Y − f_labelled)/n, normal interval. `ppi++` relies on the judge with the weight λ that
    makes the error smallest, so that a bad judge does no harm (Angelopoulos, Duchi and Zrnic 2023). `rogan_gladen`, for
    verdicts: (p + q0 − 1)/(q0 + q1 − 1) with the judge's specificity q0 and sensitivity q1 (Rogan and Gladen 1978);
    its interval (delta method) carries that both are estimated. It asks less of the labels: they may be drawn apart
    from right and from wrong answers. With clusters, errors are summed by cluster, and t has C − 1 degrees of freedom.
    Estimates and intervals are not cut to 0..1: a bound outside says that the labels are too few.

    Columns, one row a profile: `profile`; `judge` and `human`, the columns used; `n` prompts; `n_judged` prompts with a
    judge's score, `n_human` of them with a label too; `judge_mean` over all judged, `human_mean` over the labelled;
    `quality` with `quality_low`, `quality_high` and `se`; `method`; `weight`, λ of `ppi`; `agreement`, the share of
    equal labels; `kappa` (Cohen 1960; whole-number labels); `sensitivity` and `specificity` (verdicts); `note`.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and the two columns.
        judge: the judge's scores; an answer without one is left out.
        human: the human labels, `<NA>` where nobody looked, on the judge's scale.
        method: `ppi`, `ppi++` or `rogan_gladen`.
        confidence: of the interval, between 0 and 1.
        cluster: a column that says which prompts belong together, such as the document they are about.

    Raises:
        InputError: a column is missing or no number, or `rogan_gladen` is asked for other than verdicts.
    """
    check_frame(frame)
    check_columns(frame)
    if method not in get_args(Method):
        raise InputError(f"method= must be one of {', '.join(map(repr, get_args(Method)))}, not {method!r}")
    level = check_share("confidence", confidence, 0.95)
    answers = _answers(frame, judge, human, cluster)
    verdicts = bool(answers[["judge", "human"]].isin((0.0, 1.0, np.nan)).all(axis=None))
    if method == "rogan_gladen" and not verdicts:
        raise InputError(f"method='rogan_gladen' corrects verdicts; {judge!r} and {human!r} must be 0 or 1; use 'ppi'")
    known = {"judge": judge, "human": human, "method": method}
    codes, names = pd.factorize(frame["profile"].to_numpy(dtype=object))
    table = [
        {"profile": str(name)} | known | _row(answers[codes == code], method, level, verdicts=verdicts)
        for code, name in enumerate(names)
    ]
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(table, columns=list(_DTYPES), dtype=object).astype(_DTYPES)


def _answers(frame: pd.DataFrame, judge: str, human: str, cluster: str | None) -> pd.DataFrame:
    """Return what is needed of the frame, by plain names: `item`, `judge`, `human` and perhaps `cluster`."""
    for role, name in (("judge", judge), ("human", human)):
        if not isinstance(name, str) or name not in frame:
            raise InputError(f"{role}: no column {name!r}")
    if judge == human:
        raise InputError(f"judge= and human= name the same column, {judge!r}")
    codes, items = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    columns = {
        "item": codes,
        "judge": numbers_of(frame, judge).to_numpy(dtype=float, na_value=np.nan),
        "human": numbers_of(frame, human).to_numpy(dtype=float, na_value=np.nan),
    }
    if cluster is not None:
        columns["cluster"] = clusters_of(frame, cluster, codes, len(items))[codes]
    return pd.DataFrame(columns)


def _row(answers: pd.DataFrame, method: Method, confidence: float, *, verdicts: bool) -> dict[str, Any]:
    judged = answers[answers["judge"].notna()]
    items = _items(judged)
    found = rogan_gladen_mean(items) if method == "rogan_gladen" else ppi_mean(items, tuned=method == "ppi++")
    low, high = found.interval(confidence)
    unjudged = int((answers["judge"].isna() & answers["human"].notna()).sum())
    return {
        "n": answers["item"].nunique(),
        "n_judged": len(items.judge),
        "n_human": int(items.known.sum()),
        "judge_mean": _mean(items.judge),
        "human_mean": _mean(items.human[items.known]),
        "quality": found.value,
        "quality_low": low,
        "quality_high": high,
        "se": found.standard_error,
        "weight": found.weight,
        **_agreement(judged, verdicts=verdicts),
        "note": joined(_remarks(items, found, method, unjudged)),
    }


def _items(judged: pd.DataFrame) -> Items:
    codes, names = pd.factorize(judged["item"])
    judge, human = judged["judge"].to_numpy(), judged["human"].to_numpy()
    labelled = ~np.isnan(human)
    some = codes[labelled]
    clusters = None
    if "cluster" in judged:
        clusters = np.zeros(len(names), dtype=np.intp)
        clusters[codes] = judged["cluster"].to_numpy()
    return Items(
        judge=_means(judge, codes, len(names)),
        human=_means(human[labelled], some, len(names)),
        judge_labelled=_means(judge[labelled], some, len(names)),
        both=_means((judge * human)[labelled], some, len(names)),
        clusters=clusters,
    )


def _means(values: NDArray[np.float64], codes: NDArray[np.intp], items: int) -> NDArray[np.float64]:
    """Return the mean of each item's values, NaN where it has none."""
    with np.errstate(invalid="ignore"):
        return np.bincount(codes, weights=values, minlength=items) / np.bincount(codes, minlength=items)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else nan


def _agreement(judged: pd.DataFrame, *, verdicts: bool) -> dict[str, float | None]:
    """Return how the judge's labels and people's agree, each prompt counting once."""
    both = judged[judged["human"].notna()]
    weights = 1 / both.groupby("item")["judge"].transform("size")
    labels = both["judge"], both["human"], weights
    return {
        "agreement": agreement.agreement(*labels),
        "kappa": agreement.kappa(*labels),
        "sensitivity": agreement.sensitivity(*labels) if verdicts else None,
        "specificity": agreement.specificity(*labels) if verdicts else None,
    }


def _remarks(items: Items, found: Estimate, method: Method, unjudged: int) -> Iterator[str]:
    labelled = int(items.known.sum())
    if labelled < 2:  # noqa: PLR2004 - one label has no spread
        yield "under 2 prompts with a label and a judge's score: nothing to correct by"
    else:
        few_labels = few(labelled, None, "the interval is rough and too narrow")
        yield from (text.replace("items", "labelled items") for text in few_labels)
        yield from few(len(items.judge), items.clusters)
        yield from _remarks_of_rates(items, found) if method == "rogan_gladen" else _remarks_of_ppi(items)
    if unjudged:
        yield f"{unjudged} labels without a judge's score left out"


def _remarks_of_ppi(items: Items) -> Iterator[str]:
    if items.known.all():
        yield "every prompt is labelled: the human labels alone"
    elif not np.nanstd(items.human - items.judge_labelled):
        yield "labels and judge always differ by the same: the interval takes that for certain"


def _remarks_of_rates(items: Items, found: Estimate) -> Iterator[str]:
    right = float(items.human[items.known].sum())
    wrong = float(items.known.sum()) - right
    if isnan(found.value):
        yield (
            "the judge is no better than chance: nothing to correct by"
            if right and wrong
            else "the labels are all alike: the judge's errors of one kind are not known"
        )
    elif min(right, wrong) < _FEW:
        yield f"sensitivity or specificity rests on under {_FEW} labels"
    if not 0 <= found.value <= 1:
        yield "outside 0..1: the judge's errors explain more than its whole share"
