"""Seconds for a frontier of many models on many prompts, beside a plain bootstrap in a Python loop.

The loop draws the items of one replicate, takes every model's mean score and mean dollars of them, and compares each
pair of models: what a person writes first. It runs on fewer replicates (--loop), and its time is scaled up to as many
as the frontier makes. The frontier's time is all of `frontier()`: reading the frame, intervals of quality, dollars and
dollars a success, and the chance of each model. CPU seconds, once everything is imported; the peak is the process's.

    python benchmarks/frontier.py [--models 20] [--items 2000] [--replicates 10000] [--loop 20]
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pandas as pd

from distilkit.analysis.worth.frontier import frontier

_Made = TypeVar("_Made")


def main() -> None:
    """Make the answers, time both, print the figures."""
    options = _options()
    frame = _answers(options.models, options.items)
    frontier(frame.head(100), "right", replicates=100)
    ours, table = _timed(lambda: frontier(frame, "right", replicates=options.replicates))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    some, shares = _timed(lambda: _loop(frame, options.loop))
    loop = some * options.replicates / options.loop
    assert table.set_index("profile")["p_frontier"].sub(pd.Series(shares)).abs().max() < 0.5
    print(f"{options.models} models, {options.items} prompts, {options.replicates} replicates; CPU seconds")
    print(f"frontier()                             {ours:8.2f}   peak {peak_mb:,.0f} MB")
    print(f"a Python loop, scaled from {options.loop:>4} of them  {loop:8.2f}")
    print(f"ratio of the loop to frontier()        {loop / ours:8.1f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--items", type=int, default=2_000)
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--loop", type=int, default=20)
    return parser.parse_args()


def _answers(models: int, items: int) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    rows = models * items
    dearness, skill = generator.random((2, models))
    return pd.DataFrame(
        {
            "profile": np.repeat([f"model {nth}" for nth in range(models)], items),
            "prompt_id": np.tile(np.arange(items), models),
            "right": generator.random(rows) < np.repeat(0.3 + 0.6 * skill, items),
            "cost_usd": generator.lognormal(np.repeat(-8 + 5 * dearness, items), 1),
        }
    )


def _timed(work: Callable[[], _Made]) -> tuple[float, _Made]:
    before = time.process_time()
    made = work()
    return time.process_time() - before, made


def _loop(frame: pd.DataFrame, replicates: int) -> pd.Series:
    """Return how often each model is not beaten, one replicate, model and pair at a time."""
    generator = np.random.default_rng(0)
    wide = {name: rows[["right", "cost_usd"]].to_numpy(dtype=float) for name, rows in frame.groupby("profile")}
    items = len(next(iter(wide.values())))
    kept = dict.fromkeys(wide, 0)
    for _ in range(replicates):
        drawn = generator.integers(0, items, size=items)
        means = {name: values[drawn].mean(axis=0) for name, values in wide.items()}
        for name, mine in means.items():
            kept[name] += not any(_beats(other, mine) for other in means.values())
    return pd.Series(kept) / replicates


def _beats(other: np.ndarray, mine: np.ndarray) -> bool:
    no_worse = other[0] >= mine[0] and other[1] <= mine[1]
    return bool(no_worse and (other[0] > mine[0] or other[1] < mine[1]))


if __name__ == "__main__":
    main()
