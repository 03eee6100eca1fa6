"""Where each provider keeps its list, and which header holds the key."""

from __future__ import annotations

from typing import Any

import pytest

from distilkit.errors import ConfigError
from distilkit.provider.keys import PLACEHOLDER
from distilkit.provider.listing.places import Endpoint, endpoint_of


@pytest.mark.parametrize(
    ("provider", "base_url", "urls"),
    [
        ("openai", None, ["https://api.openai.com/v1/models"]),
        ("anthropic", None, ["https://api.anthropic.com/v1/models?limit=1000"]),
        ("anthropic", "https://h.test/v1/messages", ["https://h.test/v1/models?limit=1000"]),
        ("gemini", None, ["https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000"]),
        ("gemini", "https://h.test", ["https://h.test/v1beta/models?pageSize=1000"]),
        ("cohere_chat", None, ["https://api.cohere.com/v1/models?endpoint=chat&page_size=1000"]),
        ("cohere_chat", "https://h.test/v2/chat", ["https://h.test/v1/models?endpoint=chat&page_size=1000"]),
        ("deepseek", None, ["https://api.deepseek.com/models"]),
        ("mistral", None, ["https://api.mistral.ai/v1/models"]),
        ("groq", None, ["https://api.groq.com/openai/v1/models"]),
        ("xai", None, ["https://api.x.ai/v1/language-models", "https://api.x.ai/v1/models"]),
        ("together_ai", None, ["https://api.together.xyz/v1/models"]),
        ("openrouter", None, ["https://openrouter.ai/api/v1/models"]),
        ("huggingface", None, ["https://router.huggingface.co/v1/models", "https://router.huggingface.co/info"]),
        ("ollama_chat", None, ["http://localhost:11434/api/tags"]),
        ("ollama_chat", "http://h.test:1/v1", ["http://h.test:1/api/tags"]),
        ("hosted_vllm", "http://h.test:8000/v1/", ["http://h.test:8000/v1/models", "http://h.test:8000/info"]),
        (
            "custom_openai",
            "http://h.test:8080",
            ["http://h.test:8080/models", "http://h.test:8080/v1/models", "http://h.test:8080/info"],
        ),
        (
            "lm_studio",
            "http://h.test:1234/v1",
            [
                "http://h.test:1234/api/v0/models",
                "http://h.test:1234/api/v1/models",
                "http://h.test:1234/v1/models",
            ],
        ),
        ("azure", "https://h.test", ["https://h.test/openai/models?api-version=2024-10-21"]),
        ("azure", "https://h.test/openai/deployments/mini/", ["https://h.test/openai/models?api-version=2024-10-21"]),
        ("azure", "https://h.test/openai/v1", ["https://h.test/openai/v1/models"]),
    ],
)
def test_the_list_is_where_the_provider_keeps_it(
    profile: Any, provider: str, base_url: str | None, urls: list[str]
) -> None:
    version = "2024-10-21" if provider == "azure" else None

    found = endpoint_of(profile(provider, base_url=base_url, api_version=version))

    assert isinstance(found, Endpoint)
    assert [place.page({}) for place in found.places] == urls


@pytest.mark.parametrize(
    ("provider", "headers"),
    [
        ("openai", {"authorization": f"Bearer {PLACEHOLDER}"}),
        ("azure", {"api-key": PLACEHOLDER}),
        ("gemini", {"x-goog-api-key": PLACEHOLDER}),
        ("anthropic", {"x-api-key": PLACEHOLDER, "anthropic-version": "2023-06-01"}),
        ("custom_openai", {"authorization": f"Bearer {PLACEHOLDER}"}),
    ],
)
def test_the_key_stands_in_the_providers_own_header(profile: Any, provider: str, headers: dict[str, str]) -> None:
    found = endpoint_of(profile(provider, base_url="https://h.test"))

    assert isinstance(found, Endpoint)
    assert {name: value for name, value in found.headers.items() if name != "accept"} == headers


def test_a_provider_of_no_table_is_asked_where_litellm_would_ask_it(profile: Any) -> None:
    found = endpoint_of(profile("deepinfra"))

    assert isinstance(found, Endpoint)
    assert found.places[0].url == "https://api.deepinfra.com/v1/openai/models"
    assert found.headers["authorization"] == f"Bearer {PLACEHOLDER}"


def test_an_address_out_of_a_variable_nobody_named_is_refused(profile: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPINFRA_API_BASE", "https://elsewhere.test/v1")

    with pytest.raises(ConfigError, match="DEEPINFRA_API_BASE"):
        endpoint_of(profile("deepinfra"))
