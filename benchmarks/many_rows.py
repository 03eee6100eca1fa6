"""A big run over a provider that fails in all its ways: rows, seconds, peak memory, requests, sockets left.

One process asks a simulator in another; 8 % of the attempts fail or come damaged: status 500, a dropped connection,
torn JSON, an empty list of choices, no usage. Printed: what became of the rows, how much memory the run took at its
peak, how much it grew between 20 % and 90 % of the rows (and what the frame takes), how many requests the server saw,
and what is left open when the run is over.

    python benchmarks/many_rows.py [--rows 100000] [--in-flight 64] [--latency 0.02]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import ProxyHandler, build_opener

FAULTS = "error_rate=0.02,drop_rate=0.02,malformed_rate=0.01,empty_choices_rate=0.01,missing_usage_rate=0.02"
# A proxy of the machine has no business with loopback.
_open = build_opener(ProxyHandler({})).open


def main() -> None:
    """Run it in a process of its own and print the table."""
    options = _options()
    if options.url:
        print(json.dumps(_measured(options)))
        return
    with _simulator(options.latency) as url:
        command = [sys.executable, "-W", "error", __file__, "--url", url, "--rows", str(options.rows)]
        done = subprocess.run(
            [*command, "--in-flight", str(options.in_flight)], stdout=subprocess.PIPE, text=True, check=True
        )
        with _open(f"{url.removesuffix('/v1')}/stats") as reply:
            stats = json.load(reply)
    _print(json.loads(done.stdout.splitlines()[-1]), stats)


def _print(figures: dict[str, Any], stats: dict[str, Any]) -> None:
    rows, seconds = figures["rows"], figures["seconds"]
    statuses = ", ".join(f"{status}: {times:,}" for status, times in stats["statuses"].items())
    print(f"rows              {rows:,}, failed {figures['failed']}")
    print(f"seconds           {seconds:.1f}, {rows / seconds:,.0f} rows a second")
    print(f"CPU               {figures['cpu_s'] * 1000 / rows:.2f} ms a row")
    print(f"peak memory       {figures['peak_mb']:,.0f} MB")
    print(
        f"20 % to 90 %      {figures['growth_mb']:,.0f} MB more; the frame takes {figures['frame_mb']:,.0f} MB in all"
    )
    print(f"requests          {stats['requests']:,} ({statuses}; dropped: {stats['dropped']:,})")
    print(f"left open         {figures['sockets']} sockets, {figures['tasks']} tasks")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _simulator(latency_s: float) -> Iterator[str]:
    model = f"bench:latency_s={latency_s},{FAULTS}"
    command = [sys.executable, "-m", "distilkit.sim", "--port", "0", "--model", model]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield next(word for word in server.stdout.readline().split() if word.startswith("http"))
    finally:
        server.terminate()
        server.communicate()


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    """Ask every prompt, and return the figures as JSON types."""
    import distilkit as dk
    from distilkit.profiles.profile import Profile, Retry
    from distilkit.sim import Dials

    profile = Profile(
        name="bench",
        provider="sim",
        model="bench",
        section="bench",
        base_url=options.url,
        max_concurrency=options.in_flight,
        retry=Retry(backoff_s=0.1),
        sim=Dials(),
    )
    memory = Memory(options.rows)
    prompts = [f"question {nth}: what is {nth} plus one?" for nth in range(options.rows)]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        frame = dk.compare(prompts, profile, store=folder, progress=False, on_event=memory.listen)
    seconds = time.perf_counter() - began
    assert frame["prompt"].tolist() == prompts
    assert (frame["content"].notna() | frame["error_kind"].notna()).all()
    return {
        "rows": len(frame),
        "failed": frame["error_kind"].value_counts().to_dict(),
        "seconds": seconds,
        "cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "growth_mb": memory.growth / 2**20,
        "frame_mb": float(frame.memory_usage(deep=True).sum()) / 2**20,
        **_left_open(),
    }


class Memory:
    """The resident memory of this process at 20 % and at 90 % of the rows, in bytes."""

    def __init__(self, rows: int) -> None:
        self._ended = 0
        self._marks = {rows // 5: 0, rows * 9 // 10: 0}

    def listen(self, event: Any) -> None:
        """Look at the memory when so many rows are done."""
        if event.kind in {"answered", "failed"}:
            self._ended += 1
            if self._ended in self._marks:
                import psutil

                self._marks[self._ended] = psutil.Process(os.getpid()).memory_info().rss

    @property
    def growth(self) -> int:
        """What was added between the two."""
        first, last = self._marks.values()
        return last - first


def _left_open() -> dict[str, int]:
    import psutil

    from distilkit._background import background_loop

    loop = background_loop()

    async def others() -> int:
        return len(asyncio.all_tasks()) - 1

    tasks = asyncio.run_coroutine_threadsafe(others(), loop).result()
    return {"sockets": len(psutil.Process().net_connections()), "tasks": tasks}


if __name__ == "__main__":
    main()
