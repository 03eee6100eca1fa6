"""The progress of one run: its state, and the place where it is shown, a few times a second at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from distilkit.calls import Call
from distilkit.engine.events import Event
from distilkit.progress.places import Place, place_for
from distilkit.progress.tally import Tally

# Nobody reads more than ten pictures a second, and a notebook's server takes no more.
_LEAST_S = 0.1


class Progress:
    """What is told of one run while it works.

    `observe` may be called from any thread and only counts; `tick` and `finish` write, from the caller's thread,
    because that is where a notebook shows what is written.

    Attributes:
        tally: how the run is doing.

    Args:
        total: rows expected.
        rows: by profile and key, the rows that one answer fills, where it is more than one.
        show: True for progress always, False for none, None for some where somebody is likely to be looking: a
            terminal or a notebook.
        place: where it is shown, whatever `show` says; None for where this process is.
        calls: those that are asked, where they are known.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        total: int,
        *,
        show: bool | None,
        rows: Mapping[tuple[str, str | None], int] | None = None,
        place: Place | None = None,
        calls: Iterable[Call] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tally = Tally(total, rows=rows, calls=calls, clock=clock)
        self._place = place_for(show=show) if place is None else place
        self._clock = clock
        self._written = clock()
        self._has_shown = False

    def observe(self, event: Event) -> None:
        """Count one event."""
        self.tally.observe(event)

    def tick(self) -> None:
        """Show how things are, if it is time."""
        now = self._clock()
        if self._place is not None and now - self._written >= max(_LEAST_S, self._place.every_s):
            self._written = now
            self._write(last=False)

    def finish(self, note: str = "") -> None:
        """Show the last line, which stays, with a note such as `interrupted`."""
        self.tally.note = note
        # A run served from the store in a moment needs no report.
        if note or self._has_shown or self.tally.is_worth_telling:
            self._write(last=True)

    def _write(self, *, last: bool) -> None:
        try:
            if self._place is not None:
                self._has_shown = True
                self._place.write(self.tally, last=last)
        except (OSError, ValueError):
            # The terminal is gone; the run goes on without progress.
            self._place = None
