"""The cases of the large clouds that speak OpenAI's protocol, each with what it does differently."""

from __future__ import annotations

from .case import MESSAGES, OPENAI_TOLD, PARAMS, Case, Said, chat, openai_headers

OPENAI = Case(
    name="openai",
    word="openai",
    litellm="openai",
    model="gpt-4o-mini",
    reply=chat(
        "gpt-4o-mini-2024-07-18",
        "4",
        refusal=None,
        annotations=[],
        usage={
            "prompt_tokens_details": {"cached_tokens": 10, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 5, "accepted_prediction_tokens": 0},
        },
    ),
    said=Said("4", "gpt-4o-mini-2024-07-18", 21, 7, cached_tokens=10, reasoning_tokens=5),
    address="https://api.openai.com/v1/chat/completions",
    variables=("OPENAI_API_KEY",),
    limits=openai_headers(),
    told=OPENAI_TOLD,
)

_AZURE_REPLY = {
    **chat("gpt-4o-2024-11-20", "4"),
    "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False}}}],
}
_AZURE_BODY = {"model": "my-gpt", "messages": MESSAGES, **PARAMS}
_AZURE_SAID = Said("4", "gpt-4o-2024-11-20", 21, 7)

# Reasoning models take less than others, and another name for the limit.
O_SERIES = Case(
    name="openai_reasoning",
    word="openai",
    litellm="openai",
    model="o3-mini",
    # LiteLLM knows these models to take no system message.
    body={
        "model": "o3-mini",
        "messages": [{**MESSAGES[0], "role": "user"}, MESSAGES[1]],
        "max_completion_tokens": 64,
    },
    changed=(
        "temperature=0.2 dropped: o3-mini does not take this value",
        "max_tokens sent as max_completion_tokens",
    ),
    reply=chat("o3-mini-2025-01-31", "4", usage={"completion_tokens_details": {"reasoning_tokens": 5}}),
    said=Said("4", "o3-mini-2025-01-31", 21, 7, reasoning_tokens=5),
)

AZURE = Case(
    name="azure",
    word="azure_openai",
    litellm="azure",
    model="my-gpt",
    base="",
    path="/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21",
    key=("api-key", ""),
    reply=_AZURE_REPLY,
    said=_AZURE_SAID,
    body=_AZURE_BODY,
    variables=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"),
    limits={**openai_headers(), "x-ratelimit-renewalperiod-requests": "60", "x-ms-region": "East US"},
    told=OPENAI_TOLD,
)

AZURE_PREVIEW = Case(
    name="azure_preview",
    word="azure_openai",
    litellm="azure",
    model="my-gpt",
    base="/",
    path="/openai/deployments/my-gpt/chat/completions?api-version=2025-04-01-preview",
    key=("api-key", ""),
    fields="api_version: 2025-04-01-preview",
    reply=_AZURE_REPLY,
    said=_AZURE_SAID,
    body=_AZURE_BODY,
)

AZURE_REASONING = Case(
    name="azure_reasoning",
    word="azure_openai",
    litellm="azure",
    model="gpt-5-mini",
    base="",
    path="/openai/deployments/gpt-5-mini/chat/completions?api-version=2024-10-21",
    key=("api-key", ""),
    body={"model": "gpt-5-mini", "messages": MESSAGES, "max_completion_tokens": 64},
    changed=(
        "temperature=0.2 dropped: gpt-5-mini does not take this value",
        "max_tokens sent as max_completion_tokens",
    ),
    reply=chat("gpt-5-mini-2025-08-07", "4"),
    said=Said("4", "gpt-5-mini-2025-08-07", 21, 7),
)

AZURE_V1 = Case(
    name="azure_v1",
    word="azure_openai",
    litellm="azure",
    model="my-gpt",
    base="/openai/v1",
    path="/openai/v1/chat/completions",
    key=("api-key", ""),
    reply=_AZURE_REPLY,
    said=_AZURE_SAID,
    body=_AZURE_BODY,
)

DEEPSEEK = Case(
    name="deepseek",
    word="deepseek",
    litellm="deepseek",
    model="deepseek-reasoner",
    base="",
    path="/chat/completions",
    # It takes no temperature.
    body={"model": "deepseek-reasoner", "messages": MESSAGES, "max_tokens": 64},
    changed=("temperature=0.2 dropped: deepseek-reasoner takes none",),
    reply=chat(
        "deepseek-reasoner",
        "4",
        reasoning_content="Two and two.",
        usage={
            "prompt_tokens_details": {"cached_tokens": 10},
            "completion_tokens_details": {"reasoning_tokens": 5},
            "prompt_cache_hit_tokens": 10,
            "prompt_cache_miss_tokens": 11,
        },
    ),
    said=Said("4", "deepseek-reasoner", 21, 7, "Two and two.", "raw", cached_tokens=10, reasoning_tokens=5),
    address="https://api.deepseek.com/chat/completions",
    variables=("DEEPSEEK_API_KEY",),
    recorded="deepseek_reasoning_content",
)

_MISTRAL_PARTS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Two and two."}]},
    {"type": "text", "text": "4"},
]

MISTRAL = Case(
    name="mistral",
    word="mistral",
    litellm="mistral",
    model="magistral-medium-latest",
    reply=chat("magistral-medium-2509", _MISTRAL_PARTS, tool_calls=None),
    said=Said("4", "magistral-medium-2509", 21, 7, "Two and two.", "raw"),
    address="https://api.mistral.ai/v1/chat/completions",
    variables=("MISTRAL_API_KEY",),
    limits={
        "x-ratelimit-limit-req-minute": "720",
        "x-ratelimit-remaining-req-minute": "717",
        "x-ratelimit-limit-tokens-minute": "500000",
        "x-ratelimit-remaining-tokens-minute": "499900",
        "x-ratelimit-tokens-query-cost": "28",
    },
    told=(("requests", 720, 717), ("tokens", 500_000, 499_900)),
    recorded="mistral_content_list",
)

# Its keys are its own, and so is its host.
CODESTRAL = Case(
    name="codestral",
    word="codestral",
    litellm="codestral",
    model="codestral-latest",
    reply=chat("codestral-2508", "4"),
    said=Said("4", "codestral-2508", 21, 7),
    address="https://codestral.mistral.ai/v1/chat/completions",
    variables=("CODESTRAL_API_KEY",),
    limits={"ratelimitbysize-limit": "500000", "ratelimitbysize-remaining": "499996", "ratelimitbysize-reset": "30"},
    told=(("tokens", 500_000, 499_996),),
)

GROQ = Case(
    name="groq",
    word="groq",
    litellm="groq",
    model="qwen/qwen3-32b",
    reply={**chat("qwen/qwen3-32b", "4", reasoning="Two and two."), "x_groq": {"id": "req_01"}, "service_tier": "x"},
    said=Said("4", "qwen/qwen3-32b", 21, 7, "Two and two.", "raw"),
    address="https://api.groq.com/openai/v1/chat/completions",
    variables=("GROQ_API_KEY",),
    limits={**openai_headers("14400", "14370"), "x-ratelimit-reset-requests": "2m59.56s"},
    told=(("requests", 14_400, 14_370), OPENAI_TOLD[1]),
    recorded="groq_two_shapes",
)

XAI = Case(
    name="xai",
    word="xai",
    litellm="xai",
    model="grok-4",
    # Reasoning is counted beside the completion; only the total gives that away.
    reply=chat(
        "grok-4-0709",
        "4",
        reasoning_content="Two and two.",
        usage={
            "total_tokens": 58,
            "prompt_tokens_details": {"cached_tokens": 10},
            "completion_tokens_details": {"reasoning_tokens": 30},
        },
    ),
    said=Said("4", "grok-4-0709", 21, 37, "Two and two.", "raw", cached_tokens=10, reasoning_tokens=30),
    address="https://api.x.ai/v1/chat/completions",
    variables=("XAI_API_KEY",),
    limits=openai_headers(),
    told=OPENAI_TOLD,
)

CLOUDS = (OPENAI, O_SERIES, AZURE, AZURE_PREVIEW, AZURE_V1, AZURE_REASONING, DEEPSEEK, MISTRAL, CODESTRAL, GROQ, XAI)
