"""What failed, and what became of all rows.

From a frame to a section. Knows error kinds only as words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distilkit import plot
from distilkit.analysis import usage
from distilkit.notebook.groups import grouped
from distilkit.notebook.report.figures import count, money, plural
from distilkit.notebook.report.images import figure
from distilkit.notebook.report.tables import Column, cell, table, text
from distilkit.notebook.report.wishes import Section, Wishes

if TYPE_CHECKING:
    import pandas as pd


def failures(wishes: Wishes) -> Section:
    """Return the section: rows that failed by profile and kind, with the first message of each, and the funnel."""
    frame = wishes.frame
    lines = _lines(frame)
    if "error_kind" not in frame:
        told = "<p>These rows do not say whether an answer failed.</p>"
    elif not lines:
        told = f"<p>None of the {plural(len(frame), 'row')} failed.</p>"
    else:
        columns = [
            Column("profile", text("profile"), is_text=True),
            Column("kind", text("kind"), is_text=True),
            Column("rows", cell("rows", count)),
            Column("$", cell("cost_usd", money)),
            Column("the first message", text("message", "–"), is_text=True, is_long=True),
        ]
        told = table("Failed rows by profile and kind", columns, lines)
    made = "Rows left at each step, with their dollars; what is lost between two steps stands between them."
    alt = f"Bars of the rows left at each step, of {plural(len(frame), 'row')} asked."
    drawn = figure(lambda: plot.funnel(frame, score=wishes.score), alt=alt, made=made)
    return Section("failures", "What failed", f"{told}\n{drawn}")


def _lines(frame: pd.DataFrame) -> list[dict[str, Any]]:
    if "error_kind" not in frame:
        return []
    failed = frame[usage.failed(frame).to_numpy(dtype=bool)]
    return [
        {
            "profile": str(profile),
            "kind": str(kind),
            "rows": len(rows),
            "cost_usd": _cost(rows),
            "message": _first(rows),
        }
        for profile, own in grouped(failed, "profile")
        for kind, rows in grouped(own, "error_kind")
    ]


def _cost(rows: pd.DataFrame) -> float | None:
    """Return what the failures cost; those without cost and without tokens cost nothing."""
    return usage.total(usage.numbers(rows.loc[usage.paid(rows)], "cost_usd"))


def _first(rows: pd.DataFrame) -> str | None:
    told = [str(error) for error in rows["error"].dropna()] if "error" in rows else []
    return next(iter(told), None)
