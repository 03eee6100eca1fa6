"""Two rounds at most: what fits stays, what does not is repaired once, and every row says what became of it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from distilkit.analysis.summary import summarize
from distilkit.calls import Call, Record
from distilkit.frame import COLUMNS
from distilkit.profiles import Route, Strategy
from distilkit.progress import RunWarning
from distilkit.scoring import apply

Ask = Callable[..., pd.DataFrame]
Make = Callable[..., Any]


def test_an_answer_that_fits_is_an_instance_of_the_model(ask: Ask, script: Make, bill: Any, good: str) -> None:
    send = script(good)

    frame = ask(bill, send=send)

    row = frame.iloc[0]
    assert list(frame.columns) == [*COLUMNS, "parsed", "schema_error"]
    assert isinstance(row["parsed"], bill)
    assert row["parsed"].items[0].prices == [1.5, 2.0]
    assert row["schema_error"] is pd.NA
    assert len(send.calls) == 1


def test_thinking_is_split_off_before_the_json_is_read(ask: Ask, script: Make, bill: Any, good: str) -> None:
    frame = ask(bill, send=script(f'<think>Maybe {{"total": 1}}?</think>\n{good}'))

    assert frame["parsed"][0].total == 3
    assert frame["thinking"][0] == 'Maybe {"total": 1}?'
    assert frame["content"][0] == good


def test_an_answer_that_does_not_fit_is_repaired_once(ask: Ask, script: Make, bill: Any, good: str, bad: str) -> None:
    send = script(bad, good)

    frame = ask(bill, send=send)

    row = frame.iloc[0]
    first, second = send.messages
    assert [message["role"] for message in second] == ["user", "assistant", "user"]
    assert second[:1] == first
    assert second[1]["content"] == bad
    assert "items.0.prices.0" in second[2]["content"]
    assert "total" in second[2]["content"]
    assert row["parsed"].total == 3
    assert (row["content"], row["key"]) == (good, send.calls[1].key)
    assert row["tried"] == "p: answered; repaired; p: answered"
    assert (row["input_tokens"], row["output_tokens"], row["attempts"], row["latency_s"]) == (20, 10, 2, 1.0)
    assert row["cost_usd"] == row["billed_usd"] == pytest.approx(2 * (10 + 5 * 2) / 1_000_000)


def test_what_one_of_two_answers_does_not_count_is_unknown(
    ask: Ask, script: Make, bill: Any, good: str, bad: str
) -> None:
    frame = ask(bill, send=script(bad, good, usage=None))

    assert frame["cost_usd"].isna().all()
    assert frame["input_tokens"].isna().all()


def test_an_answer_that_is_still_wrong_is_a_row_with_the_reason(ask: Ask, script: Make, bill: Any, bad: str) -> None:
    send = script(bad, "I cannot.")

    row = ask(bill, send=send).iloc[0]

    assert len(send.calls) == 2
    assert row["parsed"] is pd.NA
    assert row["schema_error"] == "the answer holds no JSON"
    assert row["content"] == "I cannot."
    assert row["error_kind"] is pd.NA
    assert row["tried"] == "p: answered; repair does not fit; p: answered"


def test_a_repair_that_fails_leaves_the_answer_there_was(
    ask: Ask, script: Make, bill: Any, bad: str, refusal: Make
) -> None:
    row = ask(bill, send=script(bad, refusal("authentication", "no"))).iloc[0]

    assert row["content"] == bad
    assert row["error_kind"] is pd.NA
    assert row["schema_error"].endswith("the repair failed: authentication: no")
    assert row["tried"] == "p: answered; repair failed; p: authentication 400"
    assert row["attempts"] == 2
    assert row["cost_usd"] == pytest.approx((10 + 5 * 2) / 1_000_000)


def test_a_failed_call_is_a_row_without_a_verdict(ask: Ask, script: Make, bill: Any, refusal: Make) -> None:
    send = script(refusal("authentication", "no"))

    row = ask(bill, send=send).iloc[0]

    assert len(send.calls) == 1
    assert (row["error_kind"], row["parsed"], row["schema_error"]) == ("authentication", pd.NA, pd.NA)


def test_an_answer_cut_by_the_token_limit_is_not_repaired(ask: Ask, script: Make, bill: Any, good: str) -> None:
    send = script({"message": {"content": good[:20]}, "finish_reason": "length"})

    row = ask(bill, send=send).iloc[0]

    assert len(send.calls) == 1
    assert row["schema_error"] == "cut off by the token limit; raise max_tokens"
    assert row["finish_reason"] == "length"


def test_an_empty_answer_is_not_shown_to_the_model(ask: Ask, script: Make, bill: Any, good: str) -> None:
    """A tool call has no text, and many providers refuse an empty message."""
    tool = {"message": {"content": None, "tool_calls": [{"id": "1"}]}, "finish_reason": "tool_calls"}
    send = script(tool, good)

    frame = ask(bill, send=send)

    assert [message["role"] for message in send.messages[1]] == ["user", "user"]
    assert frame["parsed"][0].total == 3


def test_a_very_long_answer_is_not_sent_back(ask: Ask, script: Make, bill: Any) -> None:
    send = script("[" + "1, " * 50_000 + "1]")

    row = ask(bill, send=send).iloc[0]

    assert len(send.calls) == 1
    assert row["schema_error"].startswith("the whole: ")


def test_the_second_run_is_served_from_the_store(ask: Ask, script: Make, bill: Any, good: str, bad: str) -> None:
    first = ask(bill, send=script(bad, good))
    send = script("never")

    second = ask(bill, send=send, cache="only")

    assert send.calls == []
    assert second["from_store"].tolist() == [True]
    assert second["billed_usd"].sum() == 0
    same = [name for name in first.columns if name not in {"from_store", "billed_usd"}]
    pd.testing.assert_frame_equal(first[same], second[same])


def test_a_repair_that_is_missing_is_told_where_nothing_may_be_sent(
    ask: Ask, script: Make, bill: Any, bad: str, refusal: Make
) -> None:
    ask(bill, send=script(bad, refusal("authentication", "no")))

    with pytest.warns(UserWarning, match="answers missing: 1"):
        row = ask(bill, send=script("never"), cache="only").iloc[0]

    assert row["content"] == bad
    assert "the repair failed: unknown: not in the store" in row["schema_error"]


def test_only_failed_asks_for_a_missing_repair_too(
    ask: Ask, script: Make, bill: Any, good: str, bad: str, refusal: Make
) -> None:
    ask(bill, send=script(bad, refusal("authentication", "no")))
    send = script(good)

    frame = ask(bill, send=send, only_failed=True)

    assert len(send.calls) == 1
    assert frame["parsed"][0].total == 3


def test_only_failed_repairs_what_it_asks_again(
    ask: Ask, script: Make, bill: Any, good: str, bad: str, refusal: Make
) -> None:
    """The repair was never asked before, but its row has failed before."""
    ask(bill, send=script(refusal("authentication", "no")))
    send = script(bad, good)

    frame = ask(bill, send=send, only_failed=True)

    assert len(send.calls) == 2
    assert frame["parsed"][0].total == 3


def test_samples_and_equal_prompts_are_repaired_each_once(
    ask: Ask, script: Make, bill: Any, good: str, bad: str
) -> None:
    send = script(bad, bad, good)

    frame = ask(bill, prompts=["q", "q"], samples=2, send=send)

    assert len(send.calls) == 4
    assert [each.total for each in frame["parsed"]] == [3] * 4
    assert frame["billed_usd"].tolist() == pytest.approx([4e-5, 4e-5, 0, 0])
    assert frame["cost_usd"].tolist() == pytest.approx([4e-5] * 4)


def test_a_mode_that_is_refused_gives_way_to_words(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, refusal: Make
) -> None:
    send = script(refusal(), good)

    with pytest.warns(RunWarning, match="structured_output: prompt"):
        frame = ask(bill, profile(structured_output="schema"), send=send)

    row = frame.iloc[0]
    native, worded = (call.request for call in send.calls)
    assert native.params["response_format"]["type"] == "json_schema"
    assert "response_format" not in worded.params
    assert "JSON schema" in worded.messages[-1]["content"]
    assert (row["parsed"].total, row["error_kind"], row["served_by"]) == (3, pd.NA, "p")
    assert row["tried"] == "p: invalid_request 400; asked in words; p: answered"
    assert row["attempts"] == 2
    assert row["cost_usd"] == pytest.approx(2e-5)


def test_words_are_the_second_round_so_there_is_no_third(
    ask: Ask, script: Make, profile: Make, bill: Any, bad: str, refusal: Make
) -> None:
    send = script(refusal(), bad)

    with pytest.warns(RunWarning):
        row = ask(bill, profile(structured_output="object"), send=send).iloc[0]

    assert len(send.calls) == 2
    assert (row["content"], row["parsed"]) == (bad, pd.NA)
    assert "total: Field required" in row["schema_error"]


def test_a_request_that_is_refused_in_words_too_is_a_failed_row(
    ask: Ask, script: Make, profile: Make, bill: Any, refusal: Make
) -> None:
    with pytest.warns(RunWarning):
        row = ask(bill, profile(structured_output="schema"), send=script(refusal(), refusal(message="no"))).iloc[0]

    assert (row["error_kind"], row["error"], row["attempts"]) == ("invalid_request", "no", 2)
    assert row["schema_error"] is pd.NA


def test_a_strategy_is_repaired_as_a_strategy(
    ask: Ask, script: Make, profile: Make, bill: Any, good: str, bad: str
) -> None:
    members = (profile("a"), profile("b", structured_output="object"))
    route = Route(strategy=Strategy(name="both", policy="failover", profiles=("a", "b")), members=members)
    send = script(bad, good)

    frame = ask(bill, route, send=send)

    assert frame["profile"].tolist() == ["both"]
    assert frame["served_by"].tolist() == ["a"]
    assert frame["parsed"][0].total == 3
    assert ask(bill, route, cache="only")["from_store"].tolist() == [True]


def test_an_interrupt_in_the_second_round_keeps_the_first(ask: Ask, bill: Any, good: str, bad: str) -> None:
    asked: list[Call] = []

    async def send(call: Call) -> Record:
        asked.append(call)
        if len(call.request.messages) > 1:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            await _forever()
        said = good if "fine" in call.prompt else bad
        raw = {"choices": [{"message": {"content": said}, "finish_reason": "stop"}]}
        return Record(provider="custom_openai", raw=raw, created_at=1.0)

    frame = ask(bill, prompts=["fine", "wrong"], send=send)

    assert frame["content"].tolist() == [good, bad]
    assert frame["parsed"][0].total == 3
    assert frame["schema_error"][1].endswith("not repaired: the run was interrupted; run the same call again")


def test_an_interrupt_in_the_first_round_asks_for_no_repair(ask: Ask, bill: Any, bad: str) -> None:
    asked: list[Call] = []

    async def send(call: Call) -> Record:
        asked.append(call)
        if call.prompt == "slow":
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            await _forever()
        raw = {"choices": [{"message": {"content": bad}, "finish_reason": "stop"}]}
        return Record(provider="custom_openai", raw=raw, created_at=1.0)

    frame = ask(bill, prompts=["quick", "slow"], send=send)

    assert len(asked) == 2
    assert frame["prompt"].tolist() == ["quick"]
    assert "not repaired: the run was interrupted" in frame["schema_error"][0]


async def _forever() -> None:
    import asyncio

    await asyncio.Event().wait()


def test_such_a_frame_is_scored_and_summarized(ask: Ask, script: Make, bill: Any, good: str) -> None:
    frame = ask(bill, prompts=["a", "b"], send=script(good, "no", "no"))

    scored = apply(frame, {"fits": lambda row: not pd.isna(row["schema_error"]) or row["parsed"].total == 3})
    summary = summarize(scored)

    assert scored["fits"].tolist() == [True, True]
    assert summary["fits"].tolist() == [1.0]
    assert "parsed" not in summary
    assert summary["errors"].tolist() == [0]


def test_no_prompts_are_no_rows_with_every_column(ask: Ask, bill: Any) -> None:
    frame = ask(bill, prompts=[])

    assert list(frame.columns) == [*COLUMNS, "parsed", "schema_error"]
    assert len(frame) == 0
