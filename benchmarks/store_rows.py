"""Rows a second from the store: `compare` on answered prompts beside a plain sqlite3 read of the same bytes.

The store is filled once; then a fresh process runs `compare(cache="only")` over all prompts, twice: the first includes
importing pandas and opening the store, the second shows the rate once imported. Prints CPU seconds and ratios.

    python benchmarks/store_rows.py [--rows 10000]
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Fill a store, read it back in a fresh process, print the figures."""
    options = _options()
    if options.folder:
        print(json.dumps(_read(options.folder, options.rows)))
        return
    with tempfile.TemporaryDirectory() as folder:
        _fill(folder, options.rows)
        plain = min(_plain(folder) for _ in range(3))
        command = [sys.executable, __file__, "--rows", str(options.rows), "--folder", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
    first, again = figures["first"], figures["again"]
    print(f"{options.rows} rows from the store, frame included; CPU seconds")
    print(f"plain sqlite3 read of the same bytes  {plain:8.3f}   {options.rows / plain:>10,.0f} rows/s")
    print(f"fresh process, imports included       {first:8.3f}   {options.rows / first:>10,.0f} rows/s")
    print(f"once imported                         {again:8.3f}   {options.rows / again:>10,.0f} rows/s")
    print(f"ratio to the plain read               {again / plain:8.1f}")
    print(f"LiteLLM imported: {figures['litellm']}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _prompts(rows: int) -> list[str]:
    filler = "A shop sells pens at two dollars each and notebooks at three; somebody buys some of both. " * 3
    return [f"Problem {nth}. {filler}What do they pay?" for nth in range(rows)]


def _fill(folder: str, rows: int) -> None:
    import distilkit as dk

    answer = "They pay for each pen and each notebook, so the sum is what they pay in the end. " * 6
    records = [
        {"prompt": prompt, "content": f"{answer} {nth}", "input_tokens": 80, "output_tokens": 110, "latency_s": 0.5}
        for nth, prompt in enumerate(_prompts(rows))
    ]
    import pandas as pd

    dk.add_recorded(pd.DataFrame(records), "sim/small", store=folder)


def _plain(folder: str) -> float:
    before = time.process_time()
    (file,) = Path(folder).glob("*.db")
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT key, value FROM Cache").fetchall()
    assert rows
    return time.process_time() - before


def _read(folder: str, rows: int) -> dict[str, object]:
    prompts = _prompts(rows)
    before = time.process_time()
    import distilkit as dk

    frame = dk.compare(prompts, "sim/small", store=folder, cache="only")
    first = time.process_time() - before
    assert len(frame) == rows
    assert frame["content"].notna().all()
    before = time.process_time()
    dk.compare(prompts, "sim/small", store=folder, cache="only")
    return {"first": first, "again": time.process_time() - before, "litellm": "litellm" in sys.modules}


if __name__ == "__main__":
    main()
