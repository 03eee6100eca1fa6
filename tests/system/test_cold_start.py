"""The first run of a process imports what takes seconds; nothing is counted against a limit before that is done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COLD = """
import json, sys
import distilkit as dk
from distilkit.profiles.profile import Profile, RateLimit
from distilkit.sim import Dials, Server

dials = Dials(latency_s=0.05, requests_per_minute=300, limit_style="bucket", burst_s=2)
with Server.start({"bench": dials}) as server:
    limits = RateLimit(requests_per_minute=300)
    profile = Profile(name="bench", provider="sim", model="bench", section="bench", base_url=server.url, sim=Dials(),
                      limits=limits, max_concurrency=64)
    frame = dk.compare([f"q {n}" for n in range(40)], profile, store=sys.argv[1], progress=False)
    print(json.dumps([len(frame), int(frame["error"].isna().sum()), server.stats()["statuses"]]))
"""


def test_a_cold_process_trips_no_limit(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", COLD, str(tmp_path)], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == [40, 40, {"200": 40}]
