"""A plot as the bytes of two pictures, for a page that is light and for one that is dark.

The same plot gives the same bytes: matplotlib's own settings, not the reader's, no date and no random names. Knows
nothing of what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from distilkit.plot.style import DARK_INK, LIGHT_INK, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIGHT_PAPER = "#ffffff"
DARK_PAPER = "#17191c"

# The page's colours, light and dark; those of the marks are the same on both.
_INK, _PAPER, _GRID = (DARK_INK, LIGHT_INK), (LIGHT_PAPER, DARK_PAPER), ("#dddddd", "#3a3d42")
_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
_PAPERED = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")

# Ten thousand dots as lines take megabytes; as pixels a hundredth.
_LARGEST_SVG = 300_000
_PNG_DPI = 160
# A page's pixel is 1/96 of an inch.
_CSS_DPI = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a plot.

    Attributes:
        media_type: `image/svg+xml`, or `image/png` where the SVG would be over 300 kB.
        content: its bytes.
        width: in a page's pixels.
        height: in a page's pixels.
    """

    media_type: str
    content: bytes
    width: int
    height: int


class Pictures(NamedTuple):
    """The same plot for a light page and for a dark one."""

    light: Picture
    dark: Picture


def pictures(draw: Callable[[], Axes]) -> Pictures:
    """Draw with `draw`, a call of one of the plots without `ax`, and return the pictures; nothing is shown.

    Raises:
        InputError: as the plot does.
    """
    light = _drawn(draw, dark=False)
    if light.media_type != "image/svg+xml":
        return Pictures(light, _drawn(draw, dark=True))
    # Half of the time is the drawing, so lines are drawn once and then recoloured.
    content = light.content
    for ours, theirs in (_INK, _PAPER, _GRID):
        content = content.replace(ours.encode(), theirs.encode())
    dark = Picture(media_type=light.media_type, content=content, width=light.width, height=light.height)
    return Pictures(light, dark)


def _drawn(draw: Callable[[], Axes], *, dark: bool) -> Picture:
    from matplotlib import pyplot as plt
    from matplotlib import style

    ink, paper, grid = (pair[dark] for pair in (_INK, _PAPER, _GRID))
    colours = {**dict.fromkeys(_INKED, ink), **dict.fromkeys(_PAPERED, paper), "grid.color": grid}
    with style.context(["default", {**colours, "svg.hashsalt": "distilkit"}]):
        figure = figure_of(draw())
        try:
            return _picture_of(figure)
        finally:
            plt.close(figure)


def _picture_of(figure: Figure) -> Picture:
    width, height = (round(inches * _CSS_DPI) for inches in figure.get_size_inches().tolist())
    content, media_type = _saved(figure, format="svg", metadata={"Date": None}), "image/svg+xml"
    if len(content) > _LARGEST_SVG:
        content, media_type = _saved(figure, format="png", dpi=_PNG_DPI), "image/png"
    return Picture(media_type=media_type, content=content, width=width, height=height)


def _saved(figure: Figure, **how: Any) -> bytes:
    file = BytesIO()
    figure.savefig(file, **how)
    return file.getvalue()
