"""How long an answer takes, profile by profile: the usual wait and the long one.

Draws the rows of a frame. Knows nothing of limits: the seconds are those from sending to the last byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.columns import check_has, figures, floats
from distilkit.plot.layout import Letters, finish, legend_below, write_words
from distilkit.plot.rows import no_lines_along, rows_for, write_right
from distilkit.plot.spread import spread, spread_marks
from distilkit.plot.style import STRONG, WARM, paper

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WIDE = 10.0  # beyond this factor between the longest and the shortest the axis is logarithmic
_FIRST = WARM
_P50: dict[str, Any] = {"marker": "o", "linestyle": "none", "markeredgewidth": 0.8}
_P95: dict[str, Any] = {"marker": "^", "linestyle": "none", "markeredgewidth": 0.8}


@dataclass(frozen=True, slots=True)
class _Wait:
    """Seconds of one profile's answers, those that are known, and how many answers there are."""

    profile: str
    whole_s: NDArray[Any]
    first_s: NDArray[Any]
    answers: int


def latency(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how seconds per answer are distributed, one row a profile, the fastest on top, and return the axes.

        dk.plot.latency(df)

    A dot is one answer. Marked and written on the right are the 50th and the 95th percentile; the latter is the wait
    that one answer in twenty exceeds. Where the time to the first token is known (answers that were streamed), it is
    drawn below in another colour. The axis is logarithmic where times span more than a factor of ten. Failed rows are
    left out; answers whose time is unknown (a batch's) are counted.

    Args:
        frame: from `compare`, or any with `profile` and `latency_s`, in seconds.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: a column is missing or no number, or there are no rows.
    """
    waits = _waits(frame)
    streamed = any(len(wait.first_s) for wait in waits)
    names = [[wait.profile] for wait in waits]
    rows = rows_for(ax, names, lines=2 if streamed else 1, row_inches=0.5 if streamed else 0.36)
    ax = rows.ax
    count = sum(wait.answers for wait in waits)
    title = write_words(ax, rows.size, title=f"Time per answer, {count:,} answers", x="seconds", heading=True)
    no_lines_along(rows)
    shown = waits[: rows.shown]
    _draw(ax, shown, rows.size.mark)
    _time_axis(ax, [seconds for wait in shown for seconds in (wait.whole_s, wait.first_s)])
    write_right(rows, "p50, p95", [_figure(wait) for wait in shown])
    _explain(ax, rows.size, shown)
    finish(ax, title)
    return ax


def _waits(frame: pd.DataFrame) -> list[_Wait]:
    """Return each profile's times, by their middle; those unknown last."""
    import numpy as np
    import pandas as pd

    from distilkit.analysis import usage
    from distilkit.analysis.panel import check_frame

    check_frame(frame)
    check_has(frame, "profile", "latency_s", way_out="pass a frame from compare")
    if frame["profile"].isna().any():
        raise InputError("column 'profile' has empty rows; fill them or drop them")
    whole, first = floats(frame, "latency_s"), floats(frame, "ttft_s")
    answered = ~usage.failed(frame).to_numpy()
    codes, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))

    def wait(code: int, profile: object) -> _Wait:
        own = answered & (codes == code)
        known, begun = whole[own], first[own]
        return _Wait(str(profile), known[~np.isnan(known)], begun[~np.isnan(begun)], int(own.sum()))

    found = [wait(code, profile) for code, profile in enumerate(profiles)]
    return sorted(found, key=lambda one: float(np.median(one.whole_s)) if len(one.whole_s) else float("inf"))


def _draw(ax: Axes, shown: list[_Wait], mark: float) -> None:
    for row, wait in enumerate(shown):
        both = len(wait.first_s) > 0
        _lane(ax, wait.whole_s, row - 0.2 * both, STRONG, 0.16 if both else 0.3, mark)
        if both:
            _lane(ax, wait.first_s, row + 0.22, _FIRST, 0.12, 0.8 * mark)


def _lane(ax: Axes, seconds: NDArray[Any], at: float, color: str, height: float, mark: float) -> None:
    import numpy as np

    spread(ax, seconds, at, height=height, color=color)
    if len(seconds):
        for share, look in ((0.5, _P50), (0.95, _P95)):
            where = [float(np.quantile(seconds, share))]
            ax.plot(where, [at], color=color, markersize=mark, markeredgecolor=paper(ax), zorder=4, **look)


def _time_axis(ax: Axes, seconds: list[NDArray[Any]]) -> None:
    """Choose scale, limits and ticks; a time of 0 has no place on a logarithm."""
    import numpy as np
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    known = np.concatenate(seconds)
    if not len(known):
        ax.set_xticks([])
        return
    least, most = float(known.min()), float(known.max())
    if least > 0 and most > _WIDE * least:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if most < _WIDE**3 * least else (1,), numticks=20))
        ax.set_xlim(least / 1.15, most * 1.15)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.set_xlim(0.0, most * 1.05 or 1.0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _figure(wait: _Wait) -> str:
    """Return both percentiles in words, and of how many answers where not of all."""
    import numpy as np

    if not len(wait.whole_s):
        return "unknown" if wait.answers else "no answer"
    middle, long = np.quantile(wait.whole_s, [0.5, 0.95])
    text = f"{figures(float(middle))}, {figures(float(long))} s"
    lacking = wait.answers - len(wait.whole_s)
    return f"{text}\n{lacking:,} unknown" if lacking else text


def _explain(ax: Axes, size: Letters, shown: list[_Wait]) -> None:
    from matplotlib.lines import Line2D

    marks, words = spread_marks()
    words[0] = "one answer"
    marks += [
        Line2D([], [], color=STRONG, markersize=size.mark, markeredgecolor=paper(ax), **look) for look in (_P50, _P95)
    ]
    words += ["p50", "p95"]
    if any(len(wait.first_s) for wait in shown):
        marks.append(Line2D([], [], color=_FIRST, linewidth=4.0))
        words.append("to the first token")
    legend_below(ax, size, marks, words)
