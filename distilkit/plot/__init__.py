"""From a frame to a picture: each function takes `ax=`, returns the `Axes`, and never shows or saves.

matplotlib is loaded by the first plot, not by the import of this room.
"""

from distilkit.plot.costs import costs
from distilkit.plot.forest import forest
from distilkit.plot.frontier import frontier
from distilkit.plot.funnel import funnel
from distilkit.plot.latency import latency
from distilkit.plot.limits import limits
from distilkit.plot.tokens import tokens

__all__ = ["costs", "forest", "frontier", "funnel", "latency", "limits", "tokens"]


def __dir__() -> list[str]:
    return sorted(__all__)
