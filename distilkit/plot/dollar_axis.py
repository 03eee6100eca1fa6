"""A horizontal axis of US dollars: its scale, its limits, its ticks.

Knows nothing of what the dollars bought.
"""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_FULL = 2.5  # decades from which their own ticks are enough


def dollar_axis(ax: Axes, costs: NDArray[np.float64], *, room: float = 0.3) -> None:
    """Choose scale and ticks, with `room` on the right, as a share of the span: for a name, as a rule.

    No cost is negative; without costs there are no ticks.

    Logarithmic where costs span more than a factor of ten. A cost of 0 has no place on a logarithm: there a short
    linear piece leads from it to the cheapest that is not free.
    """
    paid = costs[costs > 0]
    free = len(paid) < len(costs)
    if not len(paid):
        ax.set_xlim(-0.5, 1.0)
        ax.set_xticks([0.0] if free else [])
    elif paid.max() > 10 * paid.min():
        _logarithmic(ax, float(paid.min()), float(paid.max()), free=free, room=room)
    else:
        _linear(ax, 0.0 if free else float(paid.min()), float(paid.max()), room=room)
    _format(ax)


def _linear(ax: Axes, least: float, most: float, *, room: float) -> None:
    from matplotlib.ticker import MaxNLocator

    span = (most - least) or most
    ax.set_xlim(least - min(0.15, room) * span, most + room * span)
    ax.xaxis.set_major_locator(MaxNLocator(5))


def _logarithmic(ax: Axes, least: float, most: float, *, free: bool, room: float) -> None:
    span = most / least
    ticks = _ticks(least, most)
    if free:
        ax.set_xscale("symlog", linthresh=least, linscale=0.5)
        ax.set_xlim(-0.3 * least, most * span**room)
        ticks = [0.0, *(tick for tick in ticks if tick >= least)]
    else:
        ax.set_xscale("log")
        ax.set_xlim(least / span ** min(0.1, room), most * span**room)
    low, high = ax.get_xlim()
    ax.set_xticks([tick for tick in ticks if low <= tick <= high])


def _ticks(least: float, most: float) -> list[float]:
    """Return whole decades, and 2 and 5 between them where there are few."""
    decades = range(floor(log10(least)) - 1, ceil(log10(most)) + 2)
    steps = (1,) if log10(most / least) >= _FULL else (1, 2, 5) if log10(most / least) < _FULL / 2 else (1, 3)
    return [float(f"{step}e{decade}") for decade in decades for step in steps]


def _format(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: dollars(value)))
    ax.xaxis.set_minor_formatter(NullFormatter())


def dollars(value: float) -> str:
    r"""Return US dollars as a tick label, without an exponent.

    >>> dollars(0.00025), dollars(12), dollars(0)
    ('\\$0.00025', '\\$12', '\\$0')
    """
    plain = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.10f}".rstrip("0").rstrip(".")  # noqa: PLR2004 - cents stop mattering
    return rf"\${plain}"
