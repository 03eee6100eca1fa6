"""Peak memory of `compare` at 100,000 rows, sent and then from the store, each in a process of its own.

The sending goes through the engine and the store with a local stand-in for the network, so that what is measured is
ours: plan, concurrency, records, rows, frame.

    python benchmarks/memory.py [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any


def main() -> None:
    """Run both phases and print peak resident memory."""
    options = _options()
    if options.phase:
        print(json.dumps(_run(options.phase, options.folder, options.rows)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(f"{options.rows:,} rows{'':<12}{'peak MB':>10}{'frame MB':>10}{'CPU s':>10}")
        for phase in ("import", "send", "store"):
            command = [sys.executable, __file__, "--rows", str(options.rows), "--phase", phase, "--folder", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            figures = json.loads(done.stdout.splitlines()[-1])
            print(f"{phase:<24}{figures['peak']:>10.0f}{figures['frame']:>10.0f}{figures['cpu']:>10.1f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--phase", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(phase: str, folder: str, rows: int) -> dict[str, float]:
    before = time.process_time()
    import pandas as pd

    import distilkit as dk

    frame = pd.DataFrame()
    if phase != "import":
        prompts = [f"Problem {nth}: what is {nth} plus one?" for nth in range(rows)]
        cache: Any = "use" if phase == "send" else "only"
        frame = dk.compare(prompts, "sim/small", store=folder, cache=cache, send=_answer)
        assert len(frame) == rows
        assert frame["error"].isna().all()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = frame.memory_usage(deep=True).sum() / 2**20
    return {"peak": peak, "frame": float(held), "cpu": time.process_time() - before}


async def _answer(call: Any) -> Any:
    from distilkit.calls import Record

    message = {"role": "assistant", "content": "They pay in the end. " * 20 + call.prompt}
    usage = {"prompt_tokens": 20, "completion_tokens": 90}
    body = {"model": "stand-in", "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
    return Record(provider="sim", raw=body, latency_s=0.1, created_at=time.time())


if __name__ == "__main__":
    main()
