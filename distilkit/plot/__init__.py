"""From a frame to a picture: each function takes `ax=`, returns the `Axes`, and never shows or saves.

matplotlib is loaded by the first plot, not by the import of this room.
"""

from distilkit.plot.frontier import frontier
from distilkit.plot.limits import limits

__all__ = ["frontier", "limits"]
