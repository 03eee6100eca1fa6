"""How values spread, row by row: every one as a faint dot, over them the middle half and the middle nine tenths.

Knows numbers, not what they measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from distilkit.plot.style import MUTED, STRONG

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

QUANTILES = (0.05, 0.25, 0.75, 0.95)
_MOST_DOTS = 600
_GOLDEN = 0.6180339887498949
_DOT: dict[str, Any] = {"marker": "o", "linestyle": "none", "markersize": 2.2, "markeredgewidth": 0, "alpha": 0.35}
_HALF: dict[str, Any] = {"linewidth": 4.0, "solid_capstyle": "butt"}
_MOST: dict[str, Any] = {"linewidth": 1.3, "solid_capstyle": "butt"}


def spread(ax: Axes, values: NDArray[Any], at: float, *, height: float = 0.3, color: str = STRONG) -> None:
    """Draw the values, in rows' units `height` to either side of `at`. No value may be NaN.

    Of many values so many are dots as can be told apart, evenly by rank; the bars are of all.
    """
    import numpy as np

    if not len(values):
        return
    ordered = np.sort(values)
    if len(ordered) > _MOST_DOTS:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _MOST_DOTS).round().astype(int)]
    # Neighbours in rank are far apart in height, and the same values get the same dots each time.
    heights = at + height * (2 * (np.arange(1, len(ordered) + 1) * _GOLDEN % 1) - 1)
    ax.plot(ordered, heights, color=MUTED, zorder=2, rasterized=len(ordered) == _MOST_DOTS, **_DOT)
    low, first, third, high = np.quantile(values, QUANTILES)
    ax.plot([low, high], [at, at], color=color, zorder=3, **_MOST)
    ax.plot([first, third], [at, at], color=color, zorder=3.1, **_HALF)


def spread_marks(color: str = STRONG) -> tuple[list[Artist], list[str]]:
    """Return marks and words for a legend."""
    from matplotlib.lines import Line2D

    return (
        [
            Line2D([], [], color=MUTED, **_DOT),
            Line2D([], [], color=color, **_HALF),
            Line2D([], [], color=color, **_MOST),
        ],
        ["one each", "middle half", "middle 90 %"],
    )
