"""The newest job in a thread of its own; what it overtook before it began is dropped. Knows nothing of the jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Latest:
    """Does what was asked for last.

    Args:
        rest_s: seconds to wait before each job: who types has not done typing.
    """

    def __init__(self, rest_s: float) -> None:
        self._lock = threading.Lock()
        self._rest = threading.Event()  # set when nothing more is wanted
        self._rest_s = rest_s
        self._job: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    def ask(self, job: Callable[[], None]) -> None:
        """Do this soon, in the place of what has not begun."""
        with self._lock:
            if self._rest.is_set():
                return
            self._job = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="distilkit-latest", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._rest.set()
            self._job = None

    def wait(self) -> None:
        """Wait until nothing is left to do."""
        while (thread := self._thread) is not None:
            thread.join(0.05)

    def _run(self) -> None:
        while True:
            self._rest.wait(self._rest_s)
            with self._lock:
                job, self._job = self._job, None
                if job is None:
                    self._thread = None
                    return
            try:
                job()
            except BaseException:
                with self._lock:
                    self._thread = None
                raise
