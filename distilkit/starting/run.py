"""A run that goes on by itself: its thread, its rows so far, and how one waits for it.

Knows no widget: how a notebook shows a run is in `notebook`.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Literal

from distilkit._interrupts import Stopped
from distilkit._sync import Body, Step, awaiting, blocking, stoppable
from distilkit.api import with_own
from distilkit.calls import Call
from distilkit.engine.events import Event
from distilkit.errors import InputError
from distilkit.frame import Rows
from distilkit.markup import escape, plain
from distilkit.progress import Tally
from distilkit.running import say
from distilkit.scoring.judges.asking import noticing

if TYPE_CHECKING:
    import pandas as pd

State = Literal["running", "stopping", "finished", "stopped", "failed"]

_LOOK_EVERY_S = 0.02
_LONGEST_ERROR = 300


class Seen:
    """What is known of a run while it works: its rows, and how it is doing. Told from any thread.

    Attributes:
        own: the caller's columns, a row for each prompt, or None.
        tally: the state of its progress: of the answers, then of their repairs, then of those who judge them.
    """

    def __init__(self, own: pd.DataFrame | None) -> None:
        self.own = own
        self.tally = Tally(0)
        self._begun: tuple[Sequence[Call], Rows] = ((), Rows(()))

    def take(self, calls: Sequence[Call], rows: Rows) -> None:
        """Take rows that are about to be filled. The first are the run's own."""
        counts = Counter(call.slot for call in calls)
        several: dict[tuple[str, str | None], int] = {slot: count for slot, count in counts.items() if count > 1}
        self.tally = Tally(len(calls), rows=several, calls=calls)
        if not self._begun[0]:
            self._begun = calls, rows

    def hear(self, event: Event) -> None:
        """Count an event."""
        self.tally.observe(event)

    def frame(self) -> pd.DataFrame:
        """Return the rows that are known now."""
        calls, rows = self._begun
        return with_own(rows.as_now(), calls, self.own)

    def told(self) -> str:
        """Say how many rows are known of how many."""
        calls, rows = self._begun
        return f"{len(rows.finished):,} of {len(calls):,} rows" if calls else "no rows yet"


class Run:
    """A run that goes on by itself. Made by `dk.start`.

    It goes on to its end also where nothing refers to it any more. Every answer is stored the moment it arrives: where
    the process ends first, `compare` or `start` with the same arguments goes on from there.
    """

    def __init__(self, body: Body[pd.DataFrame], seen: Seen) -> None:
        self._seen = seen
        self._stop = threading.Event()
        self._is_cut = False
        self._began = time.monotonic()
        self._took_s = 0.0
        self._result: Future[pd.DataFrame] = Future()
        self._result.set_running_or_notify_cancel()  # nobody who waits can cancel it
        self._display: Callable[[], None] | None = None
        # What a scorer prints, and what is warned of, goes to the cell that has started the run.
        work = (contextvars.copy_context().run, self._work, body)
        threading.Thread(target=work[0], args=work[1:], name="distilkit-run", daemon=True).start()

    @property
    def df(self) -> pd.DataFrame:
        """What `compare` would return, once it has ended. Until then, and after an error, the rows that are known.

        Those have the columns of `distilkit.COLUMNS` and the caller's own, in the order of the plan, and no scores: a
        score of a part would be read as one of the whole. Each look is a new frame, which does not change any more.
        """
        return self._result.result() if self.done and self.error is None else self._seen.frame()

    @property
    def done(self) -> bool:
        """Whether it has ended: finished, stopped or failed."""
        return self._result.done()

    @property
    def error(self) -> BaseException | None:
        """What `result` raises, or None."""
        return self._result.exception() if self.done else None

    @property
    def state(self) -> State:
        """`running`; `stopping`, until what is in flight is cancelled; `finished`, `stopped` or `failed`."""
        if not self.done:
            return "stopping" if self._stop.is_set() else "running"
        return "failed" if self.error is not None else "stopped" if self._is_cut else "finished"

    @property
    def tally(self) -> Tally:
        """The state of its progress, as `distilkit.progress` draws it."""
        return self._seen.tally

    def stop(self) -> None:
        """Cancel what is in flight, and end with the rows that are finished. Returns at once, and may come twice.

        A scorer that is at work is waited for; judges are asked nothing more.
        """
        self._stop.set()

    def result(self, timeout_s: float | None = None) -> pd.DataFrame:
        """Wait for the end and return `df`. An interrupt ends the waiting, and the run goes on.

        Args:
            timeout_s: how many seconds to wait; None for as long as it takes.

        Raises:
            TimeoutError: it has not ended by then. It goes on.
            DistilkitError: what `compare` raises.
        """
        return _waited(self, timeout_s)

    def __await__(self) -> Generator[Any, None, pd.DataFrame]:
        """Wait for the end in any event loop. Who is cancelled while waiting does not stop the run."""
        return _awaited(self, None).__await__()

    def told(self) -> str:
        """Return how it is doing in one line."""
        parts: list[str] = [self.state, self._seen.told()]
        if self.done:
            parts += [*_ended(self.df), f"{self._took_s:,.0f} s"]
        if self.error is not None:
            # A provider's words may be in it: nothing that a terminal would run, nor a turned direction.
            said = " ".join(plain(str(self.error)).split())
            parts.append(f"{type(self.error).__name__}: {said}"[:_LONGEST_ERROR])
        if self.state in {"stopped", "failed"}:
            parts.append("what is answered is kept, and the same call goes on from here")
        return " · ".join(parts)

    def shown_by(self, display: Callable[[], None]) -> None:
        """Let a notebook show it by more than a line; `display` raises NotImplementedError where the line will do."""
        self._display = display

    def __repr__(self) -> str:
        return f"<Run: {self.told()}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        shown = f'<div class="distilkit-run-line mathjax_ignore tex2jax_ignore">Run: {escape(self.told())}</div>'
        return {"text/plain": repr(self), "text/html": shown}

    def _ipython_display_(self) -> None:
        if self._display is None:
            raise NotImplementedError  # IPython then takes the line
        self._display()

    def _work(self, body: Body[pd.DataFrame]) -> None:
        try:
            frame, self._is_cut = self._driven(body)
            self._took_s = time.monotonic() - self._began
            self._result.set_result(frame)
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._took_s = time.monotonic() - self._began
            self._result.set_exception(error)

    def _driven(self, body: Body[pd.DataFrame]) -> tuple[pd.DataFrame, bool]:
        try:
            return stoppable(noticing(body), self._stop)
        except Stopped:
            return self._seen.frame(), True


def _ended(frame: pd.DataFrame) -> list[str]:
    """Say what became of the rows: how many failed, and what the answers cost this run."""
    import pandas as pd

    failed, billed = int(frame["error_kind"].notna().sum()), frame["billed_usd"].sum(skipna=False)
    cost = [] if not len(frame) else ["cost unknown"] if pd.isna(billed) else [f"${billed:,.4f}"]
    return [*([f"{failed:,} failed"] if failed else []), *cost]


def _wait(run: Run, timeout_s: float | None) -> Body[pd.DataFrame]:
    """Wait for a run to end, and return its frame; raises as `Run.result` does."""
    if timeout_s is not None and not (isinstance(timeout_s, int | float) and timeout_s >= 0):
        raise InputError(f"timeout_s= must be a number of seconds or None, not {timeout_s!r}")
    try:
        yield Step(_until_done(run, math.inf if timeout_s is None else time.monotonic() + timeout_s))
    except KeyboardInterrupt:
        say("Only the waiting was interrupted: the run goes on. run.stop() ends it, run.df has the rows so far.")
        raise
    if not run.done:
        raise TimeoutError(f"after {timeout_s} s the run still goes on: {run.told()}; run.df has the rows so far")
    if run.error is not None:
        raise run.error
    return run.df


async def _until_done(run: Run, until: float) -> None:
    while not run.done and time.monotonic() < until:  # noqa: ASYNC110 - it ends in another thread
        await asyncio.sleep(_LOOK_EVERY_S)


_waited = blocking(_wait)
_awaited = awaiting(_wait)
