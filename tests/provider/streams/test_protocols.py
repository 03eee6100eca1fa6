"""What is particular to one protocol: counts that are none, calls cut short, errors in the last event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from distilkit.provider.streams import Assembly, CutStreamError


def wire(*events: Any) -> bytes:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()


def assembled(protocol: Any, *events: Any) -> dict[str, Any]:
    assembly = Assembly(protocol)
    assembly.feed(wire(*events))
    return assembly.close()


START = {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}}
END = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}


def test_anthropics_first_count_of_the_output_is_not_the_count() -> None:
    assert assembled("anthropic", START, END)["usage"] == {"input_tokens": 9}
    counted = {**END, "usage": {"output_tokens": 0, "input_tokens": None}}
    assert assembled("anthropic", START, counted)["usage"] == {"input_tokens": 9, "output_tokens": 0}


def test_anthropics_call_cut_by_the_limit_stays_as_written() -> None:
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "input": {}}}
    piece = {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a'}}

    assert assembled("anthropic", START, block, piece, END)["content"] == [{"type": "tool_use", "input": '{"a'}]


def test_geminis_blocked_prompt_is_a_whole_reply() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}

    assert assembled("gemini", blocked) == blocked


def test_geminis_signature_ends_a_part() -> None:
    def reply(**part: Any) -> dict[str, Any]:
        return {"candidates": [{"content": {"parts": [part]}}]}

    last = {"candidates": [{"finishReason": "STOP"}]}
    body = assembled("gemini", reply(text="a", thoughtSignature="s"), reply(text="b"), reply(text="c"), last)

    assert body["candidates"][0]["content"]["parts"] == [{"text": "a", "thoughtSignature": "s"}, {"text": "bc"}]


def test_geminis_candidates_are_all_needed_to_the_end() -> None:
    def reply(index: int, **more: Any) -> dict[str, Any]:
        return {"candidates": [{"index": index, "content": {"parts": [{"text": str(index)}]}, **more}]}

    with pytest.raises(CutStreamError):
        assembled("gemini", reply(0, finishReason="STOP"), reply(1))
    assert len(assembled("gemini", reply(1, finishReason="STOP"), reply(0, finishReason="STOP"))["candidates"]) == 2


def test_coheres_last_event_may_be_the_error() -> None:
    end = {"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "out of memory"}}

    with pytest.raises(CutStreamError) as caught:
        assembled("cohere", end)

    assert caught.value.event == {"error": "out of memory"}


def test_coheres_error_may_have_no_type() -> None:
    with pytest.raises(CutStreamError) as caught:
        assembled("cohere", {"message": "too many requests"})

    assert caught.value.event == {"message": "too many requests"}


def test_a_call_without_text_is_something_that_had_come() -> None:
    call = {"index": 0, "id": "t", "function": {"name": "f", "arguments": ""}}
    assembly = Assembly("openai")

    told = assembly.feed(wire({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}))

    assert told == []
    assert assembly.partial() is not None
