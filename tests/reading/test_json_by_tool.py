"""An older Claude gives JSON as the input of a tool that LiteLLM made up: that input is the answer, no other is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.calls import Record
from distilkit.reading import fault, read

TOOL = {"type": "tool_use", "id": "t", "name": "json_tool_call", "input": {"b": [1, "é"], "a": None}}
OTHER = {"type": "tool_use", "id": "u", "name": "search", "input": {"q": "x"}}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "s"}


def claude(*blocks: Any, stop: str = "tool_use") -> Record:
    body = {
        "type": "message",
        "role": "assistant",
        "model": "claude-3-5-sonnet",
        "content": list(blocks),
        "stop_reason": stop,
    }
    return Record(provider="anthropic", raw=body)


def test_the_input_is_the_answer() -> None:
    record = claude(TOOL)

    found = read(record)

    assert found.content == '{"b": [1, "é"], "a": null}'
    assert found.finish_reason == "stop"
    assert fault(record, found) is None


def test_an_empty_input_is_an_answer() -> None:
    assert read(claude({**TOOL, "input": {}})).content == "{}"


@pytest.mark.parametrize("before", [THOUGHT, {"type": "redacted_thinking", "data": "x"}, {"type": "text", "text": " "}])
def test_thinking_before_it_is_thinking(before: dict[str, Any]) -> None:
    found = read(claude(before, TOOL))

    assert json.loads(found.content or "") == TOOL["input"]
    assert found.thinking == before.get("thinking")


def test_an_input_that_was_cut_says_so() -> None:
    assert read(claude(TOOL, stop="max_tokens")).finish_reason == "length"


@pytest.mark.parametrize(
    ("blocks", "content"),
    [
        ((OTHER,), None),
        ((TOOL, OTHER), None),
        ((TOOL, TOOL), None),
        (({"type": "text", "text": "Here."}, TOOL), "Here."),
        (({**TOOL, "input": "text"},), None),
        (({**TOOL, "type": "server_tool_use"},), None),
    ],
)
def test_any_other_tool_or_text_stays_what_it_is(blocks: tuple[Any, ...], content: str | None) -> None:
    found = read(claude(*blocks))

    assert (found.content, found.finish_reason) == (content, "tool_calls")


def test_a_tool_call_in_openais_shape_is_left_alone() -> None:
    call = {"id": "t", "type": "function", "function": {"name": "json_tool_call", "arguments": "{}"}}
    choice = {"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}

    assert read(Record(provider="openai", raw={"choices": [choice]})).content is None
