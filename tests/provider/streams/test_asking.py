"""How a stream is asked for: each protocol's own way, and the usage only of those who know the question."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.provider.streams import as_stream

CHAT = "https://h.example/v1/chat/completions"
USAGE = {"include_usage": True}


def asked(provider: str, url: str = CHAT, body: Any = None, given: Any = None, **more: Any) -> Any:
    return as_stream("openai", provider, url, {}, body or {}, given, **more)


def test_openais_protocol_asks_for_the_usage_too() -> None:
    found = asked("groq")

    assert (found.body, found.unbidden, found.url) == ({"stream": True, "stream_options": USAGE}, True, CHAT)


@pytest.mark.parametrize(
    ("provider", "url"),
    [("mistral", CHAT), ("codestral", CHAT), ("azure", f"{CHAT}?api-version=2024-06-01")],
)
def test_who_refuses_the_question_is_not_asked(provider: str, url: str) -> None:
    assert asked(provider, url).body == {"stream": True}


@pytest.mark.parametrize("query", ["", "?api-version=2024-10-21", "?api-version=2025-04-01-preview", "?x=1"])
def test_azure_is_asked_from_the_version_that_knows_it(query: str) -> None:
    assert "stream_options" in asked("azure", CHAT + query).body


def test_what_the_user_wants_is_sent_to_anybody() -> None:
    mine = {"include_usage": False}

    assert asked("mistral", given=mine).body["stream_options"] == mine
    assert asked("openai", body={"stream_options": mine}, given=USAGE).body["stream_options"] == mine
    assert not asked("openai", given=mine).unbidden


def test_nothing_is_asked_where_the_user_takes_it_out() -> None:
    assert asked("openai", body={"stream_options": None}).body == {"stream": True}


def test_an_address_that_has_refused_is_not_asked_again() -> None:
    assert asked("openai", with_usage=False).body == {"stream": True}


def test_gemini_has_an_address_for_streams() -> None:
    url = "https://h.example/v1beta/models/m:generateContent"

    assert as_stream("gemini", "gemini", url, {}, {"a": 1}).url.endswith("/m:streamGenerateContent?alt=sse")
    assert as_stream("gemini", "gemini", f"{url}?x=1", {}, {}).url.endswith(":streamGenerateContent?alt=sse&x=1")
    assert as_stream("gemini", "gemini", url, {}, {"a": 1}).body == {"a": 1}


@pytest.mark.parametrize("protocol", ["anthropic", "ollama", "cohere"])
def test_the_others_know_one_word(protocol: Any) -> None:
    assert as_stream(protocol, protocol, "https://h.example", {}, {"stream": False}).body == {"stream": True}


def test_cohere_is_asked_for_events() -> None:
    headers = {"accept": "application/json"}

    assert as_stream("cohere", "cohere_chat", "https://h.example", headers, {}).headers == {
        "accept": "text/event-stream"
    }
