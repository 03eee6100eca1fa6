"""Paired differences with their intervals, one below the other: who is better than whom, and by how much.

Draws what `pairwise` and `cheapest` say, and computes nothing.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from distilkit.plot.differences import Difference, Kind, differences_of, margin_of, only_value, with_verdicts
from distilkit.plot.layout import finish, legend_below, write_words
from distilkit.plot.rows import Rows, no_lines_along, rows_for, write_right
from distilkit.plot.style import DEEP, EARTH, MUTED, STRONG, WARM, ink, label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_OPEN: dict[str, Any] = {"color": MUTED, "marker": "o", "markerfacecolor": "none"}
_FILLED: dict[str, Any] = {"color": STRONG, "marker": "o"}
_LOOKS: dict[Kind, tuple[dict[str, Any], str]] = {
    "clear": (_FILLED, "interval leaves 0 out"),
    "open": (_OPEN, "interval holds 0"),
    "accept": (_FILLED, "accept"),
    "inconclusive": (_OPEN, "inconclusive"),
    "reject": ({"color": EARTH, "marker": "s"}, "reject"),
    "reference": ({"color": DEEP, "marker": "D"}, "reference"),
}
_BAND: dict[str, Any] = {"color": WARM, "linewidth": 0}


def forest(pairs: pd.DataFrame, *, margin: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw paired differences with their intervals, one row a pair, and return the axes.

        dk.plot.forest(dk.pairwise(df, reference="openai/gpt-4o"), margin=0.03)
        dk.plot.forest(dk.cheapest(df, margin=0.03))

    Of `pairwise` a row is the first profile minus the second, the greatest difference on top; it is filled where the
    interval leaves 0 out, and Holm's p is on the right. Of `cheapest` a row is a profile minus the reference, the
    cheapest on top, with its one-sided bounds; dollars per item and the verdict are on the right, and a profile is good
    enough whose whole line lies in the band. A difference that is unknown keeps its row. Where there is no room for all
    rows, those that are left out are counted.

    Args:
        pairs: from `pairwise` or `cheapest`.
        margin: a difference that would not matter, drawn as a band on both sides of 0; None draws none, and of
            `cheapest` its own, from which on a profile is good enough.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: the table is of neither kind, has no rows, or the margin is no number above 0.
    """
    found, band, verdicts = differences_of(pairs), margin_of(pairs, margin), with_verdicts(pairs)
    lines, row_inches = (1, 0.36) if verdicts else (2, 0.46)
    rows = rows_for(ax, [one.profiles for one in found], lines=lines, row_inches=row_inches)
    score = label(only_value(pairs, "score") or "score", 24)
    minus = "minus the reference" if verdicts else "first minus second"
    title = write_words(
        rows.ax, rows.size, title=_title(pairs, score), x=f"difference in {score}, {minus}", heading=True
    )
    no_lines_along(rows)
    shown = found[: rows.shown]
    _draw(rows, shown, band, verdicts=verdicts)
    write_right(rows, "per item, verdict" if verdicts else "p (Holm)", [one.right for one in shown])
    _explain(rows, shown, band, verdicts=verdicts)
    finish(rows.ax, title)
    return rows.ax


def _title(pairs: pd.DataFrame, score: str) -> str:
    count = only_value(pairs, "n")
    return f"Paired differences in {score}" + (f", {count:,} prompts" if count is not None else "")


def _draw(rows: Rows, shown: list[Difference], band: float | None, *, verdicts: bool) -> None:
    ax = rows.ax
    left, right = _limits(shown, band or 0.0)
    ax.set_xlim(left, right)
    if band is not None:
        ax.axvspan(-band, right if verdicts else band, alpha=0.18, zorder=1, **_BAND)
    ax.axvline(0.0, color=ink(ax), linewidth=1.0, zorder=2)
    for row, one in enumerate(shown):
        if one.kind in _LOOKS:
            look, _ = _LOOKS[one.kind]
            ax.plot([one.low, one.high], [row, row], color=look["color"], linewidth=1.6, zorder=3)
            middle = 0.0 if one.kind == "reference" else one.difference
            ax.plot([middle], [row], markersize=rows.size.mark, linestyle="none", zorder=4, **look)
    _ticks(ax)


def _limits(shown: list[Difference], band: float) -> tuple[float, float]:
    ends = [value for one in shown for value in (one.low, one.difference, one.high) if not isnan(value)]
    low, high = min([*ends, -band, 0.0]), max([*ends, band, 0.0])
    room = 0.06 * ((high - low) or 1.0)
    return low - room, high + room


def _ticks(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(value)))


def _signed(value: float) -> str:
    return f"{value:+.6g}".replace("-", "−") if abs(value) > 1e-12 else "0"  # noqa: PLR2004 - lost in rounding


def _explain(rows: Rows, shown: list[Difference], band: float | None, *, verdicts: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    there = [kind for kind in _LOOKS if any(one.kind == kind for one in shown)]
    size = rows.size.mark
    marks: list[Any] = [
        Line2D([], [], markersize=size, linewidth=0 if kind == "reference" else 1.6, **_LOOKS[kind][0])
        for kind in there
    ]
    words = [_LOOKS[kind][1] for kind in there]
    if band is not None:
        marks.append(Patch(alpha=0.3, **_BAND))
        words.append(f"good enough: above −{band:g}" if verdicts else f"margin: {band:g} either way")
    legend_below(rows.ax, rows.size, marks, words)
