"""Quality against dollars: which models are worth their money, at a glance.

Draws what `summarize` says, and computes nothing but who is dominated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.dollar_axis import dollar_axis
from distilkit.plot.labels import Segment, write_labels
from distilkit.plot.style import LITERAL, MUTED, STRONG, axes_for, inches, ink, label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend

_COST = "cost_per_item_usd"
_NARROW = 3.5  # inches
_BEST: dict[str, Any] = {"color": STRONG, "markerfacecolor": STRONG, "markersize": 6}
_BEATEN: dict[str, Any] = {"color": MUTED, "markerfacecolor": "none", "markersize": 6}


def frontier(frame: pd.DataFrame, *, score: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw mean score against US dollars per item, one point a profile, and return the axes.

    Bars are the intervals of the scores. A filled point is on the frontier: no other costs no more and scores no less,
    one of the two strictly. The stepped line is the best score a single model gives for the money. The dollar axis is
    logarithmic where costs span more than a factor of ten. A profile whose cost or score is unknown is not drawn but
    named in the legend.

    Args:
        frame: from `compare` (or any that `summarize` takes), or from `summarize`.
        score: the score's column; None takes the first there is.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: there is no such score, or none at all, or a needed column is missing.
    """
    table = _summary(frame, score)
    name = _score(table, score)
    known = table.loc[table[_COST].notna() & table[name].notna()].sort_values([_COST, name])
    ax = axes_for(ax)
    ax.set_xlabel("US dollars per item", **LITERAL)
    ax.set_ylabel(f"{label(name)}, mean and {'interval' if table is frame else '95 % interval'}", **LITERAL)
    ax.set_title(_title(table, name), loc="left", fontsize="medium", **LITERAL)
    ax.grid(visible=True, color=MUTED, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    lines = _draw(ax, known, name)
    legend = _explain(ax, known, name, _left_out(table, name))
    points = list(zip(_floats(known[_COST]), _floats(known[name]), strict=True))
    write_labels(ax, points, known["profile"].tolist(), lines=lines, avoid=[legend] if legend else [])
    return ax


def _summary(frame: pd.DataFrame, score: str | None) -> pd.DataFrame:
    """Return `frame` if it is a summary already, else its summary."""
    if "profile" in frame and _COST in frame:
        return frame
    from distilkit.analysis.summary import summarize

    return summarize(frame, score)


def _score(table: pd.DataFrame, score: str | None) -> str:
    names = [str(column).removesuffix("_interval") for column in table.columns if str(column).endswith("_interval")]
    if score is None and names:
        return names[0]
    if score in names:
        return str(score)
    there = ", ".join(repr(name) for name in names) or "none"
    asked = "a score is needed" if score is None else f"no score {score!r}"
    raise InputError(
        f"{asked}; scores there are: {there}; add one with compare(..., score=...) or name its column in score="
    )


def _title(table: pd.DataFrame, name: str) -> str:
    counts = table[f"{name}_n"].dropna().unique().tolist()
    over = f", {counts[0]:,} prompts" if len(counts) == 1 else ""
    return f"{label(name)} against cost{over}"


def _draw(ax: Axes, known: pd.DataFrame, name: str) -> list[Segment]:
    """Draw the points that have both coordinates, cheapest first, and return where there are lines."""
    cost, mean, low, high = (_floats(known[column]) for column in (_COST, name, f"{name}_low", f"{name}_high"))
    dollar_axis(ax, cost)
    if not len(cost):
        return []
    best = _best(known, name)
    for chosen, look in ((~best, _BEATEN), (best, _BEST)):
        bars = [(mean - low)[chosen].clip(min=0.0), (high - mean)[chosen].clip(min=0.0)]
        ax.errorbar(cost[chosen], mean[chosen], yerr=bars, fmt="o", elinewidth=1.2, capsize=3, zorder=3, **look)
    bars_drawn = [((x, bottom), (x, top)) for x, bottom, top in zip(cost, low, high, strict=True) if bottom <= top]
    return bars_drawn + _steps(ax, cost[best], mean[best])


def _steps(ax: Axes, cost: Any, mean: Any) -> list[Segment]:
    """Draw the frontier out to the right edge, for more money buys at least the best there is; return its pieces."""
    across = [*cost, ax.get_xlim()[1]]
    ax.plot(across, [*mean, mean[-1]], drawstyle="steps-post", color=STRONG, linewidth=1.2, alpha=0.6, zorder=2)
    level = [((start, y), (end, y)) for start, end, y in zip(across, across[1:], mean, strict=False)]
    upright = [((x, low), (x, high)) for x, low, high in zip(cost[1:], mean, mean[1:], strict=False)]
    return level + upright


def _explain(ax: Axes, known: pd.DataFrame, name: str, left_out: list[str]) -> Legend | None:
    """Write what the marks mean, where both kinds are drawn, and who is missing and why."""
    from matplotlib.lines import Line2D

    marks, words = [], []
    if not _best(known, name).all():
        marks = [Line2D([], [], marker="o", linewidth=1.2, **_BEST), Line2D([], [], marker="o", linewidth=0, **_BEATEN)]
        words = ["on the frontier", "beaten on cost and score"]
    marks += [Line2D([], [], linewidth=0) for _ in left_out]
    words += left_out
    if not words:
        return None
    size = "small" if inches(ax) > _NARROW else "x-small"
    legend = ax.legend(marks, words, loc="best", fontsize=size, frameon=False, labelcolor=ink(ax))
    for text in legend.get_texts():
        text.set_parse_math(False)
        text.set_usetex(False)
    return legend


def _left_out(table: pd.DataFrame, name: str) -> list[str]:
    reasons = {"cost unknown": table[_COST].isna(), "no score": table[_COST].notna() & table[name].isna()}
    return [line for reason, rows in reasons.items() for line in _lines(reason, table.loc[rows, "profile"].tolist())]


def _lines(reason: str, profiles: list[object]) -> list[str]:
    """Return one line a profile left out, and a count instead of the rest where there are many."""
    shown = [f"not shown, {reason}: {label(profile, 26)}" for profile in profiles[:3]]
    rest = len(profiles) - len(shown)
    return [*shown, f"not shown, {reason}: {rest} more"] if rest else shown


def _best(known: pd.DataFrame, name: str) -> Any:
    from distilkit.analysis.dominance import undominated

    return undominated(_floats(known[_COST]), _floats(known[name]))


def _floats(column: pd.Series) -> Any:
    return column.to_numpy(dtype=float, na_value=float("nan"))
