"""Clouds that sign: one signed request through LiteLLM, and the same errors as everywhere."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from distilkit.provider import signed

CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
REPLY = {
    "output": {"message": {"role": "assistant", "content": [{"text": "4"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 12, "outputTokens": 1, "totalTokens": 13},
    "metrics": {"latencyMs": 5},
}


@pytest.fixture
def bedrock(profile: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("boto3", reason="Bedrock needs boto3, which is installed by those who use it")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "canary-access-id",
        "AWS_SECRET_ACCESS_KEY": "canary-secret-access",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return lambda server, **fields: profile("bedrock", CLAUDE, base_url=server.url, api_key=None, **fields)


def test_one_signed_request_becomes_a_record(wire: Any, ask: Any, bedrock: Any) -> None:
    server = wire(REPLY)

    record = ask(bedrock(server), max_tokens=9)

    [seen] = server.seen
    headers = {name.lower(): value for name, value in seen.headers.items()}
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
    assert "canary-secret-access" not in str(seen)
    assert record.raw["choices"][0]["message"]["content"] == "4"
    assert record.raw["usage"]["prompt_tokens"] == 12
    assert record.sent == {"model": CLAUDE, "max_tokens": 9}


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [(400, "invalid_request", False), (403, "authentication", False), (429, "rate_limit", True)],
)
def test_a_refusal_is_one_request_and_one_error(
    status: int, kind: str, wire: Any, fails: Any, bedrock: Any, *, retryable: bool
) -> None:
    server = wire({"message": "no"}, status=status)

    error = fails(bedrock(server))

    assert len(server.seen) == 1
    assert (error.kind, error.retryable) == (kind, retryable)
    assert "canary" not in f"{error} {error.body}"


def test_litellms_own_retries_are_off(profile: Any, call: Any) -> None:
    arguments = signed._arguments(call(profile("bedrock", CLAUDE), stream=True, num_retries=7))

    assert (arguments["max_retries"], arguments["num_retries"]) == (0, 0)
    assert "stream" not in arguments


def test_nobody_listening_is_a_connection_error(wire: Any, fails: Any, bedrock: Any) -> None:
    server = wire()
    gone = bedrock(server)
    server.close()
    server.close = lambda: None

    assert fails(gone).kind in {"connection", "provider_error"}


def _frame(kind: str, name: str, payload: Any) -> bytes:
    """Write one event as Amazon's streams hold it: lengths, headers, JSON and checksums."""
    named = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    headers = b"".join(
        struct.pack(">B", len(key)) + key.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for key, value in named.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + body
    return whole + struct.pack(">I", zlib.crc32(whole))


THINKING = {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Hm"}}}
HALF = [
    _frame("event", "messageStart", {"role": "assistant"}),
    _frame("event", "contentBlockDelta", THINKING),
    _frame("event", "contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": "It is"}}),
]
REST = [
    _frame("event", "contentBlockDelta", {"contentBlockIndex": 1, "delta": {"text": " 4"}}),
    _frame("event", "messageStop", {"stopReason": "end_turn"}),
]
COUNTED = {"usage": {"inputTokens": 12, "outputTokens": 2, "totalTokens": 14}, "metrics": {"latencyMs": 5}}
USAGE = _frame("event", "metadata", COUNTED)
# LiteLLM keeps connections open for longer than a test's event loop lives.
KIND = {"content_type": "application/vnd.amazon.eventstream", "connection": "close"}


def test_a_stream_through_litellm_is_one_request_and_the_same_record(wire: Any, listen: Any, bedrock: Any) -> None:
    server = wire(b"".join([*HALF, *REST, USAGE]), **KIND)

    record, told = listen(bedrock(server), max_tokens=9)

    [seen] = server.seen
    assert seen.target.endswith("/converse-stream")
    [choice] = record.raw["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("It is 4", "stop")
    assert choice["message"]["reasoning_content"] == "Hm"
    assert told == [("thinking", "Hm"), ("content", "It is"), ("content", " 4")]
    assert 0 < record.ttft_s <= record.latency_s
    assert record.sent == {
        "model": CLAUDE,
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_usage_that_litellm_makes_up_is_none(wire: Any, stream: Any, bedrock: Any) -> None:
    server = wire(b"".join([*HALF, *REST]), **KIND)

    assert "usage" not in stream(bedrock(server)).raw


def test_a_usage_that_the_cloud_sent_stays() -> None:
    """LiteLLM keeps what came beside what it makes of it."""
    chunk = {"choices": [], "usage": {"prompt_tokens": 12}}
    came = [SimpleNamespace(), SimpleNamespace(usage=None)]

    assert signed._as_sent(chunk, SimpleNamespace(chunks=[*came, SimpleNamespace(usage=object())])) == chunk
    assert signed._as_sent(chunk, SimpleNamespace(chunks=came)) == {"choices": []}
    assert signed._as_sent(chunk, object()) == {"choices": []}


def test_a_refusal_of_a_stream_is_one_request_too(wire: Any, stream_fails: Any, bedrock: Any) -> None:
    server = wire({"message": "slow down"}, status=429, connection="close")

    error = stream_fails(bedrock(server))

    assert len(server.seen) == 1
    assert (error.kind, error.retryable, error.partial) == ("rate_limit", True, None)


def test_an_exception_in_the_middle_keeps_what_had_come(wire: Any, listen_fails: Any, bedrock: Any) -> None:
    last = _frame("exception", "throttlingException", {"message": "too fast"})
    server = wire(b"".join([*HALF, last]), **KIND)

    error, told = listen_fails(bedrock(server))

    assert len(server.seen) == 1
    assert error.retryable is False
    assert [delta.text for delta in told] == ["Hm", "It is"]
    assert error.partial.raw["choices"][0]["message"]["content"] == "It is"


def test_what_had_come_through_litellm_is_kept(wire: Any, listen_fails: Any, profile: Any, canary: str) -> None:
    frame = {"id": "c", "object": "text_completion", "created": 1, "model": "m"}
    piece = {**frame, "choices": [{"index": 0, "text": "It is", "finish_reason": None}]}
    last = {"error": {"message": f"no room, {canary}", "code": 500}}
    server = wire(
        f"data: {json.dumps(piece)}\n\ndata: {json.dumps(last)}\n\n".encode(),
        content_type="text/event-stream",
        connection="close",
    )

    error, told = listen_fails(profile("text-completion-openai", base_url=server.url))

    assert len(server.seen) == 1
    assert error.retryable is False
    assert [delta.text for delta in told] == ["It is"]
    assert error.partial.raw["choices"][0]["message"]["content"] == "It is"
    assert error.partial.cut
    assert canary not in f"{error} {error.body} {error.partial}"


def test_a_slow_stream_through_litellm_ends_in_time(wire: Any, stream_fails: Any, bedrock: Any) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": KIND["content_type"], "connection": "close"})
        await response.prepare(request)
        await response.write(b"".join(HALF))
        await asyncio.Event().wait()
        return response

    error = stream_fails(bedrock(wire(slow), timeout_s=3))

    assert (error.kind, error.retryable) == ("timeout", True)
    assert error.partial.raw["choices"][0]["message"]["content"] == "It is"
