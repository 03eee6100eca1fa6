"""A picture of rows: a name on the left of each, its marks in the middle, a figure on the right.

Chooses how many rows have room and how long a name may be. Knows nothing of what the marks mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distilkit.plot.layout import Letters, letters
from distilkit.plot.style import LITERAL, MUTED, axes_for, distinct_labels, figure_of, inches, ink, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.text import Text

_LEADING = 1.3  # a line's height, in letters' sizes
_MOST_LETTERS = 34
_NAMES_SHARE = 0.5  # of the width of axes that are not yet laid out


@dataclass(frozen=True, slots=True)
class Rows:
    """Axes of rows, the first at 0 on top.

    Attributes:
        ax: the axes.
        size: of what is written.
        shown: how many rows have room; the others are counted under the last.
        names: as they are written, one a row shown.
    """

    ax: Axes
    size: Letters
    shown: int
    names: list[str]


def rows_for(ax: Axes | None, names: Sequence[Sequence[object]], *, lines: int = 1, row_inches: float = 0.36) -> Rows:
    """Lay out the rows on `ax`, or on a new figure that is tall enough, and write their names.

    Args:
        ax: where; None makes a new figure.
        names: of the rows, from the top; one of several parts, such as a pair, has each on a line of its own.
        lines: what a row needs at the least, in lines of small text.
        row_inches: how tall a row of a new figure is.
    """
    ax = axes_for(ax, rows=len(names), row_inches=row_inches)
    size = letters(ax)
    # What is written above and below will take about a fifth of the height of axes that are not yet laid out.
    points = 0.8 * ax.bbox.height / figure_of(ax).dpi * 72
    room = max(1, int(points / (_LEADING * lines * size.small)))
    shown = len(names) if len(names) <= room else max(1, room - 1)
    width_pixels = _NAMES_SHARE * ax.bbox.width
    count = int(inches(ax) * _NAMES_SHARE * 72 / (0.55 * size.small))
    written = _write_names(ax, size, names[:shown], min(_MOST_LETTERS, count), len(names) - shown, width_pixels)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return Rows(ax, size, shown, written)


def no_lines_along(rows: Rows) -> None:
    """Take the grid's lines out that would run through the rows; call it when the grid is there."""
    rows.ax.grid(visible=False, axis="y")


def write_right(rows: Rows, heading: str, texts: Sequence[str], *, at: Sequence[float] | None = None) -> list[Text]:
    """Write a text to the right of each row, and what they are above them.

    Args:
        rows: of the picture.
        heading: of the column.
        texts: one a row shown, or one for each place in `at`.
        at: where, in rows; None for the rows themselves.
    """
    places = range(len(texts)) if at is None else at
    look: dict[str, Any] = {"fontsize": rows.size.small, "color": ink(rows.ax), **LITERAL}
    across = rows.ax.get_yaxis_transform()
    written = [
        rows.ax.text(1.02, place, text, transform=across, ha="left", va="center", **look)
        for place, text in zip(places, texts, strict=True)
    ]
    if heading:
        top = min(rows.ax.get_ylim())
        written.append(rows.ax.text(1.02, top, heading, transform=across, ha="left", va="bottom", **look))
        written[-1].set_color(MUTED)
    return written


def _write_names(
    ax: Axes, size: Letters, names: Sequence[Sequence[object]], letters_each: int, more: int, width_pixels: float
) -> list[str]:
    """Write the names, shorter until the longest has room, and return them."""
    ends = [f"… {more:,} more"] if more else []
    ax.set_ylim(len(names) + len(ends) - 0.5, -0.5)
    for _ in range(3):
        written = _lines_of(names, letters_each)
        ax.set_yticks(range(len(names) + len(ends)), [*written, *ends], fontsize=size.small, color=ink(ax), **LITERAL)
        settle(ax)
        widest = max((text.get_window_extent().width for text in ax.get_yticklabels()), default=0.0)
        if widest <= width_pixels:
            break
        letters_each = max(6, int(letters_each * width_pixels / widest))
    return written


def _lines_of(names: Sequence[Sequence[object]], letters_each: int) -> list[str]:
    """Return each name with its parts one below the other; the same part gets the same label in every row."""
    parts = list(dict.fromkeys(str(part) for name in names for part in name))
    short = dict(zip(parts, distinct_labels(parts, letters_each), strict=True))
    return ["\n− ".join(short[str(part)] for part in name) for name in names]
