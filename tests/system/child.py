"""A process that has paid for its imports, and forks one that asks for each job it is given on its standard input.

Run as a script. LiteLLM's import takes seconds, and a test that kills sixty processes has no minute to wait for them.
A job is a line of JSON; `Job` in `conftest.py` says what stands in it.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

import distilkit as dk
from distilkit.engine.events import Event
from distilkit.profiles.profile import Price, Profile, RateLimit, Retry
from distilkit.sim import Dials, Server


def main() -> None:
    """Warm up, then fork for every line."""
    _warm_up()
    # What ends is taken away by the system: nobody here waits for it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _work(json.loads(line))
        _say(str(pid))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _warm_up() -> None:
    """Pay for what is imported on first use, LiteLLM's modules for a request among it."""
    with Server.start({"bench": Dials(latency_s=0)}) as server, tempfile.TemporaryDirectory() as folder:
        job = {"url": server.url, "limits": {"requests_per_minute": 60_000}, "max_concurrency": 1, "retry": {}}
        profile = profile_of({**job, "params": {"max_tokens": 100}, "price": "1"})
        dk.compare("warm?", profile, store=folder, budget=1, progress=False)


def _work(job: dict[str, Any]) -> None:
    """Do one job and end without the cleaning up that belongs to the parent."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = Path(job["out"])
    try:
        pickled = pickle.dumps(run(job))
    except BaseException:  # noqa: BLE001 - whatever it was, the test wants to read it
        out.with_suffix(".failed").write_text(traceback.format_exc(), encoding="utf-8")
        os._exit(1)
    # A name that appears only when all of it is there.
    partial = out.with_suffix(".partial")
    partial.write_bytes(pickled)
    partial.rename(out)
    os._exit(0)


def run(job: dict[str, Any]) -> pd.DataFrame:
    """Ask what the job says."""
    while time.monotonic() < job["not_before"]:
        time.sleep(0.001)
    asking: dict[str, Any] = {**job["asking"], "progress": False, "on_event": listener(job["log"])}
    profile = profile_of(job)
    if job["frame"] is not None:
        return dk.rerun(pd.read_pickle(job["frame"]), profiles=[profile], **asking)  # noqa: S301 - our own file
    return dk.compare(job["prompts"], profile, **asking)


def profile_of(job: dict[str, Any]) -> Profile:
    """Return the profile that asks the simulator of the test."""
    price = job["price"]
    return Profile(
        name="bench",
        provider="sim",
        model="bench",
        section="bench",
        base_url=job["url"],
        max_concurrency=job["max_concurrency"],
        limits=RateLimit(**job["limits"]),
        retry=Retry(**job["retry"]),
        params=job["params"],
        price=None if price is None else Price(input_per_million=Decimal(price), output_per_million=Decimal(price)),
        sim=Dials(),
    )


def listener(path: str) -> Callable[[Event], None]:
    """Write down what happens, line by line, unbuffered: a kill loses nothing."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def listen(event: Event) -> None:
        told = {"kind": event.kind, "key": event.key, "wait_s": event.wait_s, "reason": event.reason}
        os.write(file, json.dumps({"at": time.monotonic(), **told}).encode() + b"\n")

    return listen


if __name__ == "__main__":
    main()
