"""Clouds that sign: one signed request through LiteLLM, and the same errors as everywhere."""

from __future__ import annotations

from typing import Any

import pytest

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
