"""Where requests go, also those that never leave this machine in a test."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.provider.addresses import complete, is_nowhere, is_openai_shaped, protocol_of
from distilkit.provider.route import Route, build_route

DEFAULTS = [
    ("openai", "gpt-4o", "https://api.openai.com/v1/chat/completions"),
    ("anthropic", "claude-sonnet-4-5", "https://api.anthropic.com/v1/messages"),
    ("gemini", "g", "https://generativelanguage.googleapis.com/v1beta/models/g:generateContent"),
    ("cohere_chat", "command-r", "https://api.cohere.com/v2/chat"),
    ("huggingface", "a/b", "https://router.huggingface.co/v1/chat/completions"),
    ("ollama_chat", "l", "http://localhost:11434/api/chat"),
    ("openrouter", "a/b", "https://openrouter.ai/api/v1/chat/completions"),
    ("deepseek", "deepseek-chat", "https://api.deepseek.com/chat/completions"),
    ("mistral", "m", "https://api.mistral.ai/v1/chat/completions"),
    ("groq", "l", "https://api.groq.com/openai/v1/chat/completions"),
    ("xai", "grok-4", "https://api.x.ai/v1/chat/completions"),
    ("novita", "m", "https://api.novita.ai/v3/openai/chat/completions"),
]


@pytest.mark.parametrize(("provider", "model", "url"), DEFAULTS)
def test_the_providers_own_addresses(provider: str, model: str, url: str, profile: Any) -> None:
    route = build_route(profile(provider, model), {})

    assert isinstance(route, Route)
    assert route.url == url


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://a.example", "https://a.example/openai/deployments/d%2F1/chat/completions?api-version=v"),
        ("https://a.example/openai", "https://a.example/openai/deployments/d%2F1/chat/completions?api-version=v"),
        ("https://a.example/openai/v1/", "https://a.example/openai/v1/chat/completions"),
        (
            "https://a.example/openai/deployments/x/chat/completions?api-version=w",
            "https://a.example/openai/deployments/x/chat/completions?api-version=w",
        ),
    ],
)
def test_azures_addresses(base: str, url: str) -> None:
    assert complete(base, "azure", "d/1", "v") == url


@pytest.mark.parametrize("base", ["https://h", "https://h/", "https://h/v1", "https://h/v1/messages"])
def test_anthropics_addresses(base: str) -> None:
    assert complete(base, "anthropic", "c", None) == "https://h/v1/messages"


@pytest.mark.parametrize("base", ["https://h", "https://h/v1beta"])
def test_geminis_addresses(base: str) -> None:
    assert complete(base, "gemini", "models/g", None) == "https://h/v1beta/models/g:generateContent"


def test_others_are_left_to_litellm() -> None:
    assert complete("https://h/v1", "groq", "l", None) is None


def test_the_protocol_is_told_by_the_path() -> None:
    assert is_openai_shaped("https://h/v1/chat/completions?x=1")
    assert not is_openai_shaped("https://h/v1/messages")


def test_openais_address_is_nobody_elses() -> None:
    assert is_nowhere("https://api.openai.com/chat/completions", "hosted_vllm")
    assert not is_nowhere("https://api.openai.com/v1/chat/completions", "openai")


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("https://h.example/openai/deployments/m/chat/completions?api-version=2024-10-21", "openai"),
        ("https://h.example/v1/messages", "anthropic"),
        ("https://h.example/v1beta/models/m:generateContent", "gemini"),
        ("http://h.example/api/chat", "ollama"),
        ("https://h.example/v2/chat", "cohere"),
        ("http://h.example/api/generate", None),
        ("https://h.example/v1/messages/batches", None),
    ],
)
def test_the_end_of_an_address_names_its_protocol(url: str, protocol: str | None) -> None:
    assert protocol_of(url) == protocol
