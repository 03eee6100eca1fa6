"""Everything that is written can be read whole: sizes for narrow axes, lines that break, nothing cut off or covered.

Works in any figure: where a layout engine looks after the axes it makes the room; where none does, the axes shrink
within the place they have. Knows texts and boxes, not what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from distilkit.plot.style import LITERAL, MUTED, figure_of, inches, ink, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox, ScaledTranslation

_NARROW = 3.5  # inches
_LEAST_POINTS = 6.0
_GAP = 4.0  # points between what is written and what is beside it
_TITLE_PAD = 6.0  # points, matplotlib's own
_SMALLEST = 0.25  # of the axes' own size is left to them in any case


@dataclass(frozen=True, slots=True)
class Letters:
    """Sizes in points, none under 6: of the title, of the axes' names, of ticks, of all else, and of marks.

    `across` is how many small letters fit side by side, names of rows and all.
    """

    title: float
    name: float
    tick: float
    small: float
    mark: float
    across: int


def letters(ax: Axes) -> Letters:
    """Return sizes for axes as wide as these are now, relative to the reader's own `font.size`."""
    from matplotlib import rcParams

    base = float(rcParams["font.size"])
    shares = (1.0, 1.0, 0.9, 0.83) if inches(ax) > _NARROW else (0.8, 0.75, 0.7, 0.7)
    title, name, tick, small = (max(_LEAST_POINTS, base * share) for share in shares)
    # A letter takes some 0.6 of its size; a quarter of a figure's width is beside the axes.
    across = int(inches(ax) * 1.25 * 72 / (0.6 * small))
    return Letters(title, name, tick, small, 0.7 * small, across)


def write_words(ax: Axes, size: Letters, *, title: str, x: str, y: str = "", heading: bool = False) -> Text:
    """Write what the axes count and the title, as they are, lay a faint grid under the rest, and return the title.

    With a heading there is a line between the axes and the title that is kept free for it.
    """
    ax.set_xlabel(x, fontsize=size.name, **LITERAL)
    ax.set_ylabel(y, fontsize=size.name, **LITERAL)
    ax.tick_params(labelsize=size.tick)
    # None has a label, and measuring their emptiness takes a third of the time.
    ax.tick_params(which="minor", labelbottom=False, labelleft=False)
    ax.grid(visible=True, color=MUTED, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    pad = _TITLE_PAD + (1.4 * size.small if heading else 0.0)
    return ax.set_title(title, loc="left", fontsize=size.title, pad=pad, **LITERAL)


def legend_below(ax: Axes, size: Letters, marks: Sequence[Artist], words: Sequence[str]) -> Legend | None:
    """Explain the marks under the axes, where nothing is covered; `finish` puts it there."""
    if not words:
        return None
    # A mark and its gaps take as much as six letters.
    columns = size.across // (max(map(len, words)) + 6)
    look: dict[str, Any] = {"fontsize": size.small, "frameon": False, "labelcolor": ink(ax), "borderaxespad": 0.0}
    look |= {"handlelength": 1.8, "columnspacing": 1.2, "borderpad": 0.1}
    legend = ax.legend(marks, words, loc="upper left", ncols=max(1, min(4, columns, len(words))), **look)
    for text in legend.get_texts():
        text.set_parse_math(False)
        text.set_usetex(False)
    return legend


def finish(ax: Axes, title: Text) -> None:
    """Break what is too long, make room for what is written, and leave out ticks whose labels would touch.

    Call it when all but the names of points is drawn.
    """
    # The middle title is where it was; this one may have been moved before.
    base = ax.title.get_transform()
    settle(ax)
    for _ in range(3):  # what is broken in two takes room, which may ask for another break
        before = ax.bbox.bounds
        broken = _break_lines(ax, title)
        title.set_transform(base + _to_names(ax))
        _put_legend(ax)
        _keep_inside(ax)
        settle(ax)
        if not broken and max(abs(ax.bbox.bounds[side] - before[side]) for side in range(4)) < 1:
            break
    if _thin_ticks(ax):
        settle(ax)


def _break_lines(ax: Axes, title: Text) -> bool:
    """Break the title and the names of the axes where they are too long, and return whether one was."""
    left, right = ax.bbox.x0 - _with_names(ax).x0, _right_of(ax) - ax.bbox.x1
    # The name of an axis is centred on it: what is beside the axes on both sides it may use.
    across = {title: left + ax.bbox.width + right, ax.xaxis.label: ax.bbox.width + 2 * min(left, right)}
    room = {**across, ax.yaxis.label: ax.bbox.height}
    broken = [_break(text, pixels) for text, pixels in room.items()]
    return any(broken)


def _break(text: Text, pixels: float) -> bool:
    """Break a text into lines where it is longer than so many pixels, and cut it where three are too few."""
    words = " ".join(text.get_text().split())
    if not words:
        return False
    box = text.get_window_extent()
    long = max(box.width, box.height)
    if long <= pixels:
        return False
    longest = max(map(len, text.get_text().split("\n")))
    letters_a_line = max(8, int(longest * pixels / long))
    text.set_text("\n".join(wrap(words, letters_a_line, max_lines=3, placeholder="…")))
    return True


def _with_names(ax: Axes) -> Bbox:
    """Return the pixels of the axes with the names of their rows and columns."""
    from matplotlib.transforms import Bbox

    boxes = [axis.get_tightbbox() for axis in (ax.xaxis, ax.yaxis)]
    return Bbox.union([ax.bbox, *(box for box in boxes if box is not None)])


def _right_of(ax: Axes) -> float:
    """Return where the axes end, with what is written to their right."""
    return float(max([ax.bbox.x1, *(text.get_window_extent().x1 for text in ax.texts if text.get_in_layout())]))


def _to_names(ax: Axes, down: float = 0.0) -> ScaledTranslation:
    """Return the way from the axes' left edge to that of the names of its rows, and so many pixels down.

    In inches, which the layout's later changes of the axes leave as they are.
    """
    from matplotlib.transforms import ScaledTranslation

    figure = figure_of(ax)
    left = min(0.0, _with_names(ax).x0 - ax.bbox.x0)
    return ScaledTranslation(left / figure.dpi, -down / figure.dpi, figure.dpi_scale_trans)


def _put_legend(ax: Axes) -> None:
    """Put the legend under the name of the horizontal axis, flush with the names on the left."""
    legend = ax.get_legend()
    if legend is not None:
        down = ax.bbox.y0 - _with_names(ax).y0 + _GAP * figure_of(ax).dpi / 72
        legend.set_bbox_to_anchor((0.0, 0.0), ax.transAxes + _to_names(ax, down))


def _keep_inside(ax: Axes) -> None:
    """Shrink axes that no layout engine looks after, until what is written lies in the figure and on no neighbour."""
    from matplotlib.transforms import Bbox

    figure = figure_of(ax)
    if figure.get_layout_engine() is not None:
        return
    box, free, mine = ax.get_tightbbox(), _free(ax), ax.bbox
    if box is None:
        return
    gap = _GAP * figure.dpi / 72
    x0 = mine.x0 + max(0.0, free.x0 + gap - box.x0)
    y0 = mine.y0 + max(0.0, free.y0 + gap - box.y0)
    x1 = max(mine.x1 - max(0.0, box.x1 - free.x1 + gap), x0 + _SMALLEST * mine.width)
    y1 = max(mine.y1 - max(0.0, box.y1 - free.y1 + gap), y0 + _SMALLEST * mine.height)
    if (x0, y0, x1, y1) == (mine.x0, mine.y0, mine.x1, mine.y1):
        return
    ax.set_position(Bbox([[x0, y0], [x1, y1]]).transformed(ax.figure.transSubfigure.inverted()))
    # A later `tight_layout()` shall still look after them.
    ax.set_in_layout(True)


def _free(ax: Axes) -> Bbox:
    """Return the pixels that the axes may use: their figure's, up to the neighbours on each side."""
    from matplotlib.transforms import Bbox

    mine, free = ax.bbox, ax.figure.bbox
    left, bottom, right, top = free.x0, free.y0, free.x1, free.y1
    for other in ax.figure.axes:
        theirs = other.bbox
        box = other.get_tightbbox() if other is not ax and other.get_visible() else None
        if box is None:
            continue
        beside = theirs.y0 < mine.y1 and mine.y0 < theirs.y1
        above_or_below = theirs.x0 < mine.x1 and mine.x0 < theirs.x1
        if beside and theirs.x1 <= mine.x0:
            left = max(left, min(box.x1, mine.x0))
        elif beside and theirs.x0 >= mine.x1:
            right = min(right, max(box.x0, mine.x1 - 0.1 * mine.width))
        elif above_or_below and theirs.y1 <= mine.y0:
            bottom = max(bottom, min(box.y1, mine.y0))
        elif above_or_below and theirs.y0 >= mine.y1:
            top = min(top, max(box.y0, mine.y1 - 0.1 * mine.height))
    return Bbox([[left, bottom], [right, top]])


def _thin_ticks(ax: Axes) -> bool:
    """Keep every second, third, … of the horizontal axis's ticks, where the labels of all would touch."""
    low, high = sorted(ax.get_xlim())
    ticks = [tick for tick in ax.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    boxes = [tick.label1.get_window_extent() for tick in ticks]
    gap = _GAP * figure_of(ax).dpi / 72
    # 0 stays, where it is one of them.
    zero = next((index for index, tick in enumerate(ticks) if abs(tick.get_loc()) < 1e-12 * (high - low)), 0)
    for step in range(1, len(ticks) + 1):
        kept = boxes[zero % step :: step]
        if all(one.x1 + gap <= other.x0 for one, other in pairwise(kept)):
            if step > 1:
                ax.set_xticks([tick.get_loc() for tick in ticks[zero % step :: step]])
            return step > 1
    return False
