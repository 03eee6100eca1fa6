"""A process that has paid for its imports, and forks one that asks by batches for each job on its standard input.

Run as a script; a job is a line of JSON. `Nursery` in `test_batch_kills.py` says what stands in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from distilkit.batching.running import send_batches
from distilkit.engine.events import Event
from distilkit.frame import Rows
from distilkit.planning import plan
from distilkit.profiles import Budget
from distilkit.profiles.profile import Price, Profile
from distilkit.profiles.secrets import Secret
from distilkit.prompts import to_prompts
from distilkit.provider.batches import client as _warm_client  # noqa: F401 - imported before the fork
from distilkit.provider.library import library
from distilkit.sending import Plan
from distilkit.serving import serve
from distilkit.store import Store


def main() -> None:
    """Warm up, then fork for every line."""
    library()
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


def _work(job: dict[str, Any]) -> None:
    out = Path(job["out"])
    try:
        pickled = pickle.dumps(_run(job))
    except BaseException:  # noqa: BLE001 - whatever it was, the test wants to read it
        out.with_suffix(".failed").write_text(traceback.format_exc(), encoding="utf-8")
        os._exit(1)
    partial = out.with_suffix(".partial")
    partial.write_bytes(pickled)
    partial.rename(out)
    os._exit(0)


def _run(job: dict[str, Any]) -> pd.DataFrame:
    calls = plan(to_prompts(job["prompts"], template=None, system=None)[0], [_profile(job)], params={}, samples=1)
    rows, tell, clock = Rows(calls), _listener(job), _Clock(job["speed"])
    with Store(job["store"]) as store:
        misses = serve(calls, store, rows.settle, tell, "use")
        if misses:
            made = Plan(calls=misses, store=store, budget=Budget(), send=None)
            asyncio.run(send_batches(made, rows.settle, tell, wall=clock.now, sleep=clock.sleep))
    return rows.frame()


class _Clock:
    """Time that passes so many times as fast: two minutes of certainty are not waited for."""

    def __init__(self, speed: float) -> None:
        self._began, self._speed = time.time(), speed

    def now(self) -> float:
        return self._began + (time.time() - self._began) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


def _profile(job: dict[str, Any]) -> Profile:
    return Profile(
        name="p",
        provider=job["kind"],
        model="m-1",
        section="p",
        base_url=job["url"],
        api_key=Secret("canary-key-123456"),
        params={"max_tokens": 100},
        price=Price(input_per_million=Decimal(10), output_per_million=Decimal(20)),
    )


def _listener(job: dict[str, Any]) -> Callable[[Event], None]:
    """Stop for good after so many answers, with all that was kept until then; a file says that it is so."""
    answered = 0

    def listen(event: Event) -> None:
        nonlocal answered
        answered += event.kind == "answered"
        if job["stop_after"] and answered == job["stop_after"]:
            Path(job["out"]).with_suffix(".stopped").touch()
            time.sleep(3_600)

    return listen


if __name__ == "__main__":
    main()
