"""What the marks of the frontier's picture mean, in words, and who is missing from it and why.

Knows how a mark looks; draws none.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

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


def key(drawn: Points, best: NDArray[Any], size: Letters) -> list[tuple[Artist, str]]:
    """Return what the numbers mean that stand beside the points where names have no room."""
    from matplotlib.lines import Line2D

    names = distinct_labels(drawn.profiles, min(34, size.across - 12))
    dot: dict[str, Any] = {"marker": "o", "markersize": size.mark, "linewidth": 0}
    return [
        (Line2D([], [], **dot, **(BEST if on_it else BEATEN)), f"{row}: {name}{chance(share)}")
        for row, (name, on_it, share) in enumerate(zip(names, best, drawn.chance.tolist(), strict=True), start=1)
    ]


def explained(ax: Axes, size: Letters, drawn: Points, best: NDArray[Any], *, mixed: bool) -> list[tuple[Artist, str]]:
    """Return what the marks mean, as far as they are drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot: dict[str, Any] = {"marker": "o", "markersize": size.mark}
    shaded = any(region is not None for region in drawn.regions)
    chances = any(not isnan(share) for share in drawn.chance.tolist())
    marks = [
        (not best.all(), Line2D([], [], **dot, **{**STEPS, **BEST}), "on the frontier"),
        (not best.all(), Line2D([], [], **dot, linewidth=0, **BEATEN), "beaten on cost and score"),
        (mixed, Line2D([], [], color=ink(ax), **MIXES), "mix of two models"),
        (shaded, Patch(facecolor=STRONG, alpha=0.25, edgecolor="none"), "95 % region of both"),
        (chances, Line2D([], [], linewidth=0), "97 %: share of resamples on it"),
    ]
    return [(mark, words) for there, mark, words in marks if there]


def chance(share: float) -> str:
    """Return the share of resamples behind a name, without claiming what was not seen.

    >>> chance(0.9731), chance(0.9997), chance(0.0004), chance(float("nan"))
    (', 97 %', ', >99 %', ', <1 %', '')
    """
    if isnan(share):
        return ""
    percent = 100 * share
    return f", {'>99' if percent > 99 else '<1' if percent < 1 else f'{percent:.0f}'} %"  # noqa: PLR2004 - percents


def left_out(everything: Points) -> list[str]:
    """Return a line for each profile that has no place in the picture, or a count where they are many."""
    import numpy as np

    unpriced = np.isnan(everything.cost)
    reasons = {"cost unknown": unpriced, "no score": ~unpriced & np.isnan(everything.mean)}
    return [
        line
        for reason, rows in reasons.items()
        for line in _lines(reason, [name for name, out in zip(everything.profiles, rows.tolist(), strict=True) if out])
    ]


def _lines(reason: str, profiles: list[str]) -> list[str]:
    """Return one line a profile left out, and a count instead of the rest where there are many."""
    shown = [f"not shown, {reason}: {label(profile, 26)}" for profile in profiles[:3]]
    rest = len(profiles) - len(shown)
    return [*shown, f"not shown, {reason}: {rest} more"] if rest else shown
