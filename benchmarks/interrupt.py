"""Seconds from an interrupt to the finished rows in hand, at several moments of a run.

Each case runs in a process of its own, which interrupts itself when the run has come so far.

    python benchmarks/interrupt.py
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from typing import Any

# The moment to press: so many events of a kind, and then some seconds more.
CASES = {
    "LiteLLM's import": ("sent", 1, 0.3),
    "slow answers": ("answered", 1, 1.0),
    "a limit": ("answered", 20, 1.0),
    "many quick answers": ("answered", 500, 0.0),
}


def main() -> None:
    """Print one line a case."""
    if len(sys.argv) > 1:
        print(json.dumps(_interrupted(sys.argv[1])))
        return
    print(f"{'interrupted during':<24}{'seconds':>8}{'rows':>8}")
    for case in CASES:
        done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, check=True)
        seconds, rows = json.loads(done.stdout.splitlines()[-1])
        print(f"{case:<24}{seconds:>8.2f}{rows:>8}")


def _interrupted(case: str) -> tuple[float, int]:
    import distilkit as dk
    from distilkit.profiles.profile import Profile, RateLimit
    from distilkit.sim import Dials

    kind, count, after_s = CASES[case]
    dials = Dials(latency_s=2 if case == "slow answers" else 0.02, jitter=0)
    limits = RateLimit(requests_per_minute=20, burst_size=20) if case == "a limit" else RateLimit()
    profile = Profile(name="m", provider="sim", model="m", section="m", sim=dials, limits=limits)
    seen: Counter[str] = Counter()
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    def watch(event: Any) -> None:
        seen[event.kind] += 1
        if event.kind == kind and seen[kind] == count:
            threading.Timer(after_s, press).start()

    with tempfile.TemporaryDirectory() as folder:
        prompts = [f"question {n}" for n in range(20_000)]
        frame = dk.compare(prompts, profile, store=folder, progress=False, on_event=watch)
        return time.perf_counter() - pressed[0], len(frame)


if __name__ == "__main__":
    main()
