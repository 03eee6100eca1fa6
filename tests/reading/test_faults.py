from __future__ import annotations

import pickle
from typing import Any

import pytest

from distilkit.calls import Record
from distilkit.errors import ProviderError
from distilkit.reading import fault, read


def judged(raw: Any, provider: str = "openai") -> ProviderError | None:
    record = Record(provider=provider, raw=raw)
    return fault(record, read(record))


def chat(content: Any, finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}]}


@pytest.mark.parametrize(
    "raw",
    [
        chat("4"),
        chat("4", None),
        chat("4", "something_new"),
        chat("half an ans", "length"),
        chat("", "length"),
        chat(None, "tool_calls", tool_calls=[{"id": "c"}]),
        chat("", "stop", tool_calls=[{"id": "c"}]),
        chat(None, "stop", audio={"id": "a"}),
        chat(None, "stop", refusal="No."),
        chat("<think>no end", "stop"),
        chat("<think>no end", "length"),
        chat("", "length", reasoning_content="a"),
        {"type": "message", "content": [{"type": "tool_use", "name": "f"}], "stop_reason": "tool_use"},
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f"}}]}, "finishReason": "STOP"}]},
        {"output": [{"type": "function_call", "name": "f"}], "status": "completed"},
    ],
)
def test_an_answer_is_no_fault(raw: Any) -> None:
    assert judged(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        {"choices": []},
        {"choices": None},
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [{"message": None}]},
        {"error": {"message": "overloaded", "code": 502}},
        {},
        None,
        "<html>",
        {"type": "message", "content": [], "stop_reason": "end_turn"},
        {"candidates": []},
        {"output": [], "status": "completed"},
        {"output": [{"type": "reasoning", "summary": []}], "status": "failed"},
    ],
)
def test_a_reply_without_a_message_may_pass(raw: Any) -> None:
    found = judged(raw)

    assert found is not None
    assert (found.kind, found.retryable, found.provider) == ("provider_error", True, "openai")


@pytest.mark.parametrize(
    "raw",
    [
        chat(""),
        chat(None),
        chat(" \n"),
        chat("", None),
        chat("", "stop", reasoning_content="thought, but said nothing"),
        chat("<think>thought, but said nothing</think>"),
        chat([]),
    ],
)
def test_an_empty_answer_is_an_error_that_may_pass(raw: Any) -> None:
    found = judged(raw)

    assert found is not None
    assert (found.kind, found.retryable) == ("provider_error", True)
    assert "empty" in found.message


@pytest.mark.parametrize(
    "raw",
    [
        chat("", "content_filter"),
        chat("half an answer", "content_filter"),
        {"type": "message", "content": [], "stop_reason": "refusal"},
        {"candidates": [{"finishReason": "SAFETY"}]},
        {"candidates": [{"content": {"parts": [{"text": "half"}]}, "finishReason": "RECITATION"}]},
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
        {"output": [], "status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
    ],
)
def test_a_content_filter_stop_is_final(raw: Any) -> None:
    found = judged(raw)

    assert found is not None
    assert (found.kind, found.retryable) == ("content_filter", False)


@pytest.mark.parametrize("finish", ["error", "insufficient_system_resource"])
def test_an_answer_the_server_broke_off_may_pass(finish: str) -> None:
    found = judged(chat("half an ans", finish))

    assert found is not None
    assert (found.kind, found.retryable) == ("provider_error", True)


def test_a_fault_survives_pickling() -> None:
    found = judged({})

    assert found is not None
    assert pickle.loads(pickle.dumps(found)).message == found.message  # noqa: S301 - our own bytes
