"""What a reply's bytes become: the recorded replies of nine APIs, and everything that is not an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from distilkit.reading import fault, read

RECORDED = {
    "anthropic_redacted": "claude-sonnet-4-5-20250929",
    "anthropic_thinking": "claude-sonnet-4-5",
    "deepseek_reasoning_content": "deepseek-reasoner",
    "deepseek_stream": "deepseek-reasoner",
    "gemini_thought_parts": "gemini-3-pro-preview",
    "groq_two_shapes": "deepseek-r1-distill-llama-70b",
    "huggingface_think_tags": "deepseek-ai/DeepSeek-R1",
    "mistral_content_list": "magistral-medium-latest",
    "openrouter_reasoning": "z-ai/glm-4.6",
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_replies_arrive_as_they_were_and_are_read(
    name: str, shared_data: Path, wire: Any, ask: Any, profile: Any
) -> None:
    recorded = json.loads((shared_data / "recorded_replies" / f"{name}.json").read_text("utf-8"))
    for reply in recorded["interactions"]:
        body = reply["body"]
        payload = body.encode() if isinstance(body, str) else body
        server = wire(payload, status=reply["status"], content_type=reply["content_type"])

        record = ask(profile(reply["provider"], RECORDED[name], base_url=server.url))

        assert isinstance(body, str) or record.raw == body
        completion = read(record)
        assert completion.content
        assert completion.output_tokens
        assert fault(record, completion) is None
        assert record.as_dict() == json.loads(json.dumps(record.as_dict()))


@pytest.mark.parametrize("name", ["anthropic_thinking", "anthropic_redacted", "gemini_thought_parts"])
def test_the_reading_of_other_shapes_holds_the_thinking_and_the_usage(
    name: str, shared_data: Path, wire: Any, ask: Any, profile: Any
) -> None:
    recorded = json.loads((shared_data / "recorded_replies" / f"{name}.json").read_text("utf-8"))
    reply = recorded["interactions"][0]

    record = ask(profile(reply["provider"], RECORDED[name], base_url=wire(reply["body"]).url))

    assert record.reading is not None
    message = record.reading["choices"][0]["message"]
    assert message["content"]
    assert message.get("thinking_blocks") or message.get("reasoning_content")
    assert record.reading["usage"]["completion_tokens"] > 0
    assert "None" not in json.dumps(record.reading["usage"])


def test_a_recorded_stream_becomes_one_reply(shared_data: Path, wire: Any, ask: Any, profile: Any) -> None:
    recorded = json.loads((shared_data / "recorded_replies" / "deepseek_stream.json").read_text("utf-8"))
    body = recorded["interactions"][0]["body"]

    record = ask(profile("deepseek", base_url=wire(body.encode(), content_type="text/event-stream").url))

    choice = record.raw["choices"][0]
    assert record.raw["object"] == "chat.completion"
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["reasoning_content"].startswith("Hmm")
    assert choice["message"]["content"]
    assert record.raw["usage"]["completion_tokens"] > 0


def test_a_cut_stream_is_an_error(shared_data: Path, wire: Any, fails: Any, profile: Any) -> None:
    recorded = json.loads((shared_data / "recorded_replies" / "deepseek_stream.json").read_text("utf-8"))
    body = recorded["interactions"][0]["body"]

    error = fails(profile(base_url=wire(body[: len(body) // 2].encode(), content_type="text/event-stream").url))

    assert (error.kind, error.retryable, error.status) == ("provider_error", True, 200)


def test_an_error_in_a_success_is_an_error(wire: Any, fails: Any, profile: Any) -> None:
    body = {"error": {"message": "Rate limited upstream", "code": 429, "metadata": {"headers": {"Retry-After": "3"}}}}

    error = fails(profile("openrouter", base_url=wire(body).url))

    assert (error.kind, error.status, error.retry_after_s) == ("rate_limit", 200, 3)
    assert "Rate limited upstream" in error.message


GARBLED: list[tuple[bytes, str, str]] = [
    (b'{"choices": [{"mess', "application/json", "not whole JSON"),
    (b"<!DOCTYPE html><p>Sign in</p>", "text/html", "base_url"),
    (b"", "application/json", "empty"),
    (b"  \n", "application/json", "empty"),
    (b"[1, 2]", "application/json", "no object"),
    (b'"hello"', "application/json", "no object"),
    (b"\xff\xfe\xfa", "application/json", "not whole JSON"),
    (b"[" * 100_000, "application/json", "not whole JSON"),
    (b"data: {torn", "text/event-stream", "not whole"),
    (b"", "text/event-stream", "stream"),
]


@pytest.mark.parametrize(("body", "kind", "words"), GARBLED)
def test_what_is_not_a_whole_json_object_is_an_error_that_may_pass(
    body: bytes, kind: str, words: str, wire: Any, fails: Any, profile: Any
) -> None:
    server = wire(body, content_type=kind)

    error = fails(profile(base_url=server.url))

    assert (error.kind, error.retryable, error.status) == ("provider_error", True, 200)
    assert words in error.message
    assert len(error.body) <= 1000
    assert len(server.seen) == 1


def test_json_under_another_name_and_with_padding_is_read(wire: Any, ask: Any, profile: Any, chat: Any) -> None:
    padded = b"\n \n" + json.dumps(chat).encode()

    assert ask(profile(base_url=wire(padded, content_type="text/plain").url)).raw == chat


def test_what_is_no_number_in_json_becomes_unknown(wire: Any, ask: Any, profile: Any) -> None:
    record = ask(profile(base_url=wire(b'{"choices": [], "score": NaN, "low": -Infinity}').url))

    assert record.raw == {"choices": [], "score": None, "low": None}


def test_a_body_that_is_an_error_page_keeps_its_start_without_the_key(
    wire: Any, fails: Any, profile: Any, canary: str
) -> None:
    page = f"<html>{canary} and sk-proj-abcdefgh12 {'x' * 5000}</html>".encode()

    error: Any = fails(profile(base_url=wire(page, status=502, content_type="text/html").url))

    assert error.kind == "provider_error"
    assert error.body.startswith("<html>[hidden] and [hidden] xxx")
    assert len(error.body) <= 1000
