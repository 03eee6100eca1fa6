"""Write names beside points so that they can be read: not over each other, not over a point, not out of the axes.

Greedy, in pixels, for some dozens of points; knows nothing of what the points mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import hypot
from typing import TYPE_CHECKING, Any, Literal

from distilkit.plot.layout import letters
from distilkit.plot.style import LITERAL, MUTED, distinct_labels, figure_of, halo, inches, ink, settle

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox
    from numpy.typing import NDArray

_NEAR, _FAR = 7, 22
_POINT, _LINE = 6, 1  # pixels kept free round a point, and on either side of a line

Point = tuple[float, float]
Segment = tuple[Point, Point]
Place = tuple[float, float, Literal["left", "center", "right"], Literal["bottom", "center", "top"]]


def write_labels(
    ax: Axes,
    points: Sequence[Point],
    names: Sequence[str],
    *,
    endings: Sequence[str] = (),
    lines: Sequence[Segment] = (),
    nameless: Sequence[Point] = (),
    avoid: Sequence[Artist] = (),
) -> list[Annotation]:
    """Write each name near its point, in the first place that is free, or else in the least crowded one.

    A name that had to go further off gets a thin line to its point. Call it last: the places are found for the limits
    and the size the axes have now.

    Args:
        ax: where to write.
        points: in the axes' own units.
        names: written as `style.label` shortens them, more in narrow axes.
        endings: what follows each name, never shortened.
        lines: level or upright, in the axes' own units.
        nameless: points that have no name, and that a name must neither cover nor seem to be of.
        avoid: what else has been drawn that a name must not cover, such as a legend.
    """
    import numpy as np

    settle(ax)
    dots = [_box(ax, (point, point), _POINT) for point in points]
    rest = [_box(ax, (point, point), _POINT) for point in nameless]
    around = [*(artist.get_window_extent() for artist in avoid), *(_box(ax, line, _LINE) for line in lines)]
    taken = _corners([*around, *dots, *rest])
    width = name_width(ax)
    written = []
    endings = endings or [""] * len(names)
    shown = distinct_labels(names, width - max(map(len, endings), default=0))
    for index, (point, name, ending) in enumerate(zip(points, shown, endings, strict=True)):
        text = _annotate(ax, point, name + ending)
        strangers = dots[:index] + dots[index + 1 :] + rest
        mistaken = partial(_mistaken, own=dots[index], strangers=strangers)
        _place(text, partial(_badness, frame=ax.bbox, taken=taken), mistaken)
        taken = np.vstack([taken, _corners([_extent(text)])])
        written.append(text)
    return written


def name_width(ax: Axes) -> int:
    """Return how many letters of a name have room in axes as wide as these."""
    return max(20, min(34, int(9 * inches(ax))))


def readable(ax: Axes, points: Sequence[Point], texts: Sequence[Annotation]) -> bool:
    """Return whether no text covers another, or a point, by more than a tenth of itself, or leaves the axes."""
    dots = [_box(ax, (point, point), _POINT / 2) for point in points]
    boxes = [_extent(text) for text in texts]
    for index, box in enumerate(boxes):
        others = [*boxes[:index], *boxes[index + 1 :], *dots]
        if _badness(box, ax.bbox, _corners(others)) > 0.1 * box.width * box.height:
            return False
    return True


def _box(ax: Axes, line: Segment, margin: float) -> Bbox:
    """Return the pixels that a line takes, with a margin all round."""
    from matplotlib.transforms import Bbox

    (x0, y0), (x1, y1) = ax.transData.transform(line)
    return Bbox([[min(x0, x1) - margin, min(y0, y1) - margin], [max(x0, x1) + margin, max(y0, y1) + margin]])


def _annotate(ax: Axes, point: Point, name: str) -> Annotation:
    text = ax.annotate(
        name,
        point,
        xytext=(_NEAR, 0),
        textcoords="offset points",
        color=ink(ax),
        fontsize=letters(ax).small,
        zorder=5,
        path_effects=halo(ax),
        arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 5},
        **LITERAL,
    )
    text.set_in_layout(False)
    return text


def _place(text: Annotation, badness: Callable[[Bbox], float], mistaken: Callable[[Bbox], bool]) -> None:
    """Move the text to the first place that is not bad, or else to the least bad one."""
    # Measured once: only where it is changes from place to place.
    _move(text, _PLACES[0])
    first = _extent(text)
    found: list[float] = []
    for place in _PLACES:
        box = _moved(first, place, text)
        far = max(abs(place[0]), abs(place[1])) > _NEAR
        # Half a text's own area: rather a line to a further place than a name that seems to be another point's.
        found.append(badness(box) + (0.0 if far or not mistaken(box) else box.width * box.height / 2))
        if not found[-1]:
            break
    _move(text, _PLACES[found.index(min(found))])


def _moved(first: Bbox, place: Place, text: Annotation) -> Bbox:
    """Return the pixels of a text in a place, from those it takes in the first of them, right of its point."""
    from matplotlib.transforms import Bbox

    right, up, across, along = place
    pixel = figure_of(text).dpi / 72
    point_x, point_y = first.x0 - _NEAR * pixel, (first.y0 + first.y1) / 2
    x0 = point_x + right * pixel - first.width * {"left": 0.0, "center": 0.5, "right": 1.0}[across]
    y0 = point_y + up * pixel - first.height * {"bottom": 0.0, "center": 0.5, "top": 1.0}[along]
    return Bbox.from_bounds(x0, y0, first.width, first.height)


def _places(gap: float) -> list[Place]:
    """Return offsets in points with the text's own alignment, the best first."""
    slant = gap * 0.75
    return [
        (gap, 0, "left", "center"),
        (slant, slant, "left", "bottom"),
        (slant, -slant, "left", "top"),
        (-gap, 0, "right", "center"),
        (-slant, slant, "right", "bottom"),
        (-slant, -slant, "right", "top"),
        (0, gap, "center", "bottom"),
        (0, -gap, "center", "top"),
    ]


def _between(gap: float) -> list[Place]:
    """Return the offsets half-way between level and slanting ones, for texts that go further off."""
    rise = gap * 0.4
    return [
        (gap, -rise, "left", "center"),
        (gap, rise, "left", "center"),
        (-gap, -rise, "right", "center"),
        (-gap, rise, "right", "center"),
    ]


_PLACES = [
    *_places(_NEAR),
    *_places(_FAR),
    *_between(_FAR),
    *_between(1.5 * _FAR),
    *_places(2 * _FAR),
    *_between(2 * _FAR),
    *_between(3 * _FAR),
]


def _move(text: Annotation, place: Place) -> None:
    """Put the text there, with a line to its point where that is far."""
    right, up, across, along = place
    text.set_position((right, up))
    text.set_horizontalalignment(across)
    text.set_verticalalignment(along)
    if text.arrow_patch is not None:
        text.arrow_patch.set_visible(max(abs(right), abs(up)) > _NEAR)


def _extent(text: Annotation) -> Bbox:
    """Return the pixels of the text alone; an annotation's own extent includes its line."""
    from matplotlib.text import Text

    text.get_window_extent()  # takes the last move into account, which the next line alone does not
    return Text.get_window_extent(text)


def _badness(box: Bbox, frame: Bbox, taken: NDArray[Any]) -> float:
    """Return how bad a place is, in square pixels: covered, or worse, outside the axes."""
    outside = max(0.0, round(box.width * box.height - _shared(box, _corners([frame])), 3))
    return 4 * outside + _shared(box, taken)


def _corners(boxes: Sequence[Bbox]) -> NDArray[Any]:
    """Return boxes as rows of left, bottom, right and top: there may be hundreds, each compared with many others."""
    import numpy as np

    return np.array([box.extents for box in boxes], dtype=float).reshape(-1, 4)


def _mistaken(box: Bbox, own: Bbox, strangers: Sequence[Bbox]) -> bool:
    """Return whether another point is about as near to the text as its own."""
    return any(_distance(box, stranger) < _distance(box, own) + 2 * _POINT for stranger in strangers)


def _shared(box: Bbox, others: NDArray[Any]) -> float:
    """Return how many square pixels a box shares with others, all together."""
    import numpy as np

    x0, y0, x1, y1 = box.extents
    wide = np.minimum(x1, others[:, 2]) - np.maximum(x0, others[:, 0])
    high = np.minimum(y1, others[:, 3]) - np.maximum(y0, others[:, 1])
    return float((wide.clip(min=0.0) * high.clip(min=0.0)).sum())


def _distance(one: Bbox, other: Bbox) -> float:
    across = max(one.x0 - other.x1, other.x0 - one.x1, 0.0)
    along = max(one.y0 - other.y1, other.y0 - one.y1, 0.0)
    return float(hypot(across, along))
