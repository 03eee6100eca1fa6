"""What the marks of the frontier's picture mean, in words, and who is missing from it and why.

Knows how a mark looks; draws none.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from distilkit.plot.frontier_names import MOST
from distilkit.plot.layout import Letters
from distilkit.plot.points import Points
from distilkit.plot.style import MUTED, STRONG, distinct_labels, ink, label

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

BEST: dict[str, Any] = {"color": STRONG, "markerfacecolor": STRONG}
BEATEN: dict[str, Any] = {"color": MUTED, "markerfacecolor": "none"}
STEPS: dict[str, Any] = {"color": STRONG, "linewidth": 1.2, "alpha": 0.7, "zorder": 2}
MIXES: dict[str, Any] = {"linestyle": (0, (4, 3)), "linewidth": 0.9, "alpha": 0.8, "zorder": 2}


def key(drawn: Points, best: NDArray[Any], rows: list[int], size: Letters) -> list[tuple[Artist, str]]:
    """Return what the numbers mean that stand beside the points where names have no room."""
    from matplotlib.lines import Line2D

    names = distinct_labels([drawn.profiles[row] for row in rows], min(34, size.across - 12))
    dot: dict[str, Any] = {"marker": "o", "markersize": size.mark, "linewidth": 0}
    named = zip(names, best[rows], drawn.chance[rows].tolist(), strict=True)
    return [
        (Line2D([], [], **dot, **(BEST if on_it else BEATEN)), f"{number}: {name}{chance(share)}")
        for number, (name, on_it, share) in enumerate(named, start=1)
    ]


def explained(ax: Axes, size: Letters, drawn: Points, best: NDArray[Any], *, mixed: bool) -> list[tuple[Artist, str]]:
    """Return what the marks mean, as far as they are drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot: dict[str, Any] = {"marker": "o", "markersize": size.mark}
    shaded = any(region is not None for region in drawn.regions)
    chances = any(not isnan(share) for share in drawn.chance.tolist())
    crowded = len(best) > MOST
    marks = [
        (crowded or not best.all(), Line2D([], [], **dot, **{**STEPS, **BEST}), "on the frontier" + _counted(best)),
        (not best.all(), Line2D([], [], **dot, linewidth=0, **BEATEN), "beaten on cost and score" + _counted(~best)),
        (mixed, Line2D([], [], color=ink(ax), **MIXES), "mix of two models"),
        (shaded, Patch(facecolor=STRONG, alpha=0.25, edgecolor="none"), "95 % region of both"),
        (chances, Line2D([], [], linewidth=0), "97 %: share of resamples on it"),
    ]
    return [(mark, words) for there, mark, words in marks if there]


def _counted(those: NDArray[Any]) -> str:
    """Return how many they are, where not all points can have a name."""
    return f" ({int(those.sum())})" if len(those) > MOST else ""


def chance(share: float) -> str:
    """Return the share of resamples behind a name, without claiming what was not seen.

    >>> chance(0.9731), chance(0.9997), chance(0.0004), chance(float("nan"))
    (', 97 %', ', >99 %', ', <1 %', '')
    """
    if isnan(share):
        return ""
    percent = 100 * share
    return f", {'>99' if percent > 99 else '<1' if percent < 1 else f'{percent:.0f}'} %"  # noqa: PLR2004 - percents


def left_out(everything: Points, most: int) -> list[str]:
    """Return a line for each of so many profiles that have no place in the picture, and a count of the rest."""
    import numpy as np

    unpriced = np.isnan(everything.cost)
    reasons = {"cost unknown": unpriced, "no score": ~unpriced & np.isnan(everything.mean)}
    return [line for reason, rows in reasons.items() for line in _lines(reason, everything.profiles, rows, most)]


def _lines(reason: str, names: list[str], rows: NDArray[Any], most: int) -> list[str]:
    profiles = [names[row] for row in rows.nonzero()[0].tolist()]
    shown = [f"not shown, {reason}: {label(profile, 26)}" for profile in profiles[:most]]
    rest = len(profiles) - len(shown)
    return [*shown, f"not shown, {reason}: {rest} more"] if rest else shown
