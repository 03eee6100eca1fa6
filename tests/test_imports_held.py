"""An interrupt during a slow import waits for it, and is not lost."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from distilkit._imports import uninterrupted

TORN = """
import os, signal, sys, threading, time
import distilkit as dk
threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    dk.compare
    time.sleep(30)
except KeyboardInterrupt:
    print("interrupted")
frame = dk.compare(["one"], ["sim/small"], store=sys.argv[1], progress=False)
print(len(frame))
"""


def test_an_interrupt_comes_after_the_block() -> None:
    steps: list[str] = []

    def work() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            steps.append("finished")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert steps == ["finished"]


def test_without_an_interrupt_the_handler_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)

    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not before

    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_nothing_is_changed() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def inside() -> None:
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()

    assert seen == [before]


def test_what_was_being_imported_works_after_an_interrupt(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TORN, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stdout.split() == ["interrupted", "1"], done.stderr
