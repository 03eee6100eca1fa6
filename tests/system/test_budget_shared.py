"""Dollars and several processes: the same question is paid for once, and a day's budget holds for all together."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import distilkit as dk

PROCESSES, ROWS = 4, 60
# A token costs a tenth of a cent, so that an answer of 50 tokens is worth counting.
PRICE, MAX_TOKENS = "1000", 150
# The most one call can cost: its answer, and each byte of its question and of what may be written around it.
WORST_USD = (MAX_TOKENS + 400) * 0.001


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "store")


def test_two_processes_with_the_same_questions_in_flight_pay_once(
    nursery: Any, simulate: Any, new_job: Any, store: str
) -> None:
    server = simulate("latency_s=0.2,jitter=0.5")
    prompts = [f"question {nth}?" for nth in range(200)]
    job = new_job(
        url=server.url, prompts=prompts, asking={"store": store}, price=PRICE, not_before=time.monotonic() + 0.5
    )

    children = [nursery.start(job) for _ in range(2)]
    frames = [child.frame() for child in children]

    stats = server.stats()
    assert stats["answers"] == stats["requests"] == 200
    both = pd.concat(frames)
    assert both["error"].isna().all()
    assert both["billed_usd"].sum() == pytest.approx(frames[0]["cost_usd"].sum())
    # Otherwise they did not meet, and the test shows nothing.
    assert any(each.reason == "another run asks the same" for child in children for each in child.events("waiting"))


def test_four_processes_keep_one_daily_budget_and_more_dollars_answer_the_rest(
    nursery: Any, simulate: Any, new_job: Any, store: str
) -> None:
    server = simulate("latency_s=0.05,jitter=0.5")
    daily = 5.0
    start = time.monotonic() + 0.5

    def job(process: int, dollars: float) -> Any:
        return new_job(
            url=server.url,
            prompts=[f"process {process}, question {nth}?" for nth in range(ROWS)],
            asking={"store": store, "budget": {"daily": dollars}},
            price=PRICE,
            params={"max_tokens": MAX_TOKENS},
            not_before=start,
        )

    def together(dollars: float) -> pd.DataFrame:
        children = [nursery.start(job(process, dollars)) for process in range(PROCESSES)]
        return pd.concat([child.frame() for child in children])

    first = together(daily)
    spent = dk.spend(store, by="total")["cost_usd"].item()
    rest = together(1_000.0)

    refused = first["error_kind"].notna()
    assert set(first.loc[refused, "error_kind"]) == {"budget"}
    assert len(first) == PROCESSES * ROWS
    # Less is left over than one call can cost: what was held and not used was given back.
    assert daily - WORST_USD < spent <= daily
    assert first["billed_usd"].sum() == pytest.approx(spent)
    assert server.stats()["answers"] == PROCESSES * ROWS
    assert rest["error"].isna().all()
    assert rest["from_store"].sum() == (~refused).sum()
    assert dk.spend(store, by="total")["cost_usd"].item() == pytest.approx(rest["cost_usd"].sum())
