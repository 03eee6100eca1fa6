"""The table that answers the first question: one row a profile, quality with its interval, dollars, latency, errors.

From a frame to a frame. Knows columns, not where they came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.caveats import check_share, joined
from distilkit.analysis.columns import check_columns, check_size, numbers_of, score_columns
from distilkit.errors import InputError

if TYPE_CHECKING:
    from distilkit.analysis.panel import Missing
    from distilkit.analysis.quality import Quality

# Python strings: an Arrow column refuses the half surrogate pairs that a name from elsewhere may hold.
_TEXT = pd.StringDtype("python")

_BEFORE = {"profile": _TEXT, "n": "Int64", "rows": "Int64", "errors": "Int64"}
_SCORE = {"": "Float64", "_se": "Float64", "_low": "Float64", "_high": "Float64", "_interval": _TEXT, "_n": "Int64"}
_AFTER = {
    "cost_usd": "Float64",
    "billed_usd": "Float64",
    "latency_p50_s": "Float64",
    "latency_p95_s": "Float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "thinking_share": "Float64",
    "missing": _TEXT,
    "note": _TEXT,
}


def summarize(
    frame: pd.DataFrame,
    score: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    *,
    cluster: str | None = None,
    missing: Missing = "drop",
) -> pd.DataFrame:
    """Return one row a profile, in order of first appearance: how good it was, how sure that is, and what it cost.

        df = dk.compare(questions, ["small", "large"], score={"correct": dk.score.exact("answer")})
        dk.summarize(df)
        dk.summarize(df, "correct", cluster="document", missing="fail")

    Columns: `profile`; `n` distinct prompts; `rows`; `errors`, the rows that failed. For each score `<score>`, the mean
    over prompts with the samples of a prompt averaged first; `<score>_se`, its standard error; `<score>_low` and
    `<score>_high`; `<score>_interval`, how they were made; `<score>_n`, the prompts with a score.
    `cost_per_item_usd`, dollars for one answer; `cost_per_<score>_usd`, dollars for one success (`<NA>` for scores that
    are not verdicts); `cost_usd` at list price and `billed_usd`, both in total; `latency_p50_s` and `latency_p95_s`;
    `input_tokens` and `output_tokens` in total; `thinking_share` of the output, 0 to 1; `missing`, as asked for;
    `note`, what to keep in mind.

    Standard errors are sd / √n over prompts, never over samples; in clusters √(Σ over clusters of (sum of
    deviations)²) / n · √(C / (C − 1)) (Liang and Zeger 1986). Intervals of verdicts are Wilson's (1927): `wilson`, with
    several samples `wilson effective n`, in clusters `cluster wilson` (Korn and Graubard 1998). Of other numbers,
    `skew t` (Hall 1992), or in clusters `cluster t` with C − 1 degrees of freedom. `none` for fewer than two.

    An unknown cost or token count makes its sum `<NA>`. Only failures without cost and without tokens count as nothing.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`. What else is missing is unknown.
        score: the columns that hold scores (verdicts or numbers; NaN is unknown). None takes the columns that
            `compare(score=...)` adds: those beside the built-in ones with dtype `boolean` or `Float64`.
        confidence: of the intervals, between 0 and 1.
        cluster: a column that says which prompts belong together, such as the document they are about.
        missing: `drop` leaves an answer without a score out of the mean; `fail` counts it as 0 where it failed, has no
            content or was never asked. `note` says how many prompts that were.

    Raises:
        InputError: a needed column is missing, a score is no number or infinite, or names clash.
    """
    check_share("confidence", confidence, 0.95)
    check_columns(frame)
    for name in ("cost_usd", "billed_usd"):
        check_size(name, frame, usage.numbers(frame, name).to_numpy(dtype=float, na_value=float("nan")))
    names = score_columns(frame, score)
    dtypes = _dtypes(names)
    scores = {name: numbers_of(frame, name) for name in names}
    found = _qualities(frame, names, cluster=cluster, missing=missing, confidence=confidence)
    # By code, not by name: a categorical would bring profiles that have no row.
    codes, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))
    places = frame.groupby(codes, sort=False).indices
    table = []
    for code, profile in enumerate(profiles):
        verdicts = {name: values.iloc[places[code]] for name, values in scores.items()}
        row = _row(frame.iloc[places[code]], verdicts, {name: found[name][code] for name in names})
        table.append({"profile": str(profile), **row, "missing": missing})
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(table, columns=list(dtypes), dtype=object).astype(dtypes)


def _qualities(
    frame: pd.DataFrame, names: Iterable[str], *, cluster: str | None, missing: Missing, confidence: float
) -> dict[str, list[Quality]]:
    # A panel stands on this room's columns, and is not needed for a frame without scores.
    from distilkit.analysis.panel import Missing as Choices
    from distilkit.analysis.quality import qualities

    if missing not in get_args(Choices):
        raise InputError(f"missing= must be 'drop' or 'fail', not {missing!r}")
    if frame.empty:
        return {}
    return {name: qualities(frame, name, cluster=cluster, missing=missing, confidence=confidence) for name in names}


def _dtypes(scores: Iterable[str]) -> dict[str, Any]:
    """Return the summary's columns in order with their dtypes."""
    parts = [(f"{name}{ending}", dtype) for name in scores for ending, dtype in _SCORE.items()]
    costs = [("cost_per_item_usd", "Float64"), *((f"cost_per_{name}_usd", "Float64") for name in scores)]
    pairs = [*_BEFORE.items(), *parts, *costs, *_AFTER.items()]
    dtypes = dict(pairs)
    if len(dtypes) < len(pairs):
        names = [name for name, _ in pairs]
        clash = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two columns of the summary would be named {clash!r}; rename a score")
    return dtypes


def _row(rows: pd.DataFrame, scores: Mapping[str, pd.Series], qualities: Mapping[str, Quality]) -> dict[str, object]:
    asked = rows["prompt_id"].nunique()
    row: dict[str, object] = {
        "n": asked,
        "rows": len(rows),
        "errors": int(usage.failed(rows).sum()),
        **usage.usage(rows),
    }
    for name, quality in qualities.items():
        row |= {f"{name}{ending}": value for ending, value in _quality(quality).items()}
        row[f"cost_per_{name}_usd"] = usage.cost_per_success(rows, scores[name]) if quality.binary else None
    return row | {"note": joined(_remarks(rows, asked, qualities))}


def _quality(quality: Quality) -> dict[str, object]:
    estimate, bounds = quality.estimate, quality.bounds
    return {
        "": estimate.mean,
        "_se": estimate.standard_error,
        "_low": bounds.low,
        "_high": bounds.high,
        "_interval": bounds.method,
        "_n": estimate.items,
    }


def _remarks(rows: pd.DataFrame, asked: int, qualities: Mapping[str, Quality]) -> Iterator[str]:
    for name, quality in qualities.items():
        if quality.as_zero:
            yield f"{name}: {quality.as_zero} prompts with a missing answer, counted as 0"
        elif quality.estimate.items < asked:
            yield f"{name}: {quality.estimate.items} of {asked} prompts scored"
        yield from (f"{name}: {remark}" for remark in quality.remarks)
    unpriced = usage.unpriced(rows)
    if unpriced:
        yield f"cost unknown: {unpriced} of {len(rows)} rows"
