"""Several processes with one store under one provider's limits: do the limits hold together, and is all of them used?

Each process runs `compare` over prompts of its own, told the limits that the simulator enforces for all together.
Printed: the busiest sliding minute that the server let in, and what it refused; how evenly the processes came along by
half time (Jain's index: 1 is even, 1/N is one process doing everything); and the share of the limit that was used
between a quarter and three quarters of the run.

    python benchmarks/shared_limits.py [--processes 8] [--prompts 1600] [--scale 1] [--dials NAME=VALUE,...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers import served, workload

WORKER = Path(__file__).parent / "peers" / "run_share.py"


@dataclass(frozen=True)
class Row:
    """An answered prompt: when (seconds since 1970), and the tokens it took."""

    at: float
    tokens: int


def main() -> None:
    """Run the processes together and print what the server and they themselves saw."""
    options = _options()
    limits = served.Limits.scaled(options.scale, options.dials)
    with tempfile.TemporaryDirectory() as folder, served.simulator(None) as warm_url, served.simulator(limits) as url:
        began, shares = _together(options, limits.told(url, warm_url, options.prompts), folder)
        counted = served.stats(url)
    _print(options, limits, counted, began, shares)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--prompts", type=int, default=1_600, help="of all processes together")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies both limits, for a quicker look")
    parser.add_argument("--limit-s", type=float, default=900.0, help="the processes are ended after so many seconds")
    parser.add_argument("--dials", default="", help="further dials of the simulator")
    return parser.parse_args()


def _together(options: argparse.Namespace, told: workload.Told, folder: str) -> tuple[float, list[list[Row]]]:
    """Start all processes, let them go at once, and return when that was, and the rows of each."""
    variables = {"STORE": folder, "PROCESSES": str(options.processes)}
    processes = [_started(told, {**variables, "SHARE": str(nth)}) for nth in range(options.processes)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"  # what is imported on first use is paid for
        began = time.time()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return began, [_rows(process, began + options.limit_s) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _started(told: workload.Told, variables: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, str(WORKER), *workload.arguments(told)]
    environment = {**os.environ, **variables}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def _rows(process: subprocess.Popen[str], until: float) -> list[Row]:
    """Return what a process reports; nothing where it did not finish."""
    try:
        said, _ = process.communicate(timeout=max(0.0, until - time.time()))
    except subprocess.TimeoutExpired:
        return []
    return [Row(*row) for row in json.loads(said.splitlines()[-1])] if process.returncode == 0 else []


def _print(
    options: argparse.Namespace,
    limits: served.Limits,
    counted: dict[str, Any],
    began: float,
    shares: Sequence[Sequence[Row]],
) -> None:
    rows = [row for share in shares for row in share]
    print(f"{options.processes} processes, {options.prompts:,} prompts, {len(rows):,} rows in hand")
    if unfinished := sum(not share for share in shares):
        print(f"{unfinished} processes failed, or were ended after {options.limit_s:.0f} s, and are not counted below")
    busiest = counted["most_per_minute"][workload.MODEL]
    print(f"busiest minute let in   {busiest['requests']:,} of {limits.requests_per_minute:,} requests,", end=" ")
    print(f"{busiest['tokens']:,} of {limits.tokens_per_minute:,} tokens")
    print(f"429s                    {served.refused(counted):,} of {counted['requests']:,} requests")
    if not rows:
        return
    took = max(row.at for row in rows) - began
    tokens = sum(row.tokens for row in rows)
    least = limits.least_s(len(rows), tokens)
    half = [sum(row.at < began + took / 2 for row in share) for share in shares]
    print(f"seconds                 {took:.1f}, {took / least:.3f} of the least possible {least:.1f}")
    print(f"rows at half time       {half}, Jain's index {jain(half):.4f}")
    used = _used(rows, limits, began + took / 4, took / 2)
    print(f"limit used              {used:.4f} in the middle half of the run")


def jain(counts: Sequence[float]) -> float:
    """Return Jain's index of fairness.

    >>> jain([5, 5, 5, 5]), jain([20, 0, 0, 0])
    (1.0, 0.25)
    """
    squares = sum(count**2 for count in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 1.0


def _used(rows: Sequence[Row], limits: served.Limits, start: float, length_s: float) -> float:
    """Return the share of the scarcer limit that was used in a stretch of time, by when the answers came."""
    within = [row for row in rows if start <= row.at < start + length_s]
    return limits.least_s(len(within), sum(row.tokens for row in within)) / length_s


if __name__ == "__main__":
    main()
