"""A budget for the run holds over both rounds; where nobody knows what the first one cost, there is no second."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from distilkit.errors import ProviderError
from distilkit.progress import RunWarning

Ask = Callable[..., pd.DataFrame]
Make = Callable[..., Any]

# Ten tokens in at $1, five out at $2 a million; held for a call: at most 100 out, and what the question takes.
COST = Decimal("0.00002")
BOUND = {"max_tokens": 100}


def test_the_second_round_has_what_the_first_has_left(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str, good: str
) -> None:
    send = script(bad, good)

    row = ask(bill, profile(params=BOUND), send=send, budget={"run": "0.0016", "alert_at": 1}).iloc[0]
    spent = row["billed_usd"]

    assert len(send.calls) == 2
    assert row["parsed"].total == 3
    assert spent == pytest.approx(float(2 * COST))


def test_a_repair_that_does_not_fit_the_budget_is_not_sent(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str
) -> None:
    # A call costs all that was held for it, so that nothing is left.
    send = script(bad, usage={"prompt_tokens": 1_300, "completion_tokens": 100})

    row = ask(bill, profile(params=BOUND), send=send, budget={"run": "0.0016", "alert_at": 1}).iloc[0]

    assert len(send.calls) == 1
    assert row["content"] == bad
    assert "the repair failed: budget: " in row["schema_error"]
    assert row["billed_usd"] == pytest.approx(0.0015)


def test_a_section_has_what_is_left_of_its_own_share(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str
) -> None:
    send = script(bad, usage={"prompt_tokens": 1_300, "completion_tokens": 100})

    row = ask(
        bill, profile(params=BOUND), send=send, budget={"providers": {"p": {"run": "0.0016"}}, "alert_at": 1}
    ).iloc[0]

    assert len(send.calls) == 1
    assert "p's budget of this run" in row["schema_error"]


def test_an_unknown_cost_ends_a_run_with_a_budget(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str, good: str
) -> None:
    send = script(bad, good, usage=None)

    row = ask(bill, profile(params=BOUND), send=send, budget="1").iloc[0]

    assert len(send.calls) == 1
    assert "not repaired: what the first answers cost is not known" in row["schema_error"]
    assert ask(bill, profile(params=BOUND), send=script(good))["parsed"][0].total == 3


def test_a_request_that_timed_out_may_have_been_billed(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str, good: str
) -> None:
    late = ProviderError("late", kind="timeout", provider="custom_openai", retryable=False)
    send = script(late, bad, good)

    frame = ask(bill, profile(params=BOUND, max_concurrency=1), prompts=["a", "b"], send=send, budget="1")

    assert len(send.calls) == 2
    assert frame["error_kind"].tolist() == ["timeout", pd.NA]
    assert "not repaired" in frame["schema_error"][1]


def test_a_refusal_stays_where_there_is_no_money_for_words(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make
) -> None:
    dear = {"prompt_tokens": 4_400, "completion_tokens": 5}
    send = script(refusal(), good, usage=dear)
    stubborn = profile(params=BOUND, max_concurrency=1, structured_output="schema")

    with pytest.warns(RunWarning, match="asked for in words"):
        frame = ask(bill, stubborn, prompts=["a", "b"], send=send, budget={"run": "0.0046", "alert_at": 1})

    assert len(send.calls) == 2
    assert frame["error_kind"].tolist() == ["invalid_request", pd.NA]
    assert frame["parsed"][1].total == 3


def test_a_day_is_counted_by_the_ledger(ask: Ask, script: Make, profile: Make, bill: Any, bad: str, good: str) -> None:
    send = script(bad, good, usage=None)

    frame = ask(bill, profile(params=BOUND), send=send, budget={"daily": 1})

    assert frame["parsed"][0].total == 3
