"""What a run's events mean for its caller: warnings at the end, and one observer for all who listen."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from distilkit._callers import outside
from distilkit.engine.events import Event


class Alerts:
    """What deserves a warning at the end of a run, each text once."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}

    def observe(self, event: Event) -> None:
        """Take note of an alert."""
        if event.kind == "alert" and event.reason is not None:
            self._texts.setdefault(event.reason)

    def warn(self) -> None:
        """Warn, from the caller's thread."""
        for text in self._texts:
            warnings.warn(text, RunWarning, stacklevel=outside())


class RunWarning(UserWarning):
    """What the caller of a run should know: a budget nearly used up, or that may be exceeded; limits not shared."""


def listeners(*observers: Callable[[Event], None] | None) -> Callable[[Event], None]:
    """Return one observer that tells all of them; None among them is passed over."""
    present = [observer for observer in observers if observer is not None]

    def tell(event: Event) -> None:
        for observer in present:
            observer(event)

    return tell
