"""What Ctrl-C, or a notebook's stop button, does while a verb runs: the first is raised, the next only hurry.

Whoever presses once more is impatient, and still wants the rows that are finished. So a second interrupt is never
raised in the midst of cleaning up. Knows signals; knows nothing of what runs.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any

# Its handler for a cell that awaits something only asks the cell's loop, which a verb that blocks keeps busy.
_KERNEL = "ipykernel."


class Stopped(KeyboardInterrupt):
    """What a body is told in place of an interrupt where its run was stopped in another way: nobody pressed a key."""


class Presses:
    """The interrupts of one verb in the main thread. In other threads, and under somebody's own handler, nothing.

    Attributes:
        armed: whether the next interrupt is raised. It disarms.
        further: whether there was another one since.
    """

    def __init__(self) -> None:
        self.armed = False
        self.further = False
        self._before: Any = None

    def take(self) -> None:
        """Hear interrupts, from now until `give_back`, and arm."""
        if threading.current_thread() is not threading.main_thread():
            return
        before = signal.getsignal(signal.SIGINT)
        if _is_replaceable(before):
            self._before = before
            signal.signal(signal.SIGINT, self.hear)
        self.armed = True
        if self.further:  # one came in between
            self.arm()
            self.hear(signal.SIGINT, None)

    def give_back(self) -> None:
        """Let the handler that was there before hear interrupts again. Only while not armed."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None

    def arm(self) -> None:
        """Let the next interrupt be raised; those until now have done their part."""
        self.further = False
        self.armed = True

    def hear(self, _number: int, _frame: object) -> None:
        """Take an interrupt; what Python calls for a signal."""
        if not self.armed:
            self.further = True
            return
        self.armed = False
        raise KeyboardInterrupt

    def has_further(self) -> bool:
        """Say whether somebody pressed again since the last one was raised."""
        return self.further


def _is_replaceable(handler: Any) -> bool:
    """Say whether a handler does no more than to raise, or to cancel a notebook's cell."""
    return (
        handler is signal.default_int_handler
        or isinstance(getattr(handler, "__self__", None), Presses)
        or str(getattr(handler, "__module__", None)).startswith(_KERNEL)
    )


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let one more interrupt through while the caller's own code is at work, which may take any time."""
    presses = None
    if threading.current_thread() is threading.main_thread():
        presses = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    if not isinstance(presses, Presses) or presses.armed:
        yield
        return
    presses.arm()
    try:
        yield
    finally:
        presses.armed = False
