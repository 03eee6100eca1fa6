"""An outage costs time, not rows; and what did fail is asked again, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

ROWS = 400
# At 30 % failures the unluckiest of the rows fails some ten times in a row.
PATIENT = {"backoff_s": 0.05, "backoff_factor": 1.2, "max_attempts": 30}


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "store")


@pytest.mark.parametrize("processes", [1, 3])
def test_some_seconds_without_the_provider_cost_time_and_no_rows(
    nursery: Any, simulate: Any, new_job: Any, store: str, processes: int
) -> None:
    """One call's own attempts would end 4 s into the outage, and all of them together be twice the requests."""
    server = simulate("latency_s=0.2,outage_from_s=1.5,outage_until_s=7")
    rows = [[f"process {nth}, question {row}?" for row in range(ROWS // processes)] for nth in range(processes)]
    about = {"retry": {"backoff_s": 0.25}, "max_concurrency": 24 // processes, "not_before": time.monotonic() + 0.5}
    jobs = [new_job(url=server.url, prompts=own, asking={"store": store}, **about) for own in rows]

    frames = [child.frame() for child in [nursery.start(job) for job in jobs]]

    stats = server.stats()
    assert all(frame["error"].isna().all() for frame in frames)
    assert stats["statuses"].get("503", 0) > 0, "the outage found nobody asking"
    assert stats["answers"] == sum(map(len, rows))
    assert stats["requests"] <= 1.2 * ROWS


def test_only_what_failed_is_asked_again_and_what_was_never_asked_is_said_to_be_so(
    nursery: Any, simulate: Any, new_job: Any, store: str
) -> None:
    server = simulate("latency_s=0.02,error_rate=0.3")
    prompts = [f"question {nth}?" for nth in range(ROWS)]
    about = {"url": server.url, "retry": {"max_attempts": 1}}
    first = nursery.run(new_job(**about, prompts=prompts, asking={"store": store}))
    failed = int(first["error"].notna().sum())
    asked = server.stats()["requests"]
    more = [*prompts, "never asked?"]

    again = nursery.run(
        new_job(url=server.url, prompts=more, asking={"store": store, "only_failed": True}, retry=PATIENT)
    )

    assert 0.15 * ROWS < failed < 0.45 * ROWS
    assert set(first["error_kind"].dropna()) == {"provider_error"}
    stats = server.stats()
    assert failed <= stats["requests"] - asked <= 2 * failed
    assert stats["answers"] == ROWS
    assert stats["answered_more_than_once"] == 0
    assert again["error"].notna().tolist() == [False] * ROWS + [True]
    assert again["error"].iloc[-1].startswith("not sent: only_failed=True")


def test_a_frame_with_failures_is_completed_without_its_prompts(
    nursery: Any, simulate: Any, new_job: Any, store: str, tmp_path: Path
) -> None:
    server = simulate("latency_s=0.02,error_rate=0.3,seed=5")
    prompts = [f"question {nth}?" for nth in range(ROWS)]
    first = nursery.run(new_job(url=server.url, prompts=prompts, asking={"store": store}, retry={"max_attempts": 1}))
    asked = server.stats()["requests"]
    first.to_pickle(tmp_path / "first")

    whole = nursery.run(new_job(url=server.url, frame=str(tmp_path / "first"), asking={"store": store}, retry=PATIENT))

    failed = first["error"].notna()
    assert failed.any()
    assert whole["error"].isna().all()
    assert whole["prompt"].tolist() == prompts
    assert (whole["key"] == first["key"]).all()
    assert (whole.loc[~failed, "content"] == first.loc[~failed, "content"]).all()
    assert failed.sum() <= server.stats()["requests"] - asked <= 2 * failed.sum()
    assert server.stats()["answered_more_than_once"] == 0
