"""Each documented stream over real HTTP: asked for in its own way, recorded like a whole reply, told on the way."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.reading import fault, read

PATHS = {
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/m:streamGenerateContent?alt=sse",
    "ollama_chat": "/api/chat",
    "cohere_chat": "/v2/chat",
    "azure": "/openai/deployments/m/chat/completions?api-version=2024-10-21",
}


@pytest.fixture
def profile_for(case: Any, profile: Any) -> Any:
    version = {"api_version": "2024-10-21"} if case.provider == "azure" else {}
    return lambda server: profile(case.provider, base_url=server.url, **version)


def test_a_stream_is_recorded_like_a_whole_reply(case: Any, wire: Any, listen: Any, profile_for: Any) -> None:
    server = wire(case.wire, content_type=case.kind)

    record, told = listen(profile_for(server), max_tokens=9)

    [seen] = server.seen
    assert seen.target == PATHS.get(case.provider, "/chat/completions")
    assert seen.json.get("stream") is (None if case.provider == "gemini" else True)
    assert record.raw == case.body
    assert 0 < record.ttft_s <= record.latency_s if told else record.ttft_s is None
    assert "".join(delta.text for delta in told if delta.channel == "thinking") == case.thinking
    assert "".join(delta.text for delta in told if delta.channel == "content") == case.content


def test_it_is_an_answer_with_its_parameters(case: Any, wire: Any, listen: Any, profile_for: Any) -> None:
    server = wire(case.wire, content_type=case.kind, x_request_id="r1")

    record, _ = listen(profile_for(server), max_tokens=9)

    completion = read(record)
    assert fault(record, completion) is None
    assert (completion.content or "", completion.thinking or "") == (case.content, case.thinking)
    assert (completion.input_tokens, completion.output_tokens) == case.counts
    assert record.sent.get("stream") is (None if case.provider == "gemini" else True)
    assert record.headers["x-request-id"] == "r1"
    assert not record.cut


def test_a_whole_reply_comes_at_once(case: Any, wire: Any, listen: Any, profile_for: Any) -> None:
    """Some servers do not stream."""
    server = wire(case.body)

    record, told = listen(profile_for(server))

    assert (record.raw, record.ttft_s, told) == (case.body, None, [])
    assert len(server.seen) == 1


def test_a_stream_under_another_name_is_read(case_of: Any, wire: Any, listen: Any, profile: Any) -> None:
    case = case_of("openai")

    record, told = listen(profile(base_url=wire(case.wire, content_type="text/plain").url))

    assert (record.raw, record.ttft_s, told) == (case.body, None, [])


@pytest.mark.parametrize("name", ["anthropic", "gemini", "cohere"])
def test_a_stream_that_nobody_asked_for_is_read_in_its_protocol(
    name: str, case_of: Any, wire: Any, ask: Any, profile: Any
) -> None:
    case = case_of(name)

    record = ask(profile(case.provider, base_url=wire(case.wire, content_type=case.kind).url))

    assert (record.raw, record.ttft_s) == (case.body, None)
