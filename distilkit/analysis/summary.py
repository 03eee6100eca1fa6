"""The table that answers the first question: one row a profile, quality with its interval, dollars, latency, errors.

From a frame to a frame. Knows columns, not where they came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from distilkit.analysis import usage
from distilkit.analysis.intervals import SMALL, interval, over_items
from distilkit.errors import InputError
from distilkit.frame import COLUMNS

# Python strings: an Arrow column refuses the half surrogate pairs that a name from elsewhere may hold.
_TEXT = pd.StringDtype("python")

_BEFORE = {"profile": _TEXT, "n": "Int64", "rows": "Int64", "errors": "Int64"}
_SCORE = {"": "Float64", "_low": "Float64", "_high": "Float64", "_interval": _TEXT, "_n": "Int64"}
_AFTER = {
    "cost_usd": "Float64",
    "billed_usd": "Float64",
    "latency_p50_s": "Float64",
    "latency_p95_s": "Float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "thinking_share": "Float64",
    "note": _TEXT,
}


def summarize(frame: pd.DataFrame, score: str | Sequence[str] | None = None, confidence: float = 0.95) -> pd.DataFrame:
    """Return one row a profile, in order of first appearance.

    Columns: `profile`; `n` distinct prompts; `rows`; `errors`, the rows that failed. For each score `<score>`, the mean
    over prompts with the samples of a prompt averaged first; `<score>_low` and `<score>_high`; `<score>_interval`, how
    they were made (`wilson`, `t`, or `none` for fewer than two graded prompts); `<score>_n`, the prompts with a score.
    `cost_per_item_usd`, dollars for one answer; `cost_per_<score>_usd`, dollars for one success (`<NA>` for scores that
    are not verdicts); `cost_usd` at list price and `billed_usd`, both in total; `latency_p50_s` and `latency_p95_s`;
    `input_tokens` and `output_tokens` in total; `thinking_share` of the output, 0 to 1; `note`, what to keep in mind.

    An unknown cost or token count makes its sum `<NA>`. Only failures without cost and without tokens count as nothing.
    A failed row has no score and is left out of the mean, not counted as wrong: `note` says how many prompts that left.

    Args:
        frame: from `compare`, or any with `profile` and `prompt_id`. What else is missing is unknown.
        score: the columns that hold scores (verdicts or numbers; NaN is unknown). None takes the columns that
            `compare(score=...)` adds: those beside the built-in ones with dtype `boolean` or `Float64`.
        confidence: of the intervals, between 0 and 1.

    Raises:
        InputError: a needed column is missing, a score is no number or infinite, or names clash.
    """
    if not 0 < confidence < 1:
        raise InputError(f"confidence must lie between 0 and 1, such as 0.95, not {confidence!r}")
    check_columns(frame)
    scores = {name: _as_numbers(frame, name) for name in score_columns(frame, score)}
    dtypes = _dtypes(scores)
    binary = {name: bool(values.dropna().isin((0, 1)).all()) for name, values in scores.items()}
    groups = frame.assign(**scores).groupby("profile", sort=False, observed=True)
    table = [{"profile": profile, **_row(rows, binary, confidence)} for profile, rows in groups]
    # As objects first: guessed, texts would become an Arrow column.
    return pd.DataFrame(table, columns=list(dtypes), dtype=object).astype(dtypes)


def score_columns(frame: pd.DataFrame, score: str | Sequence[str] | None) -> list[str]:
    """Return the names of the score columns: those asked for, or those `compare` added.

    Raises:
        InputError: a column asked for is not there.
    """
    if score is None:
        found = (str(name) for name in frame.columns if name not in COLUMNS)
        return [name for name in found if isinstance(frame[name].dtype, (pd.BooleanDtype, pd.Float64Dtype))]
    names = [score] if isinstance(score, str) else list(dict.fromkeys(score))
    for name in names:
        if name not in frame:
            own = ", ".join(repr(column) for column in frame.columns if column not in COLUMNS) or "none"
            raise InputError(f"score: no column {name!r}; beside the built-in columns there are: {own}")
    return names


def check_columns(frame: pd.DataFrame) -> None:
    """See that rows can be told apart by profile and prompt.

    Raises:
        InputError: `profile` or `prompt_id` is missing, or has a gap.
    """
    for name in ("profile", "prompt_id"):
        if name not in frame:
            raise InputError(f"the frame needs a column {name!r}: one row for each prompt (prompt_id) and profile")
        gaps = frame[name].isna()
        if gaps.any():
            raise InputError(
                f"column {name!r} is empty in row {frame.index[gaps.to_numpy()][0]!r}; fill it or drop the row"
            )


def _as_numbers(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a score column as `Float64`, missing values as `<NA>`."""
    column = frame[name]
    kind = column.dropna().infer_objects()
    if not (pd.api.types.is_bool_dtype(kind) or pd.api.types.is_numeric_dtype(kind)) and len(kind):
        raise InputError(
            f"score {name!r} must hold verdicts or numbers, not {column.dtype}; for example {kind.iloc[0]!r}"
        )
    values = column.astype("Float64") if len(kind) else pd.Series(pd.NA, index=column.index, dtype="Float64")
    infinite = np.isinf(values.to_numpy(dtype=float, na_value=np.nan))
    if infinite.any():
        raise InputError(f"score {name!r} is infinite in row {frame.index[infinite][0]!r}")
    return values


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


def _row(rows: pd.DataFrame, binary: dict[str, bool], confidence: float) -> dict[str, object]:
    row: dict[str, object] = {
        "n": rows["prompt_id"].nunique(),
        "rows": len(rows),
        "errors": int(usage.failed(rows).sum()),
        **usage.usage(rows),
    }
    for name, verdicts in binary.items():
        row |= _score(rows, name, confidence, binary=verdicts)
    return row | {"note": _note(row, list(binary), usage.unpriced(rows))}


def _score(rows: pd.DataFrame, name: str, confidence: float, *, binary: bool) -> dict[str, object]:
    scored = rows.loc[rows[name].notna(), [name, "prompt_id"]]
    estimate = over_items(scored[name].to_numpy(dtype=float), pd.factorize(scored["prompt_id"])[0])
    bounds = interval(estimate, binary=binary, confidence=confidence)
    return {
        name: estimate.mean,
        f"{name}_low": bounds.low,
        f"{name}_high": bounds.high,
        f"{name}_interval": bounds.method,
        f"{name}_n": estimate.items,
        f"cost_per_{name}_usd": usage.cost_per_success(rows, rows[name]) if binary else None,
    }


def _note(row: dict[str, object], names: list[str], unpriced: int) -> str | None:
    notes = [note for name in names for note in _score_notes(name, row[f"{name}_n"], row["n"])]
    if unpriced:
        notes.append(f"cost unknown: {unpriced} of {row['rows']} rows")
    return "; ".join(notes) or None


def _score_notes(name: str, scored: object, asked: object) -> Iterable[str]:
    if scored != asked:
        yield f"{name}: {scored} of {asked} prompts scored"
    if isinstance(scored, int) and scored < SMALL:
        yield f"{name}: under {SMALL} prompts, the interval is rough"
