"""A funnel: how many rows, and how many dollars, are left at each step, and what was lost on the way.

Draws steps; knows nothing of what they test.
"""

from __future__ import annotations

from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.columns import figures
from distilkit.plot.layout import finish, legend_below, write_words
from distilkit.plot.rows import Rows, no_lines_along, rows_for, write_right
from distilkit.plot.steps import Step, steps_of
from distilkit.plot.style import MUTED, STRONG

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_LEFT: dict[str, Any] = {"color": STRONG, "linewidth": 0}
_LOST: dict[str, Any] = {"facecolor": "none", "edgecolor": MUTED, "hatch": "/////", "linewidth": 0.8}


def funnel(frame: pd.DataFrame, *, score: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the rows left at each step as bars, with their dollars and what was lost between, and return the axes.

        dk.plot.funnel(df)                                # of compare: asked, answered, not cut off, scored, right
        dk.plot.funnel(df[df["profile"] == "sim/small"])  # the same of one profile
        dk.plot.funnel(df)                                # of distill: the steps of dk.funnel(df)

    A hatched piece is what the step before still had. Dollars are those of the rows that are left, whatever was paid
    for the others; they are unknown where one row's cost is.

    Args:
        frame: a table with the columns `step`, `rows` and, in US dollars, `cost_usd`; or a frame from `compare` or
            `distill`, of which a step counts the rows that all steps so far have let through.
        score: of a frame from `compare`, the score's column; None for the only one there is. `right` needs verdicts.
            Of a frame from `distill`, None draws what became of the rows; a score's column draws it as a comparison.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: the frame is of neither kind, has no rows, or several scores could be meant; or the table has a
            step twice, because it holds several funnels.
    """
    frame = _of_verdicts(frame) if score is None else frame
    steps = steps_of(frame, score)
    _check_one(steps)
    rows = rows_for(ax, [[step.name] for step in steps], lines=2, row_inches=0.5)
    title = write_words(rows.ax, rows.size, title=_title(frame), x="rows", heading=True)
    no_lines_along(rows)
    shown = steps[: rows.shown]
    _draw(rows.ax, shown)
    priced = any(not isnan(step.cost_usd) for step in steps)
    write_right(rows, "rows, US dollars" if priced else "rows", [_kept(step, priced=priced) for step in shown])
    pairs = list(pairwise(shown))
    between = [row + 0.5 for row in range(len(pairs))]
    for text in write_right(rows, "", [_lost(*pair, priced=priced) for pair in pairs], at=between):
        text.set_color(MUTED)
    _explain(rows, shown)
    finish(rows.ax, title)
    return rows.ax


def _of_verdicts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of a frame that `distill` judged; any other as it is."""
    import pandas as pd

    from distilkit.analysis.columns import is_distilled

    if not isinstance(frame, pd.DataFrame) or "step" in frame or not is_distilled(frame):
        return frame
    # Slow to import, and only such frames need it.
    from distilkit.distilling.funnel import funnel as steps_to_training

    return steps_to_training(frame)


def _check_one(steps: list[Step]) -> None:
    """Refuse a table that begins anew in its middle: its bars would tell of losses that nobody had."""
    seen: set[str] = set()
    for step in steps:
        if step.name in seen:
            raise InputError(
                f"the table has the step {step.name!r} twice, so it holds several funnels, as dk.funnel(df, by=...) "
                'gives them; draw one of them: table[table["profile"] == ...]'
            )
        seen.add(step.name)


def _title(frame: pd.DataFrame) -> str:
    if "step" in frame:
        return "What is left at each step"
    count = frame["profile"].nunique()
    return f"What became of the rows, {count:,} {'profile' if count == 1 else 'profiles'}"


def _draw(ax: Axes, shown: list[Step]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for row, step in enumerate(shown):
        ax.barh(row, step.rows, height=0.55, zorder=3, **_LEFT)
        lost = shown[row - 1].rows - step.rows if row else 0
        if lost > 0:
            ax.barh(row, lost, left=step.rows, height=0.55, zorder=3, **_LOST)
    most = max(step.rows for step in shown)
    ax.set_xlim(0, most * 1.03 or 1)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _kept(step: Step, *, priced: bool) -> str:
    return f"{step.rows:,}" + (f", {_dollars(step.cost_usd)}" if priced else "")


def _lost(before: Step, after: Step, *, priced: bool) -> str:
    """Return what a step took, or brought, in words; nothing where it changed nothing."""
    change, dollars = after.rows - before.rows, after.cost_usd - before.cost_usd
    if not change:
        return ""
    sign = "−" if change < 0 else "+"
    spent = f", {_dollars(abs(dollars))}" if priced else ""
    return f"{sign}{abs(change):,}{spent}"


def _dollars(value: float) -> str:
    return "unknown" if isnan(value) else f"${figures(value)}"


def _explain(rows: Rows, shown: list[Step]) -> None:
    from matplotlib.patches import Patch

    if any(after.rows < before.rows for before, after in pairwise(shown)):
        marks = [Patch(**_LEFT), Patch(**_LOST)]
        legend_below(rows.ax, rows.size, marks, ["left", "lost at this step"])
