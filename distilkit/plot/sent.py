"""The requests of a run, one row each, from either table that tells of them: a rehearsal's timeline or a frame's rows.

Knows columns; draws nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from distilkit.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_REFUSED = 429
_TOKENS = ["input_tokens", "output_tokens"]
_WAY_OUT = "pass the second table of rehearse(..., timeline=True), or a frame from compare"


def requests_of(table: object) -> pd.DataFrame:
    """Return the requests in the order of sending.

    A frame's requests are taken to have gone out `latency_s` before `created_at`. Of a frame, the rows of its own run
    count, or those of earlier runs where all come from the store; a duplicate counts once, and what was not sent never.

    Returns:
        `profile`, of a strategy's row the one that answered; `at_s`, seconds since the first request; `tokens`, input
        and output together, NaN where unknown and 0 where refused; `refused`, whether with 429.

    Raises:
        InputError: the table is of neither kind.
    """
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(f"timeline= takes a DataFrame, not {type(table).__name__}; {_WAY_OUT}")
    missing = [name for name in ("profile", *_TOKENS) if name not in table]
    if not missing and not ({"at_s", "status"} <= set(table) or "created_at" in table):
        missing = ["at_s and status, or created_at"]
    if missing:
        raise InputError(f"timeline= lacks the columns {', '.join(missing)}; {_WAY_OUT}")
    table = table.reset_index(drop=True)
    found = _of_timeline(table) if "at_s" in table else _of_answers(table)
    tokens = table.loc[found.index, _TOKENS].astype("Float64").sum(axis=1, skipna=False).astype("Float64")
    found["tokens"] = tokens.mask(found["refused"], 0.0).to_numpy(dtype=float, na_value=float("nan"))
    found = found.dropna(subset=["at_s"])
    found["at_s"] -= found["at_s"].min()
    return found.sort_values("at_s", kind="stable")


def _of_timeline(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "profile": table["profile"].astype(object),
            "at_s": table["at_s"].astype(float),
            "refused": _flags(table["status"] == _REFUSED),
        }
    )


def _of_answers(rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    if "from_store" in rows and not (stored := _flags(rows["from_store"])).all():
        rows = rows[~stored]
    if "attempts" in rows:
        rows = rows[rows["attempts"].isna() | _flags(rows["attempts"] > 0)]
    if "key" in rows:
        rows = rows.drop_duplicates(["profile", "key"])
    names = rows["profile"] if "served_by" not in rows else rows["served_by"].fillna(rows["profile"])
    came = pd.to_datetime(rows["created_at"], utc=True)
    took_s = rows["latency_s"].astype("Float64").fillna(0.0).astype(float) if "latency_s" in rows else 0.0
    return pd.DataFrame(
        {
            "profile": names.astype(object),
            "at_s": (came - came.min()).dt.total_seconds() - took_s,
            "refused": _flags(rows["error_kind"] == "rate_limit") if "error_kind" in rows else False,
        }
    )


def _flags(column: pd.Series) -> pd.Series:
    """Return True and False; what is unknown is False."""
    return column.astype("boolean").fillna(value=False).astype(bool)
