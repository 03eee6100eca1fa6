"""Serving simulated models from a terminal until told to stop.

Knows signals and the one line that is printed; knows nothing of command lines.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from distilkit.sim.server import Server
from distilkit.sim.spec import Dials

DEFAULT_MODELS: Mapping[str, Dials] = {
    "small": Dials(skill=0.55, latency_s=0.02),
    "medium": Dials(skill=0.78, thinking="tags", latency_s=0.05),
    "large": Dials(skill=0.95, thinking="reasoning_content", thinking_tokens=160, verbosity=2.0, latency_s=0.15),
}
"""What is served where nobody says what: cheap and quick, middling, good and slow."""


def serve_forever(models: Mapping[str, Dials], port: int) -> None:
    """Serve until SIGINT or SIGTERM, from the main thread. Prints one line when it is ready.

    Raises:
        OSError: the port is taken, or may not be used.
    """
    try:
        with _interruptible(), Server.start(models, port) as server:
            sys.stdout.write(f"simulated models on {server.url} (a simulation: no real model answers)\n")
            sys.stdout.flush()
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        return


@contextmanager
def _interruptible() -> Iterator[None]:
    """Make both signals a KeyboardInterrupt; a shell starts background jobs with SIGINT ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
