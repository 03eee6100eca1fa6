"""Which line of the caller's a warning is about: the first one outside of this package. Knows no warning."""

from __future__ import annotations

import inspect

_PACKAGE = __name__.partition(".")[0]


def outside() -> int:
    """Return the stack level, seen from the function that asks, of the first line outside this package.

    How many lines of ours lie between differs: the same run is begun by `compare` or `distill`, each with two faces.
    """
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame, level = frame.f_back, level + 1
    return level
