"""Slow imports that an interrupt must not tear in two: a module that is half imported stays so for good.

Knows signals; knows nothing of what is imported.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C (and a notebook's stop button) back until the block is over, then let it through.

    Only the main thread is ever interrupted; in the others this does nothing.
    """
    held: list[int] = []
    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.getsignal(signal.SIGINT)
    if not callable(before):  # not the main thread, or interrupts are ignored or fatal anyhow
        yield
        return
    signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held:
            signal.raise_signal(signal.SIGINT)
