"""A big run over a provider that fails in all its ways: every row comes out, and nothing is left behind.

30,000 rows, so that it ends in a minute; `benchmarks/many_rows.py` does 100,000 and prints the figures.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

ROWS = 30_000
FAULTS = "error_rate=0.02,drop_rate=0.02,malformed_rate=0.01,empty_choices_rate=0.01,missing_usage_rate=0.02"
# What a row takes for good: its values, the answer among them, and its key in the list of what was answered. Measured:
# 1.8 kB, of which the frame takes 1.1; a run that holds on to the replies takes 5 kB.
ROW_BYTES = 3_000
# What an allocator takes and gives back, whatever the run.
SLACK_BYTES = 8 * 2**20

# Any warning at all ends it with an error.
CHILD = """
import asyncio, json, os, sys, warnings
import psutil
import distilkit as dk
from distilkit._background import background_loop
from distilkit.profiles.profile import Profile, Retry
from distilkit.sim import Dials

url, folder, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
here = psutil.Process()
marks, ended = {}, 0

def listen(event):
    global ended
    if event.kind in {"answered", "failed"}:
        ended += 1
        if ended in {rows // 5, rows * 9 // 10}:
            marks[ended] = here.memory_info().rss

profile = Profile(name="bench", provider="sim", model="bench", section="bench", base_url=url, max_concurrency=64,
                  retry=Retry(backoff_s=0.1, max_attempts=3), sim=Dials())
prompts = [f"question {nth}: what is {nth} plus one?" for nth in range(rows)]
frame = dk.compare(prompts, profile, store=folder, progress=False, on_event=listen)

async def others():
    return [repr(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]

tasks = asyncio.run_coroutine_threadsafe(others(), background_loop()).result()
first, last = marks.values()
frame.to_pickle(folder + "/frame")
print(json.dumps({
    "as_asked": frame["prompt"].tolist() == prompts,
    "growth": last - first,
    "sockets": [str(each) for each in here.net_connections()],
    "tasks": tasks,
}))
"""


@dataclass(frozen=True)
class Ended:
    """A run that is over: what it says of itself, its frame, what it wrote on stderr, what the server counted."""

    said: dict[str, Any]
    frame: Any
    stderr: str
    stats: dict[str, Any]


@pytest.fixture(scope="module")
def run(simulate: Any, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    import pandas as pd

    server, folder = simulate(f"latency_s=0.02,{FAULTS}"), str(tmp_path_factory.mktemp("store"))
    command = [sys.executable, "-W", "error", "-c", CHILD, server.url, folder, str(ROWS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    frame = pd.read_pickle(f"{folder}/frame")  # noqa: S301 - our own file
    return Ended(json.loads(done.stdout.splitlines()[-1]), frame, done.stderr, server.settled())


def test_every_row_comes_out_answered_or_with_its_kind(run: Ended) -> None:
    frame = run.frame

    assert len(frame) == ROWS
    assert run.said["as_asked"]
    assert (frame["content"].notna() != frame["error_kind"].notna()).all()
    assert set(frame["error_kind"].dropna()) <= {"provider_error", "connection"}
    # Three attempts, of which 6 % fail: two rows in ten thousand have no luck at all.
    assert frame["error_kind"].notna().sum() <= 30
    # Faults did strike, each kind of them.
    assert run.stats["statuses"]["500"] > ROWS * 0.01
    assert run.stats["dropped"] > ROWS * 0.01
    assert ROWS * 0.01 < frame["output_tokens"].isna().sum() < ROWS * 0.03


def test_no_answer_is_asked_for_twice(run: Ended) -> None:
    assert run.stats["answered_more_than_once"] == 0
    assert run.stats["requests"] <= 1.1 * ROWS


def test_the_memory_holds_rows_and_no_replies(run: Ended) -> None:
    assert run.said["growth"] <= 0.7 * ROWS * ROW_BYTES + SLACK_BYTES


def test_no_socket_and_no_task_is_left(run: Ended) -> None:
    assert run.said["sockets"] == []
    assert run.said["tasks"] == []


def test_no_warning_and_no_word_on_the_error_stream(run: Ended) -> None:
    assert run.stderr == ""
