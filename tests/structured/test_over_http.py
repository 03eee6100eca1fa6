"""Structured runs over real HTTP: what reaches each provider, and what its replies become."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from distilkit.profiles.secrets import Secret
from distilkit.progress import RunWarning
from distilkit.sim.spec import Dials

Ask = Callable[..., pd.DataFrame]
Make = Callable[..., Any]

KEY = Secret("canary-key-123456")


def chat(content: str) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return {"choices": [choice], "model": "m", "usage": {"prompt_tokens": 10, "completion_tokens": 5}}


def claude(*blocks: dict[str, Any], stop: str) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 5}
    return {
        "id": "1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": list(blocks),
        "stop_reason": stop,
        "usage": usage,
    }


def test_invalid_then_valid(ask: Ask, server: Make, profile: Make, bill: Any, good: str, bad: str) -> None:
    site = server([chat(bad), chat(f"Sorry.\n```json\n{good}\n```")])
    where = profile(base_url=site.url, api_key=KEY)

    row = ask(bill, where).iloc[0]

    assert row["parsed"].items[0].name == "tea"
    assert (row["input_tokens"], row["output_tokens"], row["attempts"]) == (20, 10, 2)
    assert [message["role"] for message in site.seen[1]["messages"]] == ["user", "assistant", "user"]
    assert ask(bill, where, cache="only")["parsed"].tolist() == [row["parsed"]]
    assert len(site.seen) == 2


def test_a_server_that_refuses_the_mode_is_asked_in_words(
    ask: Ask, server: Make, profile: Make, bill: Any, good: str
) -> None:
    site = server([{"error": {"message": "This model does not support response format json_schema"}}, chat(good)])

    with pytest.warns(RunWarning, match="asked for in words"):
        frame = ask(bill, profile(base_url=site.url, api_key=KEY, structured_output="schema"))

    assert "response_format" in site.seen[0]
    assert "response_format" not in site.seen[1]
    assert frame["parsed"][0].total == 3


def test_an_older_claude_answers_by_a_tool(ask: Ask, server: Make, profile: Make, bill: Any, good: str) -> None:
    tool = {"type": "tool_use", "id": "t", "name": "json_tool_call", "input": json.loads(good)}
    site = server([claude(tool, stop="tool_use")])
    where = profile(provider="anthropic", model="claude-3-5-sonnet-20241022", base_url=site.url, api_key=KEY)

    row = ask(bill, where).iloc[0]

    (sent,) = site.seen
    assert sent["tool_choice"]["name"] == "json_tool_call"
    assert sent["tools"][0]["input_schema"]["required"] == ["items", "total"]
    assert (row["finish_reason"], row["parsed"].total) == ("stop", 3)
    assert json.loads(row["content"]) == json.loads(good)


def test_a_newer_claude_has_a_mode_of_its_own(ask: Ask, server: Make, profile: Make, bill: Any, good: str) -> None:
    thought = {"type": "thinking", "thinking": "One tea, {so} to say.", "signature": "s"}
    site = server([claude(thought, {"type": "text", "text": good}, stop="end_turn")])
    where = profile(provider="anthropic", model="claude-sonnet-4-5", base_url=site.url, api_key=KEY)

    row = ask(bill, where).iloc[0]

    (sent,) = site.seen
    assert "tools" not in sent
    assert sent["output_format"]["type"] == "json_schema"
    assert sent["output_format"]["schema"]["additionalProperties"] is False
    assert (row["content"], row["parsed"].total) == (good, 3)
    assert row["thinking"] == "One tea, {so} to say."


def test_an_older_claude_repairs_what_it_said_by_the_tool(
    ask: Ask, server: Make, profile: Make, bill: Any, good: str, bad: str
) -> None:
    def said(text: str) -> dict[str, Any]:
        tool = {"type": "tool_use", "id": "t", "name": "json_tool_call", "input": json.loads(text)}
        return claude(tool, stop="tool_use")

    site = server([said(bad), said(good)])
    where = profile(provider="anthropic", model="claude-3-5-sonnet-20241022", base_url=site.url, api_key=KEY)

    frame = ask(bill, where)

    assert frame["parsed"][0].total == 3
    answer = site.seen[1]["messages"][1]
    assert (answer["role"], json.loads(answer["content"][0]["text"])) == ("assistant", json.loads(bad))


def test_gemini_takes_the_schema(ask: Ask, server: Make, profile: Make, bill: Any, good: str) -> None:
    candidate = {"content": {"parts": [{"text": good}], "role": "model"}, "finishReason": "STOP"}
    site = server([{"candidates": [candidate], "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1}}])

    frame = ask(bill, profile(provider="gemini", model="gemini-2.5-flash", base_url=site.url, api_key=KEY))

    assert site.seen[0]["generationConfig"]["response_mime_type"] == "application/json"
    assert frame["parsed"][0].total == 3


def test_ollama_takes_the_schema_and_is_told_it(ask: Ask, server: Make, profile: Make, bill: Any, good: str) -> None:
    site = server([{"model": "m", "message": {"role": "assistant", "content": good}, "done_reason": "stop"}])

    frame = ask(bill, profile(provider="ollama_chat", base_url=site.url))

    assert site.seen[0]["format"]["type"] == "object"
    assert "JSON schema" in site.seen[0]["messages"][0]["content"]
    assert frame["parsed"][0].total == 3


def test_the_simulator_takes_the_schema(ask: Ask, profile: Make) -> None:
    quick = profile("sim", provider="sim", base_url=None, price=None, sim=Dials(skill=1.0, latency_s=0.0, jitter=0.0))
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

    frame = ask(schema, quick, prompts=["What is 2 + 2?", "And 3 + 3?"])

    assert [each.keys() for each in frame["parsed"]] == [{"n"}, {"n"}]
    assert frame["attempts"].tolist() == [1, 1]


def test_a_simulated_model_of_little_skill_repairs_what_it_forgets(ask: Ask, profile: Make) -> None:
    weak = profile("sim", provider="sim", base_url=None, price=None, sim=Dials(skill=0.0, latency_s=0.0, jitter=0.0))
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}

    frame = ask(schema, weak, prompts=[f"What is {n} + 2?" for n in range(30)])

    assert set(frame["attempts"]) == {1, 2}
    assert (frame["attempts"].eq(2) == frame["tried"].fillna("").str.contains("repair")).all()
    assert (frame["parsed"].isna() == frame["schema_error"].notna()).all()


def test_the_key_is_nowhere_in_the_result(
    ask: Ask, server: Make, profile: Make, bill: Any, bad: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site = server([chat(bad), {"error": {"message": "no such key: canary-key-123456"}}])

    frame = ask(bill, profile(base_url=site.url, api_key=KEY))

    assert "the repair failed: invalid_request" in frame["schema_error"][0]
    assert "canary-key-123456" not in frame.to_csv() + "".join(capsys.readouterr())
