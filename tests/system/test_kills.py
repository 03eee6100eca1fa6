"""A killed process leaves nothing behind: its place, its claims and its dollars come back, and its answers are kept.

Real processes and SIGKILL, counted at the server. Times are bounded only where the other end of the scale is far away.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

# What the machine may take for what costs no waiting; without the guards it is half a minute, or for ever.
SOON_S = 8.0
# More rows than sixty short lives can answer, on a fast machine too.
ROWS, KILLS, IN_FLIGHT = 1_200, 60, 8
TIMES = ["created_at", "latency_s", "ttft_s"]


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "store")


def test_a_process_killed_in_line_holds_nobody_up(nursery: Any, simulate: Any, new_job: Any, store: str) -> None:
    """A large request waits for most of a minute, and the small ones behind it with it, until it is gone."""
    tokens = 6_000
    about = {
        "url": simulate("latency_s=0.01").url,
        "asking": {"store": store},
        "limits": {"tokens_per_minute": tokens},
    }
    filler = new_job(**about, prompts=["word " * int(tokens * 0.5)], params={"max_tokens": 10})
    nursery.run(filler)
    large = nursery.start(new_job(**about, prompts=["term " * int(tokens * 0.6)], params={"max_tokens": 10}))
    waits = large.until("waiting", reason="rate_limit")[0].wait_s
    small = nursery.start(new_job(**about, prompts=["small?"], params={"max_tokens": 10}))
    small.until("waiting", reason="rate_limit")
    time.sleep(1)
    assert not small.events("sent")

    large.kill()
    killed_at = time.monotonic()
    sent = small.until("sent", patience_s=waits)

    assert waits > 3 * SOON_S
    assert sent[0].at - killed_at < SOON_S
    assert small.frame()["error"].isna().all()


def test_a_question_in_flight_in_a_killed_process_is_asked_by_the_one_that_waits_for_it(
    nursery: Any, simulate: Any, new_job: Any, store: str
) -> None:
    job = new_job(url=simulate("latency_s=3,jitter=0").url, prompts=["same?"], asking={"store": store})
    first = nursery.start(job)
    first.until("sent")
    second = nursery.start(job)
    second.until("waiting", reason="another run asks the same")
    assert not first.events("answered")

    first.kill()
    killed_at = time.monotonic()

    assert second.until("sent", patience_s=30)[0].at - killed_at < SOON_S
    assert second.frame()["error"].isna().all()


def test_dollars_held_by_a_killed_process_can_be_spent_by_another(
    nursery: Any, simulate: Any, new_job: Any, store: str
) -> None:
    about = {
        "url": simulate("latency_s=3,jitter=0").url,
        "asking": {"store": store, "budget": {"daily": 1.5}},
        "price": "1000",
        "params": {"max_tokens": 900},
    }
    first = nursery.start(new_job(**about, prompts=["mine?"]))
    first.until("sent")
    second = nursery.start(new_job(**about, prompts=["yours?"]))
    second.until("waiting", reason="budget")
    assert not first.events("answered")

    first.kill()
    killed_at = time.monotonic()

    assert second.until("sent", patience_s=30)[0].at - killed_at < SOON_S
    assert second.frame()["error_kind"].isna().all()


def test_sixty_kills_bill_nothing_that_was_finished_and_end_in_the_same_frame(
    nursery: Any, simulate: Any, new_job: Any, store: str, tmp_path: Path
) -> None:
    prompts = [f"question {nth}?" for nth in range(ROWS)]
    about = {"prompts": prompts, "max_concurrency": IN_FLIGHT, "price": "10"}
    server, other = simulate("latency_s=0.2"), simulate("latency_s=0")
    job = new_job(**about, url=server.url, asking={"store": store})
    random = Random(7)
    finished: set[str] = set()
    in_flight = 0
    for _ in range(KILLS):
        child = nursery.start(job)
        _wait_for_a_point(child, random)
        child.kill()
        sent, answered = ({each.key for each in child.events(kind)} for kind in ("sent", "answered"))
        assert not sent & finished, "what was finished was sent again"
        finished |= answered
        in_flight += len(sent - answered)
    left = ROWS - len(finished)
    assert left > 0, "it was done before the last kill; kill earlier"
    last = nursery.run(job)
    stats = server.settled()
    whole = nursery.run(new_job(**about, url=other.url, asking={"store": str(tmp_path / "other")}))

    assert stats["answers"] - ROWS <= in_flight <= KILLS * IN_FLIGHT
    assert stats["answered_more_than_once"] <= in_flight
    assert last["error"].isna().all()
    again, once = (
        nursery.run(new_job(**about, url=other.url, asking={"store": each, "cache": "only"}))
        for each in (store, str(tmp_path / "other"))
    )
    pd.testing.assert_frame_equal(again.drop(columns=TIMES), once.drop(columns=TIMES))
    # What differs while a run lasts is where an answer came from, and so what it cost now.
    now = [*TIMES, "from_store", "billed_usd"]
    pd.testing.assert_frame_equal(last.drop(columns=now), whole.drop(columns=now))


def _wait_for_a_point(child: Any, random: Random) -> None:
    """Wait for any time at all in its start, or for its so-manieth answer."""
    if random.random() < 0.35:
        time.sleep(random.uniform(0, 0.4))
    else:
        child.until("answered", random.randrange(1, 8))
