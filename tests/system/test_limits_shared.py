"""Eight processes under one account's limits: the limits hold together, nobody is refused, everybody gets a like share.

Two groups of eight run at once, each with an account and a store of its own: one with like numbers of workers, one with
unlike ones. Judged by the server's own count of any sixty seconds, so the run is longer than that.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

# An answer and its question take some 46 tokens: requests are the scarcer for the one group, tokens for the other.
LIMITS = {"alike": (900, 60_000), "unlike": (1_200, 42_000)}
PROCESSES = 8
LATENCY = {"latency_s": 0.3, "jitter": 0.5}
# As long as an answer takes at most, and as late as a request may arrive.
LATE_S = LATENCY["latency_s"] * (1 + LATENCY["jitter"]) + 0.4
# A minute's worth, and a ninth more, so that the window has to slide.
ROWS = 125
WORKERS = {"alike": [16] * PROCESSES, "unlike": [4, 32] * (PROCESSES // 2)}


@dataclass(frozen=True)
class Group:
    """What the server counted, when the word was given (Unix time), and each process's rows."""

    stats: dict[str, Any]
    began: float
    frames: Sequence[pd.DataFrame]


@pytest.fixture(scope="module")
def groups(nursery: Any, simulate: Any, new_job: Any, tmp_path_factory: Any) -> dict[str, Group]:
    told = {name: {"requests_per_minute": rpm, "tokens_per_minute": tpm} for name, (rpm, tpm) in LIMITS.items()}
    servers = {
        name: simulate(",".join(f"{dial}={value}" for dial, value in {**LATENCY, **own}.items()))
        for name, own in told.items()
    }
    start = time.monotonic() + 3
    began = time.time() + 3
    children = {
        name: [
            nursery.start(
                new_job(
                    url=servers[name].url,
                    prompts=[f"{name}, process {number}, question {nth}?" for nth in range(ROWS)],
                    asking={"store": str(store)},
                    limits=told[name],
                    max_concurrency=most,
                    not_before=start,
                )
            )
            for number, most in enumerate(WORKERS[name])
        ]
        for name in WORKERS
        for store in [tmp_path_factory.mktemp(name)]
    }
    frames = {name: [child.frame() for child in own] for name, own in children.items()}
    return {name: Group(servers[name].stats(), began, frames[name]) for name in WORKERS}


@pytest.mark.parametrize("name", WORKERS)
def test_no_minute_at_the_server_holds_more_than_the_limit_and_nobody_is_refused(
    groups: dict[str, Group], name: str
) -> None:
    stats, (rpm, tpm) = groups[name].stats, LIMITS[name]
    most = stats["most_per_minute"]["bench"]

    # A machine that stands still, server and all, holds requests up for longer than any client could know. Each of them
    # may cost one refusal a minute later; where nothing stood still, none is allowed.
    held_up = sum(int((frame["latency_s"] > LATE_S).sum()) for frame in groups[name].frames)
    assert stats["statuses"]["200"] == PROCESSES * ROWS
    assert stats["requests"] - PROCESSES * ROWS <= held_up, stats["statuses"]
    assert most["requests"] <= rpm
    assert most["tokens"] <= tpm
    # Otherwise the limits were not what held them back, and the test shows nothing.
    assert max(most["requests"] / rpm, most["tokens"] / tpm) > 0.9


@pytest.mark.parametrize("name", WORKERS)
def test_every_process_gets_a_like_share(groups: dict[str, Group], name: str) -> None:
    group = groups[name]
    ended = [frame["created_at"].max() for frame in group.frames]
    half = min(ended) - (min(ended) - pd.Timestamp(group.began, unit="s", tz="UTC")) / 2

    counts = [int((frame["created_at"] < half).sum()) for frame in group.frames]

    assert all(frame["error"].isna().all() for frame in group.frames)
    assert sum(counts) ** 2 / (PROCESSES * sum(count**2 for count in counts)) >= 0.95, counts
