"""How each model is asked for JSON of a given schema: by the provider's own schema mode, its JSON mode, or in words.

Tables by LiteLLM's provider name and the start of the model's name, as the providers document it. Knows no schema and
no request; what a profile states itself wins over all of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from distilkit.profiles.providers import is_own_host

Mode = Literal["schema", "object", "prompt"]
"""`schema`: the provider takes the schema; `object`: it promises JSON, the prompt says which; `prompt`: words alone."""

# What is not here is asked in words: that works everywhere, and a server may pass over what it does not know.
_BY_PROVIDER: Mapping[str, Mode] = {
    "openai": "schema",
    "sim": "schema",
    "azure": "schema",  # a deployment's name does not say which model it is
    "anthropic": "schema",  # LiteLLM writes a tool for those without a mode of their own
    "gemini": "schema",
    "mistral": "schema",
    "xai": "schema",
    "openrouter": "schema",
    "cerebras": "schema",
    "perplexity": "schema",
    "fireworks_ai": "schema",
    "together_ai": "schema",
    "ollama": "schema",
    "ollama_chat": "schema",
    "hosted_vllm": "schema",
    "lm_studio": "schema",
    "groq": "object",
    "deepseek": "object",
    "moonshot": "object",
    "dashscope": "object",
    "zai": "object",
}

# Of several starts that fit, the longest counts.
_BY_MODEL: Mapping[str, Mapping[str, Mode]] = {
    "openai": {
        "gpt-3.5": "object",
        "gpt-4": "prompt",
        "gpt-4-turbo": "object",
        "gpt-4-1106": "object",
        "gpt-4-0125": "object",
        "gpt-4o": "schema",
        "gpt-4o-2024-05-13": "object",
        "gpt-4.": "schema",
        "chatgpt-4o": "prompt",
        "o1-mini": "prompt",
        "o1-preview": "prompt",
    },
    "mistral": {
        "open-mistral-7b": "object",
        "open-mixtral": "object",
        "codestral-mamba": "prompt",
        "open-codestral-mamba": "prompt",
    },
    "groq": {
        "openai/gpt-oss": "schema",
        "moonshotai/kimi-k2": "schema",
        "meta-llama/llama-4": "schema",
    },
}

# Their schema mode wants every object closed and every field required, and then keeps to it to the letter.
_STRICT = frozenset({"openai", "azure", "anthropic", "mistral", "xai", "openrouter", "cerebras"})
_STRICT_MODELS = {"groq": ("openai/gpt-oss",)}

# The schema only bounds which token may come next: the model itself is not shown it.
_UNSEEN = frozenset({"fireworks_ai", "together_ai", "ollama", "ollama_chat", "hosted_vllm", "lm_studio"})


def mode_of(provider: str, model: str, base_url: str | None = None) -> Mode:
    """Return how a model is asked for JSON.

    >>> mode_of("openai", "gpt-4o-mini"), mode_of("openai", "gpt-4-turbo"), mode_of("deepseek", "deepseek-chat")
    ('schema', 'object', 'object')

    Args:
        provider: LiteLLM's name.
        model: as the provider knows it.
        base_url: where it is asked; behind another host than OpenAI's, `openai` may be any server of its protocol.
    """
    if provider == "openai" and not is_own_host(provider, base_url):
        return "prompt"
    name = model.lower().removeprefix("ft:")
    starts = _BY_MODEL.get(provider, {})
    longest = max((start for start in starts if name.startswith(start)), key=len, default=None)
    return _BY_PROVIDER.get(provider, "prompt") if longest is None else starts[longest]


def is_strict(provider: str, model: str) -> bool:
    """Say whether the schema mode keeps to the schema to the letter, and takes only schemas that allow for it."""
    return provider in _STRICT or model.lower().startswith(_STRICT_MODELS.get(provider, ("\0",)))


def shows_schema(provider: str) -> bool:
    """Say whether a model in schema mode is shown the schema, so that the prompt need not repeat it."""
    return provider not in _UNSEEN
