"""What was sent against what is allowed: how full the last 60 seconds were, all through a run.

Draws what a rehearsal's timeline or a frame of answers says. Knows no profile file and so no limit that it is not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from distilkit.errors import InputError
from distilkit.plot.layout import finish, legend_below, letters, write_words
from distilkit.plot.sent import requests_of
from distilkit.plot.style import ALARM, MUTED, PALETTE, axes_for, distinct_labels, ink

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

_MINUTE_S = 60.0
# A request 60 s after another is not beside it, whatever is lost in rounding.
_ROUNDING_S = 1e-6
# Up to so many of one unit the axis of time counts in it, then in the next.
_MOST_OF_A_UNIT = 300.0
_LIMIT: dict[str, Any] = {"linestyle": (0, (5, 3)), "linewidth": 1.1, "zorder": 2}


@dataclass(frozen=True, slots=True)
class _Line:
    """How full the last 60 seconds were for one profile: a step at each moment."""

    name: str
    seconds: NDArray[Any]
    amounts: NDArray[Any]
    refused_at: NDArray[Any]


def limits(
    timeline: pd.DataFrame,
    *,
    limit_tokens: float | None = None,
    limit_requests: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what was sent in the last 60 seconds at each moment of a run, one line a profile, and return the axes.

        table, timeline = dk.rehearse(questions, "openai/gpt-4o", timeline=True)
        dk.plot.limits(timeline, limit_tokens=200_000)

    A line that stays under its limit is never throttled by a provider that counts any 60 seconds. Crosses are the
    requests that were refused with 429; they count for nothing. Profiles that share a limit are one line when they have
    one name: `dk.plot.limits(timeline.assign(profile="openai"), ...)`.

    Args:
        timeline: the second table of `rehearse(..., timeline=True)`; or a frame from `compare`, whose requests are
            taken to have gone out `latency_s` before `created_at`. Of a frame, the rows of its own run are drawn, or
            those of earlier runs where all come from the store; of each only its last attempt, as no other is in it.
        limit_tokens: tokens a minute, input and output together, drawn as a line; None for none.
        limit_requests: requests a minute. Given without `limit_tokens`, requests are drawn instead of tokens; with it,
            whichever of the two comes nearer to its limit.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: the table is of neither kind, or a limit is no number above 0.
    """
    allowed = {"tokens": _limit("limit_tokens", limit_tokens), "requests": _limit("limit_requests", limit_requests)}
    sent = requests_of(timeline)
    unit = _unit(sent, allowed)
    lines = _lines(sent, unit)
    ax = axes_for(ax)
    size = letters(ax)
    name, scale = _time_unit(max((line.seconds[-1] for line in lines), default=0.0))
    title = write_words(
        ax, size, title=_title(sent), x=f"{name} since the first request", y=f"{unit} in the last 60 seconds"
    )
    _draw(ax, lines, scale)
    if (limit := allowed[unit]) is not None:
        ax.axhline(limit, **_LIMIT, color=ink(ax))
    highest = max((float(line.amounts.max()) for line in lines), default=0.0)
    ax.set_ylim(0, max(highest, limit or 0.0) * 1.05 or 1.0)
    legend_below(ax, size, *_explain(ax, lines, sent, unit, limit))
    finish(ax, title)
    return ax


def _limit(name: str, value: object) -> float | None:
    if value is None:
        return None
    # numpy's numbers too; True is none.
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else inf
    if not (isfinite(number) and number > 0):
        raise InputError(f"{name}= must be a number above 0, or None for no line, not {value!r}")
    return number


def _unit(sent: pd.DataFrame, allowed: dict[str, float | None]) -> str:
    """Return what to draw: what is limited, and of both what comes nearer to its limit."""
    if allowed["requests"] is None:
        return "tokens"
    if allowed["tokens"] is None:
        return "requests"
    peaks = {unit: max((line.amounts.max() for line in _lines(sent, unit)), default=0.0) for unit in allowed}
    return max(allowed, key=lambda unit: peaks[unit] / (allowed[unit] or inf))


def _lines(sent: pd.DataFrame, unit: str) -> list[_Line]:
    """Return a line for each profile, in the order in which they first appear."""
    import pandas as pd

    # Not by groupby, whose index refuses the lone surrogates that a name may hold.
    codes, names = pd.factorize(sent["profile"].to_numpy(dtype=object), use_na_sentinel=False)
    return [_line(str(name), sent[codes == code], unit) for code, name in enumerate(names)]


def _line(name: str, own: pd.DataFrame, unit: str) -> _Line:
    import numpy as np

    at, refused = own["at_s"].to_numpy(), own["refused"].to_numpy()
    amounts = own["tokens"].fillna(0.0).to_numpy() if unit == "tokens" else np.where(refused, 0.0, 1.0)
    moments = np.concatenate([at, at + _MINUTE_S - _ROUNDING_S])
    order = np.argsort(moments, kind="stable")
    moments, steps = moments[order], np.concatenate([amounts, -amounts])[order]
    # What leaves the window after the last request is no news.
    shown = moments <= at[-1]
    return _Line(name, moments[shown], np.maximum(steps.cumsum()[shown], 0.0), at[refused])


def _title(sent: pd.DataFrame) -> str:
    return f"{len(sent):,} {'request' if len(sent) == 1 else 'requests'}, minute by minute"


def _time_unit(last_s: float) -> tuple[str, float]:
    """Return the unit in which so long a time is counted, and its seconds."""
    units = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
    name = next((name for name, seconds in units.items() if last_s / seconds <= _MOST_OF_A_UNIT), "hours")
    return name, units[name]


def _draw(ax: Axes, lines: list[_Line], scale: float) -> None:
    from matplotlib.ticker import FuncFormatter

    for line, color in _coloured(lines):
        # The fill would hide one line behind another.
        if len(lines) == 1:
            ax.fill_between(line.seconds / scale, line.amounts, step="post", color=color, alpha=0.15, linewidth=0)
        look: dict[str, Any] = {"color": color, "linewidth": 1.4, "zorder": 2.5 if color == MUTED else 3}
        ax.plot(line.seconds / scale, line.amounts, drawstyle="steps-post", **look)
        if len(line.refused_at):
            heights = line.amounts[line.seconds.searchsorted(line.refused_at, side="right") - 1]
            marks: dict[str, Any] = {"color": ALARM, "marker": "x", "markersize": 4.5, "markeredgewidth": 1.1}
            ax.plot(line.refused_at / scale, heights, linestyle="none", zorder=4, **marks)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.margins(x=0.02)


def _coloured(lines: list[_Line]) -> list[tuple[_Line, str]]:
    """Give the busiest a colour of their own, the rest a muted one; the order stays."""
    busiest = sorted(lines, key=lambda line: -line.amounts.max(initial=0.0))[: len(PALETTE)]
    colors = iter(PALETTE)
    return [(line, next(colors) if any(line is one for one in busiest) else MUTED) for line in lines]


def _explain(
    ax: Axes, lines: list[_Line], sent: pd.DataFrame, unit: str, limit: float | None
) -> tuple[list[Line2D], list[str]]:
    """Say whose lines these are, what they must keep to, and what is not in them."""
    from matplotlib.lines import Line2D

    shown = [(line.name, color) for line, color in _coloured(lines) if color != MUTED]
    marks = [Line2D([], [], color=color, linewidth=1.4) for _, color in shown]
    words = distinct_labels([name for name, _ in shown], 26)
    if rest := len(lines) - len(shown):
        marks, words = [*marks, Line2D([], [], color=MUTED, linewidth=1.4)], [*words, f"{rest} more"]
    if limit is not None:
        marks, words = [*marks, Line2D([], [], color=ink(ax), **_LIMIT)], [*words, f"limit: {limit:,.0f} a minute"]
    if refused := int(sent["refused"].sum()):
        cross = Line2D([], [], linestyle="none", color=ALARM, marker="x", markersize=5)
        marks, words = [*marks, cross], [*words, f"refused with 429: {refused:,}"]
    if unit == "tokens" and (unknown := int(sent["tokens"].isna().sum())):
        marks, words = [*marks, Line2D([], [], linewidth=0)], [*words, f"without token counts: {unknown:,}"]
    return marks, words
