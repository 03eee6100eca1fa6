"""A run that is killed pays for nothing twice: real processes, SIGKILL, counted at the server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import distilkit as dk
from distilkit.profiles.profile import Profile
from distilkit.sim import Dials, Server

COUNT = 2_000
IN_FLIGHT = 50

CHILD = """
import sys, distilkit as dk
from distilkit.profiles.profile import Profile
from distilkit.sim import Dials
url, folder, count, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
profile = Profile(name="bench", provider="sim", model="bench", section="bench", base_url=url, max_concurrency=in_flight,
                  sim=Dials(latency_s=0.02, jitter=0))
shown = lambda event: event.kind == "answered" and print(event.key, flush=True)
dk.compare([f"question {n}" for n in range(count)], profile, store=folder, on_event=shown, progress=False)
"""


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_killed_in_the_middle_and_run_again_nothing_answered_is_sent_again(tmp_path: Path, share: float) -> None:
    with Server.start({"bench": Dials(latency_s=0.02, jitter=0)}) as server:
        command = [sys.executable, "-c", CHILD, server.url, str(tmp_path / "store"), str(COUNT), str(IN_FLIGHT)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            acknowledged = [child.stdout.readline().strip() for _ in range(int(COUNT * share))]
            os.kill(child.pid, signal.SIGKILL)
            acknowledged += [line.strip() for line in child.stdout.read().splitlines() if len(line.strip()) == 64]
        time.sleep(0.2)  # the server may still be answering what was in flight
        answered_before = server.stats()["answers"]

        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)

        answered = server.stats()["answers"]

    assert answered_before < COUNT
    assert answered - COUNT <= IN_FLIGHT, "more was sent twice than had been in flight"
    profile = Profile(
        name="bench", provider="sim", model="bench", section="bench", base_url=server.url, sim=Dials(latency_s=0.02)
    )
    questions = [f"question {n}" for n in range(COUNT)]
    frame = dk.compare(questions, profile, store=tmp_path / "store", cache="only")
    assert frame["error"].isna().all()
    assert set(acknowledged) <= set(frame["key"])


def test_two_processes_share_a_store_and_lose_nothing(tmp_path: Path) -> None:
    with Server.start({"bench": Dials(latency_s=0.02, jitter=0)}) as server:
        command = [sys.executable, "-c", CHILD, server.url, str(tmp_path / "store"), "300", "20"]
        children = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
        assert [child.wait(timeout=120) for child in children] == [0, 0]

    with dk.Store(tmp_path / "store") as store:
        assert len(list(store.entries())) == 300
        assert store.verify() == []


NO_LITELLM = """
import json, sys, distilkit as dk
frame = dk.compare(["a?", "b?"], "sim/small", store=sys.argv[1], cache="only")
dk.summarize(frame)
slow = [name for name in ("litellm", "aiohttp", "matplotlib", "openai") if name in sys.modules]
print(json.dumps([frame["error"].isna().all().item(), slow]))
"""


def test_a_run_from_the_store_imports_nothing_that_sends(tmp_path: Path) -> None:
    dk.compare(["a?", "b?"], "sim/small", store=tmp_path / "store")

    done = subprocess.run(
        [sys.executable, "-c", NO_LITELLM, str(tmp_path / "store")], capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout) == [True, []]
