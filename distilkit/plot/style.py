"""How the plots look: axes, colours, and how foreign text becomes a label.

Sets nothing globally: the reader's own matplotlib style decides background, fonts and sizes. Knows nothing of scores
or dollars.
"""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patheffects import AbstractPathEffect
    from matplotlib.text import Annotation

# Each at least 3:1 against white and against near-black, and far from all the others also without red or green vision.
STRONG = "#1f83c4"
WARM = "#c9840e"
DEEP = "#165eea"
EARTH = "#845d30"
MUTED = "#8a8a8a"
PALETTE = (STRONG, WARM, DEEP, EARTH)
# Only for crosses, which their shape tells apart.
ALARM = "#d8453a"

LIGHT_INK = "#e6e6e6"
DARK_INK = "#222222"

# A model's name is data: neither `$` nor a backslash in it is markup.
LITERAL: dict[str, Any] = {"parse_math": False, "usetex": False}

# Inches: a new figure's width, the height of one without rows, and what rows take.
_WIDTH, _HEIGHT, _AROUND_ROWS, _TALLEST = 7.0, 4.4, 1.4, 30.0


def axes_for(ax: Axes | None, *, rows: int | None = None, row_inches: float = 0.36) -> Axes:
    """Return `ax`, or axes on a new figure, tall enough for so many rows.

    The new figure is pyplot's, because that is what a notebook shows at the end of a cell; one made without pyplot
    would stay invisible. A script that draws many closes them with `plt.close(ax.figure)`.
    """
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    height = _HEIGHT if rows is None else min(_TALLEST, max(2.2, _AROUND_ROWS + row_inches * rows))
    return plt.subplots(figsize=(_WIDTH, height), layout="constrained")[1]


def ink(ax: Axes) -> str:
    """Return a text colour that reads on this background: dark on light, light on dark."""
    red, green, blue = _background(ax) or (1.0, 1.0, 1.0)
    return DARK_INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else LIGHT_INK  # noqa: PLR2004 - Rec. 709


def paper(ax: Axes) -> str:
    """Return the colour behind the axes, or what is nearest to it where they are transparent."""
    from matplotlib.colors import to_hex

    face = _background(ax)
    return "#ffffff" if face is None else to_hex(face)


def halo(ax: Axes) -> list[AbstractPathEffect]:
    """Return an outline in the background's colour, so that a line under a text does not strike it out."""
    from matplotlib.patheffects import withStroke

    face = _background(ax)
    return [] if face is None else [withStroke(linewidth=2.5, foreground=face)]


def settle(ax: Axes) -> None:
    """Let the layout run once, so that what is measured next is where it will be drawn.

    A layout engine that finds no room at all would warn at every drawing from now on, and place nothing: such a figure
    goes on without one.
    """
    figure = figure_of(ax)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="(constrained_layout|Tight layout) not applied")
        try:
            figure.draw_without_rendering()
        except UserWarning:
            figure.set_layout_engine("none")
            figure.draw_without_rendering()


def inches(ax: Axes) -> float:
    """Return how wide the axes are."""
    return float(ax.bbox.width / figure_of(ax).dpi)


def figure_of(ax: Axes | Annotation) -> Figure:
    """Return the whole figure, also from a subfigure; `get_figure(root=True)` came only with matplotlib 3.10."""
    return ax.figure.figure


def _background(ax: Axes) -> tuple[float, float, float] | None:
    """Return the colour behind the axes, or None where it is transparent and so whatever page it lies on."""
    from matplotlib.colors import to_rgba

    faces = [to_rgba(ax.get_facecolor()), to_rgba(figure_of(ax).get_facecolor())]
    return next((face[:3] for face in faces if face[3] > 0.5), None)  # noqa: PLR2004 - more opaque than not


def label(text: object, width: int = 34) -> str:
    r"""Return any text as one short line that can be drawn: no control or direction characters, cut in the middle.

    A letter that the reader's font lacks becomes an empty box, as matplotlib would draw it, but without its warning.

    >>> label("a\nb\x00c")
    'a b c'
    >>> label("provider/a-very-long-model-name-that-goes-on", width=20)
    'provider/a…t-goes-on'
    """
    # Categories C*: control, format (which turns text around), surrogate, private, unassigned.
    drawn = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in str(text))
    line = " ".join(drawn.split()) or "(no name)"
    if len(line) > width:
        line = f"{line[: width // 2]}…{line[-(width - width // 2 - 1) :]}"
    return line if line.isascii() else _in_font(line)


def distinct_labels(names: Iterable[object], width: int) -> list[str]:
    """Return a label for each name, with a number behind those that look like an earlier one once they are short.

    >>> distinct_labels(["model-2024-large", "model-2025-large", "small"], 8)
    ['mode…rge', 'mo…e (2)', 'small']
    """
    shown: list[str] = []
    for name in names:
        short, count = label(name, width), 1
        while short in shown:
            count += 1
            ending = f" ({count})"
            short = f"{label(name, max(3, width - len(ending)))}{ending}"
        shown.append(short)
    return shown


def _in_font(line: str) -> str:
    from matplotlib import rcParams

    settings: Any = rcParams  # its stubs know no setting that is put together
    # A family is the name of a font or of a list of them, such as `sans-serif`.
    families = [name for family in settings["font.family"] for name in settings.get(f"font.{family}", [family])]
    letters = _letters(tuple(families))
    return "".join(letter if ord(letter) in letters else "□" for letter in line)


@lru_cache(maxsize=8)
def _letters(families: tuple[str, ...]) -> frozenset[int]:
    """Return the letters, by number, that the fonts of these names have together."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    found: set[int] = set()
    for family in families:
        try:
            path = findfont(FontProperties(family=[family]), fallback_to_default=False)
        except ValueError:  # it is not installed
            continue
        found |= set(get_font(path).get_charmap())
    return frozenset(found)
