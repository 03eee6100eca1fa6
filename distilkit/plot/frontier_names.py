"""Who is named in the frontier's picture: all where they are few, else those on the frontier and the nearest to it.

Chooses by where the points lie; writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from distilkit.plot.layout import Letters
    from distilkit.plot.points import Points

MOST = 14
"""So many points can all have a name."""
_NEAREST = 4
# Of the height that the axes have, what a key of names may take.
_FOR_A_KEY = 0.5
_LINE = 1.5  # sizes of a letter


def choices(ax: Axes, drawn: Points, best: NDArray[Any]) -> list[list[int]]:
    """Return which points to name, each by cost, the better choice first; the last one is the fewest that will do."""
    import numpy as np

    everyone = list(range(len(drawn.profiles)))
    if len(everyone) <= MOST:
        return [everyone]
    on_it = _spaced(best.nonzero()[0], MOST)
    beaten = (~best).nonzero()[0]
    chance = np.nan_to_num(drawn.chance[beaten])
    # What is on the frontier in some of the resamples is nearer to it than any distance says.
    order = np.lexsort((_gaps(ax, drawn, best)[beaten], -chance))
    near = beaten[order][: min(_NEAREST, MOST - len(on_it))]
    return [sorted([*on_it.tolist(), *near.tolist()]), on_it.tolist()]


def in_a_key(ax: Axes, size: Letters, rows: list[int], longest: int) -> list[int]:
    """Return those of the points that a key under the axes has room for, the cheapest and the dearest among them."""
    import numpy as np

    columns = max(1, min(4, size.across // (longest + 6)))
    lines = int(_FOR_A_KEY * ax.bbox.height / ax.figure.figure.dpi * 72 / (_LINE * size.small))
    kept: list[int] = _spaced(np.array(rows, dtype=int), max(1, columns * lines)).tolist()
    return kept


def _spaced(rows: NDArray[Any], most: int) -> NDArray[Any]:
    """Return at most so many of the rows, evenly spaced, both ends among them."""
    import numpy as np

    kept: NDArray[Any] = rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).round().astype(int)]
    return kept


def _gaps(ax: Axes, drawn: Points, best: NDArray[Any]) -> NDArray[Any]:
    """Return how far each point lies from the frontier on the page, upwards or to the left, whichever is less."""
    import numpy as np

    places = ax.transData.transform(np.column_stack([drawn.cost, drawn.mean]))
    across, up = places[best].T  # both rise, for the frontier is sorted by cost
    above = up[np.searchsorted(across, places[:, 0], side="right") - 1] - places[:, 1]
    left = places[:, 0] - across[np.searchsorted(up, places[:, 1], side="left").clip(max=len(up) - 1)]
    gaps: NDArray[Any] = np.minimum(above, left).clip(min=0.0)
    return gaps
