"""How the plots look: axes, colours, and how foreign text becomes a label.

Sets nothing globally: the reader's own matplotlib style decides background, fonts and sizes. Knows nothing of scores
or dollars.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patheffects import AbstractPathEffect

# Told apart without colour vision by lightness and by fill; each at least 3:1 against white and against near-black.
STRONG = "#1f83c4"
MUTED = "#8a8a8a"

LIGHT_INK = "#e6e6e6"
DARK_INK = "#222222"

# A model's name is data: neither `$` nor a backslash in it is markup.
LITERAL: dict[str, Any] = {"parse_math": False, "usetex": False}


def axes_for(ax: Axes | None) -> Axes:
    """Return `ax`, or axes on a new figure.

    The new figure is pyplot's, because that is what a notebook shows at the end of a cell; one made without pyplot
    would stay invisible. A script that draws many closes them with `plt.close(ax.figure)`.
    """
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(7.0, 4.4), layout="constrained")[1]


def ink(ax: Axes) -> str:
    """Return a text colour that reads on this background: dark on light, light on dark."""
    red, green, blue = _background(ax) or (1.0, 1.0, 1.0)
    return DARK_INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else LIGHT_INK  # noqa: PLR2004 - Rec. 709


def halo(ax: Axes) -> list[AbstractPathEffect]:
    """Return an outline in the background's colour, so that a line under a text does not strike it out."""
    from matplotlib.patheffects import withStroke

    face = _background(ax)
    return [] if face is None else [withStroke(linewidth=2.5, foreground=face)]


def settle(ax: Axes) -> None:
    """Let the layout run once, so that what is measured next is where it will be drawn."""
    _figure(ax).draw_without_rendering()


def inches(ax: Axes) -> float:
    """Return how wide the axes are."""
    return float(ax.bbox.width / _figure(ax).dpi)


def _figure(ax: Axes) -> Figure:
    """Return the whole figure, also from a subfigure; `get_figure(root=True)` came only with matplotlib 3.10."""
    return ax.figure.figure


def _background(ax: Axes) -> tuple[float, float, float] | None:
    """Return the colour behind the axes, or None where it is transparent and so whatever page it lies on."""
    from matplotlib.colors import to_rgba

    faces = [to_rgba(ax.get_facecolor()), to_rgba(_figure(ax).get_facecolor())]
    return next((face[:3] for face in faces if face[3] > 0.5), None)  # noqa: PLR2004 - more opaque than not


def label(text: object, width: int = 34) -> str:
    r"""Return any text as one short line that can be drawn: no control or direction characters, cut in the middle.

    >>> label("a\nb\x00c")
    'a b c'
    >>> label("provider/a-very-long-model-name-that-goes-on", width=20)
    'provider/a…t-goes-on'
    """
    # Categories C*: control, format (which turns text around), surrogate, private, unassigned.
    drawn = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in str(text))
    line = " ".join(drawn.split()) or "(no name)"
    if len(line) <= width:
        return line
    return f"{line[: width // 2]}…{line[-(width - width // 2 - 1) :]}"
