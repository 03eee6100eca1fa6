"""What an item cost, profile by profile: where the dollars lie, and their mean, which is what is paid.

Draws the rows of a frame. Knows nothing of scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.plot.columns import check_has, floats, money
from distilkit.plot.dollar_axis import dollar_axis
from distilkit.plot.layout import finish, legend_below, write_words
from distilkit.plot.rows import no_lines_along, rows_for, write_right
from distilkit.plot.spread import spread, spread_marks
from distilkit.plot.style import WARM, paper

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_MEAN: dict[str, Any] = {"marker": "D", "linestyle": "none", "color": WARM, "markeredgewidth": 0.8}


@dataclass(frozen=True, slots=True)
class _Cost:
    """What the items of one profile cost in US dollars, those that are known, and how many are not."""

    profile: str
    known: NDArray[Any]
    unknown: int

    @property
    def mean(self) -> float:
        """Return the mean, NaN where one item's cost is unknown or none was paid for."""
        return float(self.known.mean()) if len(self.known) and not self.unknown else float("nan")


def costs(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how US dollars per item are distributed, one row a profile, the cheapest on top, and return the axes.

        dk.plot.costs(df)

    A dot is one prompt, the samples of it averaged. The diamond is the mean, written on the right: the mean is what is
    paid, however rare the dear prompts are that make it. The axis is logarithmic where costs span more than a factor of
    ten. Where a cost is unknown so is the mean; the known ones are drawn and the others counted. Failures that cost
    nothing and used no tokens count as nothing, not as 0.

    Args:
        frame: from `compare`, or any with `profile`, `prompt_id` and `cost_usd`.
        ax: where to draw; None makes a new figure, which a notebook shows.

    Raises:
        InputError: a column is missing or no number, or there are no rows.
    """
    from matplotlib.lines import Line2D

    found = _costs(frame)
    rows = rows_for(ax, [[cost.profile] for cost in found])
    ax = rows.ax
    title = write_words(ax, rows.size, title=_title(frame), x="US dollars per item", heading=True)
    no_lines_along(rows)
    shown = found[: rows.shown]
    _draw(ax, shown, rows.size.mark)
    write_right(rows, "mean", [_figure(cost) for cost in shown])
    marks, words = spread_marks()
    marks.append(Line2D([], [], markersize=rows.size.mark, markeredgecolor=paper(ax), **_MEAN))
    words[0] = "one prompt"
    legend_below(ax, rows.size, marks, [*words, "mean"])
    finish(ax, title)
    return ax


def _costs(frame: pd.DataFrame) -> list[_Cost]:
    """Return what each profile's items cost, by mean, then by the mean of what is known, then those all unknown."""
    import numpy as np
    import pandas as pd

    from distilkit.analysis import usage
    from distilkit.analysis.columns import check_columns
    from distilkit.analysis.panel import check_frame

    check_frame(frame)
    check_columns(frame)
    check_has(frame, "cost_usd", way_out="without dollars there is nothing to draw")
    dollars = floats(frame, "cost_usd")
    bought = usage.paid(frame).to_numpy()
    rows, profiles = pd.factorize(frame["profile"].to_numpy(dtype=object))
    items, ids = pd.factorize(frame["prompt_id"].to_numpy(dtype=object))
    shape = (len(profiles), len(ids))
    cells = rows * shape[1] + items
    counts = np.bincount(cells[bought], minlength=shape[0] * shape[1])
    sums = np.bincount(cells[bought], weights=dollars[bought], minlength=len(counts))
    with np.errstate(invalid="ignore"):
        means = (sums / counts).reshape(shape)
    asked = counts.reshape(shape) > 0
    found = [
        _Cost(str(profile), own[~np.isnan(own)], int((there & np.isnan(own)).sum()))
        for profile, own, there in zip(profiles, means, asked, strict=True)
    ]
    return sorted(found, key=lambda cost: (not len(cost.known), float(cost.known.mean()) if len(cost.known) else 0.0))


def _title(frame: pd.DataFrame) -> str:
    count = frame["prompt_id"].nunique()
    return f"What an item costs, {count:,} {'prompt' if count == 1 else 'prompts'}"


def _draw(ax: Axes, shown: list[_Cost], mark: float) -> None:
    import numpy as np

    dollar_axis(ax, np.concatenate([cost.known for cost in shown]), room=0.08)
    for at, cost in enumerate(shown):
        spread(ax, cost.known, at)
        if len(cost.known) and not cost.unknown:
            ax.plot([cost.mean], [at], zorder=4, markersize=mark, markeredgecolor=paper(ax), **_MEAN)


def _figure(cost: _Cost) -> str:
    """Return the mean in words, or how much of it is not known."""
    asked = len(cost.known) + cost.unknown
    if not asked:
        return "nothing paid"
    if cost.unknown:
        return "unknown" if not len(cost.known) else f"{cost.unknown:,} of {asked:,}\nunknown"
    return money(cost.mean)
