"""What is known of each provider: its name at LiteLLM, its address, its hosts, the variables its key comes from.

Tables, and the questions they answer. Knows nothing of files or profiles.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from distilkit.profiles.litellm_names import LITELLM_PROVIDERS

# The words of a profile file, where they are not LiteLLM's own. `tgi`, `local` and `custom` speak OpenAI's protocol.
TYPES: dict[str, str] = {
    "azure_openai": "azure",
    "google": "gemini",
    "cohere": "cohere_chat",
    "ollama": "ollama_chat",
    "vllm": "hosted_vllm",
    "tgi": "custom_openai",
    "local": "custom_openai",
    "custom": "custom_openai",
    "sim": "sim",
}

# A bare model's first letters, where they leave no doubt whose it is.
BARE_PREFIXES: dict[str, str] = {
    "gpt-": "openai",
    "chatgpt-": "openai",
    "ft:gpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "claude-": "anthropic",
    "gemini-": "gemini",
    "command": "cohere_chat",
    "mistral-": "mistral",
    "ministral-": "mistral",
    "magistral-": "mistral",
    "codestral-": "mistral",
    "devstral-": "mistral",
    "pixtral-": "mistral",
    "open-mistral-": "mistral",
    "open-mixtral-": "mistral",
    "deepseek-": "deepseek",
    "grok-": "xai",
}

KEY_VARIABLES: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "azure": ("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "cohere_chat": ("COHERE_API_KEY", "CO_API_KEY"),
    "huggingface": ("HUGGINGFACE_API_KEY", "HF_TOKEN"),
    "openrouter": ("OPENROUTER_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "mistral": ("MISTRAL_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "xai": ("XAI_API_KEY",),
    "together_ai": ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY"),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "fireworks_ai": ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY"),
    "github": ("GITHUB_API_KEY", "GITHUB_TOKEN"),
    "replicate": ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
}

# Exact names, or endings that start with a dot.
_OWN_HOSTS: dict[str, tuple[str, ...]] = {
    "openai": ("api.openai.com", ".api.openai.com"),
    "azure": (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"),
    "azure_ai": (".services.ai.azure.com", ".inference.ai.azure.com"),
    "anthropic": ("api.anthropic.com",),
    "gemini": ("generativelanguage.googleapis.com",),
    "cohere_chat": ("api.cohere.com", "api.cohere.ai"),
    "huggingface": ("router.huggingface.co", "api-inference.huggingface.co"),
    "openrouter": ("openrouter.ai",),
    "deepseek": ("api.deepseek.com",),
    "mistral": ("api.mistral.ai",),
    "groq": ("api.groq.com",),
    "xai": ("api.x.ai",),
    "together_ai": ("api.together.ai", "api.together.xyz"),
    "perplexity": ("api.perplexity.ai",),
    "fireworks_ai": ("api.fireworks.ai",),
    "cerebras": ("api.cerebras.ai",),
    "nvidia_nim": ("integrate.api.nvidia.com",),
    "sambanova": ("api.sambanova.ai",),
    "deepinfra": ("api.deepinfra.com",),
    "moonshot": ("api.moonshot.ai", "api.moonshot.cn"),
    "dashscope": ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com"),
    "novita": ("api.novita.ai",),
    "hyperbolic": ("api.hyperbolic.xyz",),
    "nebius": ("api.studio.nebius.ai", "api.studio.nebius.com"),
    "github": ("models.inference.ai.azure.com",),
}

# Servers of one's own, and clouds that sign with a login: none of them needs a key here.
KEYLESS: frozenset[str] = frozenset(
    """
    sim ollama ollama_chat hosted_vllm vllm custom custom_openai openai_like lm_studio llamafile lemonade oobabooga
    docker_model_runner xinference triton infinity petals bedrock sagemaker sagemaker_chat vertex_ai vertex_ai_beta
    sagemaker_nova oci sap
    """.split()  # noqa: SIM905 - a list of words reads better as words
)

# They have no address of their own: without `base_url` nobody knows where they listen.
ADDRESS_NEEDED: frozenset[str] = frozenset(
    ("azure", "hosted_vllm", "vllm", "custom", "custom_openai", "openai_like", "lm_studio", "xinference", "oobabooga")
)

DEFAULT_URLS: dict[str, str] = {
    "ollama_chat": "http://localhost:11434",
    # Stated, because LiteLLM otherwise asks the network which of many hosts serves the model.
    "huggingface": "https://router.huggingface.co/v1",
}

# Written out or left out, it is the same address, and so the same stored answers.
_SAME_AS_NONE: dict[str, tuple[str, ...]] = {
    "openai": ("https://api.openai.com/v1",),
    "anthropic": ("https://api.anthropic.com", "https://api.anthropic.com/v1"),
    "openrouter": ("https://openrouter.ai/api/v1",),
    "mistral": ("https://api.mistral.ai/v1",),
    "groq": ("https://api.groq.com/openai/v1",),
}

# What a section leaves out and the environment has: (field, variables). No address of a provider that has a
# default one: a variable must not move a key to another host unseen; `base_url: ${OPENAI_BASE_URL}` says it.
ENVIRONMENT_FIELDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "azure": (
        ("base_url", ("AZURE_OPENAI_ENDPOINT", "AZURE_API_BASE")),
        ("api_version", ("AZURE_OPENAI_API_VERSION", "AZURE_API_VERSION")),
    ),
    "ollama_chat": (("base_url", ("OLLAMA_BASE_URL", "OLLAMA_API_BASE")),),
    "hosted_vllm": (("base_url", ("HOSTED_VLLM_API_BASE",)),),
    "openrouter": (
        ("site_url", ("SITE_URL",)),
        ("site_name", ("SITE_NAME",)),
        ("maxRetries", ("OPENROUTER_MAX_RETRIES",)),
        ("timeout_ms", ("OPENROUTER_TIMEOUT",)),
    ),
    "deepseek": (
        ("model", ("DEEPSEEK_MODEL",)),
        ("maxRetries", ("DEEPSEEK_MAX_RETRIES",)),
        ("timeout_ms", ("DEEPSEEK_TIMEOUT",)),
    ),
}

AZURE_API_VERSION = "2024-10-21"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def provider_of(word: str) -> str | None:
    """Return LiteLLM's name for a `type`, or None where nobody knows the word."""
    return TYPES.get(word) or (word if word in LITELLM_PROVIDERS else None)


def known_types() -> list[str]:
    """Return every word that can stand as `type`."""
    return sorted({*TYPES, *LITELLM_PROVIDERS})


def key_variables(provider: str) -> tuple[str, ...]:
    """Return the provider's usual variables, by LiteLLM's custom where no other is known."""
    return KEY_VARIABLES.get(provider, (variable_name(provider),))


def variable_name(name: str) -> str:
    """Return the variable that holds the key of a profile or section.

    >>> variable_name("openai/gpt-4o")
    'OPENAI_GPT_4O_API_KEY'
    """
    word = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return f"{word}_API_KEY"


def is_own_host(provider: str, base_url: str | None) -> bool:
    """Say whether the provider's usual key may go there: no address, or one of its own hosts over TLS."""
    if base_url is None:
        return provider not in ADDRESS_NEEDED
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme != "https" or parts.port not in (None, 443):
        return False
    return any(host.endswith(own) if own.startswith(".") else host == own for own in _OWN_HOSTS.get(provider, ()))


def is_loopback(base_url: str | None) -> bool:
    """Say whether the address is this machine."""
    return base_url is not None and urlsplit(base_url).hostname in _LOOPBACK


def usual_owners(variable: str) -> list[str]:
    """Return the providers whose usual variable this is; such a key goes to their hosts only.

    >>> usual_owners("HF_TOKEN"), usual_owners("MY_SERVER_API_KEY")
    (['huggingface'], [])
    """
    return [name for name in sorted(LITELLM_PROVIDERS - KEYLESS) if variable in key_variables(name)]


def address(provider: str, base_url: str | None) -> str | None:
    """Return the address to keep: None for the provider's own, its default where it must be stated."""
    if base_url is None:
        return DEFAULT_URLS.get(provider)
    bare = base_url.rstrip("/")
    if bare in _SAME_AS_NONE.get(provider, ()):
        return None
    if provider == "huggingface" and urlsplit(bare).hostname == "api-inference.huggingface.co":
        return DEFAULT_URLS[provider]  # retired; its successor takes the same key and model names
    if provider == "ollama_chat":
        return bare.removesuffix("/v1")  # the native API stands beside the OpenAI-like one
    return base_url


def of_bare_model(model: str) -> str | None:
    """Return whose model a bare name is, or None where that is not certain.

    >>> of_bare_model("gpt-4o-mini"), of_bare_model("llama-3")
    ('openai', None)
    """
    return next((provider for prefix, provider in BARE_PREFIXES.items() if model.startswith(prefix)), None)
