"""Where a chat request goes: each provider's address, and the path of its API.

LiteLLM knows most of them; those it leaves to its own HTTP code, or reads from the environment, stand in a table
here. Knows nothing of keys, except that an address must not come from a variable nobody named.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

DEFAULT_BASES: dict[str, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "cohere": "https://api.cohere.com",
    "cohere_chat": "https://api.cohere.com",
    # Stated, because LiteLLM otherwise asks the network which of many hosts serves the model.
    "huggingface": "https://router.huggingface.co/v1",
    "ollama": "http://localhost:11434",
    "ollama_chat": "http://localhost:11434",
    "openrouter": "https://openrouter.ai/api/v1",
    # LiteLLM's is the beta path.
    "deepseek": "https://api.deepseek.com",
    "mistral": "https://api.mistral.ai/v1",
    "groq": "https://api.groq.com/openai/v1",
    "xai": "https://api.x.ai/v1",
    "together_ai": "https://api.together.xyz/v1",
    "perplexity": "https://api.perplexity.ai",
    "fireworks_ai": "https://api.fireworks.ai/inference/v1",
    "cerebras": "https://api.cerebras.ai/v1",
}

_CHAT = "/chat/completions"

Protocol = Literal["openai", "anthropic", "gemini", "ollama", "cohere"]
"""The formats of bodies and streams that are known here."""

_ENDS: dict[str, Protocol] = {
    _CHAT: "openai",
    "/v1/messages": "anthropic",
    ":generateContent": "gemini",
    "/api/chat": "ollama",
    "/v2/chat": "cohere",
}
# Where LiteLLM's OpenAI-like configurations send what has no address.
_OPENAI = "https://api.openai.com"


def complete(base_url: str, provider: str, model: str, api_version: str | None) -> str | None:
    """Return the whole address where this table knows how to build it, else None: LiteLLM then knows.

    >>> complete("https://me.openai.azure.com/", "azure", "mini", "2024-10-21")
    'https://me.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21'
    >>> complete("https://api.anthropic.com", "anthropic", "claude", None)
    'https://api.anthropic.com/v1/messages'
    """
    build = _BUILDERS.get(provider)
    if build is None:
        return None
    base, query = _split(base_url)
    return build(base, model, query or (f"api-version={api_version}" if api_version else ""))


def protocol_of(url: str) -> Protocol | None:
    """Return whose protocol is spoken at an address, or None where LiteLLM alone knows its format.

    >>> protocol_of("http://localhost:11434/api/chat"), protocol_of("https://me.example/invocations")
    ('ollama', None)
    """
    path = urlsplit(url).path
    return next((protocol for end, protocol in _ENDS.items() if path.endswith(end)), None)


def is_openai_shaped(url: str) -> bool:
    """Say whether the address is one of OpenAI's chat protocol, where parameters go as they are."""
    return urlsplit(url).path.endswith(_CHAT)


def is_nowhere(url: str, provider: str) -> bool:
    """Say whether LiteLLM, for want of an address, chose OpenAI's for another provider."""
    return provider != "openai" and url.startswith(_OPENAI)


def variable_behind(url: str) -> str | None:
    """Return the environment variable an address was taken from, or None."""
    for name, value in os.environ.items():
        base = value.strip().rstrip("/")
        if base.startswith(("http://", "https://")) and url.startswith(base):
            return name
    return None


def _split(base_url: str) -> tuple[str, str]:
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(query="", fragment="")).rstrip("/"), parts.query


def _azure(base: str, model: str, query: str) -> str:
    if base.endswith("/openai/v1"):  # the API without versions takes the deployment from the body
        return base + _CHAT
    if not base.endswith(_CHAT):
        if "/deployments/" not in base:
            base = f"{base.removesuffix('/openai')}/openai/deployments/{quote(model, safe='')}"
        base += _CHAT
    return f"{base}?{query}" if query else base


def _anthropic(base: str, _model: str, _query: str) -> str:
    return base.removesuffix("/messages").removesuffix("/v1") + "/v1/messages"


def _gemini(base: str, model: str, _query: str) -> str:
    if not base.rpartition("/")[2].startswith("v1"):
        base += "/v1beta"
    return f"{base}/models/{quote(model.removeprefix('models/'), safe='')}:generateContent"


def _cohere(base: str, _model: str, _query: str) -> str:
    # LiteLLM writes the second version's bodies, also for those who still name the first.
    return base.removesuffix("/chat").removesuffix("/v1").removesuffix("/v2") + "/v2/chat"


_BUILDERS: dict[str, Callable[[str, str, str], str]] = {
    "azure": _azure,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "cohere": _cohere,
    "cohere_chat": _cohere,
}
