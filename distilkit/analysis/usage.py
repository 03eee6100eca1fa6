"""What the answers of one profile cost, and how long and how much they said.

Takes a frame of one profile's rows; knows nothing of scores or intervals. A column that a frame from elsewhere lacks
is unknown throughout.
"""

from __future__ import annotations

import pandas as pd

from distilkit.errors import InputError

# Kinds of thinking whose text is all the thinking there was; of a summary or a sealed block it is not.
_WHOLE = ("raw", "truncated", "absent")


def numbers(rows: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as `Float64`, unknown throughout where the frame has none.

    Raises:
        InputError: it holds something else than numbers.
    """
    if name not in rows:
        return pd.Series(pd.NA, index=rows.index, dtype="Float64")
    try:
        return rows[name].astype("Float64")
    except (TypeError, ValueError) as error:
        raise InputError(f"column {name!r} must hold numbers, not {rows[name].dtype}; unknown is <NA>") from error


def failed(rows: pd.DataFrame) -> pd.Series:
    """Return which rows failed; none where the frame does not say."""
    if "error_kind" not in rows:
        return pd.Series(False, index=rows.index)
    return rows["error_kind"].notna()


def paid(rows: pd.DataFrame) -> pd.Series:
    """Return which rows were, or may have been, paid for: all but failures without cost and without tokens.

    A refused or dropped request has neither, and must not make the sum unknown; a failure that used tokens counts.
    """
    traces = [numbers(rows, name).notna() for name in ("cost_usd", "input_tokens", "output_tokens")]
    return ~failed(rows) | traces[0] | traces[1] | traces[2]


def unpriced(rows: pd.DataFrame) -> int:
    """Return how many rows were, or may have been, paid for at a cost that is unknown."""
    return int((paid(rows) & numbers(rows, "cost_usd").isna()).sum())


def total(values: pd.Series) -> float | None:
    """Return the sum, or None when one of the values is unknown."""
    return None if values.isna().any() else float(values.sum())


def cost_per_item(rows: pd.DataFrame) -> float | None:
    """Return US dollars for one answer: samples of a prompt averaged first, then the prompts.

    None when nothing was paid for, or a cost is unknown.
    """
    bought = rows.loc[paid(rows)]
    costs = numbers(bought, "cost_usd")
    if costs.empty or costs.isna().any():
        return None
    # By code: an index of prompts would be guessed to be of Arrow strings, which refuse half a surrogate pair.
    codes, _ = pd.factorize(bought["prompt_id"].to_numpy(dtype=object))
    return float(costs.groupby(codes).mean().mean())


def cost_per_success(rows: pd.DataFrame, verdicts: pd.Series) -> float | None:
    """Return Σ dollars / Σ successes, over the rows with a verdict and the failures that were paid for.

    None when a cost is unknown or nothing succeeded.
    """
    counted = verdicts.notna() | (failed(rows) & paid(rows))
    spent = total(numbers(rows, "cost_usd").loc[counted])
    successes = float(verdicts.sum())
    return None if spent is None or not successes else spent / successes


def usage(rows: pd.DataFrame) -> dict[str, float | None]:
    """Return dollars, seconds and tokens of one profile, by the names of the summary's columns.

    Latency is of the answers only, those from the store with the latency they had. Tokens and dollars count every row
    that was or may have been paid for.
    """
    bought = rows.loc[paid(rows)]
    latency = numbers(rows.loc[~failed(rows)], "latency_s").dropna()
    return {
        "cost_per_item_usd": cost_per_item(rows),
        "cost_usd": total(numbers(bought, "cost_usd")),
        "billed_usd": total(numbers(bought, "billed_usd")),
        "latency_p50_s": float(latency.quantile(0.5)) if len(latency) else None,
        "latency_p95_s": float(latency.quantile(0.95)) if len(latency) else None,
        "input_tokens": total(numbers(bought, "input_tokens")),
        "output_tokens": total(numbers(bought, "output_tokens")),
        "thinking_share": thinking_share(rows.loc[~failed(rows)]),
    }


def thinking_share(answers: pd.DataFrame) -> float | None:
    """Return the share of the output that was thinking, 0 to 1.

    By tokens where every answer says how many it thought; else by characters where every answer shows its thinking
    whole; else None. A count of 0 beside a text of thinking is a provider that does not count, not a count.
    """
    return _share_of_tokens(answers) if _counts_known(answers) else _share_of_characters(answers)


def _counts_known(answers: pd.DataFrame) -> bool:
    thought = numbers(answers, "reasoning_tokens")
    uncounted = (thought == 0).fillna(value=False) & (_lengths(answers, "thinking") > 0)
    return bool((thought.notna() & numbers(answers, "output_tokens").notna() & ~uncounted).all())


def _share_of_tokens(answers: pd.DataFrame) -> float | None:
    output = float(numbers(answers, "output_tokens").sum())
    return float(numbers(answers, "reasoning_tokens").sum()) / output if output else None


def _share_of_characters(answers: pd.DataFrame) -> float | None:
    if "thinking_kind" not in answers or not answers["thinking_kind"].isin(_WHOLE).all():
        return None
    thought = int(_lengths(answers, "thinking").sum())
    written = thought + int(_lengths(answers, "content").sum())
    return thought / written if written else None


def _lengths(answers: pd.DataFrame, name: str) -> pd.Series:
    if name not in answers:
        return pd.Series(0, index=answers.index)
    # Not by `astype("string")`: an Arrow column refuses the half surrogate pairs that some models emit.
    return answers[name].map(lambda text: 0 if pd.isna(text) else len(str(text))).astype("int64")
