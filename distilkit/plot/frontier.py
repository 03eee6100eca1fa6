"""Quality against dollars: which models are worth their money, and how sure that is, at a glance.

Draws points; what is uncertain about them it is told.
"""

from __future__ import annotations

from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING, Any

from distilkit.plot.dollar_axis import dollar_axis
from distilkit.plot.frontier_names import MOST, choices, in_a_key
from distilkit.plot.frontier_words import BEATEN, BEST, MIXES, STEPS, chance, explained, key, left_out
from distilkit.plot.labels import Point, Segment, readable, write_labels
from distilkit.plot.layout import Letters, finish, legend_below, letters, write_words
from distilkit.plot.points import Points, points_of
from distilkit.plot.style import MUTED, STRONG, axes_for, figure_of, inches, ink, label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from numpy.typing import NDArray

# Inches: under this a name that is cut says too little.
_NARROW = 3.5
# So many of those that have no place are named, in axes that are not narrow.
_MISSING = 3
# Of a mix's line, which a logarithmic axis bends.
_PIECES = 60


def frontier(frame: pd.DataFrame, *, score: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw mean score against US dollars per item, one point a profile, and return the axes.

        dk.plot.frontier(df)                           # with the region of each profile, from the answers
        dk.plot.frontier(dk.frontier(df, cluster="document"))   # with bars, from the table

    A filled point is on the frontier: no other costs no more and scores no less, one of the two strictly. The stepped
    line is the best score that one model gives for the money; the dashed one what a mix of two models gives, each asked
    a share of the prompts. Of a frame of answers, a shaded region holds 95 % of the joint bootstrap of a profile's mean
    cost and mean score; of the tables, bars are their intervals. The percentage behind a name is the share of resamples
    in which the profile is on the frontier. The dollar axis is logarithmic where costs span more than a factor of ten.
    A profile whose cost or score is unknown is not drawn but named below. Of more than 14 profiles, those on the
    frontier have names and regions or bars, and the few that are nearest to it names.

    Args:
        frame: from `compare` (or any that `dk.frontier` takes), from `summarize` or from `dk.frontier`; or published
            means: `profile`, `cost_per_item_usd` and the score's column, named in `score`.
        score: the score's column; None takes the first there is.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: there is no such score, or none at all, or a needed column is missing.
    """
    from matplotlib.lines import Line2D

    everything = points_of(frame, score)
    drawn = everything.placed()
    own, ax = ax is None, axes_for(ax)
    size = letters(ax)
    name = label(drawn.score)
    title = write_words(ax, size, title=_title(drawn), x="US dollars per item", y=_mean_of(drawn, name))
    dollar_axis(ax, _extent(drawn))
    best, corners = _undominated(drawn), _corners(drawn)
    lines = _draw(ax, drawn, best, size) + _mixes(ax, *corners) if len(drawn.cost) else []
    legend = explained(ax, size, drawn, best, mixed=len(corners[0]) > 1)
    told = left_out(everything, _MISSING if inches(ax) > _NARROW else 1)
    legend += [(Line2D([], [], linewidth=0), line) for line in told]
    _explain(ax, size, legend, title)
    chosen = choices(ax, drawn, best)
    if not any(_named(ax, drawn, rows, lines) for rows in chosen):
        if own:
            _make_taller(ax, len(chosen[-1]) * 1.6 * size.small / 72 / 2)
        _number(ax, size, drawn, best, chosen[-1], legend, title, lines)
    return ax


Legend = list[tuple["Artist", str]]


def _explain(ax: Axes, size: Letters, legend: Legend, title: Text) -> None:
    legend_below(ax, size, [mark for mark, _ in legend], [words for _, words in legend])
    finish(ax, title)


def _make_taller(ax: Axes, by_inches: float) -> None:
    figure = figure_of(ax)
    width, height = figure.get_size_inches().tolist()
    figure.set_size_inches(width, height + by_inches)


def _places(drawn: Points) -> list[Point]:
    return list(zip(drawn.cost.tolist(), drawn.mean.tolist(), strict=True))


def _split(drawn: Points, rows: list[int]) -> tuple[list[Point], list[Point]]:
    """Return the places of the points that are named, and those of the others."""
    places, chosen = _places(drawn), set(rows)
    return [places[row] for row in rows], [place for row, place in enumerate(places) if row not in chosen]


def _named(ax: Axes, drawn: Points, rows: list[int], lines: list[Segment]) -> bool:
    """Write the names beside the points, and return whether they can be read; if not, they are gone again."""
    places, nameless = _split(drawn, rows)
    names, endings = [drawn.profiles[row] for row in rows], [chance(share) for share in drawn.chance[rows].tolist()]
    texts = write_labels(ax, places, names, endings=endings, lines=lines, nameless=nameless)
    whole = inches(ax) > _NARROW or all("…" not in text.get_text() for text in texts)
    if whole and readable(ax, _places(drawn), texts):
        return True
    for text in texts:
        text.remove()
    return False


def _number(
    ax: Axes,
    size: Letters,
    drawn: Points,
    best: NDArray[Any],
    rows: list[int],
    legend: Legend,
    title: Text,
    lines: list[Segment],
) -> None:
    """Write numbers beside the points, and under the axes whose they are, as far as there is room."""
    from matplotlib.lines import Line2D

    named = in_a_key(ax, size, rows, max(len(words) for _, words in key(drawn, best, rows, size)))
    without = int(best.sum()) - int(best[named].sum())
    rest = [(Line2D([], [], linewidth=0), f"no room for the names of {without} more on it")] if without else []
    _explain(ax, size, [*key(drawn, best, named, size), *legend, *rest], title)
    places, nameless = _split(drawn, named)
    write_labels(ax, places, [str(number) for number in range(1, len(named) + 1)], lines=lines, nameless=nameless)


def _title(drawn: Points) -> str:
    over = f", {drawn.prompts:,} prompts" if drawn.prompts is not None else ""
    return f"{label(drawn.score)} against cost{over}"


def _mean_of(drawn: Points, name: str) -> str:
    import numpy as np

    if any(region is not None for region in drawn.regions):
        return f"{name}, mean"
    bars = not np.isnan(drawn.bars["low"]).all()
    return f"{name}, mean and {drawn.confidence} interval".replace("  ", " ") if bars else f"{name}, mean"


def _extent(drawn: Points) -> NDArray[Any]:
    """Return the dollars that must have a place on the axis."""
    import numpy as np

    ends = [drawn.bars["cost_low"], drawn.bars["cost_high"]]
    ends += [region[:, 0] for region in drawn.regions if region is not None]
    around = np.concatenate(ends)
    return np.concatenate([drawn.cost, around[around > 0]])


def _undominated(drawn: Points) -> NDArray[Any]:
    from distilkit.analysis.worth.dominance import undominated

    return undominated(drawn.cost, drawn.mean)


def _draw(ax: Axes, drawn: Points, best: NDArray[Any], size: Letters) -> list[Segment]:
    """Draw all but the names, and return where there are lines that a name must not cover."""
    import numpy as np

    # Of a crowd, what surrounds the beaten would hide who beats them.
    around = best if len(best) > MOST else np.ones_like(best)
    for row, region in enumerate(drawn.regions):
        if region is not None and around[row]:
            color = STRONG if best[row] else MUTED
            ax.fill(*region.T, facecolor=color, alpha=0.16, edgecolor="none", zorder=1.5)
            ax.plot(*region.T, color=color, linewidth=0.8, alpha=0.6, zorder=1.6)
    bars = []
    for chosen, look in ((~best, BEATEN), (best, BEST)):
        for row in (chosen & around).nonzero()[0].tolist():
            bars += _bars(ax, drawn, row, str(look["color"]))
        points = (drawn.cost[chosen], drawn.mean[chosen])
        ax.plot(*points, marker="o", linestyle="none", markersize=size.mark + 0.5, zorder=4, **look)
    return bars + _steps(ax, drawn.cost[best], drawn.mean[best])


def _bars(ax: Axes, drawn: Points, row: int, color: str) -> list[Segment]:
    """Draw the intervals of one profile, where no region says more."""
    if drawn.regions[row] is not None:
        return []
    cost, mean, ends = float(drawn.cost[row]), float(drawn.mean[row]), {k: float(v[row]) for k, v in drawn.bars.items()}
    upright = ((cost, ends["low"]), (cost, ends["high"]))
    level = ((ends["cost_low"], mean), (ends["cost_high"], mean))
    segments: list[Segment] = []
    for (start, end), cap in ((upright, "_"), (level, "|")):
        if not any(isnan(value) for value in (*start, *end)):
            ax.plot(*zip(start, end, strict=True), color=color, linewidth=1.2, marker=cap, markersize=5, zorder=3)
            segments.append((start, end))
    return segments


def _steps(ax: Axes, cost: NDArray[Any], mean: NDArray[Any]) -> list[Segment]:
    """Draw the frontier out to the right edge, for more money buys at least the best there is; return its pieces."""
    across = [*cost, ax.get_xlim()[1]]
    ax.plot(across, [*mean, mean[-1]], drawstyle="steps-post", **STEPS)
    level = [((start, y), (end, y)) for start, end, y in zip(across, across[1:], mean, strict=False)]
    upright = [((x, low), (x, high)) for x, low, high in zip(cost[1:], mean, mean[1:], strict=False)]
    return level + upright


def _mixes(ax: Axes, cost: NDArray[Any], mean: NDArray[Any]) -> list[Segment]:
    """Draw what two models give together for the money, and return it in small pieces."""
    import numpy as np

    if len(cost) < 2:  # noqa: PLR2004 - a mix is of two
        return []
    logarithmic = ax.get_xscale() == "log"
    along = np.geomspace if logarithmic and cost[0] > 0 else np.linspace
    x = np.unique(np.concatenate([along(a, b, _PIECES) for a, b in pairwise(cost)]))
    y = np.interp(x, cost, mean)
    ax.plot(x, y, color=ink(ax), **MIXES)
    places = list(zip(x.tolist(), y.tolist(), strict=True))
    return list(pairwise(places))


def _corners(drawn: Points) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return cost and score of the corners of the hull, cheapest first, equals once."""
    import numpy as np

    from distilkit.analysis.worth.dominance import hull

    if not len(drawn.cost):
        return drawn.cost, drawn.mean
    corners = hull(drawn.cost, drawn.mean)
    cost, first = np.unique(drawn.cost[corners], return_index=True)
    return cost, drawn.mean[corners][first]
