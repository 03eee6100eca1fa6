"""Where the dollars went: by profile, provider or any column; into input, thinking and answers; kept, rejected, failed.

From a frame to a frame. Knows columns, not where they came from. A figure that is not known makes its sums unknown,
never smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from distilkit.analysis.caveats import joined
from distilkit.analysis.dollars.grouping import Groups, groups_of
from distilkit.analysis.dollars.spending import Parts, parts_of
from distilkit.analysis.panel import check_frame
from distilkit.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOKENS = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_DOLLARS = (
    *("cost_usd", "cost_share", "billed_usd"),
    *("input_usd", "cached_usd", "output_usd", "thinking_usd", "answer_usd"),
    *("kept_usd", "rejected_usd", "ungraded_usd", "failed_usd", "retried_usd"),
)
_DTYPES: dict[str, Any] = {
    "rows": "Int64",
    **dict.fromkeys(_DOLLARS, "Float64"),
    **dict.fromkeys(_TOKENS, "Int64"),
    "note": pd.StringDtype("python"),  # an Arrow column refuses half a surrogate pair
}


def attribute_cost(
    frame: pd.DataFrame, by: str | Sequence[str] = "profile", *, kept: str | None = None
) -> pd.DataFrame:
    """Return where the dollars went: one row a group, in order of first appearance.

        dk.attribute_cost(df)
        dk.attribute_cost(df, ["profile", "topic"], kept="correct")

    Columns, all US dollars at list price unless they say otherwise; each is the sum over the group's rows, and over all
    groups it is that of the frame:

    * those of `by`, `<NA>` for the rows without; `rows`; `cost_usd`; `cost_share` of the frame's, 0 to 1; `billed_usd`,
      what this run paid, where answers from the store cost nothing.
    * `input_usd` (what was not read from a cache), `cached_usd` and `output_usd` add up to `cost_usd`; `thinking_usd`
      and `answer_usd` add up to `output_usd`, in the share of `reasoning_tokens`. They need the list prices that the
      costs of a profile imply (`unit_prices`), and are `<NA>` where these cannot be told.
    * `kept_usd`, `rejected_usd`, `ungraded_usd` (answered, but without a verdict) and `failed_usd` add up to
      `cost_usd`. Without `kept` all that is answered is ungraded, and the first two are `<NA>`.
    * `retried_usd`, what was billed beyond the cost of the answers: attempts that were paid for and gave none.
    * `input_tokens`, `cached_tokens`, `output_tokens`, `reasoning_tokens`, in total; `note`, what is not known.

    An unknown figure makes its sum `<NA>`. Failures without cost and without tokens count as nothing.

    Args:
        frame: from `compare`, or any with the columns of `by`. What else is missing is unknown.
        by: a column, or several: `profile`, `provider`, `prompt_id`, or one of your own such as a tag.
        kept: a column of verdicts that says which answers are kept: a score, or `valid`.

    Raises:
        InputError: a column is missing, named like one of the result, or of the wrong kind; or a cost is negative.
    """
    check_frame(frame)
    groups = groups_of(frame, _names(frame, by))
    parts = parts_of(frame, _verdicts(frame, kept))
    sums = {name: groups.sums(values) for name, values in parts.dollars.items()}
    total = float(parts.dollars["cost_usd"].sum())
    with np.errstate(invalid="ignore"):
        sums["cost_share"] = sums["cost_usd"] / (total or np.nan)
    tokens = {name: groups.sums(parts.tokens[name]) for name in _TOKENS}
    columns: dict[str, Any] = {"rows": groups.sizes, **sums, **tokens, "note": _notes(groups, parts, sums)}
    # NaN is unknown; as objects first, since guessed texts would become an Arrow column.
    told = {name: [None if _is_nan(value) else value for value in columns[name]] for name in _DTYPES}
    return pd.concat([groups.keys, pd.DataFrame(told, dtype=object).astype(_DTYPES)], axis=1)


def _names(frame: pd.DataFrame, by: str | Sequence[str]) -> list[str]:
    names = [by] if isinstance(by, str) or not isinstance(by, Sequence) else list(dict.fromkeys(by))
    if not names:
        raise InputError("by= is empty; name a column, such as 'profile', or several")
    for name in names:
        if name not in frame:
            raise InputError(f"by: no column {name!r}; there are: {', '.join(map(repr, frame.columns))}")
        if name in _DTYPES:
            raise InputError(f"by: the result has a column {name!r} of its own; group by a copy of another name")
    return names


def _verdicts(frame: pd.DataFrame, kept: str | None) -> NDArray[np.float64] | None:
    """Return 1 for rows to keep, 0 for others, NaN for those without a verdict."""
    if kept is None:
        return None
    if kept not in frame:
        raise InputError(f"kept: no column {kept!r}; name one that holds verdicts, true or false")
    column = frame[kept].astype(object)
    known = column[column.notna().to_numpy()]
    if not known.isin((0, 1)).all():
        wrong = known[~known.isin((0, 1)).to_numpy()].iloc[0]
        way = f"make one, such as frame[{kept!r}] >= 0.8"
        raise InputError(f"kept: column {kept!r} must hold verdicts, true or false, not {wrong!r:.80}; {way}")
    return np.asarray(column.astype("Float64").to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _notes(groups: Groups, parts: Parts, sums: dict[str, NDArray[np.float64]]) -> list[str | None]:
    unpriced = groups.sums(np.isnan(parts.dollars["cost_usd"]).astype(float))
    return [
        joined(_of_group(int(unpriced[place]), int(size), {name: values[place] for name, values in sums.items()}))
        for place, size in enumerate(groups.sizes)
    ]


def _of_group(unpriced: int, rows: int, sums: dict[str, float]) -> Iterator[str]:
    if unpriced:
        yield f"cost unknown: {unpriced} of {rows} rows"
    elif np.isnan(sums["output_usd"]):
        yield "input and output: no one list price explains the costs"
    elif np.isnan(sums["thinking_usd"]):
        yield "thinking: not all answers say how many tokens it took"
    if np.isnan(sums["billed_usd"]):
        yield "billed: not known of all rows"


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and bool(np.isnan(value))
